"""The journal: append-only JSON lines, each on disk before the next step that depends on it."""

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import msgspec

from xnat_ferry import events
from xnat_ferry.errors import CannotWrite, Stopped
from xnat_ferry.events import AnyEvent


class Journal:
    """The writing end; only the worker has one."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        self._lock = threading.Lock()
        self._closed = False
        self._end_torn_line()

    def write(self, event: AnyEvent) -> None:
        """Append one event and see it on disk, whichever thread it comes from.

        Raises CannotWrite when the disk is full, and Stopped once the journal is closed: what a thread that
        was left behind still does is done again.
        """
        line = events.encode(event)
        with self._lock:
            if self._closed:
                raise Stopped
            try:
                _write_whole(self._file, line)
                os.fsync(self._file)
            except OSError as error:
                self._end_torn_line()
                raise CannotWrite(folder=self.path.parent, why=error.strerror) from None

    def close(self) -> None:
        with self._lock:
            self._closed = True
            os.close(self._file)

    def _end_torn_line(self) -> None:
        """A crash or a full disk may have cut the last line: it must not swallow the next one."""
        size = os.fstat(self._file).st_size
        if size and os.pread(self._file, 1, size - 1) != b"\n":
            try:
                os.write(self._file, b"\n")
            except OSError:
                return  # still no room; the next write tries again


def _write_whole(file: int, line: bytes) -> None:
    """A full disk may take a part of it."""
    while line:
        line = line[os.write(file, line) :]


class JournalReader:
    """The reading end: gives each whole line once, also while the journal grows."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._offset = 0

    def read_new(self) -> list[AnyEvent]:
        """The events that have come since the last call; a line still being written is left for later."""
        try:
            with self.path.open("rb") as file:
                file.seek(self._offset)
                raw = file.read()
        except FileNotFoundError:
            return []
        whole = raw[: raw.rfind(b"\n") + 1]
        self._offset += len(whole)
        return list(_decoded(whole))


def read_all(path: Path) -> list[AnyEvent]:
    """Every event of a journal; none when there is no journal yet."""
    return JournalReader(path).read_new()


def _decoded(lines: bytes) -> Iterator[AnyEvent]:
    for line in lines.splitlines():
        try:
            yield events.decode(line)
        except msgspec.MsgspecError:
            continue  # torn by a crash; whatever it would have said is done again
