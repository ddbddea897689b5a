"""What the elements of a data set are, told without their values: they may name a patient."""

import hashlib
from collections.abc import Iterator, Mapping, MutableSequence
from itertools import islice
from struct import Struct as Layout
from typing import IO, TYPE_CHECKING, Any, BinaryIO, TypeGuard, cast

from msgspec import Struct

from xnat_ferry.dicom.glance import PIXEL_TAGS, UNDEFINED

if TYPE_CHECKING:
    from pydicom import Dataset
    from pydicom.dataelem import DataElement, RawDataElement

Key = tuple[int, ...]
"""Where an element stands: its tag, behind the tag and item number of each sequence around it."""


class Fact(Struct, frozen=True):
    """What an element is, told without its value."""

    digest: bytes
    """Of its value as encoded; of a sequence, how many items it has."""
    creator: str = ""
    """The private creator's name, for an element of an odd group."""


Facts = Mapping[Key, Fact]
"""Elements for comparing; group lengths and the padding at a file's end are left out."""


class Header(Struct, frozen=True):
    """All elements of a file but the pixel data."""

    head: Facts
    """Those before the pixel data; all, where there is none."""
    tail: Facts
    """Those behind it."""


LARGE = 64 * 1024
"""Bytes from which a value is digested where it lies in the file, and never held."""
_PIECE = 256 * 1024
_MOST = 64 * 1024 * 1024
"""Bytes of elements that are held at once: a sequence is, with all that is in it."""
_LEAST = 24
"""Bytes that each read of them counts for: read piece by piece, they take more memory than in the file."""
_MOST_FACTS = 500_000
"""Each takes half a kilobyte; the header of a thousand frames has some 60,000."""
_PADDING = 0xFFFCFFFC
"""DataSetTrailingPadding, which means nothing (PS3.10 7.2)."""
_PIXELS = {Layout(order + "HH").pack(tag >> 16, tag & 0xFFFF) for tag in PIXEL_TAGS for order in "<>"}
_ITEM = (b"\xfe\xff\x00\xe0", b"\xff\xfe\xe0\x00")
_SYNTAX = 0x00020010
_NATIVE = frozenset({"", "1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.1.99"})
"""Transfer syntaxes of pixel data that are not compressed, little endian; without one it is the first."""
_SHORTEST = 8
"""Bytes that the shortest element takes (PS3.5 7.1)."""
_TEXT = frozenset(
    {"AE", "AS", "CS", "DA", "DS", "DT", "IS", "LO", "LT", "PN", "SH", "ST", "TM", "UC", "UI", "UR", "UT"}
)


class NotWhole(ValueError):
    """The elements do not reach to the end of the bytes, or are too large to be told."""


def header_facts(dataset: "Dataset", file: BinaryIO | None = None) -> Facts:
    """The facts of a data set fresh from a file, nested ones too, and of how its pixel data are encoded.

    Numbers are compared as they are encoded, so none may have been decoded before. Values that were left in
    the ``file`` are digested there. Items of sequences are emptied. Raises NotWhole and what pydicom does.
    """
    facts, meta = dict(islice(_facts(dataset, (), file), _MOST_FACTS)), getattr(dataset, "file_meta", None)
    if len(facts) == _MOST_FACTS:
        raise NotWhole
    if meta is not None:
        syntax = str(meta.get("TransferSyntaxUID", ""))
        facts[_SYNTAX,] = Fact(b"" if syntax in _NATIVE else syntax.encode())
    return facts


def facts_up_to_pixels(file: BinaryIO) -> Facts:
    """The facts of a DICOM file that is at its start, up to its pixel data, where it then stands.

    Memory does not grow with large values. Raises NotWhole, and whatever pydicom does.
    """
    from xnat_ferry.dicom.loaded import uid
    from xnat_ferry.dicom.opening import open_dicom

    measured = cast(IO[bytes], _Measured(file))
    dataset = open_dicom(measured, force=True, stop_before_pixels=True, defer_size=LARGE)
    if dataset.file_meta.get("TransferSyntaxUID") == uid.DeflatedExplicitVRLittleEndian:
        file.seek(0)  # once more: what was passed over lies in no file
        return header_facts(open_dicom(cast(IO[bytes], file), force=True, stop_before_pixels=True))
    end = file.tell()
    if file.read(4) not in _PIXELS:
        file.seek(end)
        _insist_on_the_end(file)
    facts = header_facts(dataset, file)
    file.seek(end)
    return facts


def facts_to_the_end(file: BinaryIO, *, implicit: bool, little: bool) -> Facts:
    """The facts of all elements from where a file stands. Raises NotWhole, and whatever pydicom does."""
    from xnat_ferry.dicom.loaded import filereader

    measured = cast(BinaryIO, _Measured(file))
    dataset = filereader.read_dataset(measured, implicit, little, defer_size=LARGE)
    _insist_on_the_end(file)
    return header_facts(dataset, file)


def digest_of(facts: Facts) -> str:
    """MD5 of some elements, in hex, however they are encoded; "" for none."""
    if not facts:
        return ""
    digest = hashlib.md5(usedforsecurity=False)
    for key, fact in sorted(facts.items()):
        digest.update(b"%d" % len(key) + b"".join(part.to_bytes(4) for part in key))
        digest.update(b"%d:" % len(fact.digest) + fact.digest)
    return digest.hexdigest()


def _insist_on_the_end(file: BinaryIO) -> None:
    """Raises NotWhole unless no further element fits between where a file stands and its end."""
    place = file.tell()
    if not 0 <= file.seek(0, 2) - place < _SHORTEST:
        raise NotWhole


class _Measured:
    """Lets so much be read of a file and no more; what is passed over does not count."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self._left = file, _MOST
        self.seek, self.tell = file.seek, file.tell

    def read(self, count: int = -1) -> bytes:
        piece = self._file.read(count if 0 <= count <= self._left else self._left + 1)
        self._left -= max(len(piece), _LEAST)
        if self._left < 0:
            raise NotWhole
        return piece


def _facts(dataset: "Dataset", above: Key, file: BinaryIO | None) -> Iterator[tuple[Key, Fact]]:
    # all first: decoding a sequence makes pydicom decode PixelRepresentation, too
    encoded: dict[int, Any] = {int(tag): dataset.get_item(tag, keep_deferred=True) for tag in dataset.keys()}  # noqa: SIM118
    for tag, raw in encoded.items():
        if tag & 0xFFFF == 0 or (tag == _PADDING and not above):
            continue
        key, creator = (*above, tag), _creator(dataset, tag)
        if _is_left(raw):
            if not _may_be_items(raw, file):
                yield key, Fact(_digest_in(raw, file), creator)
                continue
            dataset[tag] = raw = raw._replace(value=_held(raw, file))
        vr = _vr(dataset, raw)
        if vr == "SQ":
            items = dataset[tag].value
            yield key, Fact(str(len(items)).encode(), creator)
            for number, item in enumerate(items):
                yield from _facts(item, (*key, number), file)
                item.clear()  # decoded, it takes many times its bytes
        else:
            yield key, Fact(_digest(raw.value, vr), creator)


def _vr(dataset: "Dataset", element: "DataElement | RawDataElement") -> str:
    """Its VR; nothing is decoded for that, which is slow, and fails with values that are no such thing.

    What is encoded as unknown stays that, unless it is known to be a sequence (PS3.5 6.2.2).
    """
    from xnat_ferry.dicom.loaded import hooks

    if element.VR not in (None, "UN") or not element.is_raw:
        return str(element.VR)
    found: dict[str, Any] = {}
    hooks.raw_element_vr(cast("RawDataElement", element), found, ds=dataset)
    return str(found["VR"]) if element.VR is None or found["VR"] == "SQ" else "UN"


def _is_left(element: "DataElement | RawDataElement") -> "TypeGuard[RawDataElement]":
    """Whether its value was left in the file."""
    return element.value is None and bool(getattr(element, "length", 0))


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
    if vr in _TEXT and len(encoded) <= LARGE:
        encoded = b"\\".join(part.strip(b" \0") for part in encoded.split(b"\\"))
    elif len(encoded) % 2:
        encoded += b"\0"
    return hashlib.blake2b(encoded, digest_size=16).digest()


def _may_be_items(raw: "RawDataElement", file: BinaryIO | None) -> bool:
    """Whether a value that lies in the file is a sequence's: those are gone through, item by item."""
    if file is None or raw.length == UNDEFINED:
        raise NotWhole
    file.seek(raw.value_tell)
    return raw.VR == "SQ" or (raw.VR in (None, "UN") and file.read(4) in _ITEM)


def _held(raw: "RawDataElement", file: BinaryIO | None) -> bytes:
    assert file is not None
    file.seek(raw.value_tell)
    if raw.length > _MOST:
        raise NotWhole
    return file.read(raw.length)


def _digest_in(raw: "RawDataElement", file: BinaryIO | None) -> bytes:
    """The digest of a value that lies in the file, as :func:`_digest` has it."""
    assert file is not None
    file.seek(raw.value_tell)
    digest, left = hashlib.blake2b(digest_size=16), raw.length
    while left > 0 and (piece := file.read(min(left, _PIECE))):
        digest.update(piece)
        left -= len(piece)
    if (raw.length - left) % 2:
        digest.update(b"\0")
    return digest.digest()
