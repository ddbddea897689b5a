"""Bytes into a file, measured on the way."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO

PIECE = 1024 * 1024
"""Bytes carried at a time."""


@dataclass(frozen=True)
class Written:
    """What was measured while a file was written."""

    size: int
    digest: str
    """MD5 in hex, or "" where none was wanted."""


def copied(stream: BinaryIO, place: Path, *, digest: bool = True) -> Written:
    """Bytes as they come into a file."""
    return stored(iter(partial(stream.read, PIECE), b""), place, digest)


def stored(pieces: Iterable[bytes], place: Path, digest: bool) -> Written:
    """These pieces, one after the other, into a file."""
    hashed, size = hashlib.md5(), 0
    with place.open("wb", buffering=0) as file:
        for piece in pieces:
            file.write(piece)
            size += len(piece)
            if digest:
                hashed.update(piece)
    return Written(size, hashed.hexdigest() if digest else "")


def with_a_bit_turned(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The same pieces but for one bit of the first piece's last byte: of the pixels, where there are any."""
    first = next(pieces, b"")
    yield first[:-1] + bytes([first[-1] ^ 0x01]) if first else first
    yield from pieces
