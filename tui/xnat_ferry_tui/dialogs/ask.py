"""A question that is answered with yes or no, where Enter and Escape mean no; and a word that needs none."""

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll

from xnat_ferry_tui.dialogs.dialog import Dialog
from xnat_ferry_tui.keyboard import keys
from xnat_ferry_tui.widgets.facts import Facts


class _Words(Dialog[bool]):
    """A few lines, and what can be done about them."""

    def __init__(self, *lines: str) -> None:
        super().__init__()
        self._lines = lines

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog"):
            with VerticalScroll(id="words-of-it"):
                yield Facts(id="question")
            yield Facts(id="answers")

    def on_mount(self) -> None:
        self.query_one("#question", Facts).put(self._lines)
        self.show_keys()

    def asked(self) -> Sequence[str]:
        return self._lines[:1]


class Ask(_Words):
    """Says what would happen, and waits for ``y``."""

    PLACE: ClassVar[str] = "ask"
    BINDINGS: ClassVar[list[BindingType]] = keys.bindings(PLACE)

    def action_yes(self) -> None:
        self.dismiss(True)

    def action_no(self) -> None:
        self.dismiss(False)


class Tell(_Words):
    """Says why something is not done."""

    PLACE: ClassVar[str] = "tell"
    BINDINGS: ClassVar[list[BindingType]] = keys.bindings(PLACE)

    def action_close(self) -> None:
        self.dismiss(False)
