"""The last line: the keys that work here. What does not fit is left to ``More``, which always fits."""

from collections.abc import Iterable, Mapping

from rich.cells import cell_len
from rich.text import Text
from textual.widgets import Static

from xnat_ferry_tui.keyboard import keys

_KEPT = ("everywhere.help", "everywhere.palette")
"""What stays in the bar however narrow it is: from these two one finds all others."""

_TYPING = " Enter Take what is typed   Escape Leave"


class KeyBar(Static):
    """One line of keys and labels, made from the table of keys."""

    def __init__(self) -> None:
        super().__init__(markup=False, id="keys")
        self._shown = ""

    def show(self, places: Iterable[str], key_map: Mapping[str, str], *, typing: bool = False) -> None:
        """The keys of these places, or of a field one types in; nothing is painted where they are there."""
        text = _TYPING if typing else bar_text(places, key_map, self.app.size.width)
        if text != self._shown:
            self._shown = text
            self.update(Text(text), layout=False)


def bar_text(places: Iterable[str], key_map: Mapping[str, str], width: int) -> str:
    """As many whole keys as fit; help and palette are never what is left out."""
    here, everywhere = keys.for_bar(places)
    kept = [key for key in everywhere if key.id in _KEPT]
    chosen: list[keys.Key] = []
    for key in [*here, *(key for key in everywhere if key not in kept)]:
        if cell_len(_line([*chosen, key, *kept], key_map)) <= width:
            chosen.append(key)
    return _line([*chosen, *kept], key_map)


def _line(shown: Iterable[keys.Key], key_map: Mapping[str, str]) -> str:
    return " " + "  ".join(f"{keys.shown(key, key_map=key_map)} {key.label}" for key in shown)
