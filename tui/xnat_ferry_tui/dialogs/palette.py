"""Every action by its name: type a few letters, Enter does it. Made from the table of keys."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.widgets import Input

from xnat_ferry_tui.dialogs.dialog import Dialog
from xnat_ferry_tui.keyboard import keys
from xnat_ferry_tui.widgets.entry import Entry
from xnat_ferry_tui.widgets.facts import Facts
from xnat_ferry_tui.widgets.lines import Column, Line, Lines

_COLUMNS = (Column("", 1), Column("key", 9), Column("action", 14), Column("what it does"))


class Palette(Dialog[keys.Key | None]):
    """The actions of this place first, then those that work everywhere."""

    PLACE: ClassVar[str] = "palette"
    BINDINGS: ClassVar[list[BindingType]] = keys.bindings(PLACE)

    def __init__(self, places: Sequence[str], key_map: Mapping[str, str]) -> None:
        super().__init__()
        self._all = list(keys.at([*places, keys.EVERYWHERE]))
        self._found = self._all
        self._key_map = key_map

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog"):
            yield Entry(placeholder="a word of what you want to do", id="wanted")
            yield Lines(_COLUMNS, id="actions", empty="Nothing is called so.")
            yield Facts(id="meaning")
            yield Facts(id="answers")

    def on_mount(self) -> None:
        self.query_one(Lines).can_focus = False
        self.show_keys()
        self._show("")
        self.query_one(Input).focus()

    def _show(self, text: str) -> None:
        self._found = [key for key in self._all if _matches(key, text)]
        self.query_one(Lines).highlighted = 0
        self._draw()

    def _draw(self) -> None:
        lines = self.query_one(Lines)
        chosen = lines.highlighted
        lines.put([self._line(key, place == chosen) for place, key in enumerate(self._found)])
        self.query_one("#meaning", Facts).put(["", *(key.help for key in self._found[chosen : chosen + 1])])

    def _line(self, key: keys.Key, chosen: bool) -> Line:
        return Line((">" if chosen else "", keys.shown(key, key_map=self._key_map), key.label, key.help))

    @on(Input.Changed)
    def _narrow(self, event: Input.Changed) -> None:
        self._show(event.value)

    @on(Input.Submitted)
    def _take(self) -> None:
        place = self.query_one(Lines).highlighted
        self.dismiss(self._found[place] if place < len(self._found) else None)

    async def action_take(self) -> None:
        await self.query_one(Input).action_submit()

    def action_down(self) -> None:
        self._step(1)

    def action_up(self) -> None:
        self._step(-1)

    def _step(self, lines: int) -> None:
        found = self.query_one(Lines)
        found.highlighted = max(0, min(found.highlighted + lines, len(self._found) - 1))
        self._draw()

    def action_close(self) -> None:
        self.dismiss(None)


def _matches(key: keys.Key, text: str) -> bool:
    """Every word must stand somewhere in its name or its help."""
    name = f"{key.label} {key.help} {key.id}".casefold()
    return all(word in name for word in text.casefold().split())
