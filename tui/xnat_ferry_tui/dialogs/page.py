"""Text to read, longer than the screen."""

from collections.abc import Sequence
from textwrap import wrap
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical

from xnat_ferry_tui.dialogs.dialog import Dialog
from xnat_ferry_tui.keyboard import keys
from xnat_ferry_tui.widgets.facts import Facts
from xnat_ferry_tui.widgets.lines import Column, Line, Lines


class Page(Dialog[None]):
    """Lines under a heading; the keys of every list go through them."""

    PLACE: ClassVar[str] = "page"
    BINDINGS: ClassVar[list[BindingType]] = keys.bindings(PLACE)

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
        self.query_one("#answers", Facts).put([f"Arrows and PgDn move   Escape Close   {self.help_key()}"])
        lines = self.query_one(Lines)
        width = max(self.app.size.width - 3, 20)
        lines.put([Line((part,)) for line in self._lines for part in _folded(line, width)])
        lines.focus()

    def asked(self) -> Sequence[str]:
        return self._heading

    def action_close(self) -> None:
        self.dismiss(None)


def _folded(line: str, width: int) -> list[str]:
    return wrap(line, width, subsequent_indent="    ") or [""]
