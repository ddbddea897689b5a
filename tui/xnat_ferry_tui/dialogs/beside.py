"""One file's header at both sides; what may identify somebody is hidden until it is asked for."""

from collections.abc import Collection, Iterator, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical

from xnat_ferry import wording
from xnat_ferry.dicom.header_lines import HeaderLine
from xnat_ferry.model import Mark
from xnat_ferry.verify.header_lines import Beside
from xnat_ferry_tui.dialogs.dialog import Dialog
from xnat_ferry_tui.keyboard import keys
from xnat_ferry_tui.widgets.facts import Facts
from xnat_ferry_tui.widgets.lines import Column, Line, Lines
from xnat_ferry_tui.widgets.made_lines import MadeLines

_COLUMNS = (
    Column("", 1),
    Column("tag", 12),
    Column("attribute", 22),
    Column("source"),
    Column("destination"),
)
_HIDDEN = "(hidden)"


class BesideView(Dialog[None]):
    """Only the elements that differ, or all. Nothing of it is kept when it is closed."""

    PLACE: ClassVar[str] = "beside"
    BINDINGS: ClassVar[list[BindingType]] = keys.bindings(PLACE)

    def __init__(self, what: str, found: Sequence[Beside], rewritten: Collection[str] = ()) -> None:
        """``rewritten`` are the attributes that the destination's scripts were seen to change."""
        super().__init__()
        self._what, self._found = what, list(zip(_marks(found, rewritten), found, strict=True))
        self._all = self._open = False

    def compose(self) -> ComposeResult:
        with Vertical(id="full"):
            yield Facts(id="heading")
            yield Lines(_COLUMNS, id="beside", empty="No element differs. e shows all.")
            yield Facts(id="answers")

    def on_mount(self) -> None:
        self._show()
        self.query_one(Lines).focus()

    def asked(self) -> Sequence[str]:
        return (self._what,)

    def _show(self) -> None:
        marks = [mark for mark, _ in self._found]
        count = f"{wording.plural(len(marks), 'element')}, {sum(map(bool, marks)):,} not the same"
        if planned := marks.count(Mark.AS_PLANNED):
            count += f", {planned:,} of them {wording.MARKS[Mark.AS_PLANNED]} (~)"
        self.query_one("#heading", Facts).put([self._what, count])
        shown = [one for one in self._found if self._all or one[0]]
        self.query_one(Lines).put(MadeLines(len(shown), lambda place: self._line(*shown[place])))
        equal = "hides what is equal" if self._all else "shows what is equal"
        hidden = "hides" if self._open else "shows"
        keys = f"e {equal}   i {hidden} identifying values   Escape closes   {self.help_key()}"
        self.query_one("#answers", Facts).put([keys])

    def _line(self, mark: Mark | None, one: Beside) -> Line:
        told = one.line
        cells = (
            mark or "",
            " " * min(told.depth, 1) + told.place,
            told.keyword or "(private)",
            self._value(one, one.sent),
            self._value(one, one.there),
        )
        return Line(cells, "bad" if mark == Mark.DIFFERS else "")

    def _value(self, one: Beside, side: HeaderLine | None) -> str:
        if side is None:
            return "-"
        return _HIDDEN if one.identifying and not self._open and side.value else side.value

    def action_all(self) -> None:
        self._all = not self._all
        self._show()

    def action_identifying(self) -> None:
        self._open = not self._open
        self._show()

    def action_close(self) -> None:
        self.dismiss(None)


def _marks(found: Sequence[Beside], rewritten: Collection[str]) -> Iterator[Mark | None]:
    """For each element None where it is the same; what is within a sequence is planned where that is."""
    planned = False
    for one in found:
        if not one.line.depth:
            planned = one.line.keyword in rewritten
        yield (Mark.AS_PLANNED if planned else Mark.DIFFERS) if one.differs else None
