"""The lines of the log: events or requests, newest first, all or only those that somebody should look at."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import takewhile

from xnat_ferry import event_words
from xnat_ferry.events import AnyEvent, SessionFinished, SettlingFinished, TransferFinished
from xnat_ferry.transfer.session_state import SessionState
from xnat_ferry_tui.explaining.ways import on_screen
from xnat_ferry_tui.watching.calls import Request
from xnat_ferry_tui.watching.listed import Listed
from xnat_ferry_tui.watching.watched import Watched
from xnat_ferry_tui.widgets.lines import Column, Line

EVENTS = (Column("", 1), Column("time", 8), Column("session", 18), Column("what happened"))
REQUESTS = (Column("", 1), Column("time", 8), Column("request"), Column("answer", 6), Column("took", 9, True))
SESSIONS = (Column("state", 8), Column("session"), Column("sent", 5, True))
TRANSFERS = (Column("state", 10), Column("transfer", middle=True), Column("done", 14))
ROOMY_TRANSFERS = (*TRANSFERS[:2], Column("done", 25))
_STATES = {"failed": "bad", "unreadable": "bad", "done": "good"}


class Chosen:
    """The events that the log shows of all that were told, the newest at the top."""

    def __init__(self) -> None:
        self._told: Sequence[AnyEvent] = ()
        self._shown: Sequence[int] = ()
        """Their places among all that were told, ascending."""
        self._problems: Sequence[int] = ()
        """The places of those of them that are problems."""
        self._basis: tuple[str, bool, str] = ("", False, "")
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def event(self, line: int) -> AnyEvent | None:
        """What stands on a line; None where there is no such line."""
        return self._told[self._shown[self._count - 1 - line]] if line < self._count else None

    def take(self, watched: Watched, *, problems: bool, session: str) -> int | None:
        """Look at what is new; how many lines have come, None where it is another choice than before."""
        basis, before = (watched.folder.id, problems, session), self._count
        anew, self._basis = basis != self._basis, basis
        self._told = watched.told
        self._shown = watched.places(problems=problems, session=session)
        self._problems = watched.places(problems=True, session=session)
        self._count = len(self._shown)
        return None if anew else self._count - before

    def next_problem(self, line: int, step: int) -> int | None:
        """The line of the next problem below (``step`` 1) or above (-1); None: there is none."""
        if line >= self._count:
            return None
        place, wrong = self._shown[self._count - 1 - line], self._problems
        found = bisect_left(wrong, place) - 1 if step > 0 else bisect_right(wrong, place)
        if not 0 <= found < len(wrong):
            return None
        return self._count - 1 - bisect_left(self._shown, wrong[found])


class Asked:
    """The requests that the log shows, oldest first; of very many the oldest are let go."""

    def __init__(self) -> None:
        self.made: Sequence[Request] = ()
        self._of = ""

    def take(self, watched: Watched) -> int | None:
        """Look at what is new; how many have come, None where it is another transfer than before."""
        newest, anew = self.made[-1] if self.made else None, self._of != watched.folder.id
        self._of, self.made = watched.folder.id, list(watched.requests)
        come = takewhile(lambda one: one is not newest, reversed(self.made))
        return None if anew else sum(1 for _ in come)


def next_refused(requests: Sequence[Request], line: int, step: int) -> int | None:
    """The same among requests: the next one that was refused, the newest at the top."""
    lines = range(line + step, len(requests) if step > 0 else -1, step)
    return next((one for one in lines if requests[-1 - one].refused), None)


def event_line(event: AnyEvent) -> Line:
    """One event."""
    moment = datetime.fromtimestamp(event.at).astimezone().strftime("%H:%M:%S")
    bad = event_words.is_problem(event)
    good = isinstance(event, SessionFinished | TransferFinished | SettlingFinished)
    cells = (
        "!" if bad else "",
        moment,
        getattr(event, "session", ""),
        on_screen(event_words.what_happened(event)),
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
        share = f"{watched.done_of(session) / whole:.0%}" if whole and session.bytes_moved else ""
        return Line((phase, session.label, share), _STATES.get(phase, ""))

    return make


def transfer_line(listed: Listed, here: bool) -> Line:
    """One transfer; the one in view has its state in capitals."""
    phase = listed.phase.upper() if here else listed.phase
    return Line((phase, f"{listed.ends}  {listed.folder.id}", listed.done), _STATES.get(listed.phase, ""))
