"""Area 3: one transfer as its journal tells it, newest event first."""

import time
from datetime import datetime
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType

from xnat_ferry import wording
from xnat_ferry.events import AnyEvent, SessionFinished, TransferFinished
from xnat_ferry.transfer.state import Phase
from xnat_ferry_tui import keys
from xnat_ferry_tui.screens.area import Area
from xnat_ferry_tui.watched import Watched
from xnat_ferry_tui.widgets.facts import Facts
from xnat_ferry_tui.widgets.lines import Column, Line, Lines
from xnat_ferry_tui.widgets.made_lines import MadeLines

_BAR = 32
_NONE = "There is no transfer yet. Mark sessions in area 2 and press c."


class TransferArea(Area):
    """Where it stands above, what happened below."""

    AREA = "transfer"
    BINDINGS: ClassVar[list[BindingType]] = keys.bindings("transfer")

    def content(self) -> ComposeResult:
        yield Facts(id="standing")
        yield Lines(
            [Column("", 1), Column("time", 8), Column("session", 18), Column("what happened")],
            id="log",
            empty=_NONE,
        )
        yield Facts(id="event")

    def on_mount(self) -> None:
        self._drawn: tuple[str, int] = ("", 0)
        super().on_mount()
        self.query_one(Lines).focus()
        self.set_interval(1, self._keep_pace)

    def show(self) -> None:
        watched = self.desk.watched
        facts = self.query_one("#standing", Facts)
        if watched is None:
            facts.put([self.desk.busy or "No transfer yet."])
            self._drawn = ("", 0)
            self.query_one(Lines).say_when_empty(_NONE)
            self.query_one(Lines).put([])
            return
        facts.put([*_standing(watched, time.time()), *self._remarks(watched)])
        self._draw_log(watched)
        self._show_whole()

    def _draw_log(self, watched: Watched) -> None:
        told, (drawn, before) = watched.told, self._drawn
        lines = self.query_one(Lines)
        lines.say_when_empty("Its worker has not written anything yet.")
        if drawn != watched.folder.id:
            lines.highlighted, before = 0, len(told)
        self._drawn = (watched.folder.id, len(told))
        newest_first = MadeLines(len(told), lambda place: _line(told[-1 - place]))
        lines.put(newest_first, new_above=len(told) - before)

    def _keep_pace(self) -> None:
        """A transfer that stalls writes nothing, and its pace must not stay on the screen."""
        watched = self.desk.watched
        if self.is_current and watched is not None and watched.phase == Phase.RUNNING:
            self.show()

    @on(Lines.Highlighted)
    def _show_whole(self) -> None:
        told = self.desk.watched.told if self.desk.watched else []
        place = self.query_one(Lines).highlighted
        self.query_one("#event", Facts).put(
            [wording.what_happened(told[-1 - place])] if place < len(told) else []
        )

    def _remarks(self, watched: Watched) -> list[str]:
        state = watched.state
        if self.desk.busy:
            return [self.desk.busy]
        if self.desk.problem is not None:
            return [f"{self.desk.problem} {self.desk.problem.advice}"]
        if watched.phase == Phase.RUNNING:
            return ["You may close this window; the transfer goes on."]
        if state.stopped is not None:
            return [f"{state.stopped.why} {state.stopped.advice}"]
        if watched.waiting:
            return [f"{wording.plural(watched.waiting, 'session')} in the prearchive: A archives."]
        return [""]

    def action_next_transfer(self) -> None:
        self.ferry.next_transfer()

    def action_archive(self) -> None:
        self.ferry.acting.go_on(archive=True)

    def action_resume(self) -> None:
        self.ferry.acting.go_on(archive=False)

    def action_stop(self) -> None:
        self.ferry.acting.stop()


def _standing(watched: Watched, now: float) -> list[str]:
    state, totals = watched.state, watched.state.plan.totals
    share = min(watched.bytes_sent / totals.bytes, 1.0) if totals.bytes else 0.0
    filled = round(share * _BAR)
    speed, left = watched.pace(now)
    moving = watched.phase == Phase.RUNNING and share < 1
    pace = f"  {wording.size(speed)}/s" if moving and speed else ""
    pace += f"  left {wording.duration(left)}" if moving and left is not None and left > 0 else ""
    done, failed = state.count(Phase.DONE) + state.count(Phase.SKIPPED), state.count(Phase.FAILED)
    return [
        f"{watched.phase.upper()}  {watched.folder.id}",
        f"[{'#' * filled}{'.' * (_BAR - filled)}] {share:4.0%}  "
        f"{wording.size(watched.bytes_sent)} of {wording.size(totals.bytes)}{pace}",
        f"{done} of {wording.plural(len(state.sessions), 'session')} done, {failed} failed   "
        f"{state.files_sent:,} of {wording.plural(totals.files, 'file')} sent   {state.retries} tried again",
    ]


def _line(event: AnyEvent) -> Line:
    moment = datetime.fromtimestamp(event.at).astimezone().strftime("%H:%M:%S")
    bad = wording.is_problem(event)
    good = isinstance(event, SessionFinished | TransferFinished)
    sign = "!" if bad else " "
    cells = (sign, moment, getattr(event, "session", ""), wording.what_happened(event))
    return Line(cells, "bad" if bad else "good" if good else "")
