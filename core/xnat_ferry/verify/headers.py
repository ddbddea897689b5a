"""Compares two headers element by element. Values are looked at and never kept: they may name a patient."""

from collections.abc import Iterator
from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from pydicom import DataElement, Dataset


class Change(StrEnum):
    """What became of an element."""

    ADDED = "added"
    REMOVED = "removed"
    OTHER = "changed"


class HeaderChange(Struct, frozen=True, kw_only=True):
    """One element that is not the same in both headers."""

    tag: int
    within: tuple[int, ...] = ()
    """The sequences around it, outermost first."""
    creator: str = ""
    """The private creator's name, for an element of an odd group."""
    change: Change

    def __str__(self) -> str:
        return f"{tag_name(self.tag)} {self.change}"


def tag_name(tag: int) -> str:
    """``PatientName`` where it has a keyword, else ``(0019,100A)``."""
    from pydicom.datadict import keyword_for_tag

    return keyword_for_tag(tag) or f"({tag >> 16:04X},{tag & 0xFFFF:04X})"


def compare_headers(sent: "Dataset", there: "Dataset") -> tuple[HeaderChange, ...]:
    """Every element that only one of them has, or that differs; pixel data and group lengths left out.

    A sequence whose items have become more or fewer is one change; else its items are compared in turn.
    """
    return tuple(_changes(sent, there, ()))


_FIRST_BULK = 0x7FE00000


def _changes(sent: "Dataset", there: "Dataset", within: tuple[int, ...]) -> Iterator[HeaderChange]:
    for tag in sorted({int(tag) for tag in (*sent.keys(), *there.keys())}):
        if tag & 0xFFFF == 0 or (tag >= _FIRST_BULK and not within):
            continue
        one, other = _element(sent, tag), _element(there, tag)
        creator = _creator(one) or _creator(other)
        if one is None or other is None:
            change = Change.ADDED if one is None else Change.REMOVED
            yield HeaderChange(tag=tag, within=within, creator=creator, change=change)
        elif one.VR == other.VR == "SQ" and len(one.value) == len(other.value):
            for item, twin in zip(one.value, other.value, strict=True):
                yield from _changes(item, twin, (*within, tag))
        elif _text(one) != _text(other):
            yield HeaderChange(tag=tag, within=within, creator=creator, change=Change.OTHER)


def _element(dataset: "Dataset", tag: int) -> "DataElement | None":
    return dataset.get(tag)


def _creator(element: "DataElement | None") -> str:
    return str(getattr(element, "private_creator", None) or "")


def _text(element: "DataElement") -> object:
    """The value for comparing: padding and the way it was encoded do not count (PS3.5 6.2)."""
    value = element.value
    if isinstance(value, bytes):
        return value.rstrip(b"\0 ")
    if element.VM > 1:
        return [str(one).strip("\0 ") for one in value]
    return "" if value is None else str(value).strip("\0 ")
