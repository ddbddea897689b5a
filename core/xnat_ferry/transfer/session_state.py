"""What the events of one session amount to."""

from dataclasses import dataclass, field
from enum import StrEnum

from msgspec import Struct

from xnat_ferry import events
from xnat_ferry.events import AnyEvent
from xnat_ferry.model import Where
from xnat_ferry.plan import Totals


class Phase(StrEnum):
    """How far a session or a transfer is."""

    WAITING = "waiting"
    RUNNING = "running"
    STOPPED = "stopped"
    DONE = "done"
    FAILED = "failed"
    SKIPPED = "skipped"


class Problem(Struct, frozen=True):
    """Something a person should read."""

    session: str
    scan: str
    message: str
    advice: str
    kind: str = ""
    """The error's class, where there was one."""


@dataclass
class SessionState:
    """One session of the plan, as its events leave it."""

    label: str
    totals: Totals
    phase: Phase = Phase.WAITING
    fetched: set[str] = field(default_factory=set)
    touched: set[str] = field(default_factory=set)
    """Units of which the destination may hold something."""
    sendings: dict[str, int] = field(default_factory=dict)
    """How often each unit began to be sent without the server's word that it took it."""
    sent: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Files and bytes of each unit that the server took."""
    files_sent: int = 0
    bytes_sent: int = 0
    """Of all of them; counted as they come, since they are asked for at every step."""
    routed: str = ""
    """What StudyDescription says in the files that were sent to a receiver."""
    row: str = ""
    built: bool = False
    archive_requested: bool = False
    archived: str = ""
    where: Where | None = None
    left_out: dict[tuple[str, str], str] = field(default_factory=dict)
    verified: dict[Where, events.SessionVerified] = field(default_factory=dict)
    problem: Problem | None = None
    fetching: events.UnitProgressed | None = None
    sending: events.UnitProgressed | None = None
    removal_requested: events.RemovalRequested | None = None
    """The last one; what came of it is in ``removed`` or ``kept``, in neither after an interruption."""
    removed: events.SessionRemoved | None = None
    kept: events.SessionKept | None = None
    settled: events.MoveSettled | None = None
    asked: list[events.AssignmentRequested] = field(default_factory=list)
    """What the server was asked to assign, of the session and its subject."""
    assigned: list[events.Assigned] = field(default_factory=list)
    """What of it was seen done."""
    taken_back: bool = False
    taken_back_at: float = 0.0
    row_removal: events.RowRemovalRequested | None = None
    """One that was asked for and of which it is not known what came of it."""
    beside: dict[str, float] = field(default_factory=dict)
    """Rows that were seen to wait beside the one that was proven, and when, in seconds since 1970."""

    @property
    def cut_off(self) -> set[str]:
        """Units that a server may still have taken, or taken twice: nobody heard the end of it."""
        return {unit for unit, count in self.sendings.items() if count > 0}

    @property
    def moving(self) -> events.UnitProgressed | None:
        """The unit under way: the one that leaves, else the one that comes."""
        return self.sending or self.fetching

    @property
    def bytes_moved(self) -> int:
        """What was sent, the unit that is leaving included as far as it has."""
        return self.bytes_sent + (self.sending.bytes if self.sending else 0)

    @property
    def bytes_done(self) -> int:
        """How much of what was planned that is: without the packing, and all of it once it is done."""
        return self._of_plan(self.bytes_moved)

    @property
    def bytes_kept(self) -> int:
        """The same without the unit that is leaving: all there is, where nobody is at it any more."""
        return self._of_plan(self.bytes_sent)

    def _of_plan(self, moved: int) -> int:
        return self.totals.bytes if self.phase == Phase.DONE else min(moved, self.totals.bytes)


def apply_to_session(session: SessionState, event: AnyEvent) -> None:
    """Take one more event of it in; one that says nothing of how far it is changes nothing."""
    match event:
        case events.SessionStarted():
            session.phase, session.problem = Phase.RUNNING, None
            session.fetching = session.sending = None  # of the worker before, if it was cut off amid a unit
        case events.SessionSkipped():
            session.phase = Phase.SKIPPED
        case events.SessionFinished():
            session.phase, session.where = Phase.DONE, event.where
            session.fetching = session.sending = None
        case events.SessionFailed():
            session.phase, session.fetching, session.sending = Phase.FAILED, None, None
            session.problem = Problem(event.session, event.scan, event.message, event.advice, event.kind)
        case _:
            _apply_to_bytes(session, event)
            _apply_to_place(session, event)
            _apply_to_source(session, event)
            _apply_to_rows(session, event)
            _apply_to_assignment(session, event)


def _apply_to_bytes(session: SessionState, event: AnyEvent) -> None:
    match event:
        case events.FileLeftOut():
            session.left_out[event.scan, event.name] = event.why
        case events.UnitProgressed():
            if event.moving == "up":
                session.sending = event
            else:
                session.fetching = event
        case events.TriedAgain():
            _give_up_moving(session, event.unit)
        case events.HeadersRouted():
            session.routed = event.address
        case events.UnitFetched():
            session.fetched.add(event.unit)
            session.fetching = None
        case _:
            _apply_to_sendings(session, event)


def _give_up_moving(session: SessionState, unit: str) -> None:
    """An attempt failed: what had moved of the unit moves again, and from its beginning."""
    if session.sending is not None and session.sending.unit == unit:
        session.sending = None
    if session.fetching is not None and session.fetching.unit == unit:
        session.fetching = None


def _apply_to_sendings(session: SessionState, event: AnyEvent) -> None:
    match event:
        case events.UnitSending():
            session.touched.add(event.unit)
            session.sendings[event.unit] = session.sendings.get(event.unit, 0) + 1
        case events.UnitRefused():
            session.sendings[event.unit] = session.sendings.get(event.unit, 0) - 1
            if event.unit not in session.sent.keys() | session.cut_off:
                session.touched.discard(event.unit)
        case events.UnitSent():
            files, size = session.sent.get(event.unit, (0, 0))
            session.sent[event.unit] = (event.files, event.bytes)
            session.files_sent += event.files - files
            session.bytes_sent += event.bytes - size
            session.sendings[event.unit] = session.sendings.get(event.unit, 0) - 1
            session.row, session.built, session.sending = event.row, False, None
        case _:
            pass


def _apply_to_place(session: SessionState, event: AnyEvent) -> None:
    match event:
        case events.SessionVerified():
            session.verified[event.where] = event
        case events.SessionBuilt():
            session.row, session.built = event.row, True
        case events.ArchiveRequested():
            session.archive_requested, session.row = True, event.row
        case events.SessionArchived():
            session.archived, session.where = event.uri or "archived", Where.ARCHIVE
        case _:
            pass


def _apply_to_source(session: SessionState, event: AnyEvent) -> None:
    match event:
        case events.RemovalRequested():
            session.removal_requested, session.removed, session.kept = event, None, None
        case events.SessionRemoved():
            session.removed, session.kept = event, None
        case events.SessionKept():
            session.kept = event
        case events.MoveSettled():
            session.settled = event
        case _:
            pass


def _apply_to_rows(session: SessionState, event: AnyEvent) -> None:
    match event:
        case events.RowBeside():
            session.beside[event.row] = event.at
        case events.RowRemoved() if session.row not in ("", event.row):
            session.row_removal = None
            session.beside.pop(event.row, None)
        case events.RowRemovalRequested():
            session.row_removal = event
        case events.RowKept():
            session.row_removal = None
        case events.RowRemoved():
            # nothing of it is there any more: a later resume sends it anew
            session.row_removal, session.row, session.built = None, "", False
            session.sent.clear()
            session.files_sent = session.bytes_sent = 0
            session.touched.clear()
        case _:
            pass


def _apply_to_assignment(session: SessionState, event: AnyEvent) -> None:
    match event:
        case events.AssignmentRequested():
            session.asked.append(event)
        case events.Assigned():
            session.assigned.append(event)
        case events.SessionTakenBack():
            session.phase, session.where, session.taken_back = Phase.SKIPPED, None, True
            session.taken_back_at = event.at
            session.problem = None
        case events.SessionNotTakenBack():
            session.problem = Problem(event.session, "", event.message, event.advice)
        case _:
            pass
