"""The fourth step: everything that meets something, with both sides' evidence, and the answer of a person."""

from collections.abc import Collection, Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.widget import Widget

from xnat_ferry.checks import Answer, Conflict, ConflictClass
from xnat_ferry.model import LABEL
from xnat_ferry.plan import NO_ANSWERS
from xnat_ferry.plan.answers import Given
from xnat_ferry_tui import keys
from xnat_ferry_tui.by_session import NOTHING
from xnat_ferry_tui.dialogs.ask import Tell
from xnat_ferry_tui.screens.wizard.step import Prompt, Step
from xnat_ferry_tui.ways import on_screen
from xnat_ferry_tui.widgets.facts import Facts
from xnat_ferry_tui.widgets.lines import Column, Line, Lines
from xnat_ferry_tui.widgets.made_lines import MadeLines

_COLUMNS = (Column("answer", 12), Column("session"), Column("what it meets", 16), Column("there"))
_DOES = {
    Answer.SKIP: "s skip",
    Answer.RENAME: "l another label",
    Answer.COMPLETE: "m send what is missing",
    Answer.MERGE: "i merge into it",
}
_WHY_NOT = {
    Answer.COMPLETE: "Only a session of the same study that lacks something can be completed.",
    Answer.MERGE: "Only a session of the same label, subject and modality can be merged into.",
    Answer.RENAME: "Another label does not help here.",
    Answer.SKIP: "It cannot be skipped.",
}
_KEYS = "  S L M I: the whole class.  u: take back.  f: open ones."
_MERGING = (
    "XNAT cannot take two studies apart again once they are one session.",
    "It goes to the prearchive and stays there: only archiving it, A in area 3 or 4, merges it.",
)


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
        self._open: Collection[int] = frozenset()
        """Of which conflicts a person is asked, as objects."""
        self._answers = NO_ANSWERS
        self._by_class: dict[tuple[ConflictClass, tuple[Answer, ...]], Given | None] = {}
        """What conflicts are answered of which nothing single was said: very many may be alike."""
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
        self._answers = self.draft.all_answers() if self.draft else NO_ANSWERS
        self._by_class.clear()
        self._fill(known=found is not None)

    def _fill(self, *, known: bool) -> None:
        conflicts = self._found.conflicts
        waiting = [one for one in self._found.unsettled if self._asks(one)]
        self._open = frozenset(map(id, waiting))
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
        answered = f"{total - left:,} of {total:,} answered.{filtered or _KEYS}"
        self.query_one("#counted", Facts).put([answered if total else ""])
        shown = self._shown
        lines.put(MadeLines(len(shown), lambda place: self._line(shown[place])))
        self._show_details()

    def _asks(self, conflict: Conflict) -> bool:
        """Whether a person is asked about an unsettled one: nothing was answered, or to no end."""
        if self._given(conflict) is None:
            return True
        if self.desk.drafting.must_judge or conflict.id not in self._found.planned:
            return False
        return all(self._given(one) for one in self._found.met[conflict.id])

    def _is_open(self, conflict: Conflict) -> bool:
        return id(conflict) in self._open

    def _given(self, conflict: Conflict) -> Given | None:
        own = self._answers.by_session
        if own and (conflict.id in own or conflict.session in own):
            return self._answers.to(conflict)
        alike = conflict.kind, conflict.answers
        if alike not in self._by_class:
            self._by_class[alike] = self._answers.to(conflict)
        return self._by_class[alike]

    def _line(self, conflict: Conflict) -> Line:
        given, is_open = self._given(conflict), self._is_open(conflict)
        word = given.answer if given else ""  # a label that goes with it stands below
        answer = f"{word}{' ?' if is_open else ''}" if given or is_open else "settled"
        return Line(
            (answer.strip(), conflict.session, conflict.kind, conflict.there), "bad" if is_open else ""
        )

    def highlighted(self) -> Conflict | None:
        """The conflict one stands on."""
        place = self.query_one(Lines).highlighted
        return self._shown[place] if place < len(self._shown) else None

    @on(Lines.Highlighted)
    def _show_details(self) -> None:
        conflict = self.highlighted()
        self.query_one("#both-sides", Facts).put(self._details(conflict) if conflict else ())

    def _details(self, conflict: Conflict) -> list[str]:
        possible = ", ".join(_DOES[one] for one in conflict.answers)
        fate, given = self._found.planned.get(conflict.id), self._answers.to(conflict)
        answered = []
        if given and fate is not None and not self.desk.drafting.must_judge:
            what = on_screen(fate.why) or f"it goes there as {fate.to_subject}/{fate.to_session}"
            done = "" if what.startswith(f"{fate.fate}:") else f"{fate.fate}, "
            told = f": {done}{what.removeprefix(f'{given}: ')}" if conflict.message not in what else "."
            answered = [f"Answered {given}{told}"]
        possible = f"Possible: {possible}. Suggested: {_DOES[conflict.suggested][0]}."
        return [*answered, conflict.message, *_both_sides(conflict), possible, *_the_rest(conflict)]

    # Answers

    def do_skip(self) -> None:
        self._answer(Answer.SKIP)

    def do_complete(self) -> None:
        self._answer(Answer.COMPLETE)

    def do_merge(self) -> None:
        conflict = self.highlighted()
        if conflict is not None and self._offered(conflict, Answer.MERGE):
            words = [f"Merge {conflict.session} into {conflict.there}, which is another study?", *_MERGING]
            self.ferry.ask(words, lambda: self._say(conflict, Given(Answer.MERGE)))

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
        given = self._answers.to(conflict)
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
            words = [f"Merge every session of the class {conflict.kind} that can be?", *_MERGING]
            self.ferry.ask(words, lambda: self._say_class(conflict, Answer.MERGE))

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
        possible = ", ".join(_DOES[one] for one in conflict.answers)
        self.ferry.push_screen(Tell(f"Not here: {_WHY_NOT[answer]}", f"What is possible: {possible}."))
        return False

    def _say(self, conflict: Conflict, given: Given) -> None:
        if self.draft is not None:
            self.desk.drafting.change(
                self.draft.answered(conflict, given, self._found.met.get(conflict.id, ()))
            )
            self.area.said()
            self.do_next()

    def _say_class(self, conflict: Conflict, answer: Answer) -> None:
        if self.draft is not None:
            drafted = self.draft.class_answered(conflict.kind, answer, self._found.conflicts)
            self.desk.drafting.change(drafted)
            self.area.said()
            self.do_next()

    # Ways through the list

    def do_only_open(self) -> None:
        self._only_open = not self._only_open
        self.query_one(Lines).highlighted = 0
        self.show()

    def do_next(self) -> None:
        self._jump(1)

    def do_previous(self) -> None:
        self._jump(-1)

    def _jump(self, way: int) -> None:
        """To the next one without an answer, round the end; where all have one, the place stays."""
        lines, count = self.query_one(Lines), len(self._shown) if self._open else 0
        for step in range(1, count):
            place = (lines.highlighted + way * step) % count
            if self._is_open(self._shown[place]):
                lines.highlighted = place
                return


def _both_sides(conflict: Conflict) -> list[str]:
    """What is known of both sides, a line each, and whether they are one study."""
    known = conflict.evidence
    here, there = (", ".join(known[name] for name in names if known.get(name)) for names in (_HERE, _THERE))
    ours, theirs = known.get("this study", "unknown"), known.get("its study", "unknown")
    same = ours == theirs != "unknown"
    return [
        f"here   {here}",
        f"there  {there}",
        f"study  the same, {ours}" if same else f"study  here {ours}, there {theirs}",
    ]


def _the_rest(conflict: Conflict) -> list[str]:
    told = {*_HERE, *_THERE, "this study", "its study"}
    return [f"{name}: {value}" for name, value in conflict.evidence.items() if name not in told]


_HERE = ("this session", "this subject", "this type", "this date", "this content")
_THERE = ("there", "its label", "its subject", "its type", "its date", "its content", "status")
