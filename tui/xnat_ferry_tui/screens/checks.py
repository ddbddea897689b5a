"""Area 1: the way from two projects to a transfer, step by step. The steps are states of this screen."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.message import Message
from textual.widgets import ContentSwitcher

from xnat_ferry.errors import FerryError
from xnat_ferry.plan.draft import Draft
from xnat_ferry_tui.dialogs.ask import Tell
from xnat_ferry_tui.explaining.ways import told
from xnat_ferry_tui.keyboard import keys
from xnat_ferry_tui.screens.area import Area
from xnat_ferry_tui.screens.wizard.checklist import ChecksStep
from xnat_ferry_tui.screens.wizard.choose import ChooseStep
from xnat_ferry_tui.screens.wizard.conflicts import ConflictsStep
from xnat_ferry_tui.screens.wizard.connect import ConnectStep
from xnat_ferry_tui.screens.wizard.labels import LabelsStep
from xnat_ferry_tui.screens.wizard.rail import Rail
from xnat_ferry_tui.screens.wizard.review import ReviewStep
from xnat_ferry_tui.screens.wizard.step import Step
from xnat_ferry_tui.screens.wizard.steps import STEPS, standing, why_not_start
from xnat_ferry_tui.screens.wizard.taken_back import in_words
from xnat_ferry_tui.widgets.facts import Facts

_DRAWN_IN = 0.05
"""Seconds in which most of what a key changes is drawn."""
ALL_STEPS: Sequence[type[Step]] = (ConnectStep, ChooseStep, ChecksStep, ConflictsStep, LabelsStep, ReviewStep)


class ChecksArea(Area):
    """The rail of the steps, why the one in view is asked, the step, and what "Continue" does."""

    AREA = "checks"
    BINDINGS: ClassVar[list[BindingType]] = keys.bindings("checks")

    class JudgedAnew(Message):
        """What was said has been thought over."""

    def __init__(self) -> None:
        super().__init__()
        self.HORIZONTAL_BREAKPOINTS = [(100, "-wide")]
        self._judging = False
        self._moved: tuple[Draft | None, str] = None, ""
        """The draft that something was taken back to, and what that was."""

    def content(self) -> ComposeResult:
        yield Rail()
        yield Facts(id="why")
        with ContentSwitcher(initial=STEPS[0]):
            for step in ALL_STEPS:
                yield step()
        yield Facts(id="going")

    def places(self) -> tuple[str, ...]:
        return (f"checks.{self.step.NAME}", self.AREA)

    def on_mount(self) -> None:
        self.ferry.run_worker(self._recall, thread=True, exit_on_error=False, group="disk-draft")
        self.step.first().focus()

    def _recall(self) -> None:
        try:
            self.desk.recall()
        except FerryError as error:
            self.desk.problem = error
        self.post_message(self.JudgedAnew())

    @property
    def step(self) -> Step:
        """The step in view."""
        shown = self.query_one(ContentSwitcher).current or STEPS[0]
        return self.query_one(f"#{shown}", Step)

    def show(self) -> None:
        self._turn_to(self.desk.drafting.step or ("choose" if self.desk.ends else "connect"))
        step = self.step
        self.query_one(Rail).show(step.NAME, self.desk)
        draft, moved = self._moved
        self.query_one("#why", Facts).put(
            [moved if draft is self.desk.drafting.draft and moved else step.WHY]
        )
        step.show()
        self._show_going(step)

    def _turn_to(self, name: str) -> None:
        """Have this step in view; whoever comes to another one finds it ready for the first key."""
        switcher = self.query_one(ContentSwitcher)
        name = name if name in STEPS else STEPS[0]
        if switcher.current != name:
            switcher.current = name
            self.step.first().focus()
        if isinstance(self.step, ChecksStep):
            self.step.arrive()

    def _show_going(self, step: Step) -> None:
        reason, under_way = self._why_not(step), self.under_way()
        if under_way and reason == self.desk.busy:
            reason, under_way = under_way, ""
        off = f"c {step.going()} is off: {reason}" if reason else f"c {step.going()}"
        problem, unkept = self.desk.problem, self.desk.drafting.keeper.problem
        more = [told(problem)] if problem is not None else []
        more += [under_way] if under_way else []
        self.query_one("#going", Facts).put([off, *more, *([unkept] if unkept else [])])

    def _why_not(self, step: Step) -> str:
        last = isinstance(step, ReviewStep)
        return why_not_start(self.desk) if last else standing(step.NAME, self.desk).why_not

    def said(self) -> None:
        """Something was said: show what is known already, then think it over in a thread."""
        self.redraw()
        if self.desk.drafting.must_judge and not self._judging and self.desk.drafting.fresh:
            self._judging = True
            # what is drawn for the key comes first: thoughts would take every second moment from it
            self.set_timer(_DRAWN_IN, self._begin_to_judge)

    def _begin_to_judge(self) -> None:
        self.ferry.run_worker(self._judge, thread=True, exit_on_error=False, group="judging")

    def _judge(self) -> None:
        try:
            while self.desk.drafting.must_judge:
                self.desk.drafting.judge()
        finally:
            self._judging = False
        self.post_message(self.JudgedAnew())

    def on_checks_area_judged_anew(self) -> None:
        self.said()

    # Keys

    def action_do(self, name: str) -> None:
        self.step.action_do(name)

    def action_step(self, name: str) -> None:
        self._moved = None, ""
        self.desk.drafting.go_to(name)
        self.redraw()

    async def action_go_on(self) -> None:
        reason = self._why_not(self.step)
        if reason:
            self.ferry.push_screen(Tell("This is off:", reason))
        else:
            await self.step.go_on()

    def action_go_back(self) -> None:
        place = STEPS.index(self.step.NAME)
        self.action_step(STEPS[max(place - 1, 0)])

    def next_step(self) -> None:
        """The step after this one."""
        place = STEPS.index(self.step.NAME)
        self.action_step(STEPS[min(place + 1, len(STEPS) - 1)])

    def action_undo(self) -> None:
        self._move(
            self.desk.drafting.undo, "Taken back: {}. U says it again.", "There is nothing to take back."
        )

    def action_redo(self) -> None:
        self._move(self.desk.drafting.redo, "Said again: {}. u takes it back.", "Nothing was taken back.")

    def _move(self, move: Callable[[], bool], words: str, otherwise: str) -> None:
        drafting = self.desk.drafting
        before, planned = drafting.draft, drafting.brief.by_session.planned
        if not move():
            self.ferry.notify(otherwise, markup=False)
            return
        if before is not None and drafting.draft is not None:
            told = in_words(
                before, drafting.draft, lambda key: planned[key].session if key in planned else key
            )
            self._moved = drafting.draft, words.format(told)
        self.said()
