"""What one sees in a few words, and every key that works there, made from the table of keys."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from msgspec import Struct
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical

from xnat_ferry_tui.dialogs.dialog import Dialog
from xnat_ferry_tui.keyboard import keys
from xnat_ferry_tui.widgets.facts import Facts
from xnat_ferry_tui.widgets.hanging import hanging
from xnat_ferry_tui.widgets.reading import Reading

_COLUMN = 14
_MARGINS = 10
"""Columns that the dialog and its scroll bar keep around the text."""


class About(Struct, frozen=True):
    """What is explained."""

    words: Sequence[str]
    """In sentences."""
    keys: Sequence[keys.Key]
    """Those that work there."""
    choices: Sequence[tuple[str, str]] = ()
    """What can be chosen or filled in there, each with its meaning."""


class Help(Dialog[None]):
    """One page that scrolls; any of the closing keys closes it, and the one that opened it."""

    PLACE: ClassVar[str] = "help"
    BINDINGS: ClassVar[list[BindingType]] = keys.bindings(PLACE)

    def __init__(self, about: About, key_map: Mapping[str, str]) -> None:
        super().__init__()
        self._about, self._key_map = about, key_map

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog"):
            with Reading(id="words-of-help"):
                yield Facts(id="text-of-help")
            yield Facts(id="answers")

    def on_mount(self) -> None:
        about = self._about
        column = max((len(name) + 2 for name, _ in about.choices if len(name) < _LONG), default=_COLUMN)
        choices = [*self._hanging(about.choices, max(column, _COLUMN)), ""] if about.choices else []
        told = [(keys.shown(key, all_of_them=True, key_map=self._key_map), key.help) for key in about.keys]
        text = [*about.words, "", *choices, *self._hanging(told, _COLUMN), "", _OTHERS]
        self.query_one("#text-of-help", Facts).put(text)
        self.query_one("#answers", Facts).put(["", "Arrows and PgDn: more   Escape: back"])
        self.query_one(Reading).focus()

    def _hanging(self, pairs: Sequence[tuple[str, str]], column: int) -> list[str]:
        return hanging(pairs, min(self.app.size.width, _WIDEST) - _MARGINS, column)

    def action_close(self) -> None:
        self.dismiss(None)


_WIDEST = 79
"""Columns with which the dialog is as wide as it gets."""
_LONG = 20
"""Columns from which on a name stands on a line of its own."""
_OTHERS = 'Other keys: keys.toml beside the settings, for instance [transfer] and stop = "X".'
