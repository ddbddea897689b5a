"""Compares two headers element by element. Values are looked at and never kept: they may name a patient."""

import hashlib
from collections.abc import Iterator, Mapping, MutableSequence
from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from pydicom import Dataset

Key = tuple[int, ...]
"""Where an element stands: its tag, behind the tag and item number of each sequence around it."""


class Fact(Struct, frozen=True):
    """What an element is, told without its value."""

    digest: bytes
    """Of its value as encoded; of a sequence, how many items it has."""
    creator: str = ""
    """The private creator's name, for an element of an odd group."""


Header = Mapping[Key, Fact]
"""A header for comparing, pixel data and group lengths left out."""


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
    from pydicom.datadict import keyword_for_tag

    return keyword_for_tag(tag) or f"({tag >> 16:04X},{tag & 0xFFFF:04X})"


def header_facts(dataset: "Dataset") -> Header:
    """The facts of a data set fresh from a file, read up to its pixel data; nested ones too.

    Numbers are compared as they are encoded, so none may have been decoded before.
    """
    return dict(_facts(dataset, ()))


def compare_headers(sent: Header, there: Header) -> tuple[HeaderChange, ...]:
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


_FIRST_BULK = 0x7FE00000
_TEXT = frozenset(
    {"AE", "AS", "CS", "DA", "DS", "DT", "IS", "LO", "LT", "PN", "SH", "ST", "TM", "UC", "UI", "UR", "UT"}
)


def _facts(dataset: "Dataset", above: Key) -> Iterator[tuple[Key, Fact]]:
    # all first: decoding a sequence makes pydicom decode PixelRepresentation, too
    encoded = {int(tag): dataset.get_item(tag) for tag in dataset.keys()}  # noqa: SIM118  not a dict
    for tag, raw in encoded.items():
        if tag & 0xFFFF == 0 or (tag >= _FIRST_BULK and not above):
            continue
        key = (*above, tag)
        creator = _creator(dataset, tag)
        vr = raw.VR or dataset[tag].VR
        # decoding is slow, and an unknown value alone may turn out to be a sequence (PS3.5 6.2.2)
        if vr == "SQ" or (vr == "UN" and dataset[tag].VR == "SQ"):
            items = dataset[tag].value
            yield key, Fact(str(len(items)).encode(), creator)
            for number, item in enumerate(items):
                yield from _facts(item, (*key, number))
        else:
            yield key, Fact(_digest(raw.value, vr), creator)


def _creator(dataset: "Dataset", tag: int) -> str:
    """Who reserved the block of a private element (PS3.5 7.8.1)."""
    group, element = tag >> 16, tag & 0xFFFF
    if group % 2 == 0 or element < 0x1000:
        return ""
    reserved = group << 16 | element >> 8
    return str(dataset[reserved].value) if reserved in dataset else ""


def _digest(value: object, vr: str) -> bytes:
    """Padding does not count (PS3.5 6.2), nor whether a text was decoded on the way."""
    if isinstance(value, bytes):
        encoded = value
    elif isinstance(value, MutableSequence):
        encoded = "\\".join(map(str, value)).encode()
    else:
        encoded = b"" if value is None else str(value).encode()
    if vr in _TEXT:
        encoded = b"\\".join(part.strip(b" \0") for part in encoded.split(b"\\"))
    elif len(encoded) % 2:
        encoded += b"\0"
    return hashlib.blake2b(encoded, digest_size=16).digest()
