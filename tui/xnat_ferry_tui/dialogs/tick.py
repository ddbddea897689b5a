"""A few things of which any may be ticked; Enter takes them, Escape leaves all as it was."""

from collections.abc import Collection, Mapping, Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical

from xnat_ferry_tui.dialogs.choose import NARROW
from xnat_ferry_tui.dialogs.dialog import Dialog
from xnat_ferry_tui.keyboard import keys
from xnat_ferry_tui.widgets.facts import Facts
from xnat_ferry_tui.widgets.lines import Column, Line, Lines


class Tick(Dialog[frozenset[str] | None]):
    """Names with their meaning, each with a star where it is ticked."""

    PLACE: ClassVar[str] = "ticks"
    BINDINGS: ClassVar[list[BindingType]] = keys.bindings(PLACE)

    def __init__(self, words: Sequence[str], names: Mapping[str, str], ticked: Collection[str]) -> None:
        super().__init__()
        self._words, self._names, self._ticked = words, names, frozenset(map(str, ticked))

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog"):
            yield Facts(id="said")
            yield Lines([Column("", 3), Column("", 14), Column("")], id="ticks")
            yield Facts(id="meaning")
            yield Facts(id="answers")

    def on_mount(self) -> None:
        self.query_one("#said", Facts).put([*self._words, ""])
        self.show_keys()
        lines = self.query_one(Lines)
        lines.styles.height = len(self._names) + 1
        lines.focus()
        self._fill()

    def asked(self) -> Sequence[str]:
        return self._words

    def choices(self) -> Sequence[tuple[str, str]]:
        return [(str(name), meaning) for name, meaning in self._names.items()]

    def _fill(self) -> None:
        self.query_one(Lines).put(
            [
                Line(("[x]" if name in self._ticked else "[ ]", str(name), meaning))
                for name, meaning in self._names.items()
            ]
        )

    @on(Lines.Highlighted)
    def _show_meaning(self) -> None:
        """In a narrow window what a name means is cut; then all of it stands below."""
        if self.app.size.width < NARROW:
            meaning = list(self._names.values())[self.query_one(Lines).highlighted]
            self.query_one("#meaning", Facts).put([meaning])

    def action_tick(self) -> None:
        self._ticked ^= {str(list(self._names)[self.query_one(Lines).highlighted])}
        self._fill()

    def action_take(self) -> None:
        self.dismiss(self._ticked)

    def action_leave(self) -> None:
        self.dismiss(None)
