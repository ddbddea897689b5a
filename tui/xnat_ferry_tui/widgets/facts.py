"""A few lines of text that never read it as markup."""

from collections.abc import Iterable

from rich.text import Text
from textual.widgets import Static

from xnat_ferry_tui.glyphs import fit_to_show


class Facts(Static):
    """Shows lines of hostile text as they are; with ``wrap`` off, each stays one line and is cut."""

    def __init__(self, *, id: str, wrap: bool = True) -> None:
        super().__init__(markup=False, id=id)
        self.lines: tuple[str, ...] = ()
        self._wrap = wrap

    def put(self, lines: Iterable[str]) -> None:
        """Show these lines; nothing is painted where they are there already."""
        fresh = tuple(fit_to_show(self, line, 1000) for line in lines)
        if fresh == self.lines:
            return
        self.lines = fresh
        text = "\n".join(fresh)
        self.update(Text(text, overflow="fold") if self._wrap else Text(text, no_wrap=True, overflow="crop"))
