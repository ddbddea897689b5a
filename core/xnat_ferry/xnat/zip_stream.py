"""Reads a zip while it arrives, so that a scan of any size needs no room here (wire-read 2.10).

XNAT stores entries with their size and CRC in front of them; with ``compression=8`` it deflates them, and
Java then writes size and CRC behind. Both are read. The directory at the end must name as many entries as
came: a download that was cut has none.
"""

import zlib
from collections.abc import Iterable, Iterator
from struct import Struct as Layout

_LOCAL = Layout("<HHHHHLLLHH")
_CENTRAL = Layout("<24xHHH12x")
_LOCAL_SIGN, _CENTRAL_SIGN, _END_SIGN = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
_END_64_SIGN, _LOCATOR_64_SIGN, _DESCRIPTOR_SIGN = b"PK\x06\x06", b"PK\x06\x07", b"PK\x07\x08"
_STORED, _DEFLATED = 0, 8
_ENCRYPTED, _SIZES_BEHIND = 0x1, 0x8
_IN_EXTRA = 0xFFFFFFFF
_PIECE = 256 * 1024


class BrokenZip(ValueError):
    """The bytes are not a whole, sound zip; the text says why."""


class ZipEntry:
    """One file in the zip, to be read forward; what is left is passed over when the next is asked for."""

    def __init__(self, name: str, body: "_Stored | _Inflated") -> None:
        self.name = name
        self._body = body
        self._crc = 0

    def read(self, count: int) -> bytes:
        """So many bytes, fewer only at the end. Raises BrokenZip when they are not what they should be."""
        piece = self._body.read(count)
        self._crc = zlib.crc32(piece, self._crc)
        if len(piece) < count and self._crc != self._body.crc():
            raise BrokenZip("an entry is damaged")
        return piece

    def finish(self) -> None:
        """Read it to its end."""
        while len(self.read(_PIECE)) == _PIECE:
            pass


def read_zip(pieces: Iterable[bytes]) -> Iterator[ZipEntry]:
    """The entries of a zip in their order. Raises BrokenZip, at the latest after the last one."""
    source = _Source(pieces)
    count = 0
    while (sign := source.exactly(4)) == _LOCAL_SIGN:
        entry = _entry(source)
        count += 1
        yield entry
        entry.finish()
    if _directory(source, sign) != count:
        raise BrokenZip("its directory names other files than it holds")


def _entry(source: "_Source") -> ZipEntry:
    _, flags, method, _, _, crc, packed, size, name_length, extra_length = _LOCAL.unpack(
        source.exactly(_LOCAL.size)
    )
    name = source.exactly(name_length).decode("utf-8", "replace")
    extra = source.exactly(extra_length)
    long = _IN_EXTRA in (packed, size)
    if long:
        size, packed = _sizes_in(extra)
    if flags & _ENCRYPTED:
        raise BrokenZip("an entry is encrypted")
    if method == _DEFLATED:
        return ZipEntry(name, _Inflated(source, None if flags & _SIZES_BEHIND else crc, long))
    if method != _STORED or flags & _SIZES_BEHIND:
        raise BrokenZip("an entry is packed in a way that cannot be read while it arrives")
    return ZipEntry(name, _Stored(source, size, crc))


def _sizes_in(extra: bytes) -> tuple[int, int]:
    """Size and packed size from the Zip64 field."""
    place = 0
    while place + 4 <= len(extra):
        kind, length = Layout("<HH").unpack_from(extra, place)
        if kind == 1 and length >= 16:
            size, packed = Layout("<QQ").unpack_from(extra, place + 4)
            return size, packed
        place += 4 + length
    raise BrokenZip("an entry does not tell its size")


def _directory(source: "_Source", sign: bytes) -> int:
    """How many files the directory names; everything up to the end must be there."""
    count = 0
    while sign == _CENTRAL_SIGN:
        lengths = _CENTRAL.unpack(source.exactly(_CENTRAL.size))
        source.exactly(sum(lengths))
        count += 1
        sign = source.exactly(4)
    if sign == _END_64_SIGN:
        (length,) = Layout("<Q").unpack(source.exactly(8))
        if length > _PIECE:
            raise BrokenZip("its directory has no end")
        source.exactly(length)
        sign = source.exactly(4)
    if sign == _LOCATOR_64_SIGN:
        source.exactly(16)
        sign = source.exactly(4)
    if sign != _END_SIGN:
        raise BrokenZip("it holds something else than files")
    source.exactly(18)
    return count


class _Stored:
    """An entry's bytes as they are."""

    def __init__(self, source: "_Source", size: int, crc: int) -> None:
        self._source, self._left, self._crc = source, size, crc

    def read(self, count: int) -> bytes:
        piece = self._source.exactly(min(count, self._left))
        self._left -= len(piece)
        return piece

    def crc(self) -> int:
        return self._crc


class _Inflated:
    """An entry that was deflated; only its own end tells how long it is."""

    def __init__(self, source: "_Source", crc: int | None, long: bool) -> None:
        self._source, self._crc, self._long = source, crc, long
        self._inflating = zlib.decompressobj(-zlib.MAX_WBITS)

    def read(self, count: int) -> bytes:
        found = bytearray()
        try:
            while len(found) < count and not self._inflating.eof:
                packed = self._inflating.unconsumed_tail or self._source.some()
                found += self._inflating.decompress(packed, count - len(found))
                if self._inflating.eof:
                    self._source.give_back(self._inflating.unused_data)
        except zlib.error:
            raise BrokenZip("an entry is damaged") from None
        return bytes(found)

    def crc(self) -> int:
        if self._crc is None:
            first = self._source.exactly(4)
            crc = self._source.exactly(4) if first == _DESCRIPTOR_SIGN else first
            (self._crc,) = Layout("<L").unpack(crc)
            self._source.exactly(16 if self._long else 8)
        assert self._crc is not None
        return self._crc


class _Source:
    """The pieces as one run of bytes."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = iter(pieces)
        self._piece, self._place = b"", 0

    def some(self) -> bytes:
        """Whatever comes next. Raises BrokenZip at the end."""
        while self._place >= len(self._piece):
            piece = next(self._pieces, None)
            if piece is None:
                raise BrokenZip("it ends too early")
            self._piece, self._place = piece, 0
        found = self._piece[self._place :] if self._place else self._piece
        self._piece, self._place = b"", 0
        return found

    def give_back(self, data: bytes) -> None:
        """Put in front what was taken too much."""
        self._piece, self._place = data + self._piece[self._place :], 0

    def exactly(self, count: int) -> bytes:
        """So many bytes. Raises BrokenZip where there are fewer."""
        end = self._place + count
        if end <= len(self._piece):
            found = self._piece[self._place : end]
            self._place = end
            return found
        parts: list[bytes] = []
        while count > 0:
            part = self.some()
            if len(part) > count:
                self._piece, self._place, part = part, count, part[:count]
            parts.append(part)
            count -= len(part)
        return b"".join(parts)
