"""The application: four areas over one desk. It starts work in threads and shows what comes of it."""

import asyncio
import sys
import threading
from collections.abc import Callable
from pathlib import Path, PurePath
from typing import ClassVar

from rich.text import Text
from textual.binding import BindingType
from textual.events import DescendantFocus
from textual.notifications import SeverityLevel
from textual.screen import Screen
from textual.widgets import Input
from textual.worker import Worker, WorkerState

from xnat_ferry.settings.preferences import Window
from xnat_ferry.transfer.session_state import Phase
from xnat_ferry_tui import read_only
from xnat_ferry_tui.acting import Acting
from xnat_ferry_tui.aside.doing import CameBack, Doing, Otherwise, Then
from xnat_ferry_tui.aside.errand import Errand
from xnat_ferry_tui.aside.threads import Threads
from xnat_ferry_tui.comparing import Comparing
from xnat_ferry_tui.connecting import Connecting
from xnat_ferry_tui.desk import Desk
from xnat_ferry_tui.desk_changed import DeskChanged
from xnat_ferry_tui.dialogs.ask import Ask, Tell
from xnat_ferry_tui.dialogs.help import Help
from xnat_ferry_tui.dialogs.palette import Palette
from xnat_ferry_tui.explaining.helping import about
from xnat_ferry_tui.faults import in_few_words, keep_report
from xnat_ferry_tui.keyboard import keys
from xnat_ferry_tui.keyboard.in_turn import InTurn
from xnat_ferry_tui.keyboard.key_map import KeyMap
from xnat_ferry_tui.looking import Looking
from xnat_ferry_tui.losing import Losing
from xnat_ferry_tui.proving import Proving
from xnat_ferry_tui.road_choice import RoadChoice
from xnat_ferry_tui.screens.area import Area
from xnat_ferry_tui.screens.browse import BrowseArea
from xnat_ferry_tui.screens.checks import ChecksArea
from xnat_ferry_tui.screens.transfer import TransferArea
from xnat_ferry_tui.screens.verify import VerifyArea
from xnat_ferry_tui.submitting import Submitting
from xnat_ferry_tui.terminal.glyphs import fit_to_show, terminal_is_utf8
from xnat_ferry_tui.terminal.painted import SparingApp
from xnat_ferry_tui.terminal.themes import THEMES, after
from xnat_ferry_tui.watching.bridge import JournalGrew
from xnat_ferry_tui.watching.following import Following
from xnat_ferry_tui.watching.queue import QueueSaid

_STYLES = Path(__file__).parent / "styles"
_A_BUG = 70
AS_USUAL = Window()


class FerryApp(InTurn, SparingApp):
    """xnat-ferry's screen."""

    CSS_PATH: ClassVar[list[str | PurePath]] = [
        _STYLES / f"{name}.tcss" for name in ("app", "wizard", "browse")
    ]
    """All at once: for a file of an area's own all others would be read anew when it is first seen."""
    TITLE = "xnat-ferry"
    MODES: ClassVar[dict[str, type[Screen[None]]]] = {  # type: ignore[assignment]
        "checks": ChecksArea,
        "browse": BrowseArea,
        "transfer": TransferArea,
        "verify": VerifyArea,
    }
    DEFAULT_MODE = "checks"
    BINDINGS: ClassVar[list[BindingType]] = []
    ENABLE_COMMAND_PALETTE = False

    def __init__(
        self,
        desk: Desk,
        *,
        looking: Looking | None = None,
        window: Window = AS_USUAL,
        key_map: KeyMap | None = None,
        tour: bool = False,
    ) -> None:
        super().__init__()
        self.desk, self.window, self.tour = desk, window, tour
        self.looking = looking or Looking(desk)
        self.ascii_only = window.ascii or not terminal_is_utf8()
        self.key_map = key_map or KeyMap({})
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = window.theme
        self.VERTICAL_BREAKPOINTS = [(0, "-short"), (17, "-tall")]
        self.connecting, self.acting, self.submitting = Connecting(self), Acting(self), Submitting(self)
        self.comparing, self.proving, self.losing = Comparing(self), Proving(self), Losing(self)
        self.following, self.road_choice, self.doing = Following(self), RoadChoice(self), Doing(self)

    def on_mount(self) -> None:
        asyncio.get_running_loop().set_default_executor(Threads())
        self.set_keymap(self.key_map)
        for words in self.key_map.wrong:
            self.notify(words, severity="warning", markup=False, timeout=20)
        self.following.newest()
        self.following.list_all()
        if self.desk.ends is not None:
            self.look()

    # Work in threads: what blocks never runs on the screen's own thread

    def check(self) -> None:
        """Survey and checklist."""
        self.with_projects("Looking at both projects.", self.looking.check)

    def check_again(self, check: str) -> None:
        """Look again at what one check rests on."""
        self.with_projects("Looking again.", lambda errand: self.looking.check_again(check, errand))

    def look(self) -> None:
        """List both projects."""
        self.with_projects("Listing both projects.", self.looking.look)

    def with_projects(self, words: str, work: Callable[[Errand], object]) -> None:
        """Look for something; where no projects are named yet, ask for them instead."""
        if self.desk.ends is None:
            self.action_connect()
        else:
            self.seek(words, work)

    def seek(
        self,
        words: str,
        work: Callable[[Errand], object],
        then: Then | None = None,
        otherwise: Otherwise | None = None,
        *,
        at_once: bool = True,
    ) -> None:
        """Run what only looks in a thread, as ``do``. It can be ended: at once, or at its next step."""
        self.doing.begin(words, work, then, otherwise, may_end=True, at_once=at_once)

    def do(
        self,
        words: str,
        work: Callable[[], object],
        then: Then | None = None,
        otherwise: Otherwise | None = None,
    ) -> None:
        """Run blocking work in a thread, one at a time; ``then`` follows on the screen's own.

        Its error becomes a sentence on the screen, unless ``otherwise`` takes it. Where a login was refused,
        another one is asked for, and the work begins again with it.
        """
        self.doing.begin(words, lambda _: work(), then, otherwise, may_end=False)

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = False,
    ) -> None:
        """Say something in passing. It may quote a server, so it is plain text whatever is asked for."""
        told = fit_to_show(self.screen, message)
        super().notify(told, title=title, severity=severity, timeout=timeout, markup=False)

    def still_busy(self) -> None:
        """Say that one thing is done at a time."""
        busy = self.screen.under_way() if isinstance(self.screen, Area) else self.desk.busy
        self.notify(f"Not yet. {busy}", markup=False)

    def on_came_back(self, message: CameBack) -> None:
        self.doing.came_back(message)

    def on_desk_changed(self, message: DeskChanged) -> None:
        self.redraw()
        if message.then is not None:
            message.then()

    # Faults of our own: said in a few words, never with what was in memory

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        if event.state == WorkerState.ERROR and event.worker.error is not None:
            self.notify(in_few_words(event.worker.error), severity="error", markup=False, timeout=20)
            self.redraw()

    def _fatal_error(self) -> None:
        # Textual's own would print every local variable: labels, logins, whatever is at hand
        self._return_code = _A_BUG
        error = sys.exception()
        words = in_few_words(error) if error else "A fault in xnat-ferry itself."
        kept = keep_report(error, self.desk.transfers.parent) if error else None
        more = f"\nWhere it happened is written in {kept}; it holds no names and no values." if kept else ""
        going_on = "\nTransfers go on without this window: 'xnat-ferry status' shows them."
        self.panic(Text(words + more + going_on))

    # The transfer that is looked at

    def on_journal_grew(self, message: JournalGrew) -> None:
        self.following.take(message)

    def on_queue_said(self, message: QueueSaid) -> None:
        self.following.take_queue(message)

    # Keys that work everywhere

    def action_area(self, name: str) -> None:
        self.switch_mode(name)

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        if isinstance(event.widget, Input):
            event.widget.cursor_blink = False  # a blink is a kilobyte a second over SSH

    def action_help(self) -> None:
        if isinstance(self.screen, Help):
            self.screen.action_close()  # the help explains everything but itself
        else:
            self.push_screen(Help(about(self), self.key_map))

    def action_palette(self) -> None:
        self.push_screen(Palette(self._places(), self.key_map), self._chosen)

    async def _chosen(self, key: keys.Key | None) -> None:
        if key is not None:
            await self.run_action(keys.action_of(key), self.screen)

    async def action_if_allowed(self, key_id: str) -> None:
        """Do what changes something, unless this window or the server is for looking only."""
        key = keys.by_id(key_id)
        why = read_only.why_not(self.window, self.desk, key)
        if why:
            self.push_screen(Tell(f"{key.label}: {why}", *read_only.HOW_TO_CHANGE))
        else:
            await self.run_action(key.action, self.screen)

    def action_repaint(self) -> None:
        self.forget_picture()
        self.refresh(repaint=True, layout=True)

    def action_next_theme(self) -> None:
        self.theme = after(self.theme)

    def _places(self) -> tuple[str, ...]:
        return self.screen.places() if isinstance(self.screen, Area) else ()

    def action_connect(self) -> None:
        self.connecting.ask()

    def action_leave(self) -> None:
        if self.desk.watched is not None and self.desk.watched.phase == Phase.RUNNING:
            self.ask(["Close this window?", "The transfer goes on without it."], self.exit)
        else:
            self.exit()

    def on_unmount(self) -> None:
        self.following.leave()
        # logging out may wait for a server that is gone: nobody waits for it
        threading.Thread(target=self.desk.conversation.close, daemon=True).start()

    def ask(self, lines: list[str], yes: Callable[[], object]) -> None:
        """Ask, and do it on a yes."""

        def answered(answer: bool | None) -> None:
            if answer:
                yes()

        self.push_screen(Ask(*lines), answered)

    def redraw(self) -> None:
        """Draw every area anew from the desk."""
        for screen in self.screen_stack:
            if isinstance(screen, Area) and screen.is_mounted:
                screen.redraw()
