"""Text to read, longer than the screen."""

from collections.abc import Sequence
from textwrap import wrap
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from xnat_ferry_tui.widgets.facts import Facts
from xnat_ferry_tui.widgets.lines import Column, Line, Lines


class Page(ModalScreen[None]):
    """Lines under a heading; the keys of every list go through them."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q,enter", "close", "Close")]

    def __init__(self, heading: Sequence[str], lines: Sequence[str]) -> None:
        super().__init__()
        self._heading, self._lines = heading, lines

    def compose(self) -> ComposeResult:
        with Vertical(id="full"):
            yield Facts(id="heading")
            yield Lines([Column("")], id="page-lines")
            yield Facts(id="answers")

    def on_mount(self) -> None:
        self.query_one("#heading", Facts).put(self._heading)
        self.query_one("#answers", Facts).put(["Arrows and PgDn move, Escape closes."])
        lines = self.query_one(Lines)
        width = max(self.app.size.width - 3, 20)
        lines.put([Line((part,)) for line in self._lines for part in _folded(line, width)])
        lines.focus()

    def action_close(self) -> None:
        self.dismiss(None)


def _folded(line: str, width: int) -> list[str]:
    return wrap(line, width, subsequent_indent="    ") or [""]
