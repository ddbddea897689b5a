"""Zips as XNAT streams them: sizes and CRCs in each entry's head, no data descriptors (wire-read 2.10)."""

import time
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO, cast

from xnat_ferry.practice.http.receiving import Broken

_PIECE = 1024 * 1024
_AT_ONCE = 4 * 1024 * 1024
"""A file up to this size is read once, and its CRC taken in memory."""
_EARLIEST = (1980, 1, 1, 0, 0, 0)


class _Gathering:
    """Catches what zipfile writes, so that it can be passed on piece by piece."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._told = 0

    def write(self, data: bytes) -> int:
        self._parts.append(data if isinstance(data, bytes) else bytes(data))
        self._told += len(data)
        return len(data)

    def tell(self) -> int:
        return self._told

    def flush(self) -> None:
        """Nothing is held back."""

    def take(self) -> Iterator[bytes]:
        parts, self._parts = self._parts, []
        return iter(parts)


def stored_zip(members: Iterable[tuple[str, Path]], compression: int) -> Iterator[bytes]:
    """The zip of some files, made while it is read; raises Broken in the middle where one of them fails.

    zipfile writes data descriptors to what cannot be rewound. The real server does not for stored entries,
    so those heads are written here, with the CRC taken beforehand, and zipfile writes the rest.
    """
    out = _Gathering()
    add = _stored if compression == zipfile.ZIP_STORED else _deflated
    known: set[str] = set()
    with zipfile.ZipFile(cast(BinaryIO, out), "w", compression) as archive:
        for name, path in members:
            if name in known:
                raise Broken(f"duplicate entry: {name}")
            known.add(name)
            try:
                yield from add(archive, out, name, path)
            except OSError as error:
                raise Broken(f"{name}: {error}") from None
    yield from out.take()


def _described(name: str, path: Path) -> zipfile.ZipInfo:
    status = path.stat()
    written = time.localtime(status.st_mtime)[:6]
    info = zipfile.ZipInfo(name, max(written, _EARLIEST))
    info.file_size = status.st_size
    return info


def _stored(archive: zipfile.ZipFile, out: _Gathering, name: str, path: Path) -> Iterator[bytes]:
    info = _described(name, path)
    if info.file_size <= _AT_ONCE:
        content = path.read_bytes()
        info.file_size, info.CRC = len(content), zlib.crc32(content)
        pieces: Iterator[bytes] = iter((content,))
    else:
        info.CRC = _crc_of(path, path.stat().st_mtime_ns, info.file_size)
        pieces = _pieces_of(path)
    info.compress_size, info.header_offset = info.file_size, out.tell()
    out.write(info.FileHeader())
    for piece in pieces:
        out.write(piece)
        yield from out.take()
    archive.filelist.append(info)
    archive.NameToInfo[info.filename] = info
    archive.start_dir = out.tell()
    archive._didModify = True  # type: ignore[attr-defined]  # zipfile has no public way to add an entry that is written already


def _deflated(archive: zipfile.ZipFile, out: _Gathering, name: str, path: Path) -> Iterator[bytes]:
    info = _described(name, path)
    info.compress_type = zipfile.ZIP_DEFLATED
    with archive.open(info, "w") as entry:
        for piece in _pieces_of(path):
            entry.write(piece)
            yield from out.take()


def _pieces_of(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            yield piece


@lru_cache(maxsize=4096)
def _crc_of(path: Path, modified: int, size: int) -> int:
    """Of a long file, which is asked for again as long as it is the same file."""
    crc = 0
    for piece in _pieces_of(path):
        crc = zlib.crc32(piece, crc)
    return crc
