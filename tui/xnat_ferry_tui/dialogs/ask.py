"""A question that is answered with yes or no, where Enter and Escape mean no; and a word that needs none."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen

from xnat_ferry_tui.widgets.facts import Facts


class Ask(ModalScreen[bool]):
    """Says what would happen, and waits for ``y``."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "answer(True)", "Yes"),
        Binding("n,escape,enter", "answer(False)", "No"),
    ]
    ANSWERS: ClassVar[str] = "y Yes   n No"

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
        self.query_one("#answers", Facts).put(["", self.ANSWERS])

    def action_answer(self, yes: bool) -> None:
        self.dismiss(yes)


class Tell(Ask, inherit_bindings=False):
    """Says why something is not done."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,enter,q", "answer(False)", "Close")]
    ANSWERS: ClassVar[str] = "Enter Close"
