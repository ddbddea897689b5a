"""Area 2: both projects side by side, marks, and copying from one to the other."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.widgets import Input

from xnat_ferry import wording
from xnat_ferry.model import SessionRow
from xnat_ferry.survey import ProjectView
from xnat_ferry_tui import keys
from xnat_ferry_tui.screens.area import Area
from xnat_ferry_tui.screens.pairing import Pair, matching, pair_up
from xnat_ferry_tui.widgets.facts import Facts
from xnat_ferry_tui.widgets.lines import Column, Line, Lines

_NARROW = (
    Column("", 1),
    Column("label"),
    Column("date", 10),
    Column("st", 2),
    Column("label"),
    Column("date", 10),
)
_WIDE = (
    Column("", 1),
    Column("subject", 12),
    Column("label"),
    Column("date", 10),
    Column("mod", 4),
    Column("st", 2),
    Column("subject", 12),
    Column("label"),
    Column("date", 10),
    Column("mod", 4),
)
_LEGEND = "+ not there yet  = ~ proven  * differs  - only there  ? not compared"


class BrowseArea(Area):
    """One line a label; marks stand left, the state between the two sides."""

    AREA = "browse"
    BINDINGS: ClassVar[list[BindingType]] = keys.bindings("browse")

    def content(self) -> ComposeResult:
        with Horizontal(id="sides"):
            yield Facts(id="left")
            yield Facts(id="right")
        yield Lines(_NARROW, id="sessions", empty="Press C to name two projects, or r to list them.")
        yield Facts(id="inside")
        yield Input(placeholder="words in label or subject; Enter keeps, Escape clears", id="words")

    def on_mount(self) -> None:
        self._pairs: list[Pair] = []
        self._shown: list[Pair] = []
        self.query_one(Input).display = False
        super().on_mount()
        self.query_one(Lines).focus()

    def show(self) -> None:
        source, destination = self.desk.source, self.desk.destination
        self._pairs = pair_up(source, destination, self.desk.verification())
        self._shown = matching(self._pairs, self.query_one(Input).value)
        self.query_one("#left", Facts).put([self._side("SOURCE", 0, source), self._counted()])
        self.query_one("#right", Facts).put([self._side("DESTINATION", 1, destination), self._marked()])
        self._draw()

    def _draw(self) -> None:
        wide = self.app.size.width >= 100
        lines = [self._line(pair, wide) for pair in self._shown]
        self.query_one(Lines).put(lines, columns=_WIDE if wide else _NARROW)
        self._show_inside()

    def _side(self, name: str, place: int, view: ProjectView | None) -> str:
        if self.desk.ends is None:
            return f"{name}"
        problem = view.problem if view else ""
        return f"{name}  {self.desk.name_of(self.desk.ends[place])}  {problem}"

    def _counted(self) -> str:
        if self.desk.busy:
            return f"{self.desk.busy}"
        if self.desk.problem is not None:
            return f"{self.desk.problem}"
        total = len(self._pairs)
        return (
            f"{len(self._shown):,} of {total:,} labels" if len(self._shown) < total else f"{total:,} labels"
        )

    def _marked(self) -> str:
        return f"{len(self.desk.marks):,} marked" if self.desk.marks else " none marked: copy takes all"

    def _line(self, pair: Pair, wide: bool) -> Line:
        star = "*" if pair.left and pair.left.label in self.desk.marks else " "
        cells = (star, *_cells(pair.left, wide), pair.mark, *_cells(pair.right, wide))
        return Line(cells, {"*": "bad", "-": "dim", "=": "good", "~": "good"}.get(pair.mark, ""))

    @on(Lines.Highlighted)
    def _show_inside(self) -> None:
        pair = self._highlighted()
        self.query_one("#inside", Facts).put([*self._details(pair), _LEGEND])

    def _details(self, pair: Pair | None) -> list[str]:
        if pair is None or pair.left is None:
            return [""]
        surveyed = self.desk.survey.chosen if self.desk.survey else ()
        detail = next((one.detail for one in surveyed if one.row.id == pair.left.id), None)
        if detail is None:
            return [f"{pair.label}: what is in it has not been read; r in area 1 reads the marked sessions."]
        scans = "   ".join(
            f"{scan.id} {scan.type or '-'}: {len(detail.dicom_files(scan.id))}" for scan in detail.scans
        )
        total = wording.size(sum(file.size or 0 for file in detail.files))
        return [f"{pair.label}: {wording.plural(len(detail.files), 'file')}, {total}.  Scans: {scans}"]

    def _highlighted(self) -> Pair | None:
        place = self.query_one(Lines).highlighted
        return self._shown[place] if place < len(self._shown) else None

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
        self.ferry.propose_copy()


def _cells(row: SessionRow | None, wide: bool) -> tuple[str, ...]:
    if row is None:
        return ("-", "-", "", "") if wide else ("-", "")
    return (row.subject, row.label, row.date, row.modality) if wide else (row.label, row.date)
