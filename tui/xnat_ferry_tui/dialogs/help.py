"""The thing in focus in a few words, and every key that works there, made from the table of keys."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen

from xnat_ferry_tui import keys
from xnat_ferry_tui.widgets.facts import Facts


class Help(ModalScreen[None]):
    """One page that scrolls; any of the closing keys closes it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,f1,question_mark,enter", "close", "Close"),
        Binding("j", "scroll(1)", "Down"),
        Binding("k", "scroll(-1)", "Up"),
    ]

    def __init__(self, about: Sequence[str], places: Sequence[str], key_map: Mapping[str, str]) -> None:
        super().__init__()
        self._about, self._places, self._key_map = about, places, key_map

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="dialog"):
            yield Facts(id="page")

    def on_mount(self) -> None:
        self.query_one(Facts).put([*self._about, "", *self._keys(), "", *_ENDING])

    def _keys(self) -> list[str]:
        return [
            f"{keys.shown(key, all_of_them=True, key_map=self._key_map):<13} {key.help}"
            for key in keys.at([*self._places, keys.EVERYWHERE, keys.LISTS])
            if key.keys
        ]

    def action_close(self) -> None:
        self.dismiss(None)

    def action_scroll(self, lines: int) -> None:
        self.query_one(VerticalScroll).scroll_relative(y=lines, animate=False)


_ENDING = (
    'Other keys: keys.toml beside the settings, for instance [transfer] and stop = "X".',
    "Escape closes this page.",
)
