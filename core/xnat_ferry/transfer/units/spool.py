"""Room for bytes in flight, counted before they come: in memory while small, in the spool's folder beyond."""

import contextlib
import os
import re
import socket
import tempfile
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, cast

from xnat_ferry import wording
from xnat_ferry.errors import CannotWrite, SpoolTooSmall
from xnat_ferry.transfer.processes import remove_left_behind

MEMORY = 24 * 1024 * 1024
"""Bytes that all units in flight may hold in memory together."""
SMALL = 4 * 1024 * 1024
"""A room up to so many bytes lies in memory while there is some left."""
_LOOK_EVERY = 0.2
_LEFT_BEHIND = re.compile(r"xnat-ferry-(?P<host>.+)-(?P<pid>\d+)-\w+")
"""A file has such a name for a moment, or none where the disk allows it: a kill just then leaves it."""


class Spool:
    """A budget of bytes that threads share. Whoever asks first is served first."""

    def __init__(self, folder: Path, size: int) -> None:
        remove_left_behind(folder, _LEFT_BEHIND)
        self.folder = folder
        self.size = size
        self._used = self._in_memory = 0
        self._changed = threading.Condition()
        self._waiting: deque[object] = deque()

    @property
    def used(self) -> int:
        """Bytes that are spoken for."""
        return self._used

    def take(self, size: int, what: str, heed: Callable[[], None]) -> "Room":
        """Wait for so many bytes and hold them until the room is closed.

        ``heed`` is called while waiting and may raise. Nobody may wait here while holding a room. Raises
        SpoolTooSmall, naming ``what`` shall lie there, when they could never be had.
        """
        if size > self.size:
            raise SpoolTooSmall(size=wording.size(self.size), unit=what, needed=wording.size(size))
        self._wait_for(size, heed)
        return Room(self, size)

    def memory(self, size: int) -> bool:
        """Whether so many bytes may lie in memory; they then count until ``forget_memory``."""
        with self._changed:
            granted = size <= SMALL and self._in_memory + size <= MEMORY
            self._in_memory += size if granted else 0
        return granted

    def forget_memory(self, size: int) -> None:
        """So many of the bytes that were granted lie in memory no longer."""
        with self._changed:
            self._in_memory -= size

    def _wait_for(self, size: int, heed: Callable[[], None]) -> None:
        me = object()
        with self._changed:
            self._waiting.append(me)
            try:
                while self._waiting[0] is not me or self._used + size > self.size:
                    self._changed.wait(_LOOK_EVERY)
                    heed()
                self._used += size
            finally:
                self._waiting.remove(me)
                self._changed.notify_all()

    def give_back(self, size: int) -> None:
        """So many bytes are free again."""
        with self._changed:
            self._used -= size
            self._changed.notify_all()


class Room:
    """Some bytes of a spool, and the files in them; gone at the end, also after a kill."""

    def __init__(self, spool: Spool, size: int) -> None:
        self._spool = spool
        self.size = size
        self._files: list[BinaryIO] = []
        self._in_memory = size if spool.memory(size) else 0

    def file(self) -> BinaryIO:
        """A new empty file. What is written into it must stay within ``size``: the writer counts."""
        if self._in_memory:
            self._files.append(BytesIO())
        else:
            with told_here(self._spool.folder):
                file = tempfile.TemporaryFile(  # noqa: SIM115  closed by empty()
                    dir=_made(self._spool.folder), prefix=_prefix()
                )
                self._files.append(cast(BinaryIO, file))
        return self._files[-1]

    def empty(self) -> None:
        """Drop what is in it and keep the room."""
        for file in self._files:
            with contextlib.suppress(OSError):  # of bytes that found no room on a full disk
                file.close()
        self._files.clear()

    def shrink(self, size: int) -> None:
        """Keep so many bytes only."""
        if size < self.size:
            self._spool.give_back(self.size - size)
            self.size = size

    def close(self) -> None:
        """Drop the files and give the bytes back; once is as good as twice."""
        self.empty()
        self._spool.forget_memory(self._in_memory)
        self._spool.give_back(self.size)
        self._in_memory = self.size = 0


@contextmanager
def spooled(folder: Path) -> Iterator[BinaryIO]:
    """A file that counts in no budget, in memory while small; gone afterwards. Raises CannotWrite."""
    with (
        told_here(folder),
        tempfile.SpooledTemporaryFile(max_size=2 * SMALL, dir=str(_made(folder)), prefix=_prefix()) as file,
    ):
        yield cast(BinaryIO, file)


def _prefix() -> str:
    return f"xnat-ferry-{socket.gethostname()}-{os.getpid()}-"


def _made(folder: Path) -> Path:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


@contextmanager
def told_here(folder: Path) -> Iterator[None]:
    """A disk that is full or not there, as the error that says where."""
    try:
        yield
    except OSError as error:
        raise CannotWrite(folder=folder, why=error.strerror or type(error).__name__) from None
