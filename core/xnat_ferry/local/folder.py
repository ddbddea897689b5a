"""A folder and all that is beneath it."""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import BinaryIO

from xnat_ferry.errors import PlaceUnreadable, SourceFileChanged
from xnat_ferry.local.places import HIDDEN, Found, Other, Place, Progress, Sight, is_hidden, refuse_crowd
from xnat_ferry.packed import Packed

_FLAGS = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK
"""A pipe that took a file's place must not hold anybody up."""


class Folder(Place):
    """Links to files within it are followed, no others; the same way for looking and for reading."""

    def __init__(self, path: Path) -> None:
        super().__init__(path.resolve())
        self._root = os.fspath(self.path)

    def walk(self, progress: Progress) -> Iterator[Sight | Other]:
        """What is no file first, then files in the order of their names, folder by folder."""
        listed, others = Packed(Found), 0
        for one in self._beneath(""):
            if isinstance(one, Found):
                listed.append(one)
            else:
                others += 1
                yield one
            refuse_crowd(self.path, len(listed) + others)
        for number, found in enumerate(listed, 1):
            yield Sight(found, partial(self.open, found))
            progress("files looked at", number, len(listed))

    @contextmanager
    def open(self, found: Found) -> Iterator[BinaryIO]:
        """The file, if it is the one that was found and stays it; raises SourceFileChanged or OSError."""
        with os.fdopen(self._descriptor(found.path), "rb") as file:
            _refuse_changed(file, found)
            yield file
            _refuse_changed(file, found)

    def _descriptor(self, path: str) -> int:
        full = self._full(path)
        try:
            return os.open(full, _FLAGS | os.O_NOFOLLOW)
        except OSError as error:
            if error.errno != errno.ELOOP or not self._holds(os.path.realpath(full)):
                raise
        return os.open(os.path.realpath(full), _FLAGS | os.O_NOFOLLOW)

    def _holds(self, real: str) -> bool:
        return real.startswith(self._full(""))

    def _full(self, path: str) -> str:
        return f"{self._root.rstrip('/')}/{path}"

    def _beneath(self, folder: str) -> Iterator[Found | Other]:
        waiting = [folder]
        while waiting:
            here = waiting.pop()
            try:
                with os.scandir(self._full(here)) as entries:
                    listed = sorted(entries, key=lambda entry: entry.name)
            except OSError as error:
                why = error.strerror or "it cannot be listed"
                if not here:
                    raise PlaceUnreadable(path=self.path, why=why) from None
                yield Other(here, f"a folder that cannot be looked into: {why}")
                continue
            folders = []
            for entry in listed:
                path = f"{here}/{entry.name}" if here else entry.name
                if is_hidden(entry.name):
                    yield Other(path, HIDDEN)
                elif entry.is_dir(follow_symlinks=False):
                    folders.append(path)
                else:
                    yield self._one(entry, path)
            waiting += reversed(folders)

    def _one(self, entry: "os.DirEntry[str]", path: str) -> Found | Other:
        try:
            if entry.is_symlink():
                if not self._holds(os.path.realpath(entry.path)):
                    return Other(path, "a link that leads out of the folder")
                if entry.is_dir():
                    return Other(path, "a link to a folder, which is not followed")
            seen = entry.stat()
        except OSError as error:
            return Other(path, error.strerror or "it cannot be looked at")
        return _stamped(path, seen) if stat.S_ISREG(seen.st_mode) else Other(path, "no regular file")


def _stamped(path: str, seen: os.stat_result) -> Found:
    return Found(path, seen.st_size, str(seen.st_mtime_ns))


def _refuse_changed(file: BinaryIO, found: Found) -> None:
    if _stamped(found.path, os.fstat(file.fileno())) != found:
        raise SourceFileChanged(path=found.path)
