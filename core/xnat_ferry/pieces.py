"""Which scans of a session travel in one piece, and the room that a piece takes on its way: pure.

The check of the disks and the worker both go by this.
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

TARGET_BYTES = 32 * 1024 * 1024
"""Small scans travel together up to this many bytes as listed."""
TARGET_FILES = 4000
"""And up to so many files: while it is checked, and while it is unpacked, a kilobyte is known of each."""
PER_FILE = 300
"""Bytes that a zip says of one file beside its name: local header, directory entry, folders (APPNOTE 4.3)."""
PER_ZIP = 1024
SIZE_UNKNOWN = 1024 * 1024
"""Bytes that a file is taken for of which no size is listed."""
_NAMES = 200
"""Bytes of a file's name, which a zip has twice."""


class Amount(NamedTuple):
    """A scan as it is listed."""

    scan: str
    files: int
    bytes: int
    """0 where the sizes are not known."""

    @property
    def room(self) -> int:
        """The bytes that its files may take in a zip."""
        return (self.bytes or self.files * SIZE_UNKNOWN) + self.files * (PER_FILE + _NAMES)


def together(scans: Iterable[Amount], target_bytes: int = TARGET_BYTES) -> list[list[Amount]]:
    """The pieces of one session, in the scans' natural order: 2 before 10."""
    pieces: list[list[Amount]] = []
    files = size = 0
    for one in sorted(scans, key=lambda one: _natural(one.scan)):
        if pieces and files + one.files <= TARGET_FILES and size + one.bytes <= target_bytes:
            pieces[-1].append(one)
            files, size = files + one.files, size + one.bytes
        else:
            pieces.append([one])
            files, size = one.files, one.bytes
    return pieces


def largest_room(scans: Iterable[Amount]) -> int:
    """The bytes that the largest piece of one session may take; 0 for no scan."""
    return max((sum(one.room for one in piece) + PER_ZIP for piece in together(scans)), default=0)


def _natural(scan: str) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdecimal() else (0, part) for part in re.split(r"(\d+)", scan)]
