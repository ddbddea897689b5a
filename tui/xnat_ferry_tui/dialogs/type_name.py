"""The question before something is lost: it wants a project's name, and takes nothing else for a yes."""

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Input

from xnat_ferry.settings.redact import plain
from xnat_ferry_tui.dialogs.dialog import Dialog
from xnat_ferry_tui.keyboard import keys
from xnat_ferry_tui.widgets.entry import Entry
from xnat_ferry_tui.widgets.facts import Facts


class TypeName(Dialog[str | None]):
    """Says what would be lost; gives what was typed when it is the name, None when it was left."""

    PLACE: ClassVar[str] = "name"
    BINDINGS: ClassVar[list[BindingType]] = keys.bindings(PLACE)

    def __init__(self, *lines: str, name: str, whose: str, nothing: str = "Nothing was deleted.") -> None:
        super().__init__()
        self._lines, self._wanted, self._whose, self._nothing = lines, name, whose, nothing

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog"):
            with VerticalScroll(id="words-of-it"):
                yield Facts(id="question")
            yield Entry(placeholder=plain(f"the name of {self._whose}; Escape leaves it be"), id="name")
            yield Facts(id="said")
            yield Facts(id="answers")

    def on_mount(self) -> None:
        self.query_one("#question", Facts).put(self._lines)
        self.show_keys()
        self.query_one(Input).focus()

    def asked(self) -> Sequence[str]:
        return self._lines[:1]

    @on(Input.Submitted)
    def _typed(self, event: Input.Submitted) -> None:
        if event.value.strip() == self._wanted:
            self.dismiss(event.value.strip())
        else:
            words = f"That is not the name of {self._whose}. {self._nothing}"
            self.query_one("#said", Facts).put([words])

    async def action_take(self) -> None:
        await self.query_one(Input).action_submit()

    def action_leave(self) -> None:
        self.dismiss(None)
