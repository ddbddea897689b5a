"""The lines of the log: events or requests, newest first, all or only those that somebody should look at."""

from collections.abc import Callable, Sequence
from datetime import datetime

from xnat_ferry import wording
from xnat_ferry.events import AnyEvent, SessionFinished, SettlingFinished, TransferFinished
from xnat_ferry.transfer.state import Phase, SessionState
from xnat_ferry_tui.calls import Request
from xnat_ferry_tui.listed import Listed
from xnat_ferry_tui.watched import Watched
from xnat_ferry_tui.ways import on_screen
from xnat_ferry_tui.widgets.lines import Column, Line

EVENTS = (Column("", 1), Column("time", 8), Column("session", 18), Column("what happened"))
REQUESTS = (Column("", 1), Column("time", 8), Column("request"), Column("answer", 6), Column("took", 9, True))
SESSIONS = (Column("state", 8), Column("session"), Column("sent", 5, True))
TRANSFERS = (Column("state", 10), Column("transfer", middle=True), Column("done", 16))
_STATES = {"failed": "bad", "unreadable": "bad", "done": "good"}


class Chosen:
    """The events that the log shows of all that were told, kept as they grow."""

    def __init__(self) -> None:
        self.shown: list[AnyEvent] = []
        """Oldest first."""
        self._basis: tuple[str, bool, str] = ("", False, "")
        self._read = 0

    def take(self, watched: Watched, *, problems: bool, session: str) -> int | None:
        """Look at what is new; how many lines have come, None where it is another choice than before."""
        basis = (watched.folder.id, problems, session)
        anew = basis != self._basis
        if anew:
            self._basis, self._read, self.shown = basis, 0, []
        told = watched.told_of[session] if session else watched.problems if problems else watched.told
        fresh = told[self._read :]
        self._read = len(told)
        if session and problems:
            fresh = [event for event in fresh if wording.is_problem(event)]
        self.shown.extend(fresh)
        return None if anew else len(fresh)


def next_problem(count: int, place: int, step: int, wrong: Callable[[int], bool]) -> int | None:
    """The place of the next line below (``step`` 1) or above (-1) that is a problem; None: there is none."""
    places = range(place + step, count if step > 0 else -1, step)
    return next((one for one in places if wrong(one)), None)


def event_line(event: AnyEvent) -> Line:
    """One event."""
    moment = datetime.fromtimestamp(event.at).astimezone().strftime("%H:%M:%S")
    bad = wording.is_problem(event)
    good = isinstance(event, SessionFinished | TransferFinished | SettlingFinished)
    cells = (
        "!" if bad else "",
        moment,
        getattr(event, "session", ""),
        on_screen(wording.what_happened(event)),
    )
    return Line(cells, "bad" if bad else "good" if good else "")


def request_line(request: Request) -> Line:
    """One request, without its server."""
    cells = (
        "!" if request.refused else "",
        request.time,
        f"{request.method} {request.path}",
        request.status,
        request.took,
    )
    return Line(cells, "bad" if request.refused else "")


def session_lines(watched: Watched, sessions: Sequence[SessionState]) -> Callable[[int], Line]:
    """Makes the line of one session of the transfer."""

    def make(place: int) -> Line:
        session = sessions[place]
        phase = watched.phase_of(session)
        whole = session.totals.bytes
        share = f"{min(session.bytes_moved / whole, 1.0):.0%}" if whole and session.bytes_moved else ""
        if share and phase == Phase.DONE:
            share = "100%"  # of one that is completed, only what was missing is sent
        return Line((phase, session.label, share), _STATES.get(phase, ""))

    return make


def transfer_line(listed: Listed, here: bool) -> Line:
    """One transfer; the one in view has its state in capitals."""
    phase = listed.phase.upper() if here else listed.phase
    return Line((phase, f"{listed.ends}  {listed.folder.id}", listed.done), _STATES.get(listed.phase, ""))
