"""The application: four areas over one desk. It starts work in threads and shows what comes of it."""

import os
import signal
import threading
from collections.abc import Callable
from typing import ClassVar

from textual.app import App
from textual.binding import BindingType
from textual.message import Message
from textual.screen import Screen
from textual.worker import Worker, WorkerState

from xnat_ferry import wording
from xnat_ferry.errors import FerryError, LoginRefused
from xnat_ferry.plan import Plan
from xnat_ferry.settings.credentials import Credentials
from xnat_ferry.settings.paths import servers_file
from xnat_ferry.settings.servers import parse_endpoint, read_aliases
from xnat_ferry.transfer import lock
from xnat_ferry_tui.bridge import JournalGrew, follow_journal
from xnat_ferry_tui.desk import Desk, Watched
from xnat_ferry_tui.dialogs.ask import Ask
from xnat_ferry_tui.dialogs.connect import Connect, Wish
from xnat_ferry_tui.dialogs.help import Help
from xnat_ferry_tui.screens.area import Area
from xnat_ferry_tui.screens.browse import BrowseArea
from xnat_ferry_tui.screens.checks import ChecksArea
from xnat_ferry_tui.screens.transfer import TransferArea
from xnat_ferry_tui.screens.verify import VerifyArea


class DeskChanged(Message):
    """Something on the desk is new; ``then`` runs afterwards, on the screen's own thread."""

    def __init__(self, then: Callable[[], None] | None = None) -> None:
        super().__init__()
        self.then = then


class FerryApp(App[None]):
    """xnat-ferry's screen."""

    CSS_PATH = "styles/app.tcss"
    TITLE = "xnat-ferry"
    MODES: ClassVar[dict[str, type[Screen[None]]]] = {  # type: ignore[assignment]
        "checks": ChecksArea,
        "browse": BrowseArea,
        "transfer": TransferArea,
        "verify": VerifyArea,
    }
    DEFAULT_MODE = "checks"
    BINDINGS: ClassVar[list[BindingType]] = []

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self._leave = threading.Event()
        self._followed = ""

    def on_mount(self) -> None:
        self.desk.watch_newest()
        self._follow()
        if self.desk.ends is not None:
            self.check()

    # Work in threads: what blocks never runs on the screen's own thread

    def check(self) -> None:
        """Survey and checklist."""
        if self.desk.ends is None:
            self.action_connect()
            return

        def progress(done: int, total: int) -> None:
            self._busy(f"Reading sessions: {done} of {total}")

        self._do("Looking at both projects…", lambda: self.desk.check(progress))

    def look(self) -> None:
        """List both projects."""
        if self.desk.ends is None:
            self.action_connect()
            return
        self._do("Listing both projects…", self.desk.look)

    def propose_copy(self) -> None:
        """Plan what is marked, or all, and ask."""
        if self.desk.ends is None:
            self.action_connect()
            return
        self._do("Planning…", lambda: self.desk.check(lambda done, total: None), self._ask_to_copy)

    def propose_going_on(self, *, archive: bool) -> None:
        """Ask whether to resume, or to archive."""
        watched = self.desk.watched
        if watched is None:
            return
        if lock.running(watched.folder):
            self._ask([f"{watched.folder.id} is running; stop it first, or wait."], lambda: None)
            return
        what = "Archive what waits in the prearchive of" if archive else "Go on with"
        self._ask(
            [f"{what} {watched.folder.id}?", "Every session is verified before and after."],
            lambda: self._do(
                "Starting the worker…", lambda: self.desk.go_on(watched.folder, archive=archive)
            ),
        )

    def propose_stop(self) -> None:
        """Ask whether to stop the worker."""
        watched = self.desk.watched
        holder = lock.holder(watched.folder) if watched else None
        if watched is None or holder is None or not lock.running(watched.folder):
            return
        self._ask(
            [f"Stop {watched.folder.id}?", "It leaves off cleanly and can be resumed with R."],
            lambda: os.kill(holder.pid, signal.SIGTERM),
        )

    def next_transfer(self) -> None:
        """Look at another transfer."""
        self.desk.watch_next()
        self._follow()
        self._redraw()

    def _ask_to_copy(self) -> None:
        plan, checklist = self.desk.plan(), self.desk.checklist
        if plan is None or checklist is None:
            return
        if checklist.verdict == "blocked":
            failure = checklist.first_failures()[0]
            self._ask([f"This cannot be done: {failure.message}", failure.advice], lambda: None)
            return
        left_out = [f"{one.session} is left out: {one.why}" for one in plan.sessions if one.fate != "copy"]
        if not plan.travelling:
            self._ask(["There is nothing to copy.", *left_out[:5]], lambda: None)
            return
        self._ask([*_proposal(plan), *left_out[:5]], lambda: self._start(plan))

    def _start(self, plan: Plan) -> None:
        def shown() -> None:
            self._follow()
            self.switch_mode("transfer")

        self._do("Starting the worker…", lambda: self.desk.start(plan), shown)

    def _do(self, words: str, work: Callable[[], None], then: Callable[[], None] | None = None) -> None:
        """Run blocking work in a thread, one at a time; its error becomes a sentence on the screen."""
        if self.desk.busy:
            return
        self.desk.busy, self.desk.problem = words, None
        self._redraw()

        def run() -> None:
            done = then
            try:
                work()
            except FerryError as error:
                self.desk.problem, done = error, None
            finally:
                self.desk.busy = ""
            self.post_message(DeskChanged(done))

        self.run_worker(run, thread=True, exit_on_error=False, group="work")

    def _busy(self, words: str) -> None:
        self.desk.busy = words
        self.post_message(DeskChanged())

    def on_desk_changed(self, message: DeskChanged) -> None:
        self._redraw()
        if message.then is not None:
            message.then()

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """An error of our own: said in a few words, never with what was in memory."""
        if event.state == WorkerState.ERROR:
            kind = type(event.worker.error).__name__
            self.desk.busy = ""
            self.notify(f"A fault in xnat-ferry itself ({kind}).", severity="error", markup=False)
            self._redraw()

    # The journal

    def _follow(self) -> None:
        watched = self.desk.watched
        if watched is None or watched.folder.id == self._followed:
            return
        self._leave.set()
        self._leave, self._followed = threading.Event(), watched.folder.id
        leave = self._leave
        self.run_worker(
            lambda: follow_journal(watched.folder, self.post_message, leave),
            thread=True,
            exit_on_error=False,
            group="journal",
        )

    def on_journal_grew(self, message: JournalGrew) -> None:
        watched: Watched | None = self.desk.watched
        if watched is not None and watched.folder.id == message.transfer_id:
            watched.take(message.events, message.alive)
            self._redraw()

    # Keys that work everywhere

    def action_area(self, name: str) -> None:
        self.switch_mode(name)

    def action_help(self) -> None:
        self.push_screen(Help(self.current_mode))

    def action_connect(self, said: str = "") -> None:
        ends = self.desk.ends
        texts = tuple(f"{end.server}/{end.project}" for end in ends) if ends else ("", "")
        self.push_screen(Connect(*texts, ask_login=self._lacks_login(), said=said), self._connect)

    def _lacks_login(self) -> bool:
        """Whether a login has to be typed: none is known, or the known one was refused."""
        if isinstance(self.desk.problem, LoginRefused):
            return True
        server = self.desk.ends[0].server if self.desk.ends else os.environ.get("XNAT_HOST", "")
        try:
            self.desk.find(server)
        except FerryError:
            return True
        return False

    def _connect(self, wish: Wish | None) -> None:
        if wish is None:
            return
        try:
            aliases = read_aliases(servers_file())
            self.desk.ends = (
                parse_endpoint(wish.source, aliases),
                parse_endpoint(wish.destination, aliases),
            )
        except FerryError as error:
            self.action_connect(f"{error} {error.advice}")
            return
        if wish.user:
            login = Credentials(wish.user, wish.password)
            self.desk.find = lambda _: login
        self.desk.close()
        self.desk.forget()
        self.check()

    def action_leave(self) -> None:
        if self.desk.watched is not None and lock.running(self.desk.watched.folder):
            self._ask(["Close this window?", "The transfer goes on without it."], self.exit)
        else:
            self.exit()

    def on_unmount(self) -> None:
        self._leave.set()
        # logging out may wait for a server that is gone: nobody waits for it
        threading.Thread(target=self.desk.close, daemon=True).start()

    def _ask(self, lines: list[str], yes: Callable[[], object]) -> None:
        def answered(answer: bool | None) -> None:
            if answer:
                yes()

        self.push_screen(Ask(*lines), answered)

    def _redraw(self) -> None:
        for screen in self.screen_stack:
            if isinstance(screen, Area) and screen.is_mounted:
                screen.redraw()


def _proposal(plan: Plan) -> list[str]:
    totals = plan.totals
    return [
        f"Copy {wording.plural(totals.sessions, 'session')}, {wording.plural(totals.scans, 'scan')}, "
        f"{wording.plural(totals.files, 'file')}, {wording.size(totals.bytes)}",
        f"from {plan.source.project} to the {plan.to} of {plan.destination.project}?",
        f"Every file is verified afterwards by {plan.verify}. Nothing at the source changes.",
    ]
