"""Area 4: the verdict in one sentence, the counts, and only what is not as it should be, down to the file."""

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType

from xnat_ferry.model import Endpoint, Instance
from xnat_ferry.verify.verification import Item, Verification
from xnat_ferry_tui.explaining.ways import told
from xnat_ferry_tui.keyboard import keys
from xnat_ferry_tui.screens.area import Area
from xnat_ferry_tui.screens.verify import rows
from xnat_ferry_tui.screens.verify.rows import Place, Row, Rows
from xnat_ferry_tui.screens.verify.verdict import archiving, nothing_differs, verdict
from xnat_ferry_tui.watching.watched import Watched
from xnat_ferry_tui.widgets.facts import Facts
from xnat_ferry_tui.widgets.lines import Column, Lines
from xnat_ferry_tui.widgets.made_lines import MadeLines

_WIDE, _NARROW, _NARROWEST = 110, 75, 55


class VerifyArea(Area):
    """One list that goes from sessions to scans to files, and what there is to know of a line below it."""

    AREA = "verify"
    BINDINGS: ClassVar[list[BindingType]] = keys.bindings("verify")

    def ends(self) -> tuple[Endpoint, Endpoint] | None:
        return self.desk.ends_in_view

    def content(self) -> ComposeResult:
        yield Facts(id="verdict")
        yield Facts(id="path", wrap=False)
        yield Lines(rows.SESSIONS, id="items")
        yield Facts(id="cause")

    def on_mount(self) -> None:
        self._place, self._equal = Place(), False
        self._rows = Rows()
        self._basis: tuple[object, ...] = ()
        self._transfer = ""
        self._ordered: tuple[Verification | None, Sequence[Item]] = None, ()
        self.query_one(Lines).focus()

    def show(self) -> None:
        watched, found = self.desk.watched, self.desk.verification()
        self.query_one("#verdict", Facts).put(
            [*verdict(watched, found), *self._remark(), *self._archiving(watched)]
        )
        if watched is None or found is None:
            self._rows, self._basis = Rows(), ()
            self.query_one(Lines).put([])
            self._show_about()
            return
        if watched.folder.id != self._transfer:
            self._transfer, self._place = watched.folder.id, Place()
        width = self.app.size.width
        sent = self.ferry.proving.sent(watched, self._place.session) if self._equal else ()
        basis = (found, self._place, self._equal, len(sent), width)
        if basis != self._basis:
            self._basis = basis
            self._list(found, sent, width)
        self._show_about()

    def _archiving(self, watched: Watched | None) -> list[str]:
        return archiving(watched, self.key("verify.log"), whole=not self._place.session)

    def _remark(self) -> list[str]:
        if self.desk.busy:
            return [self.under_way()]
        if self.desk.problem is not None:
            return [told(self.desk.problem)]
        return []

    def _list(self, found: Verification, sent: Sequence[Instance], width: int) -> None:
        watched, place = self.desk.watched, self._place
        assert watched is not None
        made = rows.rows_at(place, found, watched.state.plan, sent, equal=self._equal)
        self._rows = made
        columns = _columns(place, width)
        lines = self.query_one(Lines)
        key = self.key("verify.only-differences")
        lines.say_when_empty(nothing_differs(found, watched.not_compared(found), key))
        lines.put(MadeLines(len(made), lambda number: made[number].line), columns=columns)
        only = "all" if self._equal else "only what differs"
        steps = ["sessions", *([place.session] if place.session else [])]
        steps += [f"scan {place.scan}"] if place.scan else []
        self.query_one("#path", Facts).put([f"{' > '.join(steps)}   ({only}: {key})"])

    @on(Lines.Highlighted)
    def _show_about(self) -> None:
        row = self._row()
        self.query_one("#cause", Facts).put(row.about if row else self._notes())

    def _notes(self) -> list[str]:
        found = self.desk.verification()
        return sorted({one.note for one in found.sessions if one.note}) if found else []

    def _row(self) -> Row | None:
        place = self.query_one(Lines).highlighted
        return self._rows[place] if place < len(self._rows) else None

    def _go_to(self, place: Place, chosen: str = "") -> None:
        """Show a place, the cursor on the line with this name."""
        self._place = place
        self.query_one(Lines).highlighted = 0
        self.show()
        if chosen:
            self.query_one(Lines).highlighted = self._rows.place_of(name=chosen) or 0

    # Keys

    def action_open(self) -> None:
        row = self._row()
        if row is None:
            return
        if self._place.scan:
            self.ferry.proving.lay_beside(self._place.session, self._place.scan, row.file)
        else:
            self.ferry.proving.read_manifest(row.opens.session)
            self._go_to(row.opens)

    def action_close(self) -> None:
        here = self._place
        if here.session:
            self._go_to(here.above, here.scan or here.session)

    def action_only_differences(self) -> None:
        self._equal = not self._equal
        if self._equal and self._place.session:
            self.ferry.proving.read_manifest(self._place.session)
        self.show()

    def action_next_difference(self) -> None:
        self._visit(1)

    def action_previous_difference(self) -> None:
        self._visit(-1)

    def _visit(self, step: int) -> None:
        items = self._differences()
        if not items:
            self.notify("Nothing of what was compared differs.", markup=False)
            return
        following = rows.following(items, self._row(), step)
        if 0 <= following < len(items):
            self._show_item(items[following])
        else:
            self.notify(f"That is the {'last' if step > 0 else 'first'} difference.", markup=False)

    def _differences(self) -> Sequence[Item]:
        """All there are, put in order once for each comparison."""
        watched, found = self.desk.watched, self.desk.verification()
        if found is not self._ordered[0]:
            self._ordered = found, rows.differences(found, watched.state.plan) if found and watched else ()
        return self._ordered[1]

    def _show_item(self, item: Item) -> None:
        self._place = Place(item.session, item.scan)
        self.show()
        self.query_one(Lines).highlighted = self._rows.place_of(item=item) or 0

    def action_send_again(self) -> None:
        self.ferry.acting.go_on(archive=False)

    def action_archive(self) -> None:
        self.ferry.acting.go_on(archive=True)

    def action_settle(self) -> None:
        self.ferry.losing.settle()

    def action_unshare(self) -> None:
        self.ferry.losing.settle(unshare=True)

    def action_remove_waiting(self) -> None:
        self.ferry.losing.remove_waiting()

    def action_take_back(self) -> None:
        self.ferry.losing.take_back()

    def action_prove(self) -> None:
        self.ferry.comparing.ask()

    def action_record(self) -> None:
        self.ferry.proving.show_record()

    def action_log(self) -> None:
        row = self._row()
        self.ferry.proving.read_log(row.opens.session if row else self._place.session)

    def action_next_transfer(self) -> None:
        self.ferry.following.next_older()


def _columns(place: Place, width: int) -> Sequence[Column]:
    """What there is room for in a window so wide."""
    if place.scan:
        return rows.WIDE_FILES if width >= _WIDE else rows.NARROW_FILES if width < _NARROW else rows.FILES
    if place.session:
        return rows.SCANS
    if width < _NARROWEST:
        return rows.NARROWEST_SESSIONS
    return rows.NARROW_SESSIONS if width < _NARROW else rows.SESSIONS
