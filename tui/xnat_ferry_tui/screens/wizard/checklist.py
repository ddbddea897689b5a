"""The third step: the guide's checklist, with evidence and advice for the line one stands on."""

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from msgspec.structs import replace
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.widget import Widget

from xnat_ferry import wording
from xnat_ferry.checks import Checklist, Option
from xnat_ferry.checks.accepting import ACCEPTABLE
from xnat_ferry.checks.belongings import CHECK as BELONGINGS
from xnat_ferry.checks.grouping import as_one
from xnat_ferry.model import Verdict
from xnat_ferry_tui.checklist_rows import Row
from xnat_ferry_tui.dialogs.ask import Tell
from xnat_ferry_tui.dialogs.tick import Tick
from xnat_ferry_tui.keyboard import keys
from xnat_ferry_tui.screens.wizard.step import Prompt, Step
from xnat_ferry_tui.widgets.facts import Facts
from xnat_ferry_tui.widgets.lines import Column, Line, Lines
from xnat_ferry_tui.widgets.made_lines import MadeLines

_SIGNS = {Verdict.OK: "[ ok ]", Verdict.WARN: "[warn]", Verdict.FAIL: "[FAIL]", Verdict.UNKNOWN: "[ ?? ]"}
_MARKS = {Verdict.OK: "ok", Verdict.WARN: "warn", Verdict.FAIL: "FAIL", Verdict.UNKNOWN: "??"}
_STYLES = {Verdict.OK: "good", Verdict.WARN: "", Verdict.FAIL: "bad", Verdict.UNKNOWN: ""}
_COLUMNS = (Column("", 6), Column("what was found"))
_KEPT: dict[str, str] = {
    Option.DATES: "dates and times",
    Option.DEVICE: "which scanner it was",
    Option.INSTITUTION: "which institution it was",
    Option.PATIENT: "sex, age, weight and the like",
    Option.DESCRIPTORS: "descriptions and comments",
    Option.PRIVATE: "private elements",
}


class ChecksStep(Step):
    """Seven items, what was found below each, and the reason of the highlighted line."""

    NAME = "checks"
    WHY = "What a transfer would meet. Nothing has been changed anywhere to find it out."
    BINDINGS: ClassVar[list[BindingType]] = keys.bindings("checks.checks")

    def __init__(self) -> None:
        super().__init__()
        self._drawn: Checklist | None = None
        self._rows: Sequence[Row] = ()

    def compose(self) -> ComposeResult:
        yield Facts(id="summary")
        with Widget(classes="beside"):
            yield Lines(_COLUMNS, id="findings", empty="Nothing has been checked yet.")
            with VerticalScroll(classes="details"):
                yield Facts(id="details")
        yield Prompt()

    def first(self) -> Widget:
        return self.query_one(Lines)

    def show(self) -> None:
        judged, drafting = self.desk.drafting.judged, self.desk.drafting
        checklist = judged.checklist if judged and drafting.fresh else None
        if checklist is not self._drawn:
            first, self._drawn = self._drawn is None, checklist
            rows = self._rows = drafting.brief.rows if checklist else ()
            lines = self.query_one(Lines)
            lines.put(MadeLines(len(rows), lambda place: _line(rows[place])))
            if first and rows:
                # a list that has just come into view has no height yet by which to scroll
                self.call_after_refresh(self._to_the_first_problem)
        self.query_one("#summary", Facts).put(self._summary(checklist))
        self._show_details()

    def _summary(self, checklist: Checklist | None) -> tuple[str, ...]:
        if checklist is None:
            return (self.desk.busy or "Not checked yet; r does it.",)
        verdicts = [row.verdict for row in self._rows if not row.item]
        counted = (
            (Verdict.OK, "ok"),
            (Verdict.WARN, "to look at"),
            (Verdict.FAIL, "failed"),
            (Verdict.UNKNOWN, "not known"),
        )
        counts = [f"{verdicts.count(one)} {word}" for one, word in counted if one in verdicts]
        drafting = self.desk.drafting
        surveyed = len(drafting.survey.chosen) if drafting.survey else 0
        sessions = wording.plural(surveyed, "session")
        return (f"{drafting.brief.verdict.upper()}: {', '.join(counts)}.  {sessions} surveyed",)

    def _highlighted(self) -> Row | None:
        place = self.query_one(Lines).highlighted
        return self._rows[place] if place < len(self._rows) else None

    @on(Lines.Highlighted)
    def _show_details(self) -> None:
        row = self._highlighted()
        self.query_one("#details", Facts).put(row.details if row else ())

    def arrive(self) -> None:
        """Whoever comes here wants to see what is so; what was checked for another choice is not."""
        if not self.desk.drafting.fresh and not self.desk.busy and self.desk.problem is None:
            self.ferry.check_again(BELONGINGS)  # of everything, where other sessions are chosen

    def do_again(self) -> None:
        row = self._highlighted()
        self.ferry.check_again(row.check if row else "")

    def do_all_again(self) -> None:
        self.ferry.check()

    def _to_the_first_problem(self) -> None:
        lines = self.query_one(Lines)
        lines.highlighted = next((place for place, row in enumerate(self._rows) if row.to_read), 0)

    def do_next(self) -> None:
        self._jump(1)

    def do_previous(self) -> None:
        self._jump(-1)

    def _jump(self, way: int) -> None:
        """To the next line that is not fine, round the end: while others forbid going on, to one of them."""
        lines, count = self.query_one(Lines), len(self._rows)
        to_read = {place for place, row in enumerate(self._rows) if row.to_read}
        forbidding = {place for place in to_read if self._rows[place].standing == Verdict.FAIL}
        wanted = (forbidding - {lines.highlighted}) or to_read
        steps = ((lines.highlighted + way * step) % count for step in range(1, count + 1))
        found = next((place for place in steps if place in wanted), None)
        if found is not None:
            lines.highlighted = found
        elif self._drawn is not None:
            self.ferry.notify("Every line is fine.", markup=False)

    def do_save(self) -> None:
        if self._drawn is None:
            self.ferry.push_screen(Tell("Nothing has been checked yet; r does it."))
            return
        words = "Where to write the checklist as text:"
        self.query_one(Prompt).ask(words, "checklist.txt", self._save)

    def _save(self, text: str) -> str:
        path = Path(text or "checklist.txt").expanduser()

        def tell() -> None:
            self.ferry.notify(f"The checklist is in {path}.", markup=False)

        self.ferry.do("Writing the checklist.", lambda: self.desk.drafting.save_checklist(path), tell)
        return ""

    def do_accept(self) -> None:
        row, draft = self._highlighted(), self.draft
        if row is None or draft is None:
            return
        if row.item:
            self.ferry.push_screen(Tell("Not here: what is accepted is a line below an item."))
            return
        kind = row.found[0].kind
        if kind in draft.accepted:
            self._accept(tuple(one for one in draft.accepted if one != kind))
        elif kind not in ACCEPTABLE or row.verdict == Verdict.OK:
            words = "Only what headers say of persons can be accepted, by somebody who knows that it may be."
            self.ferry.push_screen(Tell(words, "This line needs something else, which stands below it."))
        else:
            question = [
                "Say that this is known and allowed?",
                *as_one([(one.about, one.message) for one in row.found], ""),
                "Your word stands in the plan and in the record of the transfer.",
            ]
            self.ferry.ask(question, lambda: self._accept((*draft.accepted, kind)))

    def _accept(self, kinds: tuple[str, ...]) -> None:
        if self.draft is not None:
            self.desk.drafting.change(replace(self.draft, accepted=kinds))
            self.area.said()

    def do_keep(self) -> None:
        draft = self.draft
        if draft is not None:
            words = (
                "What does the project's approval keep in the headers?",
                "The rest is held to PS3.15's Basic Profile.",
            )
            self.ferry.push_screen(Tick(words, _KEPT, draft.keep), self._kept)

    def _kept(self, options: frozenset[str] | None) -> None:
        if options is not None and self.draft is not None:
            keep = tuple(one for one in Option if one in options)
            self.desk.drafting.change(replace(self.draft, keep=keep))
            self.area.said()


def _line(row: Row) -> Line:
    if row.item:
        return Line((_SIGNS[row.verdict], row.title), _STYLES[row.verdict])
    times = f"({len(row.found):,}) " if len(row.found) > 1 else ""
    accepted = " (accepted)" if row.found[0].accepted else ""
    return Line(("", f"{_MARKS[row.verdict]}{accepted}  {times}{row.title}"), _STYLES[row.standing])
