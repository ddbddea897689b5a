"""Digests the value of a file's pixel data element, so that images compare whatever became of the headers.

For compressed images the value is the encapsulated stream, from its basic offset table to its last fragment
(PS3.5 A.4). Values and fragments have an even length, made so by a trailing byte (PS3.5 7.1.2, A.4). Some
files have none, and a server that writes them again adds it: so it is counted in, there or not.
"""

import hashlib
from struct import Struct as Layout
from typing import BinaryIO, Protocol

from xnat_ferry.dicom.glance import LONG_VRS, PIXEL_TAGS, UNDEFINED

_PIECE = 256 * 1024
_ITEM, _DELIMITER = 0xFFFEE000, 0xFFFEE0DD
_PAD = b"\0"


class Readable(Protocol):
    """Anything that can be read forward."""

    def read(self, count: int, /) -> bytes: ...


class Viewable(Protocol):
    """The same, and what it gives may be a view, of bytes that stay there until the next read."""

    def read(self, count: int, /) -> bytes | memoryview: ...


def digest_element(file: BinaryIO, *, implicit: bool, little: bool) -> tuple[str, int]:
    """MD5 of the pixel data element that ``file`` stands before, in hex, and the bytes that its value takes.

    "" and 0 when it is another or none; else the file then stands behind it.
    ``implicit`` and ``little`` tell how the data set is written.
    """
    order = "<" if little else ">"
    if _tag(file.read(4), order) not in PIXEL_TAGS:
        return "", 0
    length, start = _value_length(file, implicit, order), file.tell()
    return digest_value(file, length, little=little), file.tell() - start


def digest_value(file: Viewable, length: int, *, little: bool = True) -> str:
    """MD5 of a value of so many bytes, or of the fragments up to the delimiter when that is ``UNDEFINED``.

    ``file`` may give fewer bytes than asked for, none only at its end. Memory does not grow with the value.
    It then stands behind the value, and behind the delimiter of fragments.
    """
    digest = hashlib.md5(usedforsecurity=False)
    _take_value(file, digest, length, "<" if little else ">")
    return digest.hexdigest()


def pass_value(file: Viewable, length: int) -> None:
    """Read over a value, little endian, without a digest."""
    _take_value(file, _Nowhere(), length, "<")


class _Digest(Protocol):
    def update(self, piece: bytes | memoryview, /) -> None: ...


class _Nowhere:
    def update(self, piece: bytes | memoryview, /) -> None:
        """Takes nothing in."""


def _take_value(file: Viewable, digest: _Digest, length: int, order: str) -> None:
    if length == UNDEFINED:
        _digest_fragments(file, digest, order)
    else:
        _digest_bytes(file, digest, length)


def _value_length(file: Readable, implicit: bool, order: str) -> int:
    """The length that stands behind the tag, in any of the three forms of PS3.5 7.1."""
    raw = file.read(4)
    vr = raw[:2]
    # some files declare explicit VRs and have none; a VR is two capital letters
    if implicit or not (vr.isalpha() and vr.isupper()):
        return _number(raw, order + "L")
    return _number(file.read(4), order + "L") if vr in LONG_VRS else _number(raw[2:], order + "H")


def _digest_fragments(file: Viewable, digest: _Digest, order: str) -> None:
    while len(head := _exactly(file, 8)) == 8 and _tag(head[:4], order) == _ITEM:
        length = _number(head[4:], order + "L")
        # all ones is no length here; such a file is broken, and its digest only must not fail
        digest.update(head if length % 2 == 0 or length == UNDEFINED else _even_head(head, length, order))
        if not _digest_bytes(file, digest, length):
            return
    if head and _tag(head[:4], order) != _DELIMITER:
        digest.update(head)  # no fragment and not their end: broken, and not to be passed over


def _exactly(file: Viewable, count: int) -> bytes:
    """So many bytes, fewer only at the end."""
    found = bytes(file.read(count))
    while 0 < len(found) < count and (more := file.read(count - len(found))):
        found += more
    return found


def _even_head(head: bytes, length: int, order: str) -> bytes:
    return head[:4] + Layout(order + "L").pack(length + 1)


def _digest_bytes(file: Viewable, digest: _Digest, length: int) -> bool:
    """Whether so many bytes were there."""
    left = length
    while left > 0 and (piece := file.read(min(left, _PIECE))):
        digest.update(piece)
        left -= len(piece)
    if left == 0 and length % 2:
        digest.update(_PAD)
    return left == 0


def _tag(raw: bytes, order: str) -> int:
    if len(raw) < 4:
        return 0
    group, element = Layout(order + "HH").unpack(raw)
    return int(group) << 16 | int(element)


def _number(raw: bytes, layout: str) -> int:
    shape = Layout(layout)
    return int(shape.unpack(raw)[0]) if len(raw) == shape.size else 0
