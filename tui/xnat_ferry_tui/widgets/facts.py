"""A few lines of text that never read it as markup."""

from collections.abc import Iterable

from rich.text import Text
from textual.widgets import Static

from xnat_ferry_tui.terminal.glyphs import fit_to_show

_DEEPEST = 24


class Facts(Static):
    """Shows lines of hostile text as they are; with ``wrap`` off, each stays one line and is cut."""

    def __init__(self, *, id: str, wrap: bool = True) -> None:
        super().__init__(markup=False, id=id)
        self.lines: tuple[str, ...] = ()
        if not wrap:
            self.styles.text_wrap, self.styles.text_overflow = "nowrap", "clip"

    def put(self, lines: Iterable[str]) -> None:
        """Show these lines; nothing is painted where they are there already."""
        fresh = tuple(self._indent(line) + fit_to_show(self, line, 1000) for line in lines)
        if fresh == self.lines:
            return
        self.lines = fresh
        text = "\n".join(fresh)
        before = self._room()
        self.update(Text(text, overflow="fold"), layout=False)
        if before is None or self._room() != before:
            self.refresh(layout=True)

    @staticmethod
    def _indent(line: str) -> str:
        """The blanks that a line of ours begins with, and no more than any of ours has."""
        return " " * min(len(line) - len(line.lstrip(" ")), _DEEPEST)

    def _room(self) -> int | None:
        """How many lines it asks for; None where that is not known. As long as it asks for the same, nothing
        around it has to be laid out anew."""
        if self.styles.is_auto_width or not self.size.width:
            return None
        if not self.styles.is_auto_height:
            return 0
        return self.visual.get_height(self.styles.get_rules(), self.size.width)
