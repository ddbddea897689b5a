"""What a journal amounts to. Any prefix of one replays to a valid state."""

from collections.abc import Iterable

from xnat_ferry import events
from xnat_ferry.events import AnyEvent
from xnat_ferry.plan import Plan
from xnat_ferry.transfer.pacing.rate import Rate
from xnat_ferry.transfer.session_state import Phase, Problem, SessionState, apply_to_session

_MOVING = (
    events.UnitProgressed,
    events.UnitSent,
    events.TriedAgain,
    events.SessionStarted,
    events.SessionFinished,
    events.SessionFailed,
    events.RowRemoved,
)
"""What may change how many bytes have moved."""


class TransferState:
    """A plan and what has become of it."""

    def __init__(self, plan: Plan, past: Iterable[AnyEvent] = ()) -> None:
        self.plan = plan
        self.phase = Phase.WAITING
        self.plan_hash = ""
        self.sessions = {one.session: SessionState(one.session, one.totals) for one in plan.sessions}
        self.logins: list[events.LoggedIn] = []
        self.started_at: float | None = None
        self.last_at: float | None = None
        self.worker: events.WorkerStarted | None = None
        self.stopped: events.WorkerStopped | None = None
        self.finished: events.TransferFinished | None = None
        self.resources: dict[tuple[str, str, str, str, str], events.ResourceCarried] = {}
        """The last word on each, by level, holder, scan, label, and a subject's label at the destination."""
        self.values: dict[tuple[str, str, str, str], events.ValuesCarried] = {}
        """The same by level, holder, kind, and a subject's label at the destination."""
        self.assessors: dict[tuple[str, str], events.AssessorCarried] = {}
        """The newest of each, by its session's label and its own."""
        self.retries = 0
        self.bytes_moved = 0
        """What was sent, the units that are leaving included as far as they have."""
        self.bytes_done = 0
        """How much of the plan that is, see SessionState."""
        self.rate = Rate()
        self.empty_subjects: dict[str, bool] = {}
        """Subjects left empty at the source, and whether each was deleted."""
        for event in past:
            self.apply(event)

    @property
    def problems(self) -> list[Problem]:
        """Of the sessions that failed, one each."""
        return [one.problem for one in self.sessions.values() if one.problem]

    def count(self, phase: Phase) -> int:
        """How many sessions are in a phase."""
        return sum(one.phase == phase for one in self.sessions.values())

    @property
    def files_sent(self) -> int:
        """Files that the destination took, of all sessions."""
        return sum(one.files_sent for one in self.sessions.values())

    @property
    def bytes_sent(self) -> int:
        """Their bytes, as they went over the wire."""
        return sum(one.bytes_sent for one in self.sessions.values())

    def apply(self, event: AnyEvent) -> None:
        """Take one more event in; one about a session that is not in the plan changes nothing."""
        self.last_at = event.at
        if self.started_at is None:
            self.started_at = event.at
        label = getattr(event, "session", None)
        if label is None:
            self._apply_to_all(event)
        elif label in self.sessions:
            session = self.sessions[label]
            if isinstance(event, _MOVING):
                self._move(session, event)
            else:
                apply_to_session(session, event)
            self._apply_to_belongings(event)
            self.retries += isinstance(event, events.TriedAgain)

    def _move(self, session: SessionState, event: AnyEvent) -> None:
        moved, done = session.bytes_moved, session.bytes_done
        apply_to_session(session, event)
        self.bytes_done += session.bytes_done - done
        if session.bytes_moved != moved:
            self.bytes_moved += session.bytes_moved - moved
            self.rate.add(event.at, self.bytes_moved)

    def _apply_to_all(self, event: AnyEvent) -> None:
        match event:
            case events.WorkerStarted():
                self.phase, self.worker, self.plan_hash = Phase.RUNNING, event, event.plan_hash
                self.stopped = self.finished = None
                self.rate = Rate()
            case events.LoggedIn():
                self.logins.append(event)
            case events.WorkerStopped():
                self.phase, self.stopped = Phase.STOPPED, event
            case events.TransferFinished():
                self.phase = Phase.FAILED if event.failed else Phase.DONE
                self.finished = event
            case events.SettlingFinished() | events.TakingBackFinished():
                self.phase = self.phase_of_sessions
            case events.SubjectLeftEmpty():
                self.empty_subjects.setdefault(event.subject, False)
            case events.SubjectRemoved():
                self.empty_subjects[event.subject] = True
            case _:
                pass

    def _apply_to_belongings(self, event: AnyEvent) -> None:
        match event:
            case events.ResourceCarried():
                key = event.level, event.holder, event.scan, event.resource, event.to
                self.resources[key] = event
            case events.AssessorCarried():
                self.assessors[event.session, event.assessor] = event
            case events.ValuesCarried():
                self.values[event.level, event.holder, event.kind, event.to] = event
            case _:
                pass

    @property
    def phase_of_sessions(self) -> Phase:
        """What the transfer has come to by its sessions alone, while nobody is at it."""
        if self.count(Phase.FAILED):
            return Phase.FAILED
        return Phase.STOPPED if self.count(Phase.WAITING) else Phase.DONE
