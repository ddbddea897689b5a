"""Telling whoever listens how far an archiving is (wire-write 0.7, wire-read 7.1)."""

from xnat_ferry.practice.http.replies import Refused
from xnat_ferry.practice.http.request import Request
from xnat_ferry.practice.site.records import Session, Waiting
from xnat_ferry.practice.site.site import Site

Listener = list[tuple[str, str, bool]]


def listener_of(request: Request) -> str | None:
    """The ID that the caller invented, or None. Raises Refused for an empty one."""
    wanted = request.get("http-session-listener")
    if wanted == "":
        words = "'transaction' is required when requesting 'http-session-listener'."
        raise Refused(400, words)
    return wanted


def archived_address(site: Site, row: Waiting, session: Session) -> str:
    """``/archive/projects/P/subjects/S/experiments/LABEL``."""
    subject = site.subjects.get(session.subject)
    within = f"/subjects/{subject.label}" if subject is not None else ""
    return f"/archive/projects/{row.project}{within}/experiments/{session.label}"


class Reporter:
    """One archiving's messages, in the caller's HTTP session and under the event's key."""

    def __init__(self, request: Request, row: Waiting) -> None:
        self._site, self._row = request.site, row
        name = listener_of(request)
        login = request.site.logins.find(request.login)
        self._listener: Listener = []
        if name is not None and login is not None:
            login.listeners[name] = self._listener
        key = name or f"{row.project}/{row.timestamp}/{row.name}"
        self._progress = request.site.tracking.start(key, request.user)
        self._say("PROCESSING", "InProgress", f"Archiving {row.folder}")

    def _say(self, status: str, tracked: str, message: str, *, last: bool = False) -> None:
        self._listener.append((status, message, last))
        self._progress.add(tracked, message)

    def done(self, outcome: Session | Refused) -> None:
        """The last message: the address, or why not."""
        if isinstance(outcome, Session):
            message = archived_address(self._site, self._row, outcome)
            self._say("COMPLETED", "Completed", message, last=True)
        else:
            message = f"Unable to archive {self._row.folder}: {outcome.message}"
            self._say("FAILED", "Failed", message, last=True)
        self._progress.finish(isinstance(outcome, Session), message)
