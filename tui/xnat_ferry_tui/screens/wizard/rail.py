"""The line of the steps: the key of each, its name, and how it stands; the one that is shown in capitals."""

from rich.text import Text
from textual.widgets import Static

from xnat_ferry_tui.desk import Desk
from xnat_ferry_tui.screens.wizard.steps import KEYS, STEPS, standing

_NEEDED, _CLOSE = 80, 50
"""Columns that all names take; in fewer only the step in view has its name, and then they stand closer."""


class Rail(Static):
    """``5 CONNECT ok  6 Choose ok  7 Checks --…``: what is shown is a word, never a colour alone."""

    def __init__(self) -> None:
        super().__init__(markup=False, id="rail")
        self._shown = ""

    def show(self, now: str, desk: Desk) -> None:
        """How all steps stand."""
        width = self.app.size.width
        narrow, gap = width < _NEEDED, " " if width < _CLOSE else "  "
        text = gap.join(
            f"{KEYS[step]} {_name(step, now, narrow)}{standing(step, desk).mark}" for step in STEPS
        )
        if text != self._shown:
            self._shown = text
            self.update(Text(text), layout=False)


def _name(step: str, now: str, narrow: bool) -> str:
    if step == now:
        return f"{step.upper()} "
    return "" if narrow else f"{step.capitalize()} "
