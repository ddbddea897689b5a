"""Archives read as they come, entry by entry, without their table of contents (wire-write 1.2, 1.6).

XNAT reads zips as a stream, and so does this: what stands before a broken place is taken, and a stored entry
with a data descriptor, whose end a stream cannot know, is refused.
"""

import gzip
import struct
import tarfile
import zlib
from collections.abc import Iterator
from io import BytesIO
from typing import BinaryIO, cast

_HEAD = struct.Struct("<4sHHHHHIIIHH")
_STORED, _DEFLATED = 0, 8
_ENCRYPTED, _DESCRIPTOR = 0x0001, 0x0008
_LARGE = 0xFFFFFFFF
_PIECE = 256 * 1024
_FORMATS = (
    ("ZIP", (".zip", ".zar")),
    ("TGZ", (".tgz", ".tar.gz")),
    ("TAR", (".tar", ".xar")),
    ("GZ", (".gz",)),
)

Entry = tuple[str, BinaryIO]


class Broken(Exception):
    """The archive cannot be read any further."""


def format_of(name: str) -> str:
    """ZIP, TAR, TGZ, GZ or UNKNOWN, by the name alone."""
    lower = name.lower()
    return next((kind for kind, endings in _FORMATS if lower.endswith(endings)), "UNKNOWN")


def entries_of(kind: str, stream: BinaryIO) -> Iterator[Entry]:
    """The files of an archive, each to be read before the next. Raises Broken."""
    return _of_zip(stream) if kind == "ZIP" else _of_tar(stream, packed=kind == "TGZ")


def _of_tar(stream: BinaryIO, *, packed: bool) -> Iterator[Entry]:
    try:
        plain = cast(BinaryIO, gzip.GzipFile(fileobj=stream, mode="rb")) if packed else stream
        with tarfile.open(fileobj=plain, mode="r|") as archive:
            for member in archive:
                if not member.isdir():
                    opened = archive.extractfile(member) if member.isfile() else None
                    yield member.name, cast(BinaryIO, opened or BytesIO())
    except (tarfile.TarError, EOFError, zlib.error, OSError) as error:
        raise Broken(str(error)) from None


def _of_zip(stream: BinaryIO) -> Iterator[Entry]:
    """Until something else than a file's head comes; what never was a zip has no entries."""
    source = _Source(stream)
    while True:
        head = source.read(_HEAD.size)
        if len(head) < _HEAD.size or head[:4] != b"PK\x03\x04":
            return
        entry = _Head(source, head)
        reader = entry.reader(source)
        if not entry.name.endswith("/"):
            yield entry.name, cast(BinaryIO, reader)
        reader.finish()


class _Head:
    """The head of one file in a zip (PKWARE's APPNOTE 4.3.7)."""

    def __init__(self, source: "_Source", head: bytes) -> None:
        _, _, self.flags, self.method, _, _, self.crc, self.packed, self.size, name, extra = _HEAD.unpack(
            head
        )
        self.name = source.exactly(name).decode("utf-8" if self.flags & 0x0800 else "cp437")
        self.large = False
        self._read_extra(source.exactly(extra))

    def _read_extra(self, extra: bytes) -> None:
        """Sizes of large files stand in a field of their own."""
        while len(extra) >= 4:
            kind, length = struct.unpack_from("<HH", extra)
            if kind == 1:
                self.large = True
                if length >= 16 and _LARGE in (self.size, self.packed):
                    self.size, self.packed = struct.unpack_from("<QQ", extra, 4)
            extra = extra[4 + length :]

    def reader(self, source: "_Source") -> "_Stored | _Inflated":
        """What gives its content; raises Broken for what Java's reader does not read."""
        if self.flags & _ENCRYPTED:
            raise Broken("encrypted ZIP entry not supported")
        if self.method == _DEFLATED:
            return _Inflated(source, self)
        if self.method != _STORED:
            raise Broken("invalid compression method")
        if self.flags & _DESCRIPTOR:
            raise Broken("only DEFLATED entries can have EXT descriptor")
        return _Stored(source, self)


class _Source:
    """A stream to which bytes can be given back."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream, self._back = stream, b""

    def read(self, size: int) -> bytes:
        if not self._back:
            return self._stream.read(size)
        given, self._back = self._back[:size], self._back[size:]
        return given if len(given) == size else given + self._stream.read(size - len(given))

    def exactly(self, size: int) -> bytes:
        found = self.read(size)
        if len(found) < size:
            raise Broken("Unexpected end of ZLIB input stream")
        return found

    def give_back(self, data: bytes) -> None:
        self._back = data + self._back


class _Content:
    """The bytes of one entry, checked at their end."""

    def __init__(self, source: _Source, head: _Head) -> None:
        self._source, self._head = source, head
        self._crc, self._done = 0, False

    def read(self, size: int = -1) -> bytes:
        """As many bytes as that, fewer only at the end. Raises Broken."""
        if size < 0:
            return b"".join(iter(lambda: self._next(_PIECE), b""))
        found = self._next(size)
        while len(found) < size and (piece := self._next(size - len(found))):
            found += piece
        return found

    def _next(self, wanted: int) -> bytes:
        if self._done:
            return b""
        piece = self._piece(wanted)
        self._crc = zlib.crc32(piece, self._crc)
        if self._done and self._crc != self._head.crc:
            raise Broken("invalid entry CRC")
        return piece

    def _piece(self, wanted: int) -> bytes:
        raise NotImplementedError

    def finish(self) -> None:
        """Read what nobody wanted, so that the next entry can come."""
        while self._next(_PIECE):
            pass


class _Stored(_Content):
    def __init__(self, source: _Source, head: _Head) -> None:
        super().__init__(source, head)
        self._left = head.size

    def _piece(self, wanted: int) -> bytes:
        piece = self._source.exactly(min(wanted, self._left))
        self._left -= len(piece)
        self._done = self._left == 0
        return piece


class _Inflated(_Content):
    def __init__(self, source: _Source, head: _Head) -> None:
        super().__init__(source, head)
        self._inflating = zlib.decompressobj(-zlib.MAX_WBITS)
        self._size = 0

    def _piece(self, wanted: int) -> bytes:
        piece = b""
        while not piece and not self._inflating.eof:
            fresh = self._inflating.unconsumed_tail or self._source.read(_PIECE)
            if not fresh:
                raise Broken("Unexpected end of ZLIB input stream")
            try:
                piece = self._inflating.decompress(fresh, wanted)
            except zlib.error as error:
                raise Broken(str(error)) from None
        self._size += len(piece)
        if self._inflating.eof:
            self._source.give_back(self._inflating.unused_data)
            self._done = True
            if self._head.flags & _DESCRIPTOR:
                self._read_descriptor()
        return piece

    def _read_descriptor(self) -> None:
        first = self._source.exactly(4)
        crc = self._source.exactly(4) if first == b"PK\x07\x08" else first
        (self._head.crc,) = struct.unpack("<I", crc)
        self._source.exactly(16 if self._head.large or self._size > _LARGE else 8)
