"""A file that lies stored in a zip of the spool, read where it lies without another copy of its bytes.

What the zip's two headers say of it must be the same, its CRC too; the CRC itself is not taken again here. So
this is for files whose digest is compared with the listing's, which proves more of the same bytes.
"""

import zipfile
from struct import Struct as Layout
from typing import BinaryIO

_LOCAL = Layout("<4s2xHH4xLLLHH")
"""Of a local header: signature, flags, method, CRC, two sizes, lengths of name and extra (APPNOTE 4.3.7)."""
_UTF_8 = 0x800
_PIECE = 256 * 1024


class StoredEntries:
    """Opens the stored files of a zip, one at a time; ``zipped`` is what ``zipfile`` reads, too."""

    def __init__(self, zipped: BinaryIO) -> None:
        self._zipped = zipped
        self._buffer = memoryview(bytearray(_PIECE))

    def open(self, entry: zipfile.ZipInfo) -> "StoredEntry | None":
        """The file; None where it is packed, or anything of it is less plain than XNAT writes it.

        Raises BadZipFile where its CRC is one thing in front of it and another in the directory: who reads
        the zip as it comes goes by the first, ``zipfile`` by the second.
        """
        start = self._start(entry)
        return None if start is None else StoredEntry(self._zipped, start, entry.file_size, self._buffer)

    def _start(self, entry: zipfile.ZipInfo) -> int | None:
        """Where its bytes begin; None unless both headers tell the same of it."""
        flags, size = entry.flag_bits, entry.file_size
        self._zipped.seek(entry.header_offset)
        head = self._zipped.read(_LOCAL.size)
        if len(head) < _LOCAL.size or size != entry.compress_size or flags & ~_UTF_8:
            return None
        *told, name_length, extra_length = _LOCAL.unpack(head)
        if told[3] != entry.CRC:
            raise zipfile.BadZipFile("a file's CRC is told in two ways")
        if told != [b"PK\3\4", flags, zipfile.ZIP_STORED, entry.CRC, size, size]:
            return None
        name = entry.orig_filename.encode("utf-8" if flags else "cp437", "replace")
        if self._zipped.read(name_length) != name:
            return None
        return entry.header_offset + _LOCAL.size + len(name) + int(extra_length)


class StoredEntry:
    """Reads one file forward. What it gives holds until the next read."""

    def __init__(self, zipped: BinaryIO, start: int, size: int, buffer: memoryview) -> None:
        self._zipped, self._buffer = zipped, buffer
        self._at, self._end = start, start + size

    def read(self, count: int, /) -> memoryview:
        """So many bytes, fewer only at the end. Raises EOFError where the zip ends within the file."""
        count = min(count, self._end - self._at)
        piece = self._buffer[:count] if count <= len(self._buffer) else memoryview(bytearray(count))
        self._zipped.seek(self._at)
        if self._zipped.readinto(piece) != count:  # type: ignore[attr-defined]  # of a file, or of bytes
            raise EOFError("a file is cut")
        self._at += count
        return piece
