"""The journal: append-only JSON lines, each on disk before the next step that depends on it."""

import heapq
import os
import threading
from collections.abc import Iterable, Iterator
from itertools import islice
from operator import itemgetter
from pathlib import Path

import msgspec

from xnat_ferry import events
from xnat_ferry.errors import CannotWrite, Stopped
from xnat_ferry.events import AnyEvent
from xnat_ferry.settings.private import open_private

_OF_TASKS = "tasks/*/journal.jsonl"


class Journal:
    """The writing end; only the worker has one."""

    def __init__(self, path: Path) -> None:
        """Raises CannotWrite."""
        self.path = path
        try:
            self._file = open_private(path, os.O_RDWR | os.O_APPEND)
        except OSError as error:
            raise CannotWrite(folder=path.parent, why=error.strerror) from None
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
                write_whole(self._file, line)
                os.fsync(self._file)
            except OSError as error:
                self._end_torn_line()
                raise CannotWrite(folder=self.path.parent, why=error.strerror) from None

    def close(self) -> None:
        """Nothing can be written any more: who tries is told Stopped."""
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


def write_whole(file: int, line: bytes) -> None:
    """Write all of it: a disk that is nearly full may take a part at first. Raises OSError."""
    while line:
        line = line[os.write(file, line) :]


class JournalReader:
    """The reading end: gives each whole line once, also while the journal grows.

    A transfer that runs as an array has a journal for each task beside its own: all are read as one.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._offsets: dict[Path, int] = {}

    def read_new(self) -> list[AnyEvent]:
        """The events that have come since the last call; a line still being written is left for later."""
        return list(self.fresh())

    def read_in_parts(self, most: int) -> Iterator[list[AnyEvent]]:
        """The same, so many at a time: whoever shows a long past can do something else in between."""
        told = self.fresh()
        while part := list(islice(told, most)):
            yield part

    def fresh(self) -> Iterator[AnyEvent]:
        """The same, one after another: those of a long journal are never in memory together.

        Several writers' come by their time; those of one stay in their order, whatever its clock does.
        """
        writers = [self._of(path) for path in (self.path, *sorted(self.path.parent.glob(_OF_TASKS)))]
        if len(writers) == 1:
            return writers[0]
        return (event for _, event in heapq.merge(*map(_timed, writers), key=itemgetter(0)))

    def _of(self, path: Path) -> Iterator[AnyEvent]:
        try:
            with path.open("rb") as file:
                file.seek(self._offsets.get(path, 0))
                for line in file:
                    if not line.endswith(b"\n"):
                        return
                    self._offsets[path] = self._offsets.get(path, 0) + len(line)
                    if (event := _decoded(line)) is not None:
                        yield event
        except FileNotFoundError:
            return


def replay(path: Path) -> Iterator[AnyEvent]:
    """Every event of a journal, one after another; none when there is no journal yet."""
    return JournalReader(path).fresh()


def read_all(path: Path) -> list[AnyEvent]:
    """Every event of a journal at once."""
    return list(replay(path))


def _timed(events_of_one: Iterable[AnyEvent]) -> Iterator[tuple[float, AnyEvent]]:
    latest = 0.0
    for event in events_of_one:
        latest = max(latest, event.at)
        yield latest, event


def _decoded(line: bytes) -> AnyEvent | None:
    try:
        return events.decode(line)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None  # torn by a crash; whatever it would have said is done again
