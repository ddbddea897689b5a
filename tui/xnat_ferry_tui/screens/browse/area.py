"""Area 2: the two projects side by side, marks, and the way from one to the other."""

from typing import ClassVar

from msgspec.structs import replace
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.geometry import Size
from textual.widgets import Input

from xnat_ferry.errors import FerryError
from xnat_ferry.model import SessionDetail, SessionRow
from xnat_ferry_tui.dialogs.ask import Tell
from xnat_ferry_tui.explaining.ways import told
from xnat_ferry_tui.keyboard import keys
from xnat_ferry_tui.screens.area import Area
from xnat_ferry_tui.screens.browse.errands import Errands
from xnat_ferry_tui.screens.browse.going import labels_on, what_would_go
from xnat_ferry_tui.screens.browse.heading import heading, when_empty
from xnat_ferry_tui.screens.browse.lists import Lists
from xnat_ferry_tui.screens.browse.marking import Marking
from xnat_ferry_tui.screens.browse.nodes import DESTINATION, SOURCE, Kind, Node, session_of
from xnat_ferry_tui.screens.browse.panes import Panes
from xnat_ferry_tui.screens.browse.picture import Picture
from xnat_ferry_tui.screens.browse.reading import Fetched, Reading
from xnat_ferry_tui.screens.browse.renewing import Renewing
from xnat_ferry_tui.screens.browse.sides import Sides
from xnat_ferry_tui.screens.browse.telling import LEGEND, tell
from xnat_ferry_tui.widgets.entry import Entry
from xnat_ferry_tui.widgets.facts import Facts
from xnat_ferry_tui.widgets.lines import Lines as LinesWidget


class BrowseArea(Area):
    """Two panes over one list in step, or over a list each."""

    AREA = "browse"
    BINDINGS: ClassVar[list[BindingType]] = keys.bindings("browse")

    def content(self) -> ComposeResult:
        self._lists = Lists()
        yield Panes(self._lists)
        yield Facts(id="about")
        yield Facts(id="legend", wrap=False)
        yield Facts(id="taking")
        yield Entry(placeholder="words in label or subject; Enter keeps, Escape clears", id="browse-filter")

    def on_mount(self) -> None:
        self.reading, self._errands = Reading(self), Errands(self)
        self._panes, self._words = self.query_one(Panes), self.query_one(Input)
        self._marking = Marking(self)
        self._renewing = Renewing(self, self._lists)
        self._said = ""
        self._basis: tuple[object, ...] = ()
        self._problem: FerryError | None = None
        self._drawn_at = Size(0, 0)
        self._words.display = False
        self.query_one("#legend", Facts).put([LEGEND])
        self._panes.enter()

    @property
    def picture(self) -> Picture:
        """What is shown."""
        return self._lists.picture

    @property
    def is_up_to_date(self) -> bool:
        """Whether the lists that were asked for last are those that are shown."""
        return self._renewing.is_up_to_date

    # From the desk to the panes

    def show(self) -> None:
        desk, before = self.desk, self._basis
        if desk.problem is not self._problem:
            self._problem = desk.problem
            self._said = told(desk.problem) if desk.problem is not None else ""
        self._basis = (desk.source, desk.destination, desk.proofs(), desk.marks, self._lists.in_step)
        changed = [old is not new for old, new in zip(before or (None,) * 5, self._basis, strict=True)]
        if any(changed):
            self._compare(sides=any(changed[:3]) or self._renewing.is_comparing)
        if self._drawn_at != self.app.size:
            self._drawn_at = self.app.size
            self._panes.fit()
            self._put_lines()
        self._tell()

    def show_read(self, row: SessionRow) -> None:
        """A session was read: what it opens to is another now."""
        with self._panes.staying():
            self._lists.renew(row)
            self._put_lines()
        self._tell()

    def lay(self) -> None:
        """Lay all lines anew."""
        listed = self.desk.source is not None or self.desk.destination is not None
        waiting = (self.reading.waiting(SOURCE), self.reading.waiting(DESTINATION)) if listed else None
        with self._panes.staying():
            self._lists.lay(waiting)
            self._put_lines()
        self._tell()

    def _put_lines(self) -> None:
        self._panes.put([when_empty(self.desk, side) for side in (SOURCE, DESTINATION)])

    def say(self, words: str) -> None:
        """Say what is going on, or why not; it stands until one moves on or "" is said."""
        self._said = words
        self._tell()

    def _compare(self, *, sides: bool) -> None:
        """The listings, or how they are compared, are others now; without ``sides`` only how they are put."""
        desk, in_step = self.desk, self._lists.in_step
        source, destination = desk.source, desk.destination
        proofs, plan = desk.proofs(), desk.plan_of_proofs()

        known, servers = None if sides else self.picture.sides, [end.server for end in desk.ends or ()]

        def find(side: int, session_id: str) -> SessionDetail | None:
            return desk.details.get((servers[side], session_id))

        def compare() -> Picture:
            compared = known or Sides(source, destination, proofs, plan)
            return Picture(compared, find, desk.marks, in_step=in_step)

        self._renewing.compare(compare)

    @on(Fetched)
    def _fetched(self, message: Fetched) -> None:
        message.then()

    # In words

    def _tell(self) -> None:
        """Everything but the lines; nothing is painted that says the same as before."""
        self._panes.head(
            [heading(self.desk, self._lists, side, self._panes.room(side)) for side in (SOURCE, DESTINATION)]
        )
        node = self._panes.node()
        told = tell(node, self.picture, self._problems(node)) if node else None
        details = self.query_one("#about", Facts)
        large = details.has_class("large")
        details.put((told.in_full() if large else told.in_short()) if told else ())
        going = self.under_way() or self._said or what_would_go(self.desk, self.picture, node)
        self.query_one("#taking", Facts).put([going])

    def _problems(self, node: Node | None) -> tuple[str, str]:
        rows = [session_of(node, side) if node else None for side in (SOURCE, DESTINATION)]
        here, there = (self.reading.problem(side, row) if row else "" for side, row in enumerate(rows))
        return here, there

    @on(LinesWidget.Highlighted)
    def _moved(self, message: LinesWidget.Highlighted) -> None:
        if message.lines is self._panes.pane(self._panes.side):
            self.say("")

    # Moving about

    def action_other_pane(self) -> None:
        self._panes.flip()
        self._tell()

    def action_open(self) -> None:
        node, side = self._panes.node(), self._panes.side
        if node is None:
            return
        outline, place = self._lists.outline(side), self._panes.place()
        self.reading.inside(node)
        fresh = outline.open(place)
        if fresh:
            self._put_lines()
            self._panes.pane(side).show_beneath(fresh)
        elif place + 1 < len(outline.lines) and outline.lines[place + 1].depth > node.depth:
            self._panes.go_down()

    def action_close(self) -> None:
        if self._panes.node() is None:
            return
        place = self._lists.outline(self._panes.side).close(self._panes.place())
        self._put_lines()
        self._panes.go_to(place)
        self._tell()

    def action_fold(self) -> None:
        self._lists.fold(self._panes.side)
        self.lay()

    def action_step(self) -> None:
        self._lists.turn(self._panes.side)
        self.show()

    def action_sort(self) -> None:
        side = self._panes.side
        self._wish(order=self._lists.wish(side).order.next(), side=side)

    def _wish(self, **changes: object) -> None:
        """Ask something else of the list one is in."""
        side = self._panes.side
        before = self._lists.wish(side)
        wish = replace(before, **changes)
        if wish != before:
            self._lists.ask(side, wish)
            self._renewing.begin()

    def action_filter(self) -> None:
        self._words.value = self._lists.wish(self._panes.side).words
        self._words.display = True
        self._words.focus()

    @on(Input.Changed)
    def _filter(self) -> None:
        self._wish(words=self._words.value)

    @on(Input.Submitted)
    def _keep_filter(self) -> None:
        self._words.display = False
        self._panes.enter()

    def key_escape(self) -> None:
        self._words.value, self._words.display = "", False
        self._wish(words="")
        self._panes.enter()

    def action_details(self) -> None:
        self.query_one("#about").toggle_class("large")
        node = self._panes.node()
        if node is not None and node.kind == Kind.SESSION:
            self.reading.inside(node)
        self._tell()

    # Marks, and what is done

    def action_mark(self) -> None:
        node = self._panes.node()
        labels = labels_on(node) if node else []
        if labels:
            self._marking.turn(labels)
            self._show_marks()
            self._panes.go_down()
        else:
            self.say("Only sessions of the source are marked and copied; X swaps the two.")

    def action_mark_all(self) -> None:
        self._marking.turn(self._lists.shown(SOURCE).labels)
        self._show_marks()

    def action_unmark(self) -> None:
        self._marking.clear()
        self._show_marks()

    def action_undo(self) -> None:
        self._marking.undo()
        self._show_marks()

    def _show_marks(self) -> None:
        self._panes.repaint()
        self._tell()

    def action_copy(self) -> None:
        if self._marked():
            self.ferry.acting.copy()

    def action_road(self) -> None:
        if self._marked():
            self.ferry.road_choice.ask(self.ferry.acting.copy)

    def _marked(self) -> bool:
        """Whether something is marked, the line one stands on where nothing was; says so where nothing is."""
        node = self._panes.node()
        if not self.desk.marks and node is not None:
            self._marking.turn(labels_on(node))
            self._show_marks()
        if not self.desk.marks:
            self.app.push_screen(Tell("Nothing is marked: Space marks a session of the source, a marks all."))
        return bool(self.desk.marks)

    def action_compare(self) -> None:
        self.ferry.comparing.ask_projects()

    def action_header(self) -> None:
        node = self._panes.node()
        if node is not None:
            self._errands.header(node, self._panes.side)

    def action_log(self) -> None:
        node = self._panes.node()
        if node is not None:
            self._errands.log(node, self._panes.side)

    def action_project(self) -> None:
        self._errands.project(self._panes.side)

    def action_swap(self) -> None:
        self._errands.swap()

    def action_look_again(self) -> None:
        self.reading.forget()
        self.ferry.look()
