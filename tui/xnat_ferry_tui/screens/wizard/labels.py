"""The fifth step: what every session will be called, before and after, while one types the rule."""

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

from msgspec.structs import replace
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.message import Message
from textual.widget import Widget

from xnat_ferry import wording
from xnat_ferry.errors import BadLabelRule
from xnat_ferry.labels import KEEP, LabelRules, Labels, parse_rule
from xnat_ferry.model import LABEL, SessionRow
from xnat_ferry.plan import Fate
from xnat_ferry.plan.label_table import read_label_table
from xnat_ferry.survey import Survey
from xnat_ferry_tui.by_session import NOTHING
from xnat_ferry_tui.explaining.ways import told
from xnat_ferry_tui.keyboard import keys
from xnat_ferry_tui.screens.wizard.step import Prompt, Step
from xnat_ferry_tui.widgets.facts import Facts
from xnat_ferry_tui.widgets.lines import Column, Line, Lines
from xnat_ferry_tui.widgets.made_lines import MadeLines

_COLUMNS = (
    Column("", 2),
    *(Column(title, middle=True) for title in ("subject", "session", "-> subject", "-> session")),
)
_HOW = (
    "Rules for subject and session label, with blanks between: prefix=P_ suffix=_b replace=OLD/NEW; for one "
    "of them: subject.prefix=P_ session.template={subject}_{date}. Empty keeps the labels:"
)
_NO_TROUBLES: Mapping[str, str] = {}


class LabelsStep(Step):
    """Every chosen session's labels on both sides; what XNAT would refuse or mix up is marked."""

    NAME = "labels"
    WHY = "Each session gets the label that the destination's people will look for."
    BINDINGS: ClassVar[list[BindingType]] = keys.bindings("checks.labels")

    class Previewed(Message):
        """What would collide under some rules is known."""

        def __init__(self, asked: tuple[Survey, LabelRules], troubles: Mapping[str, str] | None) -> None:
            super().__init__()
            self.asked, self.troubles = asked, troubles

    def __init__(self) -> None:
        super().__init__()
        self._trial: LabelRules | None = None
        """The rules that are being typed."""
        self._found = NOTHING
        """Of what is drawn."""
        self._asked: tuple[Survey, LabelRules] | None = None
        self._looking = False
        self._troubles: Mapping[str, str] = _NO_TROUBLES

    def compose(self) -> ComposeResult:
        yield Facts(id="rule")
        yield Lines(_COLUMNS, id="labels-of-all", empty="The checks come first: 7.")
        yield Facts(id="trouble")
        yield Prompt()

    def first(self) -> Widget:
        return self.query_one(Lines)

    def _rules(self) -> LabelRules:
        return self._trial or (self.draft.rules() if self.draft else KEEP)

    def show(self) -> None:
        drafting, rules = self.desk.drafting, self._rules()
        survey = drafting.survey if drafting.fresh else None
        self._found = drafting.brief.by_session if survey else NOTHING
        if survey is not None and self._trial is not None:
            self._preview(survey, self._trial)
        elif not drafting.must_judge:
            self._asked, self._troubles = None, self._found.troubles
        self.query_one("#rule", Facts).put([self._told()])
        rows = self._found.rows
        self.query_one(Lines).put(MadeLines(len(rows), lambda place: self._line(rows[place], rules)))
        self._show_trouble()

    def _told(self) -> str:
        draft = self.draft
        if draft is None:
            return ""
        single = f", and {wording.plural(len(draft.table), 'session')} by itself" if draft.table else ""
        rule = " ".join(draft.labels) if draft.labels else "labels stay as they are"
        troubles = sum(map(self._is_marked, self._troubles))
        marked = f"  ({troubles:,} marked ! would collide or be refused)" if troubles else ""
        return f"Rule: {rule}{single}.{marked}"

    def _preview(self, survey: Survey, rules: LabelRules) -> None:
        """Look in a thread what would collide: of many sessions that takes longer than a key may."""
        if self._asked is not None and self._asked[0] is survey and self._asked[1] == rules:
            return
        self._asked = (survey, rules)
        self._look()

    def _look(self) -> None:
        """One look at a time; of what is asked meanwhile only the newest is looked at."""
        asked = self._asked
        if asked is None or self._looking:
            return
        self._looking = True

        def look() -> None:
            troubles: Mapping[str, str] | None = None
            try:
                troubles = self.desk.drafting.troubles(*asked)
            finally:
                self.post_message(self.Previewed(asked, troubles))

        self.run_worker(look, thread=True, exit_on_error=False, group="preview")

    def on_labels_step_previewed(self, message: Previewed) -> None:
        self._looking = False
        if message.asked is not self._asked:
            self._look()
        elif message.troubles is not None:
            self._troubles = message.troubles
            self.show()

    def _after(self, row: SessionRow, rules: LabelRules) -> Labels:
        """As it will be, answers to conflicts included; while a rule is typed, as the rule has it."""
        final = None if self._trial else self._found.planned.get(row.id)
        return Labels(final.to_subject, final.to_session) if final else rules.apply(row)

    def _is_marked(self, troubled: str) -> bool:
        """Whether what a session would meet is not answered yet; a rule that is typed is asked anew."""
        found = self._found
        return self._trial is not None or troubled in found.undecided or troubled in found.joined

    def _line(self, row: SessionRow, rules: LabelRules) -> Line:
        after = self._after(row, rules)
        bad = row.id in self._troubles and self._is_marked(row.id)
        table = self.draft.table if self.draft is not None else {}
        own = row.id in table or row.label in table
        mark = ("!" if bad else " ") + ("*" if own else "")
        planned = None if self._trial else self._found.planned.get(row.id)
        if planned is not None and planned.fate == Fate.SKIP and not bad:
            return Line((mark, row.subject, row.label, "-", "left out"), "dim")
        return Line((mark, row.subject, row.label, after.subject, after.session), "bad" if bad else "")

    def _highlighted(self) -> SessionRow | None:
        place = self.query_one(Lines).highlighted
        return self._found.rows[place] if place < len(self._found.rows) else None

    @on(Lines.Highlighted)
    def _show_trouble(self) -> None:
        row = self._highlighted()
        trouble = self._troubles.get(row.id) if row else None
        if row is not None and trouble is not None:
            answered = "" if self._is_marked(row.id) else "Answered in step 8. "
            self.query_one("#trouble", Facts).put([answered + trouble])
        else:
            self.query_one("#trouble", Facts).put(["* has labels of its own, which win over the rule."])

    # What can be said

    def do_rules(self) -> None:
        if self.draft is not None:
            self.query_one(Prompt).ask(_HOW, shlex.join(self.draft.labels), self._take_rules, self._try)

    def _try(self, text: str) -> None:
        """The rule as far as it has been typed; what makes no sense yet changes nothing."""
        draft = self.draft
        try:
            words = shlex.split(text)
            rules = LabelRules(rules=tuple(map(parse_rule, words)), table=draft.table if draft else {})
        except (ValueError, BadLabelRule):
            return
        self._trial = None if draft is not None and tuple(words) == draft.labels else rules
        self.show()

    def _take_rules(self, text: str) -> str:
        try:
            words = tuple(word for word in shlex.split(text) if word != "keep")
            for word in words:
                parse_rule(word)
        except ValueError:
            return "A quotation mark is open."
        except BadLabelRule as error:
            return told(error)
        self._trial = None
        if self.draft is not None:
            self.desk.drafting.change(replace(self.draft, labels=words))
            self.area.said()
        return ""

    def do_edit(self) -> None:
        row = self._highlighted()
        if row is not None:
            after = self._after(row, self._rules())
            self.query_one(Prompt).ask(
                f"SUBJECT/SESSION for {row.label}; empty goes by the rule again:",
                f"{after.subject}/{after.session}",
                lambda text: self._take_labels(row, text),
            )

    def _take_labels(self, row: SessionRow, text: str) -> str:
        subject, slash, session = text.partition("/")
        if text and not (slash and LABEL.fullmatch(subject) and LABEL.fullmatch(session)):
            return "Write SUBJECT/SESSION, each of letters, digits, - and _, with one / between."
        if self.draft is not None:
            drafted = self.draft.labelled(row.label, None).labelled(
                row.id, Labels(subject, session) if text else None
            )
            self.desk.drafting.change(drafted)
            self.area.said()
        return ""

    def do_read_table(self) -> None:
        words = "A .csv file with id or session, to_subject and to_session:"
        self.query_one(Prompt).ask(words, "labels.csv", self._read_table)

    def _read_table(self, text: str) -> str:
        found: dict[str, Labels] = {}

        def take() -> None:
            if self.draft is not None:
                self.desk.drafting.change(replace(self.draft, table={**self.draft.table, **found}))
                self.area.said()

        path = Path(text).expanduser()
        self.ferry.do("Reading the table.", lambda: found.update(read_label_table(path)), take)
        return ""

    def do_write_table(self) -> None:
        words = "Where to write the labels before and after, as a .csv file:"
        self.query_one(Prompt).ask(words, "labels.csv", self._write_table)

    def _write_table(self, text: str) -> str:
        path, rows = Path(text).expanduser(), self.desk.chosen_rows()

        def tell() -> None:
            self.ferry.notify(f"The labels are in {path}.", markup=False)

        self.ferry.do("Writing the table.", lambda: self.desk.drafting.save_labels(path, rows), tell)
        return ""

    def do_next(self) -> None:
        self._jump(1)

    def do_previous(self) -> None:
        self._jump(-1)

    def _jump(self, way: int) -> None:
        rows, lines = self._found.rows, self.query_one(Lines)
        count = len(rows) if self._troubles else 0
        for step in range(1, count + 1):
            place = (lines.highlighted + way * step) % count
            if rows[place].id in self._troubles and self._is_marked(rows[place].id):
                lines.highlighted = place
                return
        self.ferry.notify("No label here is marked !.", markup=False)
