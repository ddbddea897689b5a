"""Finds a DICOM file's UIDs and its pixel data in the file's first bytes, decoding nothing else.

Only the common case is read here: a Part 10 file in a little endian transfer syntax that is not deflated
(PS3.10 7.1, PS3.5 7.1, 7.5). Anything odd is Uncommon, and pydicom's to read; both give the same answer.
"""

from struct import Struct as Layout
from struct import error as StructError

from msgspec import Struct

PIXEL_TAGS = (0x7FE00008, 0x7FE00009, 0x7FE00010)
"""FloatPixelData, DoubleFloatPixelData, PixelData (PS3.3 C.7.6.3, C.7.6.24, C.7.6.25)."""

UNDEFINED = 0xFFFFFFFF
LONG_VRS = frozenset(
    {b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"SV", b"UC", b"UN", b"UR", b"UT", b"UV"}
)
"""The VRs with two reserved bytes and a length of four (PS3.5 7.1.2)."""

_IMPLICIT = b"1.2.840.10008.1.2"
_EXPLICIT = (b"1.2.840.10008.1.2.1", b"1.2.840.10008.1.2.4.", b"1.2.840.10008.1.2.5")
_SYNTAX, _LAST_META = 0x00020010, 0x0002FFFF
_SOP_CLASS, _SOP_INSTANCE, _STUDY, _SERIES = 0x00080016, 0x00080018, 0x0020000D, 0x0020000E
_WANTED = frozenset({_SOP_CLASS, _SOP_INSTANCE, _STUDY, _SERIES})
_PATIENT_ID = 0x00100020
_ITEM, _SEQUENCE_END = 0xFFFEE000, 0xFFFEE0DD
_DIGITS = frozenset(b"0123456789.")

_WITH_VR = Layout("<HH2sH")
_WITHOUT_VR = Layout("<HHL")
_LENGTH = Layout("<L")


class Uncommon(Exception):
    """Not the common case; pydicom knows what it is."""


class Short(Exception):
    """The pixel data lies beyond the bytes that were given."""


class Glance(Struct, frozen=True, kw_only=True):
    """What a header says of itself."""

    sop_uid: str
    series_uid: str
    study_uid: str
    place: int
    """Where the pixel data's value begins."""
    length: int | None
    """The value's length in bytes, UNDEFINED for an encapsulated one, None when there is no pixel data."""
    implicit: bool
    """Whether its elements are written without their VRs."""
    patient_id: str = ""
    """PatientID's bytes, one character each: to tell two from each other, not to be read."""


def glance(head: bytes, *, whole: bool) -> Glance:
    """Read the first bytes of a file; ``whole`` says that there are no more. Raises Uncommon or Short."""
    try:
        elements, place = _after_meta(head)
        uids, place, length = elements.up_to_pixels(place)
    except (StructError, IndexError):
        # the bytes end inside an element: of a whole file that is damage
        raise (Uncommon if whole else Short) from None
    if length is None and not whole:
        raise Short
    if not (uids.get(_SOP_CLASS) and uids.get(_SOP_INSTANCE)):
        raise Uncommon
    return Glance(
        sop_uid=uids[_SOP_INSTANCE],
        series_uid=uids.get(_SERIES, ""),
        study_uid=uids.get(_STUDY, ""),
        place=place,
        length=length,
        implicit=not elements.explicit,
        patient_id=uids.get(_PATIENT_ID, ""),
    )


def _after_meta(head: bytes) -> tuple["_Elements", int]:
    """The data set's reader by the transfer syntax, and where it begins."""
    if head[128:132] != b"DICM":
        raise Uncommon
    meta, place, syntax = _Elements(head, explicit=True), 132, b""
    while place < len(head) and head[place : place + 2] == b"\2\0":
        tag, _, start, length = meta.at(place)
        if tag == _SYNTAX:
            syntax = head[start : start + length].rstrip(b"\0 ")
        place = meta.behind(start, length)
    if syntax == _IMPLICIT:
        if head[place + 4 : place + 6].isalpha() and head[place + 4 : place + 6].isupper():
            raise Uncommon  # it says implicit and has VRs
        return _Elements(head, explicit=False), place
    if syntax in _EXPLICIT or syntax.startswith(_EXPLICIT[1]):
        return _Elements(head, explicit=True), place
    raise Uncommon


class _Elements:
    """Walks the elements of a data set in a buffer."""

    def __init__(self, head: bytes, *, explicit: bool) -> None:
        self._head = head
        self.explicit = explicit

    def up_to_pixels(self, place: int) -> tuple[dict[int, str], int, int | None]:
        """Wanted UIDs, PatientID, where the pixel data's value begins, its length (None: no pixel data)."""
        uids: dict[int, str] = {}
        before = _LAST_META
        while place < len(self._head):
            tag, vr, start, length = self.at(place)
            if tag <= before:
                raise Uncommon  # tags ascend (PS3.5 7.1); nothing is believed of a file where they do not
            if tag in PIXEL_TAGS:
                return uids, start, length
            if tag in _WANTED:
                uids[tag] = self._uid(vr, start, length)
            elif tag == _PATIENT_ID:
                uids[tag] = self._head[start : self.behind(start, length)].rstrip(b"\0 ").decode("latin-1")
            before = tag
            place = self.behind(start, length) if length != UNDEFINED else self._behind_items(vr, start)
        return uids, place, None

    def at(self, place: int) -> tuple[int, bytes, int, int]:
        """Tag, VR, and where the value begins with its length, of the element at a place."""
        if not self.explicit:
            group, element, length = _WITHOUT_VR.unpack_from(self._head, place)
            return group << 16 | element, b"", place + 8, length
        group, element, vr, length = _WITH_VR.unpack_from(self._head, place)
        if vr in LONG_VRS:
            (length,) = _LENGTH.unpack_from(self._head, place + 8)
            return group << 16 | element, vr, place + 12, length
        if not (vr.isalpha() and vr.isupper()):
            raise Uncommon
        return group << 16 | element, vr, place + 8, length

    def behind(self, start: int, length: int) -> int:
        """Where the next element begins; raises IndexError when this one is cut off."""
        if length == UNDEFINED:
            raise Uncommon
        if start + length > len(self._head):
            raise IndexError
        return start + length

    def _behind_items(self, vr: bytes, place: int) -> int:
        """The end of a sequence of undefined length."""
        if self.explicit and vr != b"SQ":
            raise Uncommon
        while True:
            group, element, length = _WITHOUT_VR.unpack_from(self._head, place)
            tag, place = group << 16 | element, place + 8
            if tag == _SEQUENCE_END:
                return place
            if tag != _ITEM:
                raise Uncommon
            place = self._behind_item(place) if length == UNDEFINED else self.behind(place, length)

    def _behind_item(self, place: int) -> int:
        while self._head[place : place + 4] != b"\xfe\xff\x0d\xe0":
            _, vr, start, length = self.at(place)
            place = self.behind(start, length) if length != UNDEFINED else self._behind_items(vr, start)
        return place + 8

    def _uid(self, vr: bytes, start: int, length: int) -> str:
        value = self._head[start : self.behind(start, length)].rstrip(b"\0 ")
        if vr not in (b"", b"UI") or not _DIGITS.issuperset(value):
            raise Uncommon
        return value.decode("ascii")
