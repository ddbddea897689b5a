"""The thing in focus in a few words, and every key that works there, made from the table of keys."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from xnat_ferry_tui import keys
from xnat_ferry_tui.widgets.facts import Facts
from xnat_ferry_tui.widgets.hanging import hanging
from xnat_ferry_tui.widgets.reading import Reading

_COLUMN = 14
_MARGINS = 10
"""Columns that the dialog and its scroll bar keep around the text."""


class Help(ModalScreen[None]):
    """One page that scrolls; any of the closing keys closes it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,f1,question_mark,enter", "close", "Close"),
    ]

    def __init__(self, about: Sequence[str], places: Sequence[str], key_map: Mapping[str, str]) -> None:
        super().__init__()
        self._about, self._places, self._key_map = about, places, key_map

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog"):
            with Reading(id="words-of-help"):
                yield Facts(id="text-of-help")
            yield Facts(id="answers")

    def on_mount(self) -> None:
        self.query_one("#text-of-help", Facts).put([*self._about, "", *self._keys(), "", _OTHERS])
        self.query_one("#answers", Facts).put(["", "Arrows and PgDn: more   Escape: back"])
        self.query_one(Reading).focus()

    def _keys(self) -> list[str]:
        told = [
            (keys.shown(key, all_of_them=True, key_map=self._key_map), key.help)
            for key in keys.at([*self._places, keys.EVERYWHERE, keys.LISTS])
            if key.keys
        ]
        return hanging(told, min(self.app.size.width, _WIDEST) - _MARGINS, _COLUMN)

    def action_close(self) -> None:
        self.dismiss(None)


_WIDEST = 79
"""Columns with which the dialog is as wide as it gets."""
_OTHERS = 'Other keys: keys.toml beside the settings, for instance [transfer] and stop = "X".'
