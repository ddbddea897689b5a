"""An answer's body as a fault wants it, never held in memory: cut, ended early, or with one byte turned."""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from xnat_ferry.practice.faults import Fault
from xnat_ferry.practice.http.ranges import pieces_of, size_of
from xnat_ferry.practice.http.replies import PIECE, Reply


@dataclass
class Outgoing:
    """A body on its way."""

    pieces: Iterator[bytes]
    length: int | None
    """What the Content-Length says; None sends chunks."""
    breaks: bool = False
    """Whether the connection ends after the last piece, without the end of the body."""
    at_hand: bool = False
    """Whether the pieces lie in memory, so that taking one keeps nobody waiting."""


def outgoing(reply: Reply, fault: Fault | None) -> Outgoing:
    """The body to send; a long one that nobody has counted yet is counted on the disk."""
    if isinstance(reply.body, bytes):
        pieces = iter([reply.body] if reply.body else [])
    else:
        pieces = pieces_of(reply.body) if isinstance(reply.body, Path) else reply.body
    body = Outgoing(pieces, size_of(reply), at_hand=isinstance(reply.body, bytes))
    if fault is None or reply.status >= 400:
        return body
    return _spoiled(body, fault)


def _spoiled(body: Outgoing, fault: Fault) -> Outgoing:
    if fault.cut_after is not None and fault.cut_after > 1:
        return Outgoing(_first(body.pieces, int(fault.cut_after)), body.length, breaks=True)
    if not (fault.flip_byte or fault.truncate or fault.cut_after is not None):
        return body
    size = body.length
    if size is None:
        size, body.pieces = _counted(body.pieces)
    if fault.flip_byte:
        body.pieces = _flipped(body.pieces, size // 2)
    if fault.truncate:
        body.length = None if body.length is None else size * 6 // 10
        body.pieces = _first(body.pieces, size * 6 // 10)
    elif fault.cut_after is not None:
        body.pieces, body.breaks = _first(body.pieces, int(fault.cut_after * size)), True
    return body


def _counted(pieces: Iterator[bytes]) -> tuple[int, Iterator[bytes]]:
    file = tempfile.TemporaryFile()  # noqa: SIM115  closed when the last piece is out
    for piece in pieces:
        file.write(piece)
    size = file.tell()
    file.seek(0)
    return size, _emptied(file)


def _emptied(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while piece := file.read(PIECE):
            yield piece


def _first(pieces: Iterator[bytes], count: int) -> Iterator[bytes]:
    for piece in pieces:
        if count <= 0:
            return
        yield piece[:count]
        count -= len(piece)


def _flipped(pieces: Iterator[bytes], place: int) -> Iterator[bytes]:
    for piece in pieces:
        if 0 <= place < len(piece):
            yield piece[:place] + bytes([piece[place] ^ 0x01]) + piece[place + 1 :]
        else:
            yield piece
        place -= len(piece)
