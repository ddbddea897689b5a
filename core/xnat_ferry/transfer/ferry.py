"""What carrying needs: two open servers, a journal, a spool, and a way to be told to stop."""

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from xnat_ferry.errors import Stopped
from xnat_ferry.events import AnyEvent, UnitProgressed
from xnat_ferry.transfer.folder import TransferFolder
from xnat_ferry.transfer.journal import Journal
from xnat_ferry.transfer.state import TransferState
from xnat_ferry.xnat.client import XnatClient


@dataclass(frozen=True)
class Ferry:
    """One worker's tools. ``source`` and ``destination`` may be one client."""

    folder: TransferFolder
    journal: Journal
    state: TransferState
    """What the journal amounts to, this run's own events included."""
    source: XnatClient
    destination: XnatClient
    destination_project: str
    spool: Path
    stop: threading.Event

    def tell(self, event: AnyEvent) -> None:
        """Write an event; it is on disk when this returns."""
        self.journal.write(event)
        self.state.apply(event)

    def heed_stop(self) -> None:
        """Raise Stopped once a stop has been asked for: called wherever leaving off is clean."""
        if self.stop.is_set():
            raise Stopped

    def wait(self, seconds: float) -> None:
        """Wait, but no longer than until a stop is asked for."""
        self.stop.wait(seconds)
        self.heed_stop()

    @property
    def clients(self) -> tuple[XnatClient, ...]:
        """The servers it speaks to, each once."""
        return (self.source,) if self.source is self.destination else (self.source, self.destination)


class Progress:
    """Counts the bytes of one unit and tells of them at most once a second."""

    EVERY: ClassVar[float] = 1.0

    def __init__(self, ferry: Ferry, session: str, unit: str, moving: str) -> None:
        self._ferry = ferry
        self._session, self._unit, self._moving = session, unit, moving
        self._told = time.monotonic()
        self.bytes = 0

    def add(self, count: int) -> None:
        """Some bytes more; raises Stopped when a stop has been asked for."""
        self._ferry.heed_stop()
        self.bytes += count
        if time.monotonic() - self._told >= self.EVERY:
            self._told = time.monotonic()
            self._ferry.tell(
                UnitProgressed(session=self._session, unit=self._unit, moving=self._moving, bytes=self.bytes)
            )


def growing_waits(first: float = 0.1, factor: float = 1.5, longest: float = 15.0) -> Iterator[float]:
    """Seconds to wait between looks at a server: short while an answer is near, long when it is not."""
    wait = first
    while True:
        yield wait
        wait = min(wait * factor, longest)
