"""Compares two headers element by element. Values are looked at and never kept: they may name a patient."""

from enum import StrEnum

from msgspec import Struct

from xnat_ferry.dicom.facts import Fact, Facts, Key
from xnat_ferry.dicom.tail import NO_ELEMENT


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
    change: Change

    def __str__(self) -> str:
        return f"{tag_name(self.tag)} {self.change}"


def tag_name(tag: int) -> str:
    """``PatientName`` where it has a keyword, else ``(0019,100A)``."""
    from xnat_ferry.dicom.loaded import datadict

    if tag == NO_ELEMENT:
        return "what follows the image"
    return datadict.keyword_for_tag(tag) or f"({tag >> 16:04X},{tag & 0xFFFF:04X})"


def compare_headers(sent: Facts, there: Facts) -> tuple[HeaderChange, ...]:
    """Every element that only one of them has, or that differs.

    A sequence whose items have become more or fewer is one change; else its items are compared in turn.
    """
    found: dict[Key, HeaderChange] = {}
    for key in sorted({*sent, *there}):
        one, other = sent.get(key), there.get(key)
        same = one is not None and other is not None and one.digest == other.digest
        if not same and not any(key[:length] in found for length in range(1, len(key), 2)):
            found[key] = _change(key, one, other)
    return tuple(found.values())


def _change(key: Key, one: Fact | None, other: Fact | None) -> HeaderChange:
    known = one or other
    assert known is not None
    return HeaderChange(
        tag=key[-1],
        within=key[:-1:2],
        creator=known.creator,
        change=Change.ADDED if one is None else Change.REMOVED if other is None else Change.OTHER,
    )
