"""What a place with DICOM in it is: files that can be walked through once, and opened one by one later.

A place may have been made by somebody else. Nothing in it is written anywhere under its own name, no link is
followed out of it, and an archive that tries to climb out, or to fill the disk, is refused as a whole.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path, PurePosixPath

from msgspec import Struct

from xnat_ferry.dicom.pixels import Readable
from xnat_ferry.errors import HostilePlace
from xnat_ferry.settings.redact import plain

Progress = Callable[[str, int, int], None]
"""Hears what is being read, how much of it, and of how much."""

MOST_FILES = 2_000_000
_MOST_FOLD = 200
"""An archive that says it holds so many times its own size is a trap; images shrink to a tenth at best, and
empty ones to a hundredth."""
_ALWAYS_ALLOWED = 256 * 1024 * 1024
"""Bytes that any archive may hold, however small it is."""


class Found(Struct, frozen=True, gc=False):
    """A regular file in a place."""

    path: str
    """Relative to the place, with ``/``; bytes that are no UTF-8 are surrogates."""
    size: int
    stamp: str
    """When it was changed, or its CRC: with another one it is another file."""


class Other(Struct, frozen=True):
    """Something that cannot be carried as a DICOM instance."""

    path: str
    why: str


class Sight(Struct, frozen=True):
    """A file met on a walk; ``open`` serves until the next one is asked for, and reads forward only."""

    found: Found
    open: Callable[[], AbstractContextManager[Readable]]


class Place(ABC):
    """A folder or an archive file. Files may be opened by several threads at once."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @abstractmethod
    def walk(self, progress: Progress) -> Iterator[Sight | Other]:
        """All that is in it, once; raises PlaceUnreadable or HostilePlace."""

    @abstractmethod
    def open(self, found: Found) -> AbstractContextManager[Readable]:
        """One of its files, read forward; raises OSError or a FerryError where it is not as it was found."""

    @property
    def unpacked(self) -> int:
        """Bytes that it takes on a disk before single files can be opened; 0 where they can be at once."""
        return 0

    def close(self) -> None:
        """Let go of what is held open."""
        return


HIDDEN = "hidden, as systems leave them behind"
_LEFT_BY_SYSTEMS = frozenset({"__macosx", "thumbs.db", "desktop.ini", "$recycle.bin", "lost+found"})


def is_hidden(name: str) -> bool:
    """Whether a file or folder of this name is the system's own and no person's."""
    return name.startswith(".") or name.casefold() in _LEFT_BY_SYSTEMS


def inside(archive: Path, name: str) -> str:
    """An entry's name in normal form; "" for the top itself. Raises HostilePlace where it climbs out."""
    parts = PurePosixPath(name.replace("\\", "/"))
    drive = len(name) > 1 and name[1] == ":" and name[0].isalpha()
    if parts.is_absolute() or drive or ".." in parts.parts or "\0" in name:
        raise HostilePlace(path=archive, why=f"its entry {plain(name, 80)!r} would lie outside of it")
    return "" if str(parts) == "." else str(parts)


def hidden_part(path: str) -> bool:
    """Whether any folder on the way, or the file itself, is hidden."""
    return any(map(is_hidden, path.split("/")))


def refuse_bomb(archive: Path, packed: int, unpacked: int) -> None:
    """Raises HostilePlace for an archive that holds far more than its own size."""
    if unpacked > max(_ALWAYS_ALLOWED, _MOST_FOLD * packed):
        raise HostilePlace(path=archive, why=f"it would grow to more than {_MOST_FOLD} times its size")


def refuse_crowd(archive: Path, files: int) -> None:
    """Raises HostilePlace for more files than anybody has."""
    if files > MOST_FILES:
        raise HostilePlace(path=archive, why=f"it has more than {MOST_FILES:,} files")
