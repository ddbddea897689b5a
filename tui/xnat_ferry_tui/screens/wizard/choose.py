"""The second step: which sessions, and which of their scans."""

from collections import Counter
from collections.abc import Collection, Sequence
from itertools import islice
from typing import ClassVar

from msgspec.structs import replace
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widget import Widget

from xnat_ferry import wording
from xnat_ferry.listing import NO_SESSIONS, Listing
from xnat_ferry.model import Road, SessionRow
from xnat_ferry_tui.dialogs.ask import Tell
from xnat_ferry_tui.keyboard import keys
from xnat_ferry_tui.screens.wizard.sought import Found, Sought, sought
from xnat_ferry_tui.screens.wizard.step import Prompt, Step
from xnat_ferry_tui.widgets.facts import Facts
from xnat_ferry_tui.widgets.lines import Column, Line, Lines
from xnat_ferry_tui.widgets.made_lines import MadeLines

_ONE_PROJECT = (
    "The other end is on this machine already, and one of the two has to be a project: C names both."
)
_COLUMNS = (
    Column("", 1),
    Column("subject", middle=True),
    Column("session", middle=True),
    Column("date", 10),
    Column("mod", 5),
)


_LOOKED_AT, _TOLD = 200, 8
"""Sessions whose scans are looked through when some are asked for, and scans that are named then."""


class ChooseStep(Step):
    """All sessions of the source, with a star at what is chosen; where none is, all are."""

    NAME = "choose"
    WHY = "What shall travel. Try it with one small session first; the others can follow."
    BINDINGS: ClassVar[list[BindingType]] = keys.bindings("checks.choose")

    def __init__(self) -> None:
        super().__init__()
        self._words = ""
        self._basis: tuple[object, str] | None = None
        self._shown: Sequence[int] = ()
        """The places of those that are shown."""
        self._sought = Sought()
        self._seeking = NO_SESSIONS
        """What is made ready for the filter."""
        self._found: Found | None = None

    def compose(self) -> ComposeResult:
        yield Facts(id="chosen")
        yield Lines(_COLUMNS, id="source-sessions", empty="There is nothing to choose from yet.")
        yield Prompt()

    def first(self) -> Widget:
        return self.query_one(Lines)

    def show(self) -> None:
        self._make_ready(self._rows())
        self._filter()
        marked = self._marks()
        self.query_one("#chosen", Facts).put([self._told(len(marked))])
        rows, shown = self._rows(), self._shown
        lines = self.query_one(Lines)
        lines.say_when_empty(self._why_empty())
        lines.put(MadeLines(len(shown), lambda place: _line(rows[shown[place]], marked)))

    def _marks(self) -> frozenset[str]:
        return self.draft.chosen if self.draft else frozenset()

    def _rows(self) -> Listing:
        return (self.desk.source.sessions if self.desk.source else None) or NO_SESSIONS

    def _filter(self) -> None:
        rows = self._rows()
        if self._basis is None or self._basis[0] is not rows or self._basis[1] != self._words:
            self._basis = (rows, self._words)
            self._shown = self._having() if self._words.strip() else range(len(rows))

    def _having(self) -> Sequence[int]:
        """The places of the sessions that the filter leaves."""
        self._found = self._ready().having(self._words, self._found)
        return self._found.shown

    def _ready(self) -> Sought:
        """The sessions made ready for the filter; now, where nobody was fast enough."""
        rows = self._rows()
        if self._sought.rows is not rows:
            self._sought = sought(rows)
        return self._sought

    def _make_ready(self, rows: Listing) -> None:
        if rows is self._seeking:
            return
        self._seeking = rows

        def make() -> None:
            self._sought = sought(rows)

        self.run_worker(make, thread=True, exit_on_error=False, group="sought")

    def _told(self, marked: int) -> str:
        if self.desk.source is None or not (total := len(self._rows())):
            return ""
        shown = f"/{self._words}: {len(self._shown):,} of {total:,} shown.  " if self._words else ""
        every = f"None marked: {wording.all_of(total, 'session')}"
        which = f"{wording.out_of(marked, total, 'session')} marked" if marked else every
        scans = ", ".join(self.draft.scans) if self.draft and self.draft.scans else "all"
        road = f"  {draft.road.capitalize()}." if (draft := self.draft) and draft.road != Road.COPY else ""
        return f"{shown}{which}.  Scans: {scans}.{road}"

    def _why_empty(self) -> str:
        if self._words:
            return "No session has these words."
        if self.desk.busy or self.desk.source is None:
            return self.desk.busy or "Nothing is listed yet: r lists both projects."
        none = f"{self.desk.source.endpoint} has no imaging session for you. C names another project."
        return self.desk.source.problem or none

    def do_mark(self) -> None:
        lines, draft = self.query_one(Lines), self.draft
        if draft is None or lines.highlighted >= len(self._shown):
            return
        one = self._rows().ids[self._shown[lines.highlighted]]
        others = tuple(name for name in draft.sessions if name != one)
        self.desk.drafting.choose(others if one in draft.sessions else (*draft.sessions, one))
        lines.action_down()
        self.area.said()

    def do_mark_all(self) -> None:
        draft, marked = self.draft, self._marks()
        if draft is None:
            return
        found = dict.fromkeys(map(self._rows().ids.__getitem__, self._shown)) if self._words.strip() else None
        shown = self._ready().ids if found is None else found
        hidden = marked - shown.keys()
        keep = [name for name in draft.sessions if name in hidden] if hidden else []
        self.desk.drafting.choose(keep if len(marked) - len(hidden) == len(shown) else [*keep, *shown])
        self.area.said()

    def do_filter(self) -> None:
        self.query_one(Prompt).ask(
            "Words in subject or session label (Enter keeps them, Escape leaves):",
            self._words,
            lambda _: "",
            self._filter_by,
        )

    def _filter_by(self, words: str) -> None:
        self._words = words
        self.query_one(Lines).highlighted = 0
        self.show()

    def do_scans(self) -> None:
        seen = ", ".join(f"{name} {kind}".strip() for name, kind in self._scans_seen())
        there = f"Read so far: {seen}. " if seen else ""
        self.query_one(Prompt).ask(
            f"{there}Scans to take, by ID or type, with commas between; empty takes all:",
            ",".join(self.draft.scans) if self.draft else "",
            self._take_scans,
        )

    def _scans_seen(self) -> Sequence[tuple[str, str]]:
        """IDs and types of the scans that were read, the most frequent first; a few, of some sessions."""
        server = self.desk.source.endpoint.server if self.desk.source else ""
        own = (detail for (there, _), detail in self.desk.details.items() if there == server)
        seen = Counter((scan.id, scan.type) for detail in islice(own, _LOOKED_AT) for scan in detail.scans)
        return [scan for scan, _ in seen.most_common(_TOLD)]

    def _take_scans(self, text: str) -> str:
        if self.draft is not None:
            scans = tuple(name for name in (one.strip() for one in text.split(",")) if name)
            self.desk.drafting.change(replace(self.draft, scans=scans))
            self.area.said()
        return ""

    def do_again(self) -> None:
        self.ferry.look()

    def do_files(self) -> None:
        if self.draft is not None and self.draft.destination.local:
            self.ferry.push_screen(Tell(_ONE_PROJECT))
        elif self.draft is not None:
            here = self.draft.source.project if self.draft.source.local else ""
            words = "A folder, .zip or .tar.gz on this machine, to be the source:"
            self.query_one(Prompt).ask(words, here, self._take_files)

    def _take_files(self, text: str) -> str:
        if text:
            self.ferry.connecting.take_place(text)
        return ""

    def do_folder(self) -> None:
        if self.draft is not None and self.draft.source.local:
            self.ferry.push_screen(Tell(_ONE_PROJECT))
        elif self.draft is not None:
            here = self.draft.destination.project if self.draft.destination.local else ""
            words = "A folder on this machine, to be the destination:"
            self.query_one(Prompt).ask(words, here, self._take_folder)

    def _take_folder(self, text: str) -> str:
        if text:
            self.ferry.connecting.take_folder(text)
        return ""

    def do_road(self) -> None:
        self.ferry.road_choice.ask(self.area.said)

    @on(Lines.Highlighted)
    def _stay(self, event: Lines.Highlighted) -> None:
        event.stop()


def _line(row: SessionRow, marked: Collection[str]) -> Line:
    star = "*" if row.id in marked else " "
    return Line((star, row.subject, row.label, row.date, row.modality))
