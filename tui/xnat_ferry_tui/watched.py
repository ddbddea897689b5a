"""One transfer as its journal has told so far."""

from collections.abc import Iterable

from xnat_ferry import wording
from xnat_ferry.events import AnyEvent
from xnat_ferry.model import Where
from xnat_ferry.transfer.folder import TransferFolder
from xnat_ferry.transfer.rate import Rate
from xnat_ferry.transfer.state import Phase, TransferState
from xnat_ferry.verify.verification import Verification

_STALLED = 15.0


class Watched:
    """State, log and pace of the transfer that is looked at."""

    def __init__(self, folder: TransferFolder) -> None:
        """Read the plan; raises PlanUnreadable."""
        self.folder = folder
        self.state = TransferState(folder.read_plan())
        self.told: list[AnyEvent] = []
        """The events that have words, oldest first; steps between are in ``state`` only."""
        self.verification: Verification | None = None
        self.alive = False
        self._rate = Rate()
        self._moved = 0
        self._moved_at = 0.0

    def take(self, events: Iterable[AnyEvent], alive: bool) -> None:
        """Take new events in; ``alive`` is whether a worker is at it, which no journal can know."""
        self.alive = alive
        for event in events:
            self.state.apply(event)
            if wording.what_happened(event):
                self.told.append(event)
        # once a batch: the sum is over every session
        moved, at = self.bytes_sent, self.state.last_at or 0.0
        if moved != self._moved:
            self._rate.add(at, moved)
            self._moved, self._moved_at = moved, at

    @property
    def phase(self) -> Phase:
        """The journal's phase, set right by whether a worker is there."""
        told = self.state.phase
        if told == Phase.RUNNING and not self.alive:
            return Phase.STOPPED
        if told in (Phase.WAITING, Phase.STOPPED) and self.alive:
            return Phase.RUNNING
        return told

    @property
    def bytes_sent(self) -> int:
        """Those of whole units and those of the one that is leaving."""
        leaving = (one.moving for one in self.state.sessions.values())
        return self.state.bytes_sent + sum(one.bytes for one in leaving if one and one.moving == "up")

    @property
    def waiting(self) -> int:
        """How many sessions are done but for being archived."""
        ended = (one for one in self.state.sessions.values() if one.phase == Phase.DONE)
        return sum(one.where != Where.ARCHIVE for one in ended)

    def pace(self, now: float) -> tuple[float | None, float | None]:
        """Bytes a second and seconds left; None for both once nothing has moved for a while."""
        if now - self._moved_at > _STALLED:
            return None, None
        return self._rate.per_second(), self._rate.seconds_left(
            self.state.plan.totals.bytes - self.bytes_sent
        )
