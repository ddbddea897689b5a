"""Finds for each file that was sent the one that it became: by UIDs, and by names where those cannot tell.

The server numbers scans anew (``1`` becomes ``1-MR1``) and renames files whose name is taken (wire-write 1.7,
3.4), so neither a scan's ID nor a name is what a file is known by.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum

from msgspec import Struct

from xnat_ferry.model import Instance, StoredFile, StoredScan
from xnat_ferry.packed import Packed, packed_by
from xnat_ferry.verify.observed import Content, Observed, Place, place_of


class There(Struct, frozen=True, kw_only=True):
    """A file at the destination, with what it says itself when it was fetched."""

    place: Place
    file: StoredFile
    content: Content | None = None

    @property
    def scan(self) -> str:
        """The ID of its scan there."""
        return self.place[0]

    @property
    def uid(self) -> str:
        """Its SOPInstanceUID: as listed, else as the file has it; "" where neither is known."""
        return self.file.uid or (self.content.sop_uid if self.content else "")


class Series(Struct, frozen=True, kw_only=True):
    """The files of one series on both sides. Without ``sent`` it is a scan that nobody sent."""

    sent: Sequence[Instance] = ()
    stored: tuple[StoredScan, ...] = ()
    """Its scans at the destination."""
    contents: Mapping[Place, Content] = {}

    @property
    def there(self) -> tuple[There, ...]:
        """Its files at the destination, each with what it says itself; made when asked for."""
        return tuple(
            There(place=place, file=file, content=self.contents.get(place))
            for scan in self.stored
            for file in scan.files or ()
            for place in (place_of(scan, file),)
        )

    @property
    def is_there(self) -> bool:
        """Whether any of its files is at the destination."""
        return any(scan.files for scan in self.stored)

    @property
    def scans(self) -> tuple[str, ...]:
        """The IDs of its scans at the destination."""
        return tuple(scan.scan.id for scan in self.stored)

    @property
    def unread(self) -> str:
        """Why one of them could not be read."""
        return next((scan.problem for scan in self.stored if scan.files is None), "")


class How(StrEnum):
    """What two files are known by to be one."""

    UID = "uid"
    NAME = "name"
    UNSURE = "unsure"
    """It may be any of the files there that are left over."""
    ALONE = "alone"


class Pair(Struct, frozen=True):
    """A file that was sent, the one it became, or both."""

    how: How
    sent: Instance | None = None
    there: There | None = None
    again: bool = False
    """One that is only there, and holds an instance that another file there holds already."""


def pair_series(instances: Iterable[Instance], observed: Observed, *, loosely: bool) -> tuple[Series, ...]:
    """By SeriesInstanceUID; with ``loosely``, and for scans without one, else by the scan's ID."""
    sent = packed_by(Instance, lambda one: one.series_uid, instances)
    there: dict[str, list[StoredScan]] = defaultdict(list)
    for scan in observed.scans:
        there[scan.scan.uid].append(scan)
    found = []
    for uid, files in sent.items():
        scans = there.pop(uid, []) or _by_id(files[0].scan, there, sent, loosely)
        found.append(Series(sent=files, stored=tuple(scans), contents=observed.contents))
    return (
        *found,
        *(Series(stored=tuple(scans), contents=observed.contents) for scans in there.values()),
    )


def _by_id(
    scan: str, there: dict[str, list[StoredScan]], sent: Mapping[str, Packed[Instance]], loosely: bool
) -> list[StoredScan]:
    renamed = re.compile(rf"{re.escape(scan)}(-[A-Z]{{2}}\d+)?")
    for uid, scans in there.items():
        if uid not in sent and (loosely or not uid):
            mine = [one for one in scans if renamed.fullmatch(one.scan.id)]
            if mine:
                there[uid] = [one for one in scans if one not in mine]
                return mine
    return []


def pair_files(series: Series, *, loosely: bool) -> Iterator[Pair]:
    """Every file of a series once, in pairs as far as there are two.

    By SOPInstanceUID first; of several files with one UID the namesake is taken. What is left goes by name,
    ``loosely`` also where the UIDs differ.
    """
    by_uid: dict[str, list[There]] = defaultdict(list)
    for one in series.there:
        by_uid[one.uid].append(one)
    unmatched = []
    for sent in series.sent:
        twins = by_uid[sent.sop_uid] if sent.sop_uid else []
        twin = next((one for one in twins if one.file.name == sent.name), twins[0] if twins else None)
        if twin is None:
            unmatched.append(sent)
        else:
            twins.remove(twin)
            yield Pair(How.UID, sent, twin)
    known = {sent.sop_uid for sent in series.sent}
    left = [one for twins in by_uid.values() for one in twins]
    yield from _by_name(unmatched, [one for one in left if _is_open(one, known, loosely)])
    for one in left:
        if not _is_open(one, known, loosely):
            yield Pair(How.ALONE, there=one, again=one.uid in known)


def _is_open(one: There, known: set[str], loosely: bool) -> bool:
    """Whether a name may tell who it is."""
    return not one.uid or (loosely and one.uid not in known)


def _by_name(unmatched: Sequence[Instance], left: Sequence[There]) -> Iterator[Pair]:
    names: dict[str, list[There]] = defaultdict(list)
    for one in left:
        names[one.file.name].append(one)
    alone = []
    for sent in unmatched:
        twins = names.get(sent.name) or names.get(_as_xnat_writes(sent.name))
        if twins:
            yield Pair(How.NAME, sent, twins.pop())
        else:
            alone.append(sent)
    others = [one for twins in names.values() for one in twins]
    # a file under another name may be any of those that are left: then which one is missing is not known
    missing = max(len(alone) - len(others), 0)
    for place, sent in enumerate(alone):
        yield Pair(How.ALONE if place < missing else How.UNSURE, sent)
    for one in others[len(alone) :]:
        yield Pair(How.ALONE, there=one)


def _as_xnat_writes(name: str) -> str:
    """XNAT keeps letters, digits, dots and hyphens of a file's name; all else becomes an underscore."""
    return re.sub(r"[^\w.-]", "_", name, flags=re.ASCII)
