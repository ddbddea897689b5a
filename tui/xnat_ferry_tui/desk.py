"""What lies on the desk: projects, survey, marks, the transfer in view. Knows nothing of Textual."""

import threading
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

from xnat_ferry.checks import Answer, Checklist, ConflictClass, run_checks
from xnat_ferry.errors import FerryError
from xnat_ferry.events import AnyEvent
from xnat_ferry.model import Endpoint
from xnat_ferry.plan import Plan
from xnat_ferry.plan.build import PlanRequest, make_plan
from xnat_ferry.settings.credentials import Credentials
from xnat_ferry.survey import ProjectView, Survey, take_survey, view_destination, view_source
from xnat_ferry.transfer import folder as transfer_folders
from xnat_ferry.transfer.folder import TransferFolder
from xnat_ferry.transfer.journal import read_all
from xnat_ferry.transfer.launch import start_worker, wait_until_taken_up
from xnat_ferry.transfer.rate import Rate
from xnat_ferry.transfer.state import Phase, TransferState
from xnat_ferry.verify.session import read_verification
from xnat_ferry.verify.verification import Verification
from xnat_ferry.xnat.client import XnatClient
from xnat_ferry.xnat.pair import open_pair


class Desk:
    """The one thing that screens show and actions change. Calls that reach a server block: use a thread."""

    def __init__(self, *, transfers: Path, spool: Path, find: Callable[[str], Credentials]) -> None:
        self.transfers, self.spool, self.find = transfers, spool, find
        self.names: dict[str, str] = {}
        self.ends: tuple[Endpoint, Endpoint] | None = None
        self.source: ProjectView | None = None
        self.destination: ProjectView | None = None
        self.survey: Survey | None = None
        self.checklist: Checklist | None = None
        self.marks: set[str] = set()
        self.problem: FerryError | None = None
        self.busy = ""
        self.watched: Watched | None = None
        self._open: tuple[XnatClient, XnatClient] | None = None
        self._stack = ExitStack()
        self._lock = threading.Lock()

    def name_of(self, end: Endpoint) -> str:
        """The project and its server, by the server's short name where it has one."""
        known = self.names.get(end.server)
        return f"{end.project} @ {known}" if known else str(end)

    def journey(self) -> str:
        """From where to where, the server named once where both are on it."""
        if self.ends is None:
            return ""
        source, destination = self.ends
        if source.server == destination.server:
            return f"{source.project} -> {self.name_of(destination)}"
        return f"{self.name_of(source)} -> {self.name_of(destination)}"

    # With the servers

    def look(self) -> None:
        """List both projects."""
        if self.ends is None:
            return
        from_client, to_client = self._clients()
        self.source = view_source(from_client, self.ends[0])
        self.destination = view_destination(to_client, self.ends[1])

    def check(self, on_session: Callable[[int, int], None]) -> None:
        """Survey the marked sessions, or all, and run the checklist."""
        if self.ends is None:
            return
        from_client, to_client = self._clients()
        wanted = sorted(self.marks) or None
        self.survey = take_survey((from_client, self.ends[0]), (to_client, self.ends[1]), wanted, on_session)
        self.source, self.destination = self.survey.source, self.survey.destination
        self.checklist = run_checks(self.survey)

    def plan(self) -> Plan | None:
        """What a transfer of the surveyed sessions would do; conflicts are skipped, never merged."""
        if self.survey is None or self.checklist is None:
            return None
        made = datetime.now().astimezone().isoformat(timespec="seconds")
        answers = dict.fromkeys(ConflictClass, Answer.SKIP)
        return make_plan(self.survey, self.checklist, PlanRequest(made=made, answers=answers))

    def start(self, plan: Plan) -> None:
        """Make a transfer of a plan and start its worker."""
        folder = transfer_folders.create(self.transfers, plan)
        worker = start_worker(folder, self._logins(plan), spool=self.spool)
        wait_until_taken_up(folder, worker, skip=0)
        self.watch(folder)

    def go_on(self, folder: TransferFolder, *, archive: bool) -> None:
        """Resume a transfer, or take it on into the archive."""
        before = len(read_all(folder.journal))
        worker = start_worker(folder, self._logins(folder.read_plan()), spool=self.spool, archive=archive)
        wait_until_taken_up(folder, worker, skip=before)

    def forget(self) -> None:
        """Clear away what was found in other projects."""
        self.source = self.destination = self.survey = self.checklist = None
        self.marks = set()

    def close(self) -> None:
        """Log out."""
        with self._lock:
            self._open = None
            self._stack.close()

    # On the disk

    def watch(self, folder: TransferFolder) -> None:
        """Look at this transfer from now on."""
        self.watched = Watched(folder)

    def watch_newest(self) -> None:
        """Look at the newest transfer, if there is one."""
        found = transfer_folders.find_all(self.transfers)
        if found and (self.watched is None or self.watched.folder.id != found[0].id):
            self.watch(found[0])

    def watch_next(self) -> None:
        """Look at the next older transfer, and after the oldest at the newest."""
        found = transfer_folders.find_all(self.transfers)
        if found:
            ids = [folder.id for folder in found]
            here = ids.index(self.watched.folder.id) if self.watched and self.watched.folder.id in ids else -1
            self.watch(found[(here + 1) % len(found)])

    def verification(self) -> Verification | None:
        """The newest verification of the transfer that is looked at."""
        return read_verification(self.watched.folder, self.watched.state.plan) if self.watched else None

    def _clients(self) -> tuple[XnatClient, XnatClient]:
        assert self.ends is not None
        with self._lock:
            if self._open is None:
                self._open = self._stack.enter_context(open_pair(*self.ends, self.find))
            return self._open

    def _logins(self, plan: Plan) -> dict[str, Credentials]:
        return {server: self.find(server) for server in {plan.source.server, plan.destination.server}}


class Watched:
    """One transfer as its journal has told so far."""

    def __init__(self, folder: TransferFolder) -> None:
        self.folder = folder
        self.state = TransferState(folder.read_plan())
        self.events: list[AnyEvent] = []
        self.rate = Rate()

    def take(self, events: Iterable[AnyEvent], alive: bool) -> None:
        """Take new events in; ``alive`` is whether a worker is at it, which no journal can know."""
        for event in events:
            self.state.apply(event)
            self.events.append(event)
            self.rate.add(event.at, self.bytes_sent)
        if self.state.phase == Phase.RUNNING and not alive:
            self.state.phase = Phase.STOPPED

    @property
    def bytes_sent(self) -> int:
        """Those of whole units and those of the one that is leaving."""
        leaving = (one.moving for one in self.state.sessions.values())
        return self.state.bytes_sent + sum(one.bytes for one in leaving if one and one.moving == "up")
