"""Tars while they are sent, gzipped or not (wire-read 2.10)."""

import tarfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from xnat_ferry.practice.http.receiving import Broken

_PIECE = 1024 * 1024
_GZIP = 16 + zlib.MAX_WBITS
_MODE = ord("0")
"""The mark of an ordinary file, which XNAT also takes for its permissions."""


def tar(members: Iterable[tuple[str, Path]]) -> Iterator[bytes]:
    """The tar of some files; a name may stand in it twice. Raises Broken where a file fails."""
    written = 0
    for name, path in members:
        try:
            for piece in _entry(name, path):
                written += len(piece)
                yield piece
        except OSError as error:
            raise Broken(f"{name}: {error}") from None
    written += 2 * tarfile.BLOCKSIZE
    yield bytes(2 * tarfile.BLOCKSIZE + -written % tarfile.RECORDSIZE)


def _entry(name: str, path: Path) -> Iterator[bytes]:
    status = path.stat()
    info = tarfile.TarInfo(name)
    info.size, info.mtime, info.mode = status.st_size, int(status.st_mtime), _MODE
    yield info.tobuf(tarfile.PAX_FORMAT)
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            yield piece
    yield bytes(-info.size % tarfile.BLOCKSIZE)


def gzipped(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The same, compressed."""
    packer = zlib.compressobj(wbits=_GZIP)
    for piece in pieces:
        packed = packer.compress(piece)
        if packed:
            yield packed
    yield packer.flush()
