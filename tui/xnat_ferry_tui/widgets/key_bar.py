"""The last line: the keys that work here, no more than fit."""

from rich.cells import cell_len
from rich.text import Text
from textual.widgets import Static

from xnat_ferry_tui import keys


class KeyBar(Static):
    """One line of keys and labels for an area, made from the table of keys."""

    def __init__(self, area: str) -> None:
        super().__init__(markup=False, id="keys")
        self._area = area

    def on_mount(self) -> None:
        self._fill()

    def on_resize(self) -> None:
        self._fill()

    def _fill(self) -> None:
        parts: list[str] = []
        for key in keys.for_area(self._area):
            part = f"{keys.shown(key)} {key.label}"
            if cell_len(" " + "  ".join([*parts, part])) <= self.app.size.width:
                parts.append(part)
        self.update(Text(" " + "  ".join(parts), no_wrap=True, overflow="crop"))
