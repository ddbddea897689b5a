"""What the steps share: their place on the screen, their reason, and one line that asks for a word."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ClassVar, cast

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widget import Widget
from textual.widgets import Input

from xnat_ferry.plan.draft import Draft
from xnat_ferry_tui.desk import Desk
from xnat_ferry_tui.widgets.entry import Entry, fit_to_edit
from xnat_ferry_tui.widgets.facts import Facts

if TYPE_CHECKING:
    from xnat_ferry_tui.app import FerryApp
    from xnat_ferry_tui.screens.checks import ChecksArea


class Step(Vertical):
    """One step; ``show`` draws it anew from the desk, and its keys call its ``do_`` methods."""

    NAME: ClassVar[str] = ""
    WHY: ClassVar[str] = ""
    """Why this is asked, in one line."""

    def __init__(self) -> None:
        super().__init__(id=self.NAME)

    @property
    def ferry(self) -> "FerryApp":
        """The application, by its own type."""
        return cast("FerryApp", self.app)

    @property
    def area(self) -> "ChecksArea":
        """The screen around the steps."""
        return cast("ChecksArea", self.screen)

    @property
    def desk(self) -> Desk:
        return self.ferry.desk

    @property
    def draft(self) -> Draft | None:
        return self.desk.drafting.draft

    def show(self) -> None:
        """Draw the step from what lies on the desk."""
        raise NotImplementedError

    def first(self) -> Widget:
        """What has the focus when one comes here."""
        raise NotImplementedError

    def going(self) -> str:
        """What "Continue" does here."""
        return "Continue"

    async def go_on(self) -> None:
        """Go on from here, where nothing stands against it."""
        self.area.next_step()

    def action_do(self, name: str) -> None:
        getattr(self, f"do_{name}")()


class Prompt(Vertical):
    """A question of one line below a step: Enter takes what was typed, Escape leaves all as it was."""

    def __init__(self) -> None:
        super().__init__(classes="prompt")
        self._done: Callable[[str], str] = lambda _: ""
        self._live: Callable[[str], None] = lambda _: None
        self._before = ""
        self._back: Widget | None = None

    def compose(self) -> ComposeResult:
        yield Facts(id="prompt-words")
        yield Entry(select_on_focus=False)

    def on_mount(self) -> None:
        self.display = False

    def ask(
        self,
        words: str,
        value: str,
        done: Callable[[str], str],
        live: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Ask. ``done`` gets the answer and says why it will not do, "" where it does.

        ``live`` hears every change while it is typed, and the value from before where it is left.
        """
        self._done, self._live, self._before = done, live, value
        self._back = self.screen.focused
        self.query_one(Facts).put([words])
        entry = self.query_one(Input)
        with self.prevent(Input.Changed):
            entry.value = fit_to_edit(value)
        entry.cursor_position = len(entry.value)
        self.display = True
        entry.focus()

    @property
    def words(self) -> Sequence[str]:
        """What is asked, or why the answer will not do."""
        return self.query_one(Facts).lines

    @on(Input.Changed)
    def _typing(self, event: Input.Changed) -> None:
        event.stop()
        if self.display:
            self._live(event.value)

    @on(Input.Submitted)
    def _typed(self, event: Input.Submitted) -> None:
        event.stop()
        said = self._done(event.value.strip())
        if said:
            self.query_one(Facts).put([said])
        else:
            self._leave()

    def key_escape(self) -> None:
        if self.display:
            self._live(self._before)
            self._leave()

    def _leave(self) -> None:
        self.display = False
        if self._back is not None:
            self._back.focus()
