"""The header of one file, tag by tag; what may identify somebody is hidden until it is asked for."""

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.widgets import Input

from xnat_ferry import wording
from xnat_ferry.dicom.header_lines import HeaderLine
from xnat_ferry_tui.dialogs.dialog import Dialog
from xnat_ferry_tui.keyboard import keys
from xnat_ferry_tui.widgets.entry import Entry
from xnat_ferry_tui.widgets.facts import Facts
from xnat_ferry_tui.widgets.lines import Column, Line, Lines
from xnat_ferry_tui.widgets.made_lines import MadeLines

_COLUMNS = (Column("tag", 14), Column("attribute"), Column("VR", 2), Column("value"))
_HIDDEN = "(hidden)"


class HeaderView(Dialog[None]):
    """Lists the elements that a ranged read brought. Nothing of it is kept when it is closed."""

    PLACE: ClassVar[str] = keys.HEADER
    BINDINGS: ClassVar[list[BindingType]] = keys.bindings(PLACE)

    def __init__(self, what: str, lines: Sequence[HeaderLine]) -> None:
        super().__init__()
        self._what, self._all, self._open = what, lines, False
        self._shown = lines

    def compose(self) -> ComposeResult:
        with Vertical(id="header"):
            yield Facts(id="header-of", wrap=False)
            yield Lines(_COLUMNS, id="elements", empty="No attribute has these words.")
            yield Entry(placeholder="words in tag or attribute; Enter keeps, Escape clears", id="tags")
            yield Facts(id="header-keys", wrap=False)

    def on_mount(self) -> None:
        self.query_one(Input).display = False
        self.query_one(Lines).focus()
        self._show()

    def asked(self) -> Sequence[str]:
        return (self._what,)

    def _show(self) -> None:
        hidden = sum(line.identifying for line in self._all)
        words = "shown" if self._open else "hidden"
        self.query_one("#header-of", Facts).put(
            [self._what, f"{wording.plural(len(self._all), 'element')}, {hidden:,} that may identify {words}"]
        )
        self.query_one("#header-keys", Facts).put([self.named_keys()])
        self.query_one(Lines).put(MadeLines(len(self._shown), lambda place: self._line(self._shown[place])))

    def _line(self, line: HeaderLine) -> Line:
        value = _HIDDEN if line.identifying and not self._open else line.value
        return Line(("  " * min(line.depth, 1) + line.place, line.keyword or "(private)", line.vr, value))

    @on(Input.Changed)
    def _filter(self) -> None:
        wanted = self.query_one(Input).value.casefold().split()
        self._shown = [line for line in self._all if _has(line, wanted)]
        self.query_one(Lines).highlighted = 0
        self._show()

    @on(Input.Submitted)
    def _keep_filter(self) -> None:
        self.query_one(Lines).focus()

    def action_filter(self) -> None:
        words = self.query_one(Input)
        words.display = True
        words.focus()

    def action_identifying(self) -> None:
        self._open = not self._open
        self._show()

    def action_close(self) -> None:
        words = self.query_one(Input)
        if not words.display:
            self.dismiss(None)
            return
        words.value, words.display = "", False
        self.query_one(Lines).focus()


def _has(line: HeaderLine, words: Sequence[str]) -> bool:
    """Values are not searched: whether a hidden one is found would tell it."""
    name = f"{line.place} {line.keyword}".casefold()
    return all(word in name for word in words)
