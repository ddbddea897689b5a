"""One of a few things: arrows and Enter, Escape leaves all as it was."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical

from xnat_ferry_tui.dialogs.dialog import Dialog
from xnat_ferry_tui.keyboard import keys
from xnat_ferry_tui.widgets.facts import Facts
from xnat_ferry_tui.widgets.lines import Column, Line, Lines

NARROW = 76
"""Columns in which each name's meaning has room beside it."""


class Choose(Dialog[str | None]):
    """Names with what each of them means; the cursor begins on ``first``."""

    PLACE: ClassVar[str] = "choice"
    BINDINGS: ClassVar[list[BindingType]] = keys.bindings(PLACE)

    def __init__(self, words: Sequence[str], names: Mapping[str, str], first: str = "") -> None:
        super().__init__()
        self._words, self._names, self._first = words, names, first

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog"):
            yield Facts(id="said")
            yield Lines([Column("", 10), Column("")], id="choices")
            yield Facts(id="meaning")
            yield Facts(id="answers")

    def on_mount(self) -> None:
        self.query_one("#said", Facts).put([*self._words, ""])
        self.show_keys()
        lines = self.query_one(Lines)
        lines.styles.height = len(self._names) + 1
        lines.put([Line((name, meaning)) for name, meaning in self._names.items()])
        names = list(self._names)
        lines.highlighted = names.index(self._first) if self._first in names else 0
        lines.focus()

    def asked(self) -> Sequence[str]:
        return self._words

    def choices(self) -> Sequence[tuple[str, str]]:
        return list(self._names.items())

    @on(Lines.Highlighted)
    def _show_meaning(self) -> None:
        """In a narrow window what a name means is cut; then all of it stands below."""
        if self.app.size.width < NARROW:
            meaning = list(self._names.values())[self.query_one(Lines).highlighted]
            self.query_one("#meaning", Facts).put([meaning])

    def action_take(self) -> None:
        self.dismiss(list(self._names)[self.query_one(Lines).highlighted])

    def action_leave(self) -> None:
        self.dismiss(None)
