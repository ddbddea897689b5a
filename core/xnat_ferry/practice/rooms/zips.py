"""Zips as XNAT streams them: sizes and CRCs in each entry's head, no data descriptors (wire-read 2.10)."""

import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, cast

_PIECE = 256 * 1024
_LARGEST = 0xFFFFFFFF


class _Gathering:
    """Catches what zipfile writes, so that it can be passed on piece by piece."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._told = 0

    def write(self, data: bytes) -> int:
        self._parts.append(bytes(data))
        self._told += len(data)
        return len(data)

    def tell(self) -> int:
        return self._told

    def flush(self) -> None:
        """Nothing is held back."""

    def take(self) -> Iterator[bytes]:
        parts, self._parts = self._parts, []
        return iter(parts)


def stored_zip(members: list[tuple[str, Path]], compression: int) -> Iterator[bytes]:
    """The zip of some files, made while it is read.

    zipfile writes data descriptors to what cannot be rewound. The real server does not for stored entries,
    so those heads are written here, after reading each file twice as XNAT does, and zipfile writes the rest.
    """
    out = _Gathering()
    with zipfile.ZipFile(cast(BinaryIO, out), "w", compression) as archive:
        for name, path in members:
            if compression == zipfile.ZIP_STORED:
                yield from _stored(archive, out, name, path)
            else:
                archive.write(path, name)
                yield from out.take()
    yield from out.take()


def _stored(archive: zipfile.ZipFile, out: _Gathering, name: str, path: Path) -> Iterator[bytes]:
    info = zipfile.ZipInfo.from_file(path, name)
    info.CRC, info.header_offset = 0, out.tell()
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            info.CRC = zlib.crc32(piece, info.CRC)
    info.compress_size = info.file_size = path.stat().st_size
    out.write(info.FileHeader(zip64=info.file_size >= _LARGEST))
    yield from out.take()
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            out.write(piece)
            yield from out.take()
    archive.filelist.append(info)
    archive.NameToInfo[info.filename] = info
    archive.start_dir = out.tell()
    archive._didModify = True  # type: ignore[attr-defined]  # zipfile has no public way to add an entry that is written already
