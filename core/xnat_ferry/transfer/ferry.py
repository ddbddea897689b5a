"""What carrying needs: two open servers, a journal, a spool, patience, and a way to be told to stop."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, TypeVar

from xnat_ferry.errors import FerryError, Stopped
from xnat_ferry.events import AnyEvent, TriedAgain, UnitProgressed
from xnat_ferry.transfer.folder import TransferFolder
from xnat_ferry.transfer.journal import Journal
from xnat_ferry.transfer.pacing.patience import Patience, persist
from xnat_ferry.transfer.state import TransferState
from xnat_ferry.transfer.units.parts import Bodies
from xnat_ferry.transfer.units.spool import Spool
from xnat_ferry.xnat.client import XnatClient

Result = TypeVar("Result")


def alone(ferry: "Ferry") -> AbstractContextManager[None]:
    """The turn of a worker that has a transfer to itself."""
    return nullcontext()


@dataclass(frozen=True)
class Ferry:
    """One worker's tools, shared by its threads. Both ends may be one client; None: that end is no server."""

    folder: TransferFolder
    journal: Journal
    state: TransferState
    """What the journal amounts to, this run's own events included."""
    from_server: XnatClient | None
    to_server: XnatClient | None
    destination_project: str
    spool: Path
    stop: threading.Event
    spool_size: int = 4 * 1000**3
    """Bytes in flight at most."""
    project_turn: "ProjectTurn" = alone
    room: Spool = field(init=False)
    patience: Patience = field(default_factory=Patience, init=False)
    bodies: Bodies = field(default_factory=Bodies, init=False)
    """What the destination takes at once."""
    _telling: threading.Lock = field(default_factory=threading.Lock, init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "room", Spool(self.spool, self.spool_size))

    def tell(self, event: AnyEvent) -> None:
        """Write an event; it is on disk when this returns."""
        with self._telling:
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

    def persist(self, session: str, unit: str, act: Callable[[], Result]) -> Result:
        """Do something about a unit until it works, within reason; what failed on the way is told."""

        def again(error: FerryError, attempt: int) -> None:
            self.tell(TriedAgain(session=session, unit=unit, attempt=attempt, message=str(error)))

        return persist(act, patience=self.patience, wait=self.wait, again=again)

    @property
    def source(self) -> XnatClient:
        """The server that is read from; asked for only on roads that begin at one."""
        assert self.from_server is not None, "this road begins at no server"
        return self.from_server

    @property
    def destination(self) -> XnatClient:
        """The server that is written to; asked for only on roads that end at one."""
        assert self.to_server is not None, "this road ends at no server"
        return self.to_server

    @property
    def clients(self) -> tuple[XnatClient, ...]:
        """The servers it speaks to, each once."""
        ends = dict.fromkeys((self.from_server, self.to_server))
        return tuple(client for client in ends if client is not None)


ProjectTurn = Callable[[Ferry], AbstractContextManager[None]]
"""Has what belongs to the whole project to itself, where several workers carry one plan."""


class Progress:
    """Counts the bytes of one unit and tells of them at most once a second."""

    EVERY: ClassVar[float] = 1.0

    def __init__(self, ferry: Ferry, session: str, unit: str, moving: str) -> None:
        self._ferry = ferry
        self._session, self._unit, self._moving = session, unit, moving
        self._began = self._told = time.monotonic()
        self.bytes = 0

    @property
    def seconds(self) -> float:
        """Since the first byte was awaited."""
        return round(time.monotonic() - self._began, 3)

    def add(self, count: int) -> None:
        """Some bytes more; raises Stopped when a stop has been asked for."""
        self._ferry.heed_stop()
        self.bytes += count
        if time.monotonic() - self._told >= self.EVERY:
            self._told = time.monotonic()
            self._ferry.tell(
                UnitProgressed(session=self._session, unit=self._unit, moving=self._moving, bytes=self.bytes)
            )


def growing_waits(longest: float = 15.0) -> Iterator[float]:
    """Seconds to wait between questions to a server: short while an answer is near, long when it is not."""
    wait = 0.1
    while True:
        yield wait
        wait = min(wait * 1.5, longest)
