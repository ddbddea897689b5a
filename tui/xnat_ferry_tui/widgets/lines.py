"""A list of any length that draws only the lines in sight: plain cells, so that no text can be markup."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.binding import BindingType
from textual.geometry import Region, Size
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
    middle: bool = False
    """Whether what does not fit loses its middle: labels differ at their ends."""


@dataclass(frozen=True)
class Line:
    """One line: its cells, and the name of a style for all of it ("" for none)."""

    cells: tuple[str, ...]
    style: str = ""


_NEVER = Line(())


class Lines(ScrollView, can_focus=True, inherit_bindings=False):
    """Shows lines under column titles, with one highlighted.

    Two lists that have each other as ``twin`` stay at the same place.
    """

    BINDINGS: ClassVar[list[BindingType]] = keys.bindings(keys.LISTS)
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "lines--title",
        "lines--cursor",
        "lines--bad",
        "lines--good",
        "lines--dim",
    }

    DEFAULT_CSS = "Lines { height: 1fr; overflow-x: hidden; scrollbar-size-vertical: 1; }"

    highlighted: reactive[int] = reactive(0, repaint=False)

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
        self._painted: dict[int, Line | None] = {}
        """By row of the widget what stands there; None for no line."""
        self._empty = empty
        self.twin: Lines | None = None

    def put(
        self, lines: Sequence[Line], *, columns: Sequence[Column] | None = None, new_above: int = 0
    ) -> None:
        """Show these lines from now on; the highlight stays where it was as far as it can.

        ``new_above`` lines have come on top: whoever has moved away from the first line stays with the line
        under the highlight, and whoever is on the first follows.
        """
        titles = tuple(columns) if columns is not None else self._columns
        fresh = titles != self._columns or not lines or not self._lines
        self._lines, self._columns = lines, titles
        self.virtual_size = Size(self.size.width, len(lines) + 1)
        if new_above and self.highlighted:
            self.scroll_to(y=self.scroll_offset.y + new_above, animate=False)
            self.highlighted += new_above
        self.highlighted = min(self.highlighted, max(len(lines) - 1, 0))
        if fresh:
            self.refresh()
        else:
            self._repaint_others()

    def _repaint_others(self) -> None:
        """Paint the lines in sight that say something else than those that stand there now."""
        top = self.scroll_offset.y
        for row in range(1, self.size.height):
            place = row - 1 + top
            line = self._lines[place] if place < len(self._lines) else None
            if self._painted.get(row, _NEVER) != line:
                self.refresh(Region(0, row, self.size.width, 1))

    def show_beneath(self, count: int) -> None:
        """Bring so many lines below the highlighted one into sight, as far as it stays in sight itself."""
        page, top = max(self.size.height - 1, 1), self.scroll_offset.y
        wanted = min(self.highlighted + count - page + 1, self.highlighted)
        if wanted > top:
            self.scroll_to(y=wanted, animate=False)

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
        width = self.scrollable_content_region.width
        if y == 0:
            titles = tuple(column.title for column in self._columns)
            return self._strip(titles, width, self.get_component_rich_style("lines--title"))
        place = y - 1 + self.scroll_offset.y
        self._painted[y] = None
        if place >= len(self._lines):
            words = self._empty if not self._lines and y == 2 else ""
            return Strip([Segment(set_cell_size(fit_to_show(self, words), width), self.rich_style)], width)
        line = self._painted[y] = self._lines[place]
        style = self.rich_style + (
            self.get_component_rich_style(f"lines--{line.style}") if line.style else Style()
        )
        if place == self.highlighted and self.has_focus:
            style = self.get_component_rich_style("lines--cursor")
        return self._strip(line.cells, width, style)

    def _strip(self, cells: Sequence[str], width: int, style: Style) -> Strip:
        widths = self._widths(width)
        text = " ".join(
            _fitted(self._fit_to_show(cell), size, column)
            for cell, size, column in zip(cells, widths, self._columns, strict=False)
        )
        return Strip([Segment(set_cell_size(text, width), style)], width)

    def _fit_to_show(self, cell: str) -> str:
        """Fit for the terminal, its indent kept: it says what stands beneath what."""
        return " " * (len(cell) - len(cell.lstrip(" "))) + fit_to_show(self, cell)

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

    def watch_highlighted(self, before: int, now: int) -> None:
        self._bring_into_sight()
        # two lines, not the list: each byte has to travel to the terminal
        self._repaint(before)
        self._repaint(now)
        if self.twin is not None:
            self.twin.highlighted = now
        self.post_message(self.Highlighted(self))

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        if self.twin is not None:
            self.twin.scroll_to(y=new_value, animate=False)

    def _repaint(self, place: int) -> None:
        row = place - self.scroll_offset.y + 1
        if 1 <= row < self.size.height:
            self.refresh(Region(0, row, self.size.width, 1))

    def on_focus(self) -> None:
        self._repaint(self.highlighted)

    def on_blur(self) -> None:
        self._repaint(self.highlighted)

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


def _fitted(text: str, size: int, column: Column) -> str:
    """The text in exactly so many cells of the terminal; a dot stands for what does not fit."""
    length = cell_len(text)
    if length <= size:
        return " " * (size - length) + text if column.right else set_cell_size(text, size)
    if size < 1:
        return ""
    indent = len(text) - len(text.lstrip(" "))
    room = size - indent - 1
    head = indent + room * 2 // 5 if column.middle and room > _SPLIT else size - 1
    kept = set_cell_size(text, head).rstrip() + "."
    return kept + _end_of(text, size - cell_len(kept)) if head < size - 1 else set_cell_size(kept, size)


_SPLIT = 8
"""In fewer cells than these two halves say less than one beginning."""


def _end_of(text: str, size: int) -> str:
    """As much of the end as fits into so many cells."""
    start = len(text)
    while start and cell_len(text[start - 1 :]) <= size:
        start -= 1
    return set_cell_size(text[start:], size)
