"""The question before something is lost: it wants a project's name, and takes nothing else for a yes."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Input

from xnat_ferry.settings.redact import plain
from xnat_ferry_tui.widgets.facts import Facts


class TypeName(ModalScreen[str | None]):
    """Says what would be lost; gives what was typed when it is the name, None when it was left."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "Leave")]

    def __init__(self, *lines: str, name: str, whose: str, nothing: str = "Nothing was deleted.") -> None:
        super().__init__()
        self._lines, self._wanted, self._whose, self._nothing = lines, name, whose, nothing

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog"):
            with VerticalScroll(id="words-of-it"):
                yield Facts(id="question")
            yield Input(placeholder=plain(f"the name of {self._whose}; Escape leaves it be"), id="name")
            yield Facts(id="said")

    def on_mount(self) -> None:
        self.query_one("#question", Facts).put(self._lines)
        self.query_one(Input).focus()

    @on(Input.Submitted)
    def _typed(self, event: Input.Submitted) -> None:
        if event.value.strip() == self._wanted:
            self.dismiss(event.value.strip())
        else:
            words = f"That is not the name of {self._whose}. {self._nothing}"
            self.query_one("#said", Facts).put([words])

    def action_leave(self) -> None:
        self.dismiss(None)
