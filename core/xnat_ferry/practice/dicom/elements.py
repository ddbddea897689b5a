"""Elements that scripts put into a header: as values, as pydicom has them, as bytes (PS3.5 7.1)."""

import struct
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple, TypeGuard

from pydicom import config
from pydicom.datadict import dictionary_VR
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_data_element
from pydicom.sequence import Sequence
from pydicom.valuerep import EXPLICIT_VR_LENGTH_32

_SHORT_LENGTH = 0xFFFE
"""What most elements' length field can hold."""
TEXT = {"AE", "AS", "CS", "DA", "DS", "DT", "IS", "LO", "LT", "PN", "SH", "ST", "TM", "UC", "UI", "UR", "UT"}
"""The VRs whose values are text."""


class Plain(NamedTuple):
    """An element of text, which is most of what scripts write."""

    VR: str
    value: str


class Items(NamedTuple):
    """A sequence of items of text."""

    items: tuple[tuple[tuple[int, Plain], ...], ...]
    VR: str = "SQ"


Element = Plain | Items | DataElement
Edits = Mapping[int, Element | None]
"""New elements by tag; None takes one away."""


def new_element(tag: int, kind: str | None, value: str) -> Element:
    """An element to put in; a tag that keeps no VR gets the dictionary's, or LO. Raises ValueError."""
    kind = (kind or kind_of(tag)).partition(" ")[0]
    if kind in TEXT:
        return Plain(kind, value)
    number: object = value
    if kind in ("US", "SS", "UL", "SL", "UV", "SV"):
        number = int(value)
    elif kind in ("FL", "FD"):
        number = float(value)
    return DataElement(tag, kind, number, validation_mode=config.IGNORE)


def as_element(tag: int, element: Element) -> DataElement:
    """As pydicom has it."""
    if isinstance(element, Plain):
        return DataElement(tag, element.VR, element.value, validation_mode=config.IGNORE)
    if isinstance(element, Items):
        return DataElement(tag, "SQ", Sequence(map(as_dataset, element.items)))
    return element


def as_dataset(item: tuple[tuple[int, Plain], ...]) -> Dataset:
    """One item as pydicom has it."""
    made = Dataset()
    for tag, element in item:
        made[tag] = as_element(tag, element)
    return made


def text_of(element: Element) -> str:
    """What an edit writes, as text; "" for a sequence."""
    return "" if isinstance(element, Items) else str(element.value)


def kind_of(tag: int) -> str:
    """The VR that the dictionary has for a tag (PS3.6); LO where it has none."""
    try:
        return dictionary_VR(tag)
    except KeyError:
        return "LO"


def is_plain(element: Element) -> TypeGuard[Plain | Items]:
    """Whether :func:`plainly` can write it."""
    return isinstance(element, Items) or (
        isinstance(element, Plain) and element.value.isascii() and len(element.value) < _SHORT_LENGTH
    )


@lru_cache(maxsize=1024)
def plainly(tag: int, element: Plain | Items, implicit: bool, little: bool) -> bytes:
    """The bytes of text in ASCII, and of items of such: the same few come with every object of a session."""
    order = "<" if little else ">"
    if isinstance(element, Items):
        value = b"".join(_item(item, implicit, little) for item in element.items)
    else:
        value = element.value.encode("ascii")
        value += (b"\0" if element.VR == "UI" else b" ") * (len(value) % 2)
    head = struct.pack(f"{order}HH", tag >> 16, tag & 0xFFFF)
    if implicit:
        return head + struct.pack(f"{order}L", len(value)) + value
    if element.VR in EXPLICIT_VR_LENGTH_32:
        return head + element.VR.encode() + struct.pack(f"{order}HL", 0, len(value)) + value
    return head + element.VR.encode() + struct.pack(f"{order}H", len(value)) + value


def _item(item: tuple[tuple[int, Plain], ...], implicit: bool, little: bool) -> bytes:
    content = b"".join(plainly(tag, element, implicit, little) for tag, element in item)
    return struct.pack("<HHL" if little else ">HHL", 0xFFFE, 0xE000, len(content)) + content


def encoded(tag: int, element: Element, encodings: list[str], *, implicit: bool, little: bool) -> bytes:
    """The bytes of any element; ``encodings`` are those of the data set, by Python's names."""
    out = DicomBytesIO()
    out.is_implicit_VR, out.is_little_endian = implicit, little
    write_data_element(out, as_element(tag, element), encodings)
    return out.getvalue()
