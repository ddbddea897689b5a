"""What follows the pixel data of a file: nothing as a rule, private elements of some vendors (PS3.5 7.1).

Its digest is that of its elements, not of its bytes: a server that writes a file again may write lengths,
items and padding otherwise. Where they are no elements it is that of the bytes.
"""

import hashlib
import tempfile
from io import BytesIO
from typing import BinaryIO, cast

from msgspec import Struct

from xnat_ferry.dicom.facts import Fact, Facts, digest_of, facts_to_the_end
from xnat_ferry.dicom.header import quietly
from xnat_ferry.dicom.pixels import Viewable

_PIECE = 256 * 1024
_IN_MEMORY = 8 * 1024 * 1024


class Tail(Struct, frozen=True):
    """What follows the pixel data."""

    md5: str
    """"" where nothing does that means anything."""
    facts: Facts


NOTHING = Tail("", {})
NO_ELEMENT = 0xFFFFFFFF
"""In place of a tag, for bytes that are no elements: they count as one."""


def read_tail(rest: Viewable, scratch: str, *, implicit: bool) -> Tail:
    """Read on to the end. ``rest`` may give fewer bytes than asked for, none only at its end.

    In the rare case that there is something it is copied into the folder ``scratch``.
    """
    piece = rest.read(_PIECE)
    if not piece:
        return NOTHING
    with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY, dir=scratch) as copy:
        while piece:
            copy.write(piece)
            piece = rest.read(_PIECE)
        copy.seek(0)
        return tail_of(cast(BinaryIO, copy), implicit=implicit, little=True)  # a glance knows no other


def tail_of(file: BinaryIO, *, implicit: bool, little: bool) -> Tail:
    """The same of a seekable file that stands where the value of its pixel data ends."""
    start = file.tell()
    try:
        with quietly():
            facts: Facts = facts_to_the_end(file, implicit=implicit, little=little)
    except Exception:  # pydicom raises many kinds for what are no elements
        facts = {(NO_ELEMENT,): Fact(_digest_of_bytes(file, start))}
    return Tail(digest_of(facts), facts)


def tail_of_bytes(content: bytes) -> Tail:
    """One that counts byte by byte, with all that it lies in."""
    facts: Facts = {(NO_ELEMENT,): Fact(_digest_of_bytes(BytesIO(content), 0))}
    return Tail(digest_of(facts), facts)


def _digest_of_bytes(file: BinaryIO, start: int) -> bytes:
    file.seek(start)
    digest = hashlib.md5(usedforsecurity=False)
    while piece := file.read(_PIECE):
        digest.update(piece)
    return digest.digest()
