"""A DICOM header as a person reads it, line by line, with what may identify somebody told apart."""

from collections.abc import Iterator, MutableSequence
from typing import TYPE_CHECKING

from msgspec import Struct

from xnat_ferry.dicom.header import BULK, as_text, quietly
from xnat_ferry.dicom.profile import attribute_of

if TYPE_CHECKING:
    from pydicom import Dataset


class HeaderLine(Struct, frozen=True, kw_only=True):
    """One element. The value may name a patient: it is for the eyes of whoever asked, not for any file."""

    tag: int
    """``0x00100010`` for (0010,0010)."""
    keyword: str
    """"" where the dictionary has none: then it is private, or retired long ago."""
    vr: str
    value: str
    """Shortened; of a sequence and of bulk data, how much it is."""
    depth: int = 0
    """How many sequences are around it."""
    identifying: bool = False
    """Whether the value is shown only to whoever asks for it."""

    @property
    def place(self) -> str:
        """``(0010,0010)``."""
        return f"({self.tag >> 16:04X},{self.tag & 0xFFFF:04X})"


def read_lines(header: "Dataset") -> tuple[HeaderLine, ...]:
    """Every element in order, the items of sequences beneath them. Raises nothing for odd values."""
    with quietly():
        return tuple(_lines(header, 0, inside=False))


_DEEPEST = 8
_PATIENT = 0x0010
_FREE_TEXT = frozenset({"LT", "PN", "ST", "UC", "UN", "UT"})
_FIRST_PRIVATE_DATA = 0xFF


def is_identifying(tag: int, vr: str) -> bool:
    """Whether a value may tell who somebody is.

    That is all of the patient's group, names, free text, private elements, and what the Basic Profile changes
    (PS3.15 E.1) but for UIDs, by which files are found and which name nobody.
    """
    private = bool(tag & 0x00010000) and tag & 0xFFFF > _FIRST_PRIVATE_DATA
    return (
        private or vr in _FREE_TEXT or tag >> 16 == _PATIENT or (vr != "UI" and attribute_of(tag) is not None)
    )


def _lines(dataset: "Dataset", depth: int, *, inside: bool) -> Iterator[HeaderLine]:
    from xnat_ferry.dicom.loaded import datadict

    for tag in sorted(map(int, dataset.keys())):
        vr, value = _element(dataset, tag)
        hidden = inside or is_identifying(tag, vr)
        items = list(value) if isinstance(value, MutableSequence) and vr == "SQ" else []
        text = _amount(vr, value, len(items)) or as_text(value, vr)
        # how much there is tells nothing of anybody
        telling = hidden and bool(text) and vr not in BULK and vr != "SQ"
        yield HeaderLine(
            tag=tag,
            keyword=datadict.keyword_for_tag(tag),
            vr=vr,
            value=text,
            depth=depth,
            identifying=telling,
        )
        if depth < _DEEPEST:
            for item in items:
                yield from _lines(item, depth + 1, inside=hidden and vr == "SQ")


def _element(dataset: "Dataset", tag: int) -> tuple[str, object]:
    try:
        element = dataset[tag]
        return str(element.VR), element.value
    except Exception:  # pydicom raises many kinds for odd values
        return "UN", b""


def _amount(vr: str, value: object, items: int) -> str:
    if vr == "SQ":
        return f"{items:,} item" if items == 1 else f"{items:,} items"
    if vr in BULK and isinstance(value, bytes):
        return f"{len(value):,} bytes"
    return ""
