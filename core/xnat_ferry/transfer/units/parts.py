"""A zip in parts, for a server that takes no body as large as the whole (wire-write 8).

A part is some entries of the zip as they lie there, byte for byte, with a directory of its own behind them
(APPNOTE 4.3.12, 4.3.16). Nothing is packed anew, and nothing more lies in the spool.
"""

import io
import math
import threading
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from struct import Struct as Layout
from typing import BinaryIO, cast

_ENTRY = Layout("<4sHHHHHHLLLHHHHHLL")
_END = Layout("<4sHHHHLLH")
LARGEST = 2**32 - 1
_MOST = 2**16 - 2
"""Bytes and entries of which a zip can tell without its 64-bit fields."""


class Bodies:
    """How large a body a server takes, as far as one run has met it; shared by its threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.largest: float = math.inf
        """Bytes that may be tried."""

    def refused(self, size: int) -> None:
        """So many bytes were too many: half of them may not be."""
        with self._lock:
            self.largest = min(self.largest, size // 2)


@dataclass(frozen=True)
class Entry:
    """One file of a zip: all of its bytes there, its local header included, are ``[start, end)``."""

    info: zipfile.ZipInfo
    start: int
    end: int

    @property
    def length(self) -> int:
        """The bytes it takes in a part: as it lies there, and its line in the directory."""
        return self.end - self.start + _ENTRY.size + len(_name(self.info))


def entries_of(zipped: BinaryIO, wanted: Callable[[str], bool]) -> list[Entry]:
    """The wanted files of a zip, in the order in which they lie there."""
    with zipfile.ZipFile(zipped) as whole:
        infos = sorted(whole.infolist(), key=lambda info: info.header_offset)
        ends = [info.header_offset for info in infos[1:]] + [whole.start_dir]
    found = (Entry(info, info.header_offset, end) for info, end in zip(infos, ends, strict=True))
    return [entry for entry in found if wanted(entry.info.filename)]


def first_part(entries: Sequence[Entry], most: float) -> list[Entry]:
    """As many entries from the front as make a zip of at most so many bytes; one at least."""
    size, part = _END.size, list[Entry]()
    for entry in entries:
        size += entry.length
        if part and (size > min(most, LARGEST) or len(part) == _MOST):
            break
        part.append(entry)
    return part


def length_of(part: Sequence[Entry]) -> int:
    """The bytes of a zip with these entries."""
    return _END.size + sum(entry.length for entry in part)


def open_part(zipped: BinaryIO, part: Sequence[Entry]) -> BinaryIO:
    """A zip with these entries, to be read from the one they lie in."""
    return cast(BinaryIO, _Part(zipped, part))


class _Part(io.RawIOBase):
    """Pieces of a file one behind the other, and some bytes of its own at the end."""

    def __init__(self, zipped: BinaryIO, part: Sequence[Entry]) -> None:
        self._zipped, self._part = zipped, part
        self._tail = _directory(part)
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: length_of(self._part)}[whence]
        self._at = base + offset
        return self._at

    def tell(self) -> int:
        return self._at

    def read(self, size: int | None = -1, /) -> bytes:
        """So many bytes; fewer where one of the pieces ends."""
        if size is None or size < 0:
            return self.readall()
        left = self._at
        for entry in self._part:
            if left < entry.end - entry.start:
                self._zipped.seek(entry.start + left)
                piece = self._zipped.read(min(size, entry.end - entry.start - left))
                self._at += len(piece)
                return piece
            left -= entry.end - entry.start
        piece = self._tail[left : left + size]
        self._at += len(piece)
        return piece


def _directory(part: Sequence[Entry]) -> bytes:
    lines, at = [], 0
    for entry in part:
        lines.append(_line(entry.info, at))
        at += entry.end - entry.start
    directory = b"".join(lines)
    return directory + _END.pack(b"PK\x05\x06", 0, 0, len(part), len(part), len(directory), at, 0)


def _line(info: zipfile.ZipInfo, at: int) -> bytes:
    year, month, day, hour, minute, second = info.date_time
    name = _name(info)
    return (
        _ENTRY.pack(
            b"PK\x01\x02",
            info.create_version,
            info.extract_version,
            info.flag_bits,
            info.compress_type,
            hour << 11 | minute << 5 | second // 2,
            year - 1980 << 9 | month << 5 | day,
            info.CRC,
            info.compress_size,
            info.file_size,
            len(name),
            0,
            0,
            0,
            0,
            0,
            at,
        )
        + name
    )


def _name(info: zipfile.ZipInfo) -> bytes:
    # as its local header has it: bit 11 says in which alphabet (APPNOTE 4.4.4)
    return info.orig_filename.encode("utf-8" if info.flag_bits & 0x800 else "cp437")
