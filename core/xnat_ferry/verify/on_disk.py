"""Verifies a download: reads its files on this machine again and compares them with what was fetched."""

import time
import zipfile
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from xnat_ferry.dicom.instance import Passed, read_passing
from xnat_ferry.local.backup import KeptFile
from xnat_ferry.local.shelf import UNREADABLE, Opener, Shelf
from xnat_ferry.model import Instance, Level, Mark, Where
from xnat_ferry.plan import PlannedSession
from xnat_ferry.transfer.folder import TransferFolder
from xnat_ferry.transfer.landing import shelf_of
from xnat_ferry.transfer.manifest import read_manifest
from xnat_ferry.transfer.state import SessionState, TransferState
from xnat_ferry.verify.looking import with_unknown
from xnat_ferry.verify.session import keep_verification
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
    instances = read_manifest(folder.manifest(session.id))
    kept = shelf.kept()
    looking = _Looking(session.session, scratch)
    items, solid = looking.all(shelf, instances, kept[1] if kept else ())
    left_out = Counter(scan for scan, _ in past.left_out)
    seen = Counter(one.scan for one in instances) + left_out
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


class _Looking:
    def __init__(self, session: str, scratch: Path) -> None:
        self._session, self._scratch = session, scratch

    def all(
        self, shelf: Shelf, instances: Sequence[Instance], kept: Sequence[KeptFile]
    ) -> tuple[list[Item], int]:
        """What is not simply the same, and how many files are."""
        places: dict[tuple[str, str], list[KeptFile]] = {}
        for one in kept:
            places.setdefault((one.scan, one.name), []).append(one)
        items: list[Item] = []
        looked: set[str] = set()
        try:
            with shelf.reading() as opened:
                for instance in instances:
                    place = _place(places.get((instance.scan, instance.path), []), instance)
                    looked.add(place)
                    item = self._one(instance, place, opened)
                    items += [item] if item else []
        except UNREADABLE as error:
            return [self._item(Mark.UNREADABLE, one, What.UNREADABLE, _why(error)) for one in instances], 0
        solid = len(instances) - len(items)
        strays = _strays(shelf, looked)
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
            return self._item(Mark.UNREADABLE, instance, What.UNREADABLE, _why(error))
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


def _place(those: Sequence[KeptFile], instance: Instance) -> str:
    """Where an instance lies; "" where the manifest beside the session knows no such file."""
    same = [one for one in those if one.sop_uid == instance.sop_uid] or those
    return same[0].path if same else ""


def _strays(shelf: Shelf, known: Collection[str]) -> Iterator[str]:
    """Files that lie there as well."""
    if shelf.packed:
        with zipfile.ZipFile(shelf.final) as archive:
            yield from sorted(set(archive.namelist()) - set(known))
        return
    root = shelf.final
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        if name not in known and not path.is_dir():
            yield name


def _why(error: BaseException) -> str:
    return (isinstance(error, OSError) and error.strerror) or type(error).__name__
