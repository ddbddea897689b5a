"""Area 2: both projects side by side, marks, and copying from one to the other."""

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.widgets import Input

from xnat_ferry.model import SessionDetail, SessionRow
from xnat_ferry.survey import ProjectView
from xnat_ferry_tui import keys
from xnat_ferry_tui.screens import inside
from xnat_ferry_tui.screens.area import Area
from xnat_ferry_tui.screens.pairing import Pair, matching, pair_up
from xnat_ferry_tui.widgets.facts import Facts
from xnat_ferry_tui.widgets.lines import Column, Line, Lines
from xnat_ferry_tui.widgets.made_lines import MadeLines

_SIDE = (Column("label"), Column("date", 10))
_WIDE_SIDE = (Column("subject", 12), Column("label"), Column("date", 10), Column("mod", 4))
_NARROW = (Column("", 1), *_SIDE, Column("st", 2), *_SIDE)
_WIDE = (Column("", 1), *_WIDE_SIDE, Column("st", 2), *_WIDE_SIDE)
_STYLES = {"*": "bad", "-": "dim", "=": "good", "~": "good"}
_LEGEND = "+ not there yet  = ~ proven  * differs  - only there  ? not known"


class BrowseArea(Area):
    """One line a label; marks stand left, the state between the two sides."""

    AREA = "browse"
    BINDINGS: ClassVar[list[BindingType]] = keys.bindings("browse")

    def content(self) -> ComposeResult:
        with Horizontal(id="sides"):
            yield Facts(id="left", wrap=False)
            yield Facts(id="right", wrap=False)
        yield Lines(_NARROW, id="sessions", empty="Press C to name two projects, or r to list them.")
        yield Facts(id="inside", wrap=False)
        yield Input(placeholder="words in label or subject; Enter keeps, Escape clears", id="words")

    def on_mount(self) -> None:
        self._basis: tuple[object, ...] = ()
        self._pairs: Sequence[Pair] = ()
        self._shown: Sequence[Pair] = ()
        self._opened: Pair | None = None
        self.query_one(Input).display = False
        super().on_mount()
        self.query_one(Lines).focus()

    def show(self) -> None:
        source, destination = self.desk.source, self.desk.destination
        self._pair_up(source, destination)
        self.query_one("#left", Facts).put([self._side("SOURCE", 0, source), self._counted()])
        self.query_one("#right", Facts).put([self._side("DESTINATION", 1, destination), self._marked()])
        wide = self.app.size.width >= 100
        lines = MadeLines(len(self._shown), lambda place: self._line(self._shown[place], wide))
        self.query_one(Lines).put(lines, columns=_WIDE if wide else _NARROW)
        self._show_inside()

    def _pair_up(self, source: ProjectView | None, destination: ProjectView | None) -> None:
        """Pair and filter anew, but only where one of the three things it rests on is another one."""
        words, basis = self.query_one(Input).value, (source, destination, self.desk.proofs())
        fresh = len(self._basis) != 4 or any(
            old is not new for old, new in zip(self._basis, basis, strict=False)
        )
        if fresh:
            self._pairs = pair_up(*basis)
        if fresh or words != self._basis[3]:
            self._shown = matching(self._pairs, words)
        self._basis = (*basis, words)

    def _side(self, name: str, place: int, view: ProjectView | None) -> str:
        if self.desk.ends is None:
            return name
        return f"{name}  {(view.problem if view else '') or self.desk.name_of(self.desk.ends[place])}"

    def _counted(self) -> str:
        if self.desk.busy:
            return self.desk.busy
        if self.desk.problem is not None:
            return str(self.desk.problem)
        total = len(self._pairs)
        return (
            f"{len(self._shown):,} of {total:,} labels" if len(self._shown) < total else f"{total:,} labels"
        )

    def _marked(self) -> str:
        return f"{len(self.desk.marks):,} marked" if self.desk.marks else "none marked: copy takes all"

    def _line(self, pair: Pair, wide: bool) -> Line:
        star = "*" if pair.left and pair.left.label in self.desk.marks else " "
        absent = "(in the prearchive)" if pair.waits else "-"
        cells = (star, *_cells(pair.left, wide), pair.mark, *_cells(pair.right, wide, absent))
        return Line(cells, _STYLES.get(pair.mark, ""))

    @on(Lines.Highlighted)
    def _show_inside(self) -> None:
        pair = self._highlighted()
        self.query_one("#inside", Facts).put([*(self._details(pair) if pair else ["", ""]), _LEGEND])

    def _details(self, pair: Pair) -> list[str]:
        detail = self._known(pair)
        if detail is None:
            return inside.not_read(pair)
        opened = self._opened is not None and self._opened.key == pair.key
        return inside.in_full(pair, detail) if opened else inside.in_short(pair, detail)

    def _known(self, pair: Pair) -> SessionDetail | None:
        side, row = _read_from(pair)
        return self.desk.details.get((self.desk.ends[side].server, row.id)) if self.desk.ends else None

    def _highlighted(self) -> Pair | None:
        place = self.query_one(Lines).highlighted
        return self._shown[place] if place < len(self._shown) else None

    def action_open(self) -> None:
        pair = self._highlighted()
        if pair is None:
            return
        again = self._opened is not None and self._opened.key == pair.key
        self._opened = None if again else pair
        if not again and self._known(pair) is None:
            side, row = _read_from(pair)
            self.ferry.read_session(side, row.id)
        self._show_inside()

    def action_mark(self) -> None:
        pair = self._highlighted()
        if pair is not None and pair.left is not None:
            self.desk.marks ^= {pair.left.label}
        self.query_one(Lines).action_down()
        self.redraw()

    def action_mark_all(self) -> None:
        labels = {pair.left.label for pair in self._shown if pair.left is not None}
        self.desk.marks = self.desk.marks - labels if labels <= self.desk.marks else self.desk.marks | labels
        self.redraw()

    def action_filter(self) -> None:
        words = self.query_one(Input)
        words.display = True
        words.focus()

    @on(Input.Changed)
    def _filter(self) -> None:
        self.query_one(Lines).highlighted = 0
        self.show()

    @on(Input.Submitted)
    def _keep_filter(self) -> None:
        self.query_one(Lines).focus()

    def key_escape(self) -> None:
        words = self.query_one(Input)
        words.value, words.display = "", False
        self.query_one(Lines).focus()

    def action_look_again(self) -> None:
        self.ferry.look()

    def action_copy(self) -> None:
        self.ferry.acting.copy()


def _read_from(pair: Pair) -> tuple[int, SessionRow]:
    """Which side a session is read from: the source, where it is there."""
    if pair.left is not None:
        return 0, pair.left
    assert pair.right is not None
    return 1, pair.right


def _cells(row: SessionRow | None, wide: bool, absent: str = "-") -> tuple[str, ...]:
    if row is None:
        return ("-", absent, "", "") if wide else (absent, "")
    return (row.subject, row.label, row.date, row.modality) if wide else (row.label, row.date)
