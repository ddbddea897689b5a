"""One transfer as its journal has told so far."""

from array import array
from bisect import bisect_left
from collections import defaultdict, deque
from collections.abc import Iterable, Sequence
from functools import partial

from xnat_ferry import event_words
from xnat_ferry.events import AnyEvent
from xnat_ferry.model import Where
from xnat_ferry.packed import Packed
from xnat_ferry.transfer.folder import TransferFolder
from xnat_ferry.transfer.session_state import Phase, SessionState
from xnat_ferry.transfer.state import TransferState
from xnat_ferry.verify.verification import Verification
from xnat_ferry_tui.aside.undisturbed import undisturbed
from xnat_ferry_tui.watching.calls import Request

_REQUESTS = 5000


class Watched:
    """State, log and pace of the transfer that is looked at."""

    def __init__(self, folder: TransferFolder) -> None:
        """Read the plan; raises PlanUnreadable."""
        self.folder = folder
        plan = folder.read_plan()
        with undisturbed(len(plan.sessions)):
            self.state = TransferState(plan)
        self.told: Packed[AnyEvent] = Packed(AnyEvent)  # type: ignore[arg-type]  # a union of types
        """The events that have words, oldest first; steps between are in ``state`` only."""
        self._problems = array("L")
        """The places in ``told`` of those that somebody should look at."""
        self._of_session: dict[str, array[int]] = defaultdict(partial(array, "L"))
        """The places of each session's, by its label."""
        self.requests: deque[Request] = deque(maxlen=_REQUESTS)
        """The newest requests of its workers, oldest first."""
        self.verification: Verification | None = None
        self.alive = False
        self.reading = True
        """Whether more of its past is to come: what is known by now may be long over."""
        self.queue = ""
        """What Slurm's queue shows of its tasks; "" where there are none."""

    def take(self, events: Iterable[AnyEvent], alive: bool, *, more: bool = False) -> None:
        """Take new events in; ``alive`` is whether a worker is at it, which no journal can know.

        ``more``: others follow at once, since they are a part of a long past.
        """
        self.alive, self.reading = alive, more
        for event in events:
            self.state.apply(event)
            if event_words.what_happened(event):
                place = len(self.told)
                self.told.append(event)
                if session := getattr(event, "session", ""):
                    self._of_session[session].append(place)
                if event_words.is_problem(event):
                    self._problems.append(place)

    def places(self, *, problems: bool, session: str) -> Sequence[int]:
        """Where in ``told`` the problems are, or what is of one session, or both or all of it; ascending."""
        if not session:
            return self._problems if problems else range(len(self.told))
        of_session = self._of_session[session]
        return [place for place in of_session if _among(place, self._problems)] if problems else of_session

    @property
    def phase(self) -> Phase:
        """The journal's phase, set right by whether a worker is there."""
        told = self.state.phase
        if told == Phase.RUNNING and not self.alive:
            return Phase.STOPPED
        if told in (Phase.WAITING, Phase.STOPPED) and self.alive:
            return Phase.RUNNING
        return told

    def phase_of(self, session: SessionState) -> Phase:
        """A session's phase: what nobody is at any more waits to be resumed."""
        left = session.phase == Phase.RUNNING and not self.alive
        return Phase.STOPPED if left else session.phase

    @property
    def bytes_done(self) -> int:
        """How much of the plan is done, what leaves included: a unit whose worker is gone is sent anew."""
        return self.state.bytes_done if self.alive else sum(map(self.done_of, self.state.sessions.values()))

    def done_of(self, session: SessionState) -> int:
        """The same of one session."""
        return session.bytes_done if self.alive else session.bytes_kept

    @property
    def under_way(self) -> list[SessionState]:
        """The sessions that a worker is at now."""
        if not self.alive:
            return []
        return [one for one in self.state.sessions.values() if one.phase == Phase.RUNNING]

    @property
    def waiting(self) -> int:
        """How many sessions are done but for being archived, or were refused when they should have been."""
        return sum(map(_waits, self.state.sessions.values()))

    @property
    def taken_back(self) -> int:
        """How many sessions were shared or given, and taken back since."""
        return sum(one.taken_back for one in self.state.sessions.values())

    def not_compared(self, found: Verification) -> int:
        """How many sessions that shall be there nobody has compared: a proof must not be read into them."""
        compared = {one.source for one in found.sessions}
        left = (one for one in self.state.plan.travelling if one.session not in compared)
        return sum(self.state.sessions[one.session].phase != Phase.SKIPPED for one in left)

    @property
    def may_settle(self) -> bool:
        """Whether it was planned as a move and something is archived that is still at the source."""
        archived = (one for one in self.state.sessions.values() if one.where == Where.ARCHIVE)
        return self.state.plan.move and any(one.settled is None for one in archived)

    def pace(self, now: float) -> tuple[float | None, float | None]:
        """Bytes a second and seconds left; None for both once nothing has moved for a while."""
        left = self.state.plan.totals.bytes - self.bytes_done
        return self.state.rate.per_second(now), self.state.rate.seconds_left(left, now)


def _waits(session: SessionState) -> bool:
    if session.phase == Phase.FAILED:
        return session.built and not session.archived
    return session.phase == Phase.DONE and session.where == Where.PREARCHIVE


def _among(place: int, ascending: Sequence[int]) -> bool:
    at = bisect_left(ascending, place)
    return at < len(ascending) and ascending[at] == place
