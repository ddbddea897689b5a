"""A question that is answered with yes or no; Enter and Escape mean no."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from xnat_ferry_tui.widgets.facts import Facts


class Ask(ModalScreen[bool]):
    """Says what would happen, and waits for ``y``."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "answer(True)", "Yes"),
        Binding("n,escape,enter", "answer(False)", "No"),
    ]

    def __init__(self, *lines: str) -> None:
        super().__init__()
        self._lines = lines

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog"):
            yield Facts(id="question")

    def on_mount(self) -> None:
        self.query_one(Facts).put([*self._lines, "", "y Yes   n No"])

    def action_answer(self, yes: bool) -> None:
        self.dismiss(yes)
