"""How far a worker has come: a bar over bytes, or over sessions where no byte is left to be carried."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from xnat_ferry import events
from xnat_ferry.events import AnyEvent
from xnat_ferry.plan import Plan
from xnat_ferry.transfer.session_state import Phase
from xnat_ferry.transfer.state import TransferState

_GONE_THROUGH = (
    events.SessionFinished,
    events.SessionFailed,
    events.SessionRemoved,
    events.SessionKept,
    events.RowRemoved,
    events.RowKept,
    events.SessionTakenBack,
    events.SessionNotTakenBack,
)
"""A worker is done with a session, whatever came of it."""


class Headway:
    """What the last worker has done of what it was sent for."""

    def __init__(self, plan: Plan, past: Iterable[AnyEvent] = ()) -> None:
        self._state = TransferState(plan)
        self._meant: set[str] = set()
        self._through: set[str] = set()
        self.in_bytes = True
        """Whether it is counted in bytes, and not in sessions."""
        for event in past:
            self.apply(event)

    @property
    def done(self) -> int:
        """Bytes or sessions."""
        return self._state.bytes_done if self.in_bytes else len(self._through)

    @property
    def total(self) -> int:
        """Of how many, as far as is known by now."""
        return self._state.plan.totals.bytes if self.in_bytes else len(self._meant | self._through)

    def apply(self, event: AnyEvent) -> None:
        """Take one more event in."""
        self._state.apply(event)
        if isinstance(event, events.WorkerStarted):
            plan, sessions = self._state.plan, self._state.sessions
            left = [one.session for one in plan.travelling if sessions[one.session].phase != Phase.DONE]
            self._begin(left or [one.session for one in plan.travelling])
            self.in_bytes = not plan.road.stays and self._state.bytes_done < plan.totals.bytes
        elif isinstance(event, events.RemovalOrdered) and event.sessions:
            self._begin(event.sessions)
            self.in_bytes = False
        elif isinstance(event, _GONE_THROUGH):
            self._through.add(event.session)

    def _begin(self, sessions: Iterable[str]) -> None:
        self._meant, self._through = set(sessions), set()


class NoBar:
    """Elsewhere than on a terminal the lines say it all."""

    def __call__(self, event: AnyEvent) -> None:
        """Nothing to show."""


@contextmanager
def bar(plan: Plan, past: Iterable[AnyEvent]) -> Iterator["NoBar | Bar"]:
    """What is called with each event; ``past`` are those of workers before, which are not shown."""
    if not sys.stderr.isatty():
        yield NoBar()
        return
    drawn = Bar(Headway(plan, past))
    with drawn.progress:
        yield drawn


class Bar:
    """Drawn by rich, on a terminal only."""

    def __init__(self, headway: Headway) -> None:
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            DownloadColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeRemainingColumn,
            TransferSpeedColumn,
        )

        self._headway = headway
        self._of_bytes = (BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
        self._of_sessions = (BarColumn(), MofNCompleteColumn(), TextColumn("sessions"))
        self.progress = Progress(console=Console(stderr=True), transient=True)
        self._task = self.progress.add_task("", total=None)
        self._draw()

    def __call__(self, event: AnyEvent) -> None:
        """One more event has happened."""
        self._headway.apply(event)
        self._draw()

    def _draw(self) -> None:
        headway = self._headway
        self.progress.columns = self._of_bytes if headway.in_bytes else self._of_sessions
        self.progress.update(self._task, completed=headway.done, total=headway.total)
