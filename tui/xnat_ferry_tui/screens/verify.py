"""Area 4: the verdict in one sentence, the counts, and only what is not as it should be."""

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType

from xnat_ferry import wording
from xnat_ferry.verify.verification import Item, Verification
from xnat_ferry_tui import keys
from xnat_ferry_tui.screens.area import Area
from xnat_ferry_tui.widgets.facts import Facts
from xnat_ferry_tui.widgets.lines import Column, Line, Lines

_VERDICTS = {"proven": "PROVEN", "differs": "NOT CLEAN", "unknown": "NOT PROVEN"}


class VerifyArea(Area):
    """Differences above, the likely cause of the highlighted one below."""

    AREA = "verify"
    BINDINGS: ClassVar[list[BindingType]] = keys.bindings("verify")

    def content(self) -> ComposeResult:
        yield Facts(id="verdict")
        yield Lines(
            [
                Column("st", 2),
                Column("session", 16),
                Column("scan", 5),
                Column("file"),
                Column("what", 10),
                Column("source", 12),
                Column("destination", 12),
            ],
            id="items",
        )
        yield Facts(id="cause")

    def on_mount(self) -> None:
        self._items: Sequence[Item] = ()
        super().on_mount()

    def show(self) -> None:
        found = self.desk.verification()
        self._items = [item for one in found.sessions for item in one.items] if found else []
        self.query_one("#verdict", Facts).put(_verdict(found))
        self.query_one(Lines).say_when_empty(
            "Nothing differs." if found and found.verdict == "proven" else ""
        )
        self.query_one(Lines).put([_line(item) for item in self._items])
        self._show_cause()

    @on(Lines.Highlighted)
    def _show_cause(self) -> None:
        place = self.query_one(Lines).highlighted
        if place < len(self._items):
            item = self._items[place]
            self.query_one("#cause", Facts).put(
                [f"{item.mark} {item.session} scan {item.scan} {item.file}: {item.what}", f"{item.likely}"]
            )
            return
        found = self.desk.verification()
        notes = {one.note for one in found.sessions if one.note} if found else set()
        self.query_one("#cause", Facts).put(f"{note}" for note in sorted(notes))

    def action_next_transfer(self) -> None:
        self.ferry.next_transfer()


def _verdict(found: Verification | None) -> list[str]:
    if found is None:
        return ["Not verified yet: nothing has been compared."]
    files = sum(found.counts.values())
    places = sorted({f"the {one.where}" for one in found.sessions})
    return [
        f"{_VERDICTS[found.verdict]}   {wording.plural(len(found.sessions), 'session')}, "
        f"{wording.plural(files, 'file')} compared by {found.level} in {' and '.join(places)}",
        f"{wording.counts(found.counts)}",
    ]


def _line(item: Item) -> Line:
    cells = (item.mark, item.session, item.scan, item.file, item.what, item.source, item.destination)
    return Line(cells, "bad" if item.mark in "*+-" else "")
