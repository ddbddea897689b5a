"""Verifies a download: reads its files on this machine again and compares them with what was fetched."""

import errno
import os
import time
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from xnat_ferry.dicom.instance import Passed, read_passing
from xnat_ferry.local.backup import KeptFile
from xnat_ferry.local.shelf import UNREADABLE, Opener, Shelf
from xnat_ferry.local.zipped import DAMAGED
from xnat_ferry.model import Instance, Level, Mark, Where
from xnat_ferry.packed import Packed, packed_by
from xnat_ferry.plan import PlannedSession
from xnat_ferry.transfer.folder import TransferFolder
from xnat_ferry.transfer.landing import shelf_of
from xnat_ferry.transfer.manifest import read_scans
from xnat_ferry.transfer.session_state import SessionState
from xnat_ferry.transfer.state import TransferState
from xnat_ferry.verify.inspecting import with_unknown
from xnat_ferry.verify.kept import keep_verification
from xnat_ferry.verify.transfer import Progress
from xnat_ferry.verify.verification import Item, SessionVerification, Verification, What, count_marks

_FETCH_AGAIN = "Something changed or lost it after it was fetched. 'xnat-ferry resume' fetches it again."
_NOT_OURS = "It was put there by somebody else; this transfer fetched no such file."
_NEVER_FETCHED = "It was planned and not fetched yet. 'xnat-ferry resume' goes on."


def verify_downloads(
    folder: TransferFolder,
    state: TransferState,
    sessions: Sequence[PlannedSession],
    *,
    level: Level,
    scratch: Path,
    progress: Progress,
) -> Verification:
    """Read each session's files again; nothing is asked of a server."""
    results = []
    for done, session in enumerate(sessions):
        progress("sessions compared", done, len(sessions))
        past = state.sessions[session.session]
        shelf = shelf_of(state.plan, session)
        results.append(verify_download(folder, session, past, shelf, level=level, scratch=scratch))
    return Verification(level=level, sessions=tuple(results))


def verify_download(
    folder: TransferFolder,
    session: PlannedSession,
    past: SessionState,
    shelf: Shelf,
    *,
    level: Level,
    scratch: Path,
) -> SessionVerification:
    """Compare the files of one session with the transfer's own manifest, and keep the answer.

    Each is read and digested whole, whatever the level. The manifest beside the session only tells where each
    lies: it could have been changed with them.
    """
    scans = read_scans(folder.manifest(session.id))
    kept = shelf.kept()
    comparing = _Comparing(session.session, scratch)
    items, solid = comparing.all(shelf, scans, kept[1] if kept else ())
    left_out = Counter(scan for scan, _ in past.left_out)
    seen = Counter({scan: len(instances) for scan, instances in scans.items()}) + left_out
    unseen = {scan.id: scan.files - seen[scan.id] for scan in session.scans if scan.files > seen[scan.id]}
    counts = count_marks(item.mark for item in items)
    counts[Mark.SAME] = solid
    result = SessionVerification(
        source=session.session,
        destination=str(shelf.final),
        where=Where.FOLDER,
        level=level,
        counts=counts,
        items=tuple(items),
        at=time.time(),
        solid=solid,
    )
    result = with_unknown(result, Mark.UNKNOWN, unseen, lambda _: _NEVER_FETCHED)
    keep_verification(folder, session, result)
    return result


class _Comparing:
    def __init__(self, session: str, scratch: Path) -> None:
        self._session, self._scratch = session, scratch

    def all(
        self, shelf: Shelf, scans: Mapping[str, Sequence[Instance]], kept: Iterable[KeptFile]
    ) -> tuple[list[Item], int]:
        """What is not simply the same, and how many files are."""
        lying = packed_by(KeptFile, lambda one: one.scan, kept)
        items: list[Item] = []
        visited = _Visited()
        try:
            with shelf.reading() as opened:
                for scan, instances in scans.items():
                    found = _places(instances, lying.get(scan, ()))
                    visited.add(found)
                    pairs = zip(instances, found, strict=True)
                    items += [item for one, place in pairs if (item := self._one(one, place, opened))]
        except UNREADABLE as error:
            every = (one for instances in scans.values() for one in instances)
            return [self._item(_mark_of(error), one, What.UNREADABLE, _why(error)) for one in every], 0
        solid = sum(map(len, scans.values())) - len(items)
        strays = _strays(shelf, visited)
        items += [self._stray(path) for path in strays]
        return items, solid

    def _one(self, instance: Instance, place: str, opened: Opener) -> Item | None:
        if not place:
            return self._item(Mark.ONLY_SOURCE, instance, What.MISSING, "")
        try:
            with opened(place) as file:
                passed = read_passing(file, str(self._scratch))
        except (FileNotFoundError, KeyError):
            return self._item(Mark.ONLY_SOURCE, instance, What.MISSING, "")
        except UNREADABLE as error:
            return self._item(_mark_of(error), instance, What.UNREADABLE, _why(error))
        return self._compared(instance, passed)

    def _compared(self, instance: Instance, passed: Passed) -> Item | None:
        if passed.size != instance.size:
            return self._item(Mark.DIFFERS, instance, What.SIZE, f"{passed.size:,} bytes")
        if passed.md5 != instance.md5:
            pixels = passed.identity.pixel_md5 if passed.identity else ""
            what = What.DIGEST if pixels == instance.pixel_md5 else What.PIXELS
            return self._item(Mark.DIFFERS, instance, what, passed.md5)
        return None

    def _item(self, mark: Mark, instance: Instance, what: What, there: str) -> Item:
        before = {What.SIZE: f"{instance.size:,} bytes", What.DIGEST: instance.md5, What.PIXELS: instance.md5}
        return Item(
            mark=mark,
            session=self._session,
            scan=instance.scan,
            file=instance.path,
            what=what,
            source=before.get(what, ""),
            destination=there,
            likely=_FETCH_AGAIN,
        )

    def _stray(self, path: str) -> Item:
        return Item(
            mark=Mark.ONLY_DESTINATION,
            session=self._session,
            scan="",
            file=path,
            what=What.EXTRA,
            source="",
            destination="",
            likely=_NOT_OURS,
        )


class _Visited:
    """Paths of files that were read, by the folder that they lie in."""

    def __init__(self) -> None:
        self._names: dict[str, Packed[str]] = {}

    def add(self, paths: Iterable[str]) -> None:
        folders: dict[str, list[str]] = {}
        for path in paths:
            folder, _, name = path.rpartition("/")
            folders.setdefault(folder, []).append(name)
        for folder, names in folders.items():
            self._names.setdefault(folder, Packed(str)).extend(names)

    def lacks(self, folder: str, names: Iterable[str]) -> list[str]:
        """The paths of those of a folder's names that were not read."""
        lacking = sorted(set(names).difference(self._names.get(folder, ())))
        return [f"{folder}/{name}" if folder else name for name in lacking]


def _places(instances: Iterable[Instance], lying: Iterable[KeptFile]) -> list[str]:
    """Where each of a scan lies."""
    places: dict[str, list[KeptFile]] = {}
    for one in lying:
        places.setdefault(one.name, []).append(one)
    return [_place(places.get(one.path, []), one) for one in instances]


def _place(those: Sequence[KeptFile], instance: Instance) -> str:
    """Where an instance lies; "" where the manifest beside the session knows no such file."""
    same = [one for one in those if one.sop_uid == instance.sop_uid] or those
    return same[0].path if same else ""


def _strays(shelf: Shelf, visited: _Visited) -> Iterator[str]:
    """Files that lie there as well."""
    if shelf.packed:
        with zipfile.ZipFile(shelf.final) as archive:
            folders: dict[str, list[str]] = {}
            for path in archive.namelist():
                folder, _, name = path.rpartition("/")
                folders.setdefault(folder, []).append(name)
        for folder in sorted(folders):
            yield from visited.lacks(folder, folders[folder])
        return
    for here, below, names in os.walk(shelf.final):
        below.sort()
        folder = Path(here).relative_to(shelf.final).as_posix()
        yield from visited.lacks("" if folder == "." else folder, names)


def _mark_of(error: BaseException) -> Mark:
    """What is damaged, or something else by now, is not what was fetched; what cannot be read may be."""
    other = isinstance(error, DAMAGED) or getattr(error, "errno", None) in _NO_FILE
    return Mark.DIFFERS if other else Mark.UNREADABLE


_NO_FILE = (errno.ELOOP, errno.EISDIR, errno.ENOTDIR, errno.ENXIO)
"""What opening a link, a folder or a pipe raises, or what lies below a file."""


def _why(error: BaseException) -> str:
    return (isinstance(error, OSError) and error.strerror) or type(error).__name__
