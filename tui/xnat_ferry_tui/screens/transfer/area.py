"""Area 3: transfers, the sessions of the one in view, its log, and what can be done about it."""

import time
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical

from xnat_ferry import event_words
from xnat_ferry.model import Endpoint
from xnat_ferry.transfer.session_state import Phase, SessionState
from xnat_ferry_tui.explaining.ways import on_screen, told
from xnat_ferry_tui.keyboard import keys
from xnat_ferry_tui.screens.area import Area
from xnat_ferry_tui.screens.transfer import log
from xnat_ferry_tui.screens.transfer.standing import remark, standing
from xnat_ferry_tui.screens.transfer.transfers import Transfers
from xnat_ferry_tui.watching.watched import Watched
from xnat_ferry_tui.widgets.facts import Facts
from xnat_ferry_tui.widgets.lines import Line, Lines
from xnat_ferry_tui.widgets.made_lines import MadeLines

_NONE = "There is no transfer yet. Mark sessions in area 2 and press c."
_SILENT = "Its worker has not written anything yet."
_LISTS = ("transfers", "sessions", "log")
_WIDE, _WIDER = 110, 150
_EVERY = 1.0


class TransferArea(Area):
    """Three lists: side by side where there is room, else one at a time."""

    AREA = "transfer"
    BINDINGS: ClassVar[list[BindingType]] = keys.bindings("transfer")

    def ends(self) -> tuple[Endpoint, Endpoint] | None:
        return self.desk.ends_in_view

    def content(self) -> ComposeResult:
        yield Facts(id="standing")
        yield Facts(id="remark")
        with Horizontal(id="lists"):
            with Vertical(id="left-lists"):
                yield Transfers(empty=_NONE)
                yield Lines(log.SESSIONS, id="sessions")
            yield Lines(log.EVENTS, id="log", empty=_NONE)
        yield Facts(id="event")
        yield Facts(id="following")

    def on_mount(self) -> None:
        self._chosen, self._asked = log.Chosen(), log.Asked()
        self._sessions: tuple[SessionState, ...] = ()
        self._list = "log"
        self._problems = self._requests = False
        self._session = ""
        self.query_one("#log", Lines).focus()
        self.set_interval(_EVERY, self._look_around)

    def _look_around(self) -> None:
        """A transfer that stalls writes nothing, and others are written by workers of their own."""
        if self.is_current:
            self.ferry.following.list_all()
            if self.desk.watched is not None and self.desk.watched.phase == Phase.RUNNING:
                self.show()

    def show(self) -> None:
        watched = self.desk.watched
        self._lay_out()
        self.query_one(Transfers).show(self.ferry.following.transfers, watched.folder.id if watched else "")
        if watched is None:
            self.query_one("#standing", Facts).put([self.under_way() or "No transfer yet."])
            problem = self.desk.problem
            self.query_one("#remark", Facts).put([told(problem)] if problem is not None else [])
            for name, empty in (("#log", _NONE), ("#sessions", "")):
                self.query_one(name, Lines).say_when_empty(empty)
                self.query_one(name, Lines).put([])
            return
        if self._session not in watched.state.sessions:
            self._session = ""
        width = self.query_one("#standing", Facts).content_size.width
        self.query_one("#standing", Facts).put(standing(watched, time.time(), width))
        self.query_one("#remark", Facts).put(self._remarks(watched))
        self._sessions = tuple(watched.state.sessions.values())
        make = log.session_lines(watched, self._sessions)
        self.query_one("#sessions", Lines).put(MadeLines(len(self._sessions), make))
        self._draw_log(watched)
        self._show_whole()

    def _lay_out(self) -> None:
        wide = self.app.size.width >= _WIDE
        self.set_class(wide, "-wide")
        self.set_class(self.app.size.width >= _WIDER, "-wider")
        self.query_one("#left-lists").display = wide or self._list != "log"
        for name in _LISTS:
            self.query_one(f"#{name}").display = wide or name == self._list

    def _draw_log(self, watched: Watched) -> None:
        lines = self.query_one("#log", Lines)
        if self._requests:
            come = self._asked.take(watched)
            made = self._asked.made
            lines.say_when_empty("Its workers have asked nothing yet.")
            if come is None:
                lines.highlighted = 0
            requests = MadeLines(len(made), lambda place: log.request_line(made[-1 - place]))
            lines.put(requests, columns=log.REQUESTS, new_above=come or 0)
            return
        come = self._chosen.take(watched, problems=self._problems, session=self._session)
        lines.say_when_empty("No problems." if self._problems else _SILENT)
        if come is None:
            lines.highlighted = 0
        newest_first = MadeLines(len(self._chosen), self._event_line)
        lines.put(newest_first, columns=log.EVENTS, new_above=come or 0)

    def _event_line(self, place: int) -> Line:
        event = self._chosen.event(place)
        return log.event_line(event) if event is not None else Line(())

    @on(Lines.Highlighted)
    def _show_whole(self) -> None:
        watched, place = self.desk.watched, self.query_one("#log", Lines).highlighted
        if watched is None:
            return
        self.query_one("#following", Facts).put([self._following(place)])
        if self._requests:
            made = self._asked.made
            one = made[-1 - place] if place < len(made) else None
            words = f"{one.method} {one.server}{one.path} -> {one.status}, {one.took}" if one else ""
        else:
            event = self._chosen.event(place)
            words = on_screen(event_words.what_happened(event)) if event is not None else ""
        self.query_one("#event", Facts).put([words])

    def _following(self, place: int) -> str:
        still = f"the log stands still: {self.key('transfer.follow')} follows again"
        newest = "the newest line is followed" if place == 0 else still
        only = [f"requests ({self.key('transfer.requests')})"] if self._requests else []
        problems = self._problems and not self._requests
        only += [f"problems only ({self.key('transfer.only-problems')})"] if problems else []
        of_one = self._session and not self._requests
        only += [f"{self._session} only ({self.key('transfer.close')} ends that)"] if of_one else []
        return ", ".join([newest, *only])

    def _remarks(self, watched: Watched) -> list[str]:
        if self.desk.busy:
            return [self.under_way()]
        problem = self.desk.problem
        # one may be about something else than the transfer in view
        return [*([told(problem)] if problem is not None else []), *filter(None, [remark(watched, self.key)])]

    # Keys

    def action_next_list(self) -> None:
        self._turn(1)

    def action_previous_list(self) -> None:
        self._turn(-1)

    def _turn(self, step: int) -> None:
        self._turn_to(_LISTS[(_LISTS.index(self._list) + step) % len(_LISTS)])

    def _turn_to(self, name: str) -> None:
        self._list = name
        self._lay_out()
        self.query_one(f"#{name}").focus()
        self.show()

    def _show_log(self) -> None:
        """Show the log with what was asked of it, also where another list stands in its place."""
        if self.query_one("#log").display:
            self.show()
        else:
            self._turn_to("log")

    def action_open(self) -> None:
        if self._list == "transfers":
            chosen = self.query_one(Transfers).chosen
            if chosen is not None:
                self.ferry.following.folder(chosen)
                self._show_log()
        elif self._list == "sessions":
            place = self.query_one("#sessions", Lines).highlighted
            label = self._sessions[place].label if place < len(self._sessions) else ""
            self._session, self._requests = "" if label == self._session else label, False
            self._show_log()

    def action_close(self) -> None:
        if self._requests:
            self.query_one("#log", Lines).highlighted = 0
            self._requests = False
        elif self._session:
            self._session = ""
        else:
            self._problems = False
        self.show()

    def action_only_problems(self) -> None:
        if self._requests:
            self.query_one("#log", Lines).highlighted = 0  # the place is one among the requests
        self._problems, self._requests = self._requests or not self._problems, False
        self._show_log()

    def action_requests(self) -> None:
        self._requests = not self._requests
        self.query_one("#log", Lines).highlighted = 0
        self._show_log()

    def action_follow(self) -> None:
        self.query_one("#log", Lines).action_first()
        self._show_log()

    def action_next_problem(self) -> None:
        self._visit_problem(1)

    def action_previous_problem(self) -> None:
        self._visit_problem(-1)

    def _visit_problem(self, step: int) -> None:
        lines, watched = self.query_one("#log", Lines), self.desk.watched
        if watched is None:
            return
        if self._requests:
            found = log.next_refused(self._asked.made, lines.highlighted, step)
        else:
            found = self._chosen.next_problem(lines.highlighted, step)
        if found is None:
            self.notify(f"No problem {'below' if step > 0 else 'above'} this line.", markup=False)
        else:
            lines.highlighted = found
            self._show_log()

    def action_next_transfer(self) -> None:
        self.ferry.following.next_older()

    def action_archive(self) -> None:
        if self._means_what_is_in_view():
            self.ferry.acting.go_on(archive=True)

    def action_take_back(self) -> None:
        if self._means_what_is_in_view():
            self.ferry.losing.take_back()

    def action_resume(self) -> None:
        if self._means_what_is_in_view():
            self.ferry.acting.go_on(archive=False)

    def action_stop(self) -> None:
        if self._means_what_is_in_view():
            self.ferry.acting.stop()

    def _means_what_is_in_view(self) -> bool:
        """Whether the cursor is on no other transfer; else that one comes into view and nothing is done."""
        meant, watched = self.query_one(Transfers).chosen, self.desk.watched
        if self._list != "transfers" or meant is None or watched is None or meant.id == watched.folder.id:
            return True
        self.ferry.following.folder(meant)
        self.notify(f"{meant.id} comes into view: press the key again.", markup=False)
        return False
