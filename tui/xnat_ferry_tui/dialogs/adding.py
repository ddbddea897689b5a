"""What archiving would add to sessions that are there already, and what a person wants of each."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll

from xnat_ferry.checks import Answer
from xnat_ferry.transfer.session_state import Problem
from xnat_ferry_tui.dialogs.dialog import Dialog
from xnat_ferry_tui.keyboard import keys
from xnat_ferry_tui.widgets.facts import Facts
from xnat_ferry_tui.widgets.lines import Column, Line, Lines

_WORDS = (
    "These were not archived: there is a session with their label, and archiving adds to it.",
    "  m  complete: the same study, only what is missing there",
    "  i  merge: whatever it is, for good; same instances are overwritten",
    "  s  leave it in the prearchive          M I S: all of them",
)
_LEAVE = "leave"
_SHOWN = 8


class Adding(Dialog[Mapping[str, Answer] | None]):
    """One line a session, by the keys of the conflicts; Enter gives the answers, Escape leaves all be."""

    PLACE: ClassVar[str] = "adding"
    BINDINGS: ClassVar[list[BindingType]] = keys.bindings(PLACE)

    def __init__(self, refused: Sequence[Problem]) -> None:
        super().__init__()
        self._refused = refused
        self._answers: dict[str, Answer] = {}

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog"):
            yield Facts(id="said")
            yield Lines([Column("answer", 8), Column("session")], id="refused")
            with VerticalScroll(id="words-of-it"):
                yield Facts(id="why")
            yield Facts(id="answers")

    def on_mount(self) -> None:
        self.query_one("#said", Facts).put([*_WORDS, ""])
        self.show_keys()
        lines = self.query_one(Lines)
        lines.styles.height = min(len(self._refused), _SHOWN) + 1
        lines.focus()
        self._fill()

    def asked(self) -> Sequence[str]:
        return _WORDS[:1]

    def _fill(self) -> None:
        self.query_one(Lines).put(
            [Line((self._answers.get(one.session) or _LEAVE, one.session)) for one in self._refused]
        )
        self._show_why()

    @on(Lines.Highlighted)
    def _show_why(self) -> None:
        self.query_one("#why", Facts).put([self._refused[self.query_one(Lines).highlighted].message])

    def action_missing(self) -> None:
        self._answer(Answer.COMPLETE)

    def action_into(self) -> None:
        self._answer(Answer.MERGE)

    def action_stay(self) -> None:
        self._answer(None)

    def action_all_missing(self) -> None:
        self._answer_all(Answer.COMPLETE)

    def action_all_into(self) -> None:
        self._answer_all(Answer.MERGE)

    def action_all_stay(self) -> None:
        self._answer_all(None)

    def _answer(self, answer: Answer | None) -> None:
        lines = self.query_one(Lines)
        self._say(self._refused[lines.highlighted].session, answer)
        lines.action_down()
        self._fill()

    def _answer_all(self, answer: Answer | None) -> None:
        for one in self._refused:
            self._say(one.session, answer)
        self._fill()

    def _say(self, session: str, answer: Answer | None) -> None:
        if answer is not None:
            self._answers[session] = answer
        else:
            self._answers.pop(session, None)

    def action_take(self) -> None:
        self.dismiss(self._answers)

    def action_leave(self) -> None:
        self.dismiss(None)
