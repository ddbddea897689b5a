"""Area 4: the verdict in one sentence, the counts, and only what is not as it should be."""

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType

from xnat_ferry import wording
from xnat_ferry.verify.verification import PROVEN, Item, Verification
from xnat_ferry_tui import keys
from xnat_ferry_tui.screens.area import Area
from xnat_ferry_tui.watched import Watched
from xnat_ferry_tui.widgets.facts import Facts
from xnat_ferry_tui.widgets.lines import Column, Line, Lines
from xnat_ferry_tui.widgets.made_lines import MadeLines

_VERDICTS = {PROVEN: "PROVEN", "differs": "NOT CLEAN", "unknown": "NOT PROVEN"}
_COLUMNS = (
    Column("st", 2),
    Column("session", 16),
    Column("scan", 5),
    Column("file"),
    Column("what", 10),
    Column("source", 12),
    Column("destination", 12),
)


class VerifyArea(Area):
    """Differences above, the likely cause of the highlighted one below."""

    AREA = "verify"
    BINDINGS: ClassVar[list[BindingType]] = keys.bindings("verify")

    def content(self) -> ComposeResult:
        yield Facts(id="verdict")
        yield Lines(_COLUMNS, id="items")
        yield Facts(id="cause")

    def on_mount(self) -> None:
        self._drawn: Verification | None = None
        self._items: Sequence[Item] = ()
        super().on_mount()
        self.query_one(Lines).focus()

    def show(self) -> None:
        watched, found = self.desk.watched, self.desk.verification()
        unverified = _unverified(watched, found) if watched and found else 0
        self.query_one("#verdict", Facts).put(_verdict(watched, found, unverified))
        if found is not self._drawn:
            items = [item for one in found.sessions for item in one.items] if found else []
            self._drawn, self._items = found, items
            self.query_one(Lines).say_when_empty(_nothing(found, unverified))
            self.query_one(Lines).put(MadeLines(len(items), lambda place: _line(items[place])))
        self._show_cause()

    @on(Lines.Highlighted)
    def _show_cause(self) -> None:
        place, found = self.query_one(Lines).highlighted, self._drawn
        sessions = found.sessions if found else ()
        if place < len(self._items):
            item = self._items[place]
            head = f"{item.mark} {item.session} scan {item.scan} {item.file}: {item.what}"
            notes = [one.note for one in sessions if one.source == item.session and one.note]
            self.query_one("#cause", Facts).put([head, item.likely, *notes])
        else:
            self.query_one("#cause", Facts).put(sorted({one.note for one in sessions if one.note}))

    def action_next_transfer(self) -> None:
        self.ferry.next_transfer()


def _unverified(watched: Watched, found: Verification) -> int:
    """How many sessions were to be copied and have not been compared: a proof must not be read into them."""
    compared = {one.source for one in found.sessions}
    return sum(one.session not in compared for one in watched.state.plan.travelling)


def _verdict(watched: Watched | None, found: Verification | None, unverified: int) -> list[str]:
    if found is None or watched is None:
        return ["Not verified yet: nothing has been compared."]
    word = _VERDICTS[found.verdict]
    if unverified and found.verdict == PROVEN:
        word = "NOT ALL VERIFIED"
    files = sum(found.counts.values())
    sessions = wording.plural(len(found.sessions), "session")
    if unverified:
        sessions = f"{len(found.sessions):,} of {len(found.sessions) + unverified:,} sessions"
    places = sorted({f"the {one.where}" for one in found.sessions})
    return [
        f"{word}   {sessions}, {wording.plural(files, 'file')} compared by {found.level} "
        f"in {' and '.join(places)}",
        wording.counts(found.counts),
        f"{watched.folder.id}{_when(found)}",
    ]


def _when(found: Verification) -> str:
    newest = max((one.at for one in found.sessions), default=0.0)
    return f", looked at {datetime.fromtimestamp(newest).astimezone():%Y-%m-%d %H:%M}" if newest else ""


def _nothing(found: Verification | None, unverified: int) -> str:
    if found is None or found.verdict != PROVEN:
        return ""
    return "Nothing of what was compared differs." if unverified else "Nothing differs."


def _line(item: Item) -> Line:
    cells = (item.mark, item.session, item.scan, item.file, item.what, item.source, item.destination)
    return Line(cells, "bad" if item.mark in "*+-" else "")
