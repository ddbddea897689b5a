"""Area 3: one transfer as its journal tells it, newest event first."""

from datetime import datetime
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType

from xnat_ferry import wording
from xnat_ferry.events import AnyEvent, SessionFinished, TransferFinished
from xnat_ferry.transfer.state import Phase
from xnat_ferry_tui import keys
from xnat_ferry_tui.desk import Watched
from xnat_ferry_tui.screens.area import Area
from xnat_ferry_tui.widgets.facts import Facts
from xnat_ferry_tui.widgets.lines import Column, Line, Lines

_BAR = 32


class TransferArea(Area):
    """Where it stands above, what happened below."""

    AREA = "transfer"
    BINDINGS: ClassVar[list[BindingType]] = keys.bindings("transfer")

    def content(self) -> ComposeResult:
        yield Facts(id="standing")
        yield Lines(
            [Column("", 1), Column("time", 8), Column("session", 18), Column("what happened")],
            id="log",
            empty="There is no transfer yet. Mark sessions in area 2 and press c.",
        )
        yield Facts(id="event")

    def on_mount(self) -> None:
        self._shown: list[AnyEvent] = []
        super().on_mount()

    def show(self) -> None:
        watched = self.desk.watched
        facts = self.query_one("#standing", Facts)
        if watched is None:
            facts.put([f"{self.desk.busy}" if self.desk.busy else " No transfer yet."])
            self.query_one(Lines).put([])
            return
        facts.put([*_standing(watched), *self._remarks(watched)])
        self._shown = [event for event in reversed(watched.events) if wording.what_happened(event)]
        self.query_one(Lines).put([_line(event) for event in self._shown])
        self._show_whole()

    @on(Lines.Highlighted)
    def _show_whole(self) -> None:
        place = self.query_one(Lines).highlighted
        event = self._shown[place] if place < len(self._shown) else None
        self.query_one("#event", Facts).put([wording.what_happened(event)] if event else [])

    def _remarks(self, watched: Watched) -> list[str]:
        state = watched.state
        if self.desk.busy:
            return [f"{self.desk.busy}"]
        if self.desk.problem is not None:
            return [f"{self.desk.problem} {self.desk.problem.advice}"]
        if state.phase == Phase.RUNNING:
            return ["You may close this window; the transfer goes on."]
        if state.stopped is not None:
            return [f"{state.stopped.why} {state.stopped.advice}"]
        waiting = [
            one for one in state.sessions.values() if one.phase == Phase.DONE and one.where != "archive"
        ]
        if waiting:
            return [f"{wording.plural(len(waiting), 'session')} in the prearchive: A archives."]
        return [""]

    def action_next_transfer(self) -> None:
        self.ferry.next_transfer()

    def action_archive(self) -> None:
        self.ferry.propose_going_on(archive=True)

    def action_resume(self) -> None:
        self.ferry.propose_going_on(archive=False)

    def action_stop(self) -> None:
        self.ferry.propose_stop()


def _standing(watched: Watched) -> list[str]:
    state, totals = watched.state, watched.state.plan.totals
    share = min(watched.bytes_sent / totals.bytes, 1.0) if totals.bytes else 0.0
    filled = round(share * _BAR)
    speed, left = watched.rate.per_second(), watched.rate.seconds_left(totals.bytes - watched.bytes_sent)
    moving = state.phase == Phase.RUNNING and share < 1
    pace = f"  {wording.size(speed)}/s" if moving and speed else ""
    pace += f"  left {wording.duration(left)}" if moving and left is not None and left > 0 else ""
    done, failed = state.count(Phase.DONE) + state.count(Phase.SKIPPED), state.count(Phase.FAILED)
    return [
        f"{state.phase.upper()}  {watched.folder.id}",
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
