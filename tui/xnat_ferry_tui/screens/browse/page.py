"""A page of words from a server, to be read and closed."""

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen

from xnat_ferry_tui.widgets.facts import Facts


class Page(ModalScreen[None]):
    """Any of the closing keys closes it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q,enter", "close", "Close")]

    def __init__(self, lines: Sequence[str]) -> None:
        super().__init__()
        self._lines = lines

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="dialog"):
            yield Facts(id="page")

    def on_mount(self) -> None:
        self.query_one(Facts).put([*self._lines, "", "Enter closes this page."])

    def action_close(self) -> None:
        self.dismiss(None)
