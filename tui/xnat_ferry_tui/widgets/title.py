"""The first line: the areas, what goes where, and whether this window may change anything."""

from rich.cells import cell_len
from rich.text import Text
from textual.widgets import Static

from xnat_ferry_tui.keyboard.keys import AREAS
from xnat_ferry_tui.terminal.glyphs import fit_to_show

_READ_ONLY = "READ-ONLY "
_NARROW = 41
"""Columns that the areas take alone; in fewer they stand closer."""


class TitleLine(Static):
    """``1 CHECKS  2 Browse  3 Transfer  4 Verify   SRC -> DST``; the area one is in stands in capitals."""

    def __init__(self, area: str) -> None:
        super().__init__(markup=False, id="title")
        self._area = area
        self._shown = ""

    def show(self, ends: str, projects: str, *, read_only: bool = False) -> None:
        """Name source and destination on the right; the projects alone where their servers do not fit."""
        names = [
            f"{number} {name.upper() if name == self._area else name.capitalize()}"
            for number, name in enumerate(AREAS, 1)
        ]
        left = " " + ("  " if self.app.size.width > _NARROW else " ").join(names)
        sign = _READ_ONLY if read_only else ""
        room = max(self.app.size.width - cell_len(left) - cell_len(sign) - 3, 0)
        told = ends if cell_len(ends) <= room else projects
        right = sign + (fit_to_show(self, told, room) if room > 4 else "")
        gap = " " * max(self.app.size.width - cell_len(left) - cell_len(right) - 1, 1)
        text = left + gap + right
        if text != self._shown:
            self._shown = text
            self.update(Text(text), layout=False)
