"""Compares a manifest with what is stored: pure, and never a tick where nothing was compared."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from xnat_ferry.model import Instance, Level, Mark, StoredFile, StoredScan
from xnat_ferry.verify.observed import Observed
from xnat_ferry.verify.verification import Item, SessionVerification, What, count_marks

_CUT_SHORT = "The upload was cut or a series filter dropped it. Sending it again may help."
_SOMEBODY = "It was there before or somebody else sent it. Ask the project's owners."
_NO_SCRIPT = (
    "No script is switched on there, so it should be the same. Fetch it and look before relying on it."
)
_UNREAD = "The server could not show it. Verify again; if it stays, ask the server's administrator."
_SCRIPT_UNKNOWN = "Whether a script of the destination rewrote it is not known. Ask the project's owners."
_BY_NAME = (
    "The prearchive shows names and series, not SOPInstanceUIDs: identity was compared by the name each "
    "file was sent under. It is compared by UID once the session is archived."
)


class _Judged(Struct, frozen=True):
    """One file's mark, and the item that explains it where it needs explaining."""

    mark: Mark
    item: Item | None = None


def compare(
    instances: Sequence[Instance],
    observed: Observed,
    *,
    session: str,
    destination: str,
    level: Level,
    rewritten: bool | None,
) -> SessionVerification:
    """Judge every file of a session.

    ``rewritten`` tells whether a script at the destination changes headers on the way in (None: not known),
    so that sizes and digests cannot match. Scans are matched by SeriesInstanceUID: the server numbers them
    anew (wire-write 1.7, 3.4).
    """
    judge = _Judge(session, rewritten)
    stored = _by_series(observed.scans)
    judged: list[_Judged] = []
    for series_uid, sent in _by_series_sent(instances).items():
        scans = stored.pop(series_uid, [])
        unread = observed.problem or next((scan.problem for scan in scans if scan.files is None), "")
        files = [file for scan in scans for file in scan.files or ()]
        if unread:
            judged += [judge.unread(one, unread) for one in sent]
        elif level == Level.COUNTS:
            judged += judge.counts(sent, files)
        elif observed.knows_uids:
            judged += judge.identities(sent, files)
        else:
            judged += judge.names(sent, files)
    for scans in stored.values():
        judged += [judge.unsent(scan.scan.id, file) for scan in scans for file in scan.files or ()]
    return SessionVerification(
        source=session,
        destination=destination,
        where=observed.where,
        level=level,
        counts=count_marks(one.mark for one in judged),
        items=tuple(one.item for one in judged if one.item is not None),
        note="" if observed.knows_uids or level == Level.COUNTS else _BY_NAME,
    )


class _Judge:
    """The rules for one session's files."""

    def __init__(self, session: str, rewritten: bool | None) -> None:
        self._session = session
        self._rewritten = rewritten

    def identities(self, sent: Sequence[Instance], files: Sequence[StoredFile]) -> Iterator[_Judged]:
        """By SOPInstanceUID; of several files with one UID the namesake is taken first."""
        there: dict[str, list[StoredFile]] = defaultdict(list)
        for file in files:
            there[file.uid].append(file)
        for one in sent:
            twins = there.get(one.sop_uid, [])
            if not twins:
                yield self._about(Mark.ONLY_SOURCE, one, What.MISSING, one.sop_uid, "", _CUT_SHORT)
                continue
            twin = next((file for file in twins if file.name == one.name), twins[0])
            twins.remove(twin)
            yield self._same_instance(one, twin)
        scan = sent[0].scan
        yield from (self.unsent(scan, file) for twins in there.values() for file in twins)

    def names(self, sent: Sequence[Instance], files: Sequence[StoredFile]) -> Iterator[_Judged]:
        """By the name a file was sent under, which XNAT keeps unless it is taken (wire-write 1.7)."""
        there: dict[str, list[StoredFile]] = defaultdict(list)
        for file in files:
            there[file.name].append(file)
        unmatched = []
        for one in sent:
            name = one.name if there.get(one.name) else _as_xnat_writes(one.name)
            if there.get(name):
                yield self._same_name(one, there[name].pop())
            else:
                unmatched.append(one)
        others = [file for twins in there.values() for file in twins]
        # a file under another name may be any of the unmatched ones: then which is not known
        missing = max(len(unmatched) - len(others), 0)
        for place, one in enumerate(unmatched):
            if place < missing and not others:
                yield self._about(Mark.ONLY_SOURCE, one, What.MISSING, one.name, "", _CUT_SHORT)
            elif place < missing:
                yield self._about(Mark.ONLY_SOURCE, one, What.MISSING, "", f"{missing} fewer", _CUT_SHORT)
            else:
                yield self._about(Mark.UNKNOWN, one, What.UID, one.name, "another name", _BY_NAME)
        yield from (self.unsent(sent[0].scan, file) for file in others[len(unmatched) :])

    def counts(self, sent: Sequence[Instance], files: Sequence[StoredFile]) -> Iterator[_Judged]:
        """By number, and by the sum of bytes where no script rewrites headers."""
        missing, extra = len(sent) - len(files), len(files) - len(sent)
        sizes = [file.size for file in files]
        size_sent = sum(one.size for one in sent)
        size_there = None if None in sizes else sum(size or 0 for size in sizes)
        for one in sent[: max(missing, 0)]:
            source, there = f"{len(sent)} files", f"{len(files)} files"
            yield self._about(Mark.ONLY_SOURCE, one, What.MISSING, source, there, _CUT_SHORT)
        yield from (self.unsent(sent[0].scan, file) for file in files[: max(extra, 0)])
        for one in sent[max(missing, 0) :]:
            if missing or extra or size_there == size_sent or size_there is None:
                yield _Judged(Mark.AS_PLANNED if self._rewritten else Mark.SAME)
            else:
                yield self._changed(one, What.SIZE, f"{size_sent} bytes", f"{size_there} bytes")

    def unread(self, one: Instance, problem: str) -> _Judged:
        """A file in a scan that the server would not show."""
        return self._about(Mark.UNREADABLE, one, What.UNREADABLE, one.name, problem, _UNREAD)

    def unsent(self, scan: str, file: StoredFile) -> _Judged:
        """A file that was not sent."""
        item = Item(
            mark=Mark.ONLY_DESTINATION,
            session=self._session,
            scan=scan,
            file=file.name,
            what=What.EXTRA,
            source="",
            destination=file.uid or file.name,
            likely=_SOMEBODY,
        )
        return _Judged(Mark.ONLY_DESTINATION, item)

    def _same_instance(self, one: Instance, twin: StoredFile) -> _Judged:
        if twin.digest:
            if twin.digest == one.md5:
                return _Judged(Mark.SAME)
            return self._changed(one, What.DIGEST, one.md5, twin.digest)
        return self._same_name(one, twin)

    def _same_name(self, one: Instance, twin: StoredFile) -> _Judged:
        """Nobody knows a digest: the size is what is left to compare."""
        if twin.size == one.size and self._rewritten is False:
            return _Judged(Mark.SAME)
        if twin.size is None and not self._rewritten:
            return self._about(Mark.UNKNOWN, one, What.SIZE, str(one.size), "not told", _UNREAD)
        return self._changed(one, What.SIZE, str(one.size), str(twin.size))

    def _changed(self, one: Instance, what: What, source: str, destination: str) -> _Judged:
        """The same instance with other bytes: planned where a script rewrites headers."""
        if self._rewritten:
            return _Judged(Mark.AS_PLANNED)
        if self._rewritten is None:
            return self._about(Mark.UNKNOWN, one, what, source, destination, _SCRIPT_UNKNOWN)
        return self._about(Mark.DIFFERS, one, what, source, destination, _NO_SCRIPT)

    def _about(
        self, mark: Mark, one: Instance, what: What, source: str, destination: str, likely: str
    ) -> _Judged:
        item = Item(
            mark=mark,
            session=self._session,
            scan=one.scan,
            file=one.path,
            what=what,
            source=source,
            destination=destination,
            likely=likely,
        )
        return _Judged(mark, item)


def _by_series(scans: Iterable[StoredScan]) -> dict[str, list[StoredScan]]:
    found: dict[str, list[StoredScan]] = defaultdict(list)
    for scan in scans:
        found[scan.scan.uid].append(scan)
    return found


def _by_series_sent(instances: Iterable[Instance]) -> dict[str, list[Instance]]:
    found: dict[str, list[Instance]] = defaultdict(list)
    for one in instances:
        found[one.series_uid].append(one)
    return found


def _as_xnat_writes(name: str) -> str:
    """XNAT keeps letters, digits, dots and hyphens of a file's name; all else becomes an underscore."""
    return re.sub(r"[^\w.-]", "_", name, flags=re.ASCII)
