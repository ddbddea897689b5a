"""A DICOM object on its way: the header read once, the pixels carried untouched (PS3.5, PS3.10)."""

import struct
from bisect import bisect_left
from collections.abc import Iterator
from copy import copy
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from pydicom import dcmread
from pydicom.charset import convert_encodings, decode_bytes, default_encoding
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset, FileDataset
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_file_meta_info
from pydicom.uid import UID, DeflatedExplicitVRLittleEndian
from pydicom.valuerep import EXPLICIT_VR_LENGTH_32

from xnat_ferry.practice.dicom.elements import (
    TEXT,
    Edits,
    Element,
    as_element,
    encoded,
    is_plain,
    kind_of,
    plainly,
    text_of,
)
from xnat_ferry.practice.dicom.storing import PIECE, Written, stored, with_a_bit_turned

_FIRST = 64 * 1024
"""What is read before the first look; nearly every header ends within."""
_PIXELS = 0x7FE00000
_DELIMITERS = {0x0A, 0x0D, 0x09, 0x0C}
_SOP_INSTANCE_UID = 0x00080018


class Unreadable(Exception):
    """Not a DICOM object, or broken within its header."""


class Instance:
    """One object, of which only the header has been read."""

    def __init__(self, header: FileDataset, head: bytes, after: bytes, more: BinaryIO) -> None:
        self.header = header
        """Everything before the pixels; raw elements stay raw, so that reading costs little."""
        self._head, self._after, self._more = head, after, more
        self._encodings: list[str] | None = None

    def text(self, tag: int) -> str:
        """An element as text, values separated by backslashes; "" where there is none."""
        if tag not in self.header:
            return ""
        element = self.header.get_item(tag)
        if isinstance(element, RawDataElement):
            kind = element.VR or kind_of(tag)
            if kind in TEXT:
                return self._decoded(element.value or b"", kind)
        value = self.header[tag].value
        if isinstance(value, str) or not hasattr(value, "__iter__"):
            return "" if value is None else str(value)
        return "\\".join(map(str, value))

    def _decoded(self, value: bytes, kind: str) -> str:
        if kind in ("CS", "DA", "DS", "IS", "TM", "UI"):
            return value.decode("latin-1").strip(" \0")
        return decode_bytes(value, self.encodings, _DELIMITERS).strip(" \0")

    @property
    def encodings(self) -> list[str]:
        """How its text is written (PS3.3 C.12.1.1.2)."""
        if self._encodings is None:
            named = self.text(0x00080005).split("\\")
            self._encodings = convert_encodings(named) if any(named) else [default_encoding]
        return self._encodings

    def write(self, place: Path, edits: Edits, *, digest: bool = True, turned: bool = False) -> Written:
        """Store it with some elements changed; ``turned`` turns one bit of the bytes, as a bad disk does."""
        pieces = self._pieces(edits)
        return stored(with_a_bit_turned(pieces) if turned else pieces, place, digest)

    def _pieces(self, edits: Edits) -> Iterator[bytes]:
        head = self._edited(edits) if edits else self._head
        if head is None:
            yield _rewritten(self._head + self._after + self._more.read(), edits)
            return
        # one piece where it is small, since two calls for each object would be felt
        yield head + self._after
        while piece := self._more.read(PIECE):
            yield piece

    def _edited(self, edits: Edits) -> bytes | None:
        """The header's bytes with the edits in place; None where only writing all anew will do."""
        if max(edits) >= _PIXELS or _transfer_syntax(self.header) == DeflatedExplicitVRLittleEndian:
            return None
        order = [int(tag) for tag in self.header.keys()]  # noqa: SIM118  a dataset iterates over elements
        if order != sorted(order):
            return None
        try:
            bounds = _Bounds(self, order)
            parts, copied = [self._preface(edits, bounds.begin(0))], bounds.begin(0)
            for tag in sorted(edits):
                place = bisect_left(order, tag)
                begin = bounds.begin(place)
                parts.append(self._head[copied:begin])
                there = place < len(order) and order[place] == tag
                copied = bounds.begin(place + 1) if there else begin
                element = edits[tag]
                if element is not None:
                    parts.append(self._encoded(tag, element))
        except _Astray:
            return None
        parts.append(self._head[copied:])
        return b"".join(parts)

    def _preface(self, edits: Edits, end: int) -> bytes:
        """Preamble and file meta as they came, but for a new SOPInstanceUID, which is the file's too."""
        new, meta = edits.get(_SOP_INSTANCE_UID), self.header.file_meta
        if new is None or "MediaStorageSOPInstanceUID" not in meta:
            return self._head[:end]
        meta = copy(meta)
        meta.MediaStorageSOPInstanceUID = UID(text_of(new))
        out = DicomBytesIO()
        write_file_meta_info(out, meta, enforce_standard=False)
        return self._head[:132] + out.getvalue()

    def _encoded(self, tag: int, element: Element) -> bytes:
        implicit, little = map(bool, self.header.original_encoding)
        if is_plain(element):
            return plainly(tag, element, implicit, little)
        return encoded(tag, element, self.encodings, implicit=implicit, little=little)

    def begin_of(self, tag: int) -> int:
        """Where an element begins. Raises _Astray if the bytes do not bear it out."""
        implicit, little = self.header.original_encoding
        element = self.header.get_item(tag)
        raw = isinstance(element, RawDataElement)
        value = element.value_tell if isinstance(element, RawDataElement) else element.file_tell
        short = implicit or (raw and element.VR is None) or element.VR not in EXPLICIT_VR_LENGTH_32
        begin = (value or 0) - (8 if short else 12)
        found = struct.unpack_from("<HH" if little else ">HH", self._head, begin) if begin >= 0 else None
        if found != (tag >> 16, tag & 0xFFFF):
            raise _Astray
        return begin

    @property
    def length(self) -> int:
        """The header's bytes."""
        return len(self._head)


class _Astray(Exception):
    """The bytes are not where the parser said."""


class _Bounds:
    """Where elements begin, by their place in the order; one past the last is the header's end."""

    def __init__(self, instance: Instance, order: list[int]) -> None:
        self._instance, self._order = instance, order

    def begin(self, place: int) -> int:
        if place == len(self._order):
            return self._instance.length
        return self._instance.begin_of(self._order[place])


def read_instance(stream: BinaryIO) -> Instance:
    """Read as much of a stream as its header takes. Raises Unreadable."""
    head = stream.read(_FIRST)
    if not _looks_like_dicom(head):
        raise Unreadable
    while True:
        header, ends = _parsed(head)
        if header is not None and ends < len(head):
            return Instance(header, head[:ends], head[ends:], stream)
        further = stream.read(max(len(head), _FIRST))
        if not further:
            break
        head += further
    if header is None:
        raise Unreadable
    return Instance(header, head, b"", BytesIO())


def _parsed(head: bytes) -> tuple[FileDataset | None, int]:
    """The header if it can be read from these bytes, and where it ends: at the pixels, or with them all."""
    stream = BytesIO(head)
    try:
        header = dcmread(stream, stop_before_pixels=True, force=True)
    except Exception:  # pydicom has many ways to give up on bytes that are no DICOM
        return None, len(head)
    if _transfer_syntax(header) == DeflatedExplicitVRLittleEndian:
        return header, len(head)
    return header, stream.tell()


def _looks_like_dicom(head: bytes) -> bool:
    """A preamble, or a data set that begins with one of the groups that begin data sets."""
    if head[128:132] == b"DICM":
        return True
    return len(head) > 8 and head[:2] in (b"\x02\x00", b"\x08\x00", b"\x00\x08") and head[2:4] != b"  "


def _transfer_syntax(header: Dataset) -> str:
    meta = getattr(header, "file_meta", None)
    return str(meta.get("TransferSyntaxUID", "")) if meta is not None else ""


def _rewritten(content: bytes, edits: Edits) -> bytes:
    """The slow way, for what has to be written anew as a whole."""
    dataset = dcmread(BytesIO(content), force=True)
    for tag, element in edits.items():
        if element is not None:
            dataset[tag] = as_element(tag, element)
        elif tag in dataset:
            del dataset[tag]
    if edits.get(_SOP_INSTANCE_UID) is not None and "MediaStorageSOPInstanceUID" in dataset.file_meta:
        dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    out = BytesIO()
    dataset.save_as(out, enforce_file_format=False)
    return out.getvalue()
