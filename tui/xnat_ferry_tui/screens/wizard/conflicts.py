"""The fourth step: everything that meets something, with both sides' evidence, and the answer of a person."""

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.widget import Widget

from xnat_ferry.checks import Answer, Conflict
from xnat_ferry.model import LABEL
from xnat_ferry.plan import NO_ANSWERS
from xnat_ferry.plan.answers import Given
from xnat_ferry_tui.by_session import NOTHING
from xnat_ferry_tui.dialogs.ask import Tell
from xnat_ferry_tui.keyboard import keys
from xnat_ferry_tui.screens.wizard.answered import Answered
from xnat_ferry_tui.screens.wizard.conflict_words import (
    called_there,
    in_words,
    merging,
    merging_class,
    not_here,
)
from xnat_ferry_tui.screens.wizard.step import Prompt, Step
from xnat_ferry_tui.widgets.facts import Facts
from xnat_ferry_tui.widgets.lines import Column, Line, Lines
from xnat_ferry_tui.widgets.made_lines import MadeLines

_COLUMNS = (
    Column("answer", 12),
    Column("session", middle=True),
    Column("what it meets", 16),
    Column("there", middle=True),
)
_NARROW = 60
_FEWER = (Column("answer", 9), Column("session", middle=True), Column("what it meets", 16))
"""In a window so narrow: what is met stands below."""
_MARGINS = 2
"""Blank cells beside lines of text."""
_KEYS = "  S L M I: the whole class.  u: take back.  f: open ones."
_FEWER_KEYS = "  S L M I: the whole class.  f: open ones."


class ConflictsStep(Step):
    """One line a conflict; what it meets and what can be done about it stand below."""

    NAME = "conflicts"
    WHY = "What is there already under these labels or of these studies. You decide."
    BINDINGS: ClassVar[list[BindingType]] = keys.bindings("checks.conflicts")

    def __init__(self) -> None:
        super().__init__()
        self._only_open = False
        self._basis: tuple[object, ...] = (self,) * 4
        """What is drawn; it is drawn anew where one of these is another one."""
        self._found = NOTHING
        self._answered = Answered()
        self._shown: Sequence[Conflict] = ()

    def compose(self) -> ComposeResult:
        yield Facts(id="counted")
        with Widget(classes="beside"):
            yield Lines(_COLUMNS, id="met", empty="Nothing meets anything: there is nothing to answer.")
            with VerticalScroll(classes="details"):
                yield Facts(id="both-sides")
        yield Prompt()

    def first(self) -> Widget:
        return self.query_one(Lines)

    def show(self) -> None:
        drafting = self.desk.drafting
        found = drafting.brief.by_session if drafting.judged and drafting.fresh else None
        basis = (found, self.draft, drafting.must_judge, self._only_open)
        if all(old is new for old, new in zip(self._basis, basis, strict=True)):
            return
        self._basis, self._found = basis, found or NOTHING
        answers = self.draft.all_answers() if self.draft else NO_ANSWERS
        self._answered = Answered(self._found, answers, must_judge=drafting.must_judge)
        self._fill(known=found is not None)

    def _fill(self, *, known: bool) -> None:
        conflicts, waiting = self._found.conflicts, self._answered.waiting
        self._shown = waiting if self._only_open else conflicts
        total, left = len(conflicts), len(waiting)
        filtered = "  Only what is open is shown; f shows all." if self._only_open else ""
        lines = self.query_one(Lines)
        if not known:
            lines.say_when_empty("The checks come first: 7.")
        elif self._only_open and conflicts:
            lines.say_when_empty("Everything is answered; f shows it.")
        else:
            lines.say_when_empty("Nothing meets anything: there is nothing to answer.")
        alone = sum(self._is_settled(one) for one in conflicts)
        settled = f", {alone:,} {'needs' if alone == 1 else 'need'} no answer" if alone else ""
        keys_too = filtered or (_FEWER_KEYS if alone else _KEYS)
        answered = f"{total - left - alone:,} of {total:,} answered{settled}.{keys_too}"
        self.query_one("#counted", Facts).put([answered if total else ""])
        shown = self._shown
        columns = _FEWER if self.app.size.width < _NARROW else _COLUMNS
        lines.put(MadeLines(len(shown), lambda place: self._line(shown[place])), columns=columns)
        self._show_details()

    def _line(self, conflict: Conflict) -> Line:
        given, is_open = self._answered.to(conflict), self._answered.is_open(conflict)
        word = given.answer if given else ""  # a label that goes with it stands below
        answer = "settled" if self._is_settled(conflict) else f"{word}{' ?' if is_open else ''}".strip()
        there = called_there(conflict)
        return Line((answer, conflict.session, conflict.kind, there), "bad" if is_open else "")

    def _is_settled(self, conflict: Conflict) -> bool:
        """Whether nobody answered it, and nobody is asked: its session is left out, or goes nowhere near."""
        return not self._answered.is_open(conflict) and self._answered.to(conflict) is None

    def highlighted(self) -> Conflict | None:
        """The conflict one stands on."""
        place = self.query_one(Lines).highlighted
        return self._shown[place] if place < len(self._shown) else None

    @on(Lines.Highlighted)
    def _show_details(self) -> None:
        conflict = self.highlighted()
        self.query_one("#both-sides", Facts).put(self._in_words(conflict) if conflict else ())

    def _in_words(self, conflict: Conflict) -> list[str]:
        fate = None if self.desk.drafting.must_judge else self._found.planned.get(conflict.id)
        width = self.query_one(".details").scrollable_content_region.width - _MARGINS
        return in_words(conflict, self._answered.to(conflict), fate, width)

    def on_resize(self) -> None:
        # the list has the columns, and what stands below the arrangement, that there is room for
        self._basis = (self,) * 4
        self.call_after_refresh(self.show)

    # Answers

    def do_skip(self) -> None:
        self._answer(Answer.SKIP)

    def do_complete(self) -> None:
        self._answer(Answer.COMPLETE)

    def do_merge(self) -> None:
        conflict = self.highlighted()
        if conflict is not None and self._offered(conflict, Answer.MERGE):
            self.ferry.ask(merging(conflict), lambda: self._say(conflict, Given(Answer.MERGE)))

    def do_rename(self) -> None:
        conflict = self.highlighted()
        if conflict is None or not self._offered(conflict, Answer.RENAME):
            return
        if conflict.apart:
            self._say(conflict, Given(Answer.RENAME))
            return
        self.query_one(Prompt).ask(
            f"New label for {conflict.session} (letters, digits, - and _; this one is free):",
            self._free(conflict),
            lambda label: self._rename(conflict, label),
        )

    def _rename(self, conflict: Conflict, label: str) -> str:
        if not LABEL.fullmatch(label):
            return f"'{label}': XNAT takes letters, digits, - and _ for a label, and at least one of them."
        self._say(conflict, Given(Answer.RENAME, label))
        return ""

    def _free(self, conflict: Conflict) -> str:
        """A label that nobody has, made of the one that is taken."""
        free, fate = self._found.free, self._found.planned.get(conflict.id)
        if free is None or fate is None:
            return ""
        given = self._answered.to(conflict)
        if given is not None and given.label:
            return given.label
        return free.first(fate.to_session)

    def do_skip_class(self) -> None:
        self._answer_class(Answer.SKIP)

    def do_complete_class(self) -> None:
        self._answer_class(Answer.COMPLETE)

    def do_rename_class(self) -> None:
        self._answer_class(Answer.RENAME)

    def do_merge_class(self) -> None:
        conflict = self.highlighted()
        if conflict is not None and self._offered(conflict, Answer.MERGE):
            alike = [one for one in self._found.conflicts if one.kind == conflict.kind]
            count = sum(Answer.MERGE in one.answers for one in alike)
            self.ferry.ask(
                merging_class(conflict.kind, count), lambda: self._say_class(conflict, Answer.MERGE)
            )

    def do_forget(self) -> None:
        conflict = self.highlighted()
        if conflict is not None and self.draft is not None:
            self.desk.drafting.change(self.draft.unanswered(conflict))
            self.area.said()

    def _answer(self, answer: Answer) -> None:
        conflict = self.highlighted()
        if conflict is not None and self._offered(conflict, answer):
            self._say(conflict, Given(answer))

    def _answer_class(self, answer: Answer) -> None:
        conflict = self.highlighted()
        if conflict is not None and self._offered(conflict, answer):
            self._say_class(conflict, answer)

    def _offered(self, conflict: Conflict, answer: Answer) -> bool:
        """Whether the conflict takes this answer; why it does not is said."""
        if answer in conflict.answers:
            return True
        self.ferry.push_screen(Tell(*not_here(conflict, answer)))
        return False

    def _say(self, conflict: Conflict, given: Given) -> None:
        if self.draft is not None:
            self.desk.drafting.change(
                self.draft.answered(conflict, given, self._found.met.get(conflict.id, ()))
            )
            self.area.said()
            self._jump(1)

    def _say_class(self, conflict: Conflict, answer: Answer) -> None:
        if self.draft is not None:
            drafted = self.draft.class_answered(conflict.kind, answer, self._found.conflicts)
            self.desk.drafting.change(drafted)
            self.area.said()
            self._jump(1)

    # Ways through the list

    def do_only_open(self) -> None:
        self._only_open = not self._only_open
        self.query_one(Lines).highlighted = 0
        self.show()

    def do_next(self) -> None:
        self._jump_by_key(1)

    def do_previous(self) -> None:
        self._jump_by_key(-1)

    def _jump_by_key(self, way: int) -> None:
        self._jump(way)
        if not self._answered.waiting:
            self.ferry.notify("Nothing here waits for an answer.", markup=False)

    def _jump(self, way: int) -> None:
        """To the next one without an answer, round the end; where all have one, the place stays."""
        lines, count = self.query_one(Lines), len(self._shown) if self._answered.waiting else 0
        for step in range(1, count):
            place = (lines.highlighted + way * step) % count
            if self._answered.is_open(self._shown[place]):
                lines.highlighted = place
                return
