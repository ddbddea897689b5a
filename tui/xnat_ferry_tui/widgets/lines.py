"""A list of any length that draws only the lines in sight: plain cells, so that no text can be markup."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.binding import BindingType
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from xnat_ferry_tui import keys
from xnat_ferry_tui.glyphs import fit_to_show


@dataclass(frozen=True)
class Column:
    """One column; a width of 0 takes what the others leave, shared among those that do."""

    title: str
    width: int = 0
    right: bool = False


@dataclass(frozen=True)
class Line:
    """One line: its cells, and the name of a style for all of it ("" for none)."""

    cells: tuple[str, ...]
    style: str = ""


class Lines(ScrollView, can_focus=True):
    """Shows lines under column titles, with one highlighted."""

    BINDINGS: ClassVar[list[BindingType]] = keys.bindings(keys.LISTS)
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "lines--title",
        "lines--cursor",
        "lines--bad",
        "lines--good",
        "lines--dim",
    }

    DEFAULT_CSS = "Lines { height: 1fr; overflow-x: hidden; scrollbar-size-vertical: 1; }"

    highlighted: reactive[int] = reactive(0)

    class Highlighted(Message):
        """Another line is highlighted."""

        def __init__(self, lines: "Lines") -> None:
            super().__init__()
            self.lines = lines

        @property
        def control(self) -> "Lines":
            return self.lines

    def __init__(self, columns: Sequence[Column], *, id: str, empty: str = "") -> None:
        super().__init__(id=id)
        self._columns = tuple(columns)
        self._lines: Sequence[Line] = ()
        self._empty = empty

    def put(
        self, lines: Sequence[Line], *, columns: Sequence[Column] | None = None, new_above: int = 0
    ) -> None:
        """Show these lines from now on; the highlight stays where it was as far as it can.

        ``new_above`` lines have come on top: whoever has moved away from the first line stays with the line
        under the highlight, and whoever is on the first follows.
        """
        self._lines = lines
        self._columns = tuple(columns) if columns is not None else self._columns
        self.virtual_size = Size(self.size.width, len(lines) + 1)
        if new_above and self.highlighted:
            self.scroll_to(y=self.scroll_offset.y + new_above, animate=False)
            self.highlighted += new_above
        self.highlighted = min(self.highlighted, max(len(lines) - 1, 0))
        self.refresh()

    def say_when_empty(self, words: str) -> None:
        """What stands there while there are no lines."""
        self._empty = words
        self.refresh()

    @property
    def count(self) -> int:
        """How many lines there are."""
        return len(self._lines)

    def render_line(self, y: int) -> Strip:
        """One line of the widget; the first is always the titles."""
        width = self.size.width
        if y == 0:
            titles = tuple(column.title for column in self._columns)
            return self._strip(titles, width, self.get_component_rich_style("lines--title"))
        place = y - 1 + self.scroll_offset.y
        if place >= len(self._lines):
            words = self._empty if not self._lines and y == 2 else ""
            return Strip([Segment(set_cell_size(fit_to_show(self, words), width), self.rich_style)], width)
        line = self._lines[place]
        style = self.rich_style + (
            self.get_component_rich_style(f"lines--{line.style}") if line.style else Style()
        )
        if place == self.highlighted and self.has_focus:
            style = self.get_component_rich_style("lines--cursor")
        return self._strip(line.cells, width, style)

    def _strip(self, cells: Sequence[str], width: int, style: Style) -> Strip:
        widths = self._widths(width)
        text = " ".join(
            _fitted(fit_to_show(self, cell), size, column.right)
            for cell, size, column in zip(cells, widths, self._columns, strict=False)
        )
        return Strip([Segment(set_cell_size(text, width), style)], width)

    def _widths(self, width: int) -> list[int]:
        fixed = sum(column.width for column in self._columns) + len(self._columns) - 1
        open_ones = sum(column.width == 0 for column in self._columns)
        share, rest = divmod(max(width - fixed, 0), open_ones) if open_ones else (0, 0)
        widths = []
        for column in self._columns:
            size = column.width or share + (1 if rest > 0 else 0)
            rest -= column.width == 0
            widths.append(size)
        return widths

    def watch_highlighted(self) -> None:
        self._bring_into_sight()
        self.refresh()
        self.post_message(self.Highlighted(self))

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()

    def on_resize(self) -> None:
        self.virtual_size = Size(self.size.width, len(self._lines) + 1)

    def _bring_into_sight(self) -> None:
        page, top = max(self.size.height - 1, 1), self.scroll_offset.y
        if self.highlighted < top:
            self.scroll_to(y=self.highlighted, animate=False)
        elif self.highlighted >= top + page:
            self.scroll_to(y=self.highlighted - page + 1, animate=False)

    def _move(self, step: int) -> None:
        self.highlighted = max(0, min(self.highlighted + step, len(self._lines) - 1))

    def action_down(self) -> None:
        self._move(1)

    def action_up(self) -> None:
        self._move(-1)

    def action_page_down(self) -> None:
        self._move(max(self.size.height - 2, 1))

    def action_page_up(self) -> None:
        self._move(-max(self.size.height - 2, 1))

    def action_first(self) -> None:
        self._move(-len(self._lines))

    def action_last(self) -> None:
        self._move(len(self._lines))


def _fitted(text: str, size: int, right: bool) -> str:
    """The text in exactly so many cells of the terminal; what does not fit ends in a dot."""
    length = cell_len(text)
    if length > size:
        return set_cell_size(set_cell_size(text, max(size - 1, 0)).rstrip() + ".", size) if size else ""
    return " " * (size - length) + text if right else set_cell_size(text, size)
