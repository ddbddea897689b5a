"""What was seen of one session at the destination, as a value."""

from collections.abc import Iterator, Mapping, MutableMapping

from msgspec import Struct

from xnat_ferry.model import NOT_KNOWN as NOT_KNOWN
from xnat_ferry.model import StoredFile, StoredScan, Where
from xnat_ferry.packed import Packed
from xnat_ferry.verify.headers import HeaderChange

Place = tuple[str, str, str]
"""A file's scan, resource and path within it."""


class HeaderComparison(Struct, frozen=True, kw_only=True):
    """All elements of a file but its pixel data beside those that were sent."""

    changes: tuple[HeaderChange, ...] = ()
    problem: str = ""
    """Why the two could not be compared."""


class Content(Struct, frozen=True, kw_only=True):
    """What a file is once it was fetched back. Its UIDs are "" when it is not DICOM."""

    size: int = 0
    md5: str = ""
    sop_uid: str = ""
    series_uid: str = ""
    pixel_md5: str = ""
    pixel_bytes: int = 0
    tail_md5: str = ""
    header: HeaderComparison | None = None
    """None when its header was not compared."""
    gone: bool = False
    """It is listed, but the server left it out: its file is not there (wire-read 2.9, 2.10)."""
    problem: str = ""
    """Why it could not be fetched."""


class _Placed(Struct, frozen=True):
    place: Place
    content: Content


class Contents(MutableMapping[Place, Content]):
    """What was fetched back, by place. The files of one scan are at hand, those of the others packed."""

    def __init__(self) -> None:
        self._packed: dict[str, Packed[_Placed]] = {}
        self._scan, self._at_hand = "", dict[Place, Content]()
        self._changed = False

    def _of(self, scan: str) -> dict[Place, Content]:
        if scan != self._scan:
            self._put_away()
            self._scan, self._at_hand = scan, {one.place: one.content for one in self._packed.get(scan, ())}
        return self._at_hand

    def _put_away(self) -> None:
        if self._changed:
            placed = (_Placed(place, content) for place, content in self._at_hand.items())
            self._packed[self._scan] = Packed(_Placed, placed)
        self._changed = False

    def __getitem__(self, place: Place) -> Content:
        return self._of(place[0])[place]

    def __setitem__(self, place: Place, content: Content) -> None:
        self._of(place[0])[place] = content
        self._changed = True

    def __delitem__(self, place: Place) -> None:
        del self._of(place[0])[place]
        self._changed = True

    def __iter__(self) -> Iterator[Place]:
        self._put_away()
        for scan in tuple(self._packed):
            yield from tuple(self._of(scan))

    def __len__(self) -> int:
        self._put_away()
        return sum(map(len, self._packed.values()))


class Observed(Struct, frozen=True, kw_only=True):
    """What is there now. ``knows_uids`` is False where the server shows names and sizes only."""

    where: Where
    study_uid: str
    scans: tuple[StoredScan, ...]
    knows_uids: bool
    id: str = ""
    """The accession ID; "" in the prearchive."""
    owner: str = ""
    """The project that owns it, which others may only show; "" in the prearchive."""
    subject: str | None = None
    """The label of its subject as a prearchive row tells it; None in the archive, "" where it is not told."""
    subject_id: str = ""
    """Its subject's accession ID; "" in the prearchive, which does not tell."""
    contents: Mapping[Place, Content] = {}
    """What was fetched back of it."""
    problem: str = ""
    """Why none of it could be looked at, in a sentence: its prearchive row is not built."""


def place_of(scan: StoredScan, file: StoredFile) -> Place:
    """Where a file lies."""
    return scan.scan.id, file.resource, file.path or file.name
