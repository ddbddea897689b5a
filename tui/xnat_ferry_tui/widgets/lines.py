"""A list of any length that draws only the lines in sight: plain cells, so that no text can be markup."""

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.binding import BindingType
from textual.events import Blur, DescendantBlur, DescendantFocus, Focus
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from xnat_ferry_tui.keyboard import keys
from xnat_ferry_tui.terminal.glyphs import fit_to_show, sign_of_cut
from xnat_ferry_tui.widgets.columns import Column, Line, fitted, widths

__all__ = ["Column", "Line", "Lines"]

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
        self._widths: tuple[int, list[int]] = 0, []
        """Of the columns in a list so wide, counted once and not for each line."""
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
        self._lines, self._columns, self._widths = lines, titles, (0, [])
        self.virtual_size = Size(self.size.width, len(lines) + 1)
        if new_above and self.highlighted:
            self.scroll_to(y=self.scroll_offset.y + new_above, animate=False)
            self.highlighted += new_above
        self.highlighted = min(self.highlighted, max(len(lines) - 1, 0))
        if fresh:
            self.refresh()
        else:
            self.renew()

    def renew(self) -> None:
        """Paint the lines in sight that say something else than what stands there now."""
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
        if words != self._empty:
            self._empty = words
            if not self._lines:
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
        if place >= len(self._lines):
            self._painted[y] = None
            words = self._empty if not self._lines and y == 2 else ""
            plain = self.visual_style.rich_style
            return Strip([Segment(set_cell_size(fit_to_show(self, words), width), plain)], width)
        line = self._painted[y] = self._lines[place]
        if place == self.highlighted and self.has_focus:
            style = self.get_component_rich_style("lines--cursor")
        elif line.style:
            style = self.get_component_rich_style(f"lines--{line.style}")
        else:
            style = self.visual_style.rich_style
        return self._strip(line.cells, width, style)

    def _strip(self, cells: Sequence[str], width: int, style: Style) -> Strip:
        if self._widths[0] != width:
            self._widths = width, widths(self._columns, width)
        cut = sign_of_cut(self)
        text = " ".join(
            fitted(self._fit_to_show(cell), size, column, cut)
            for cell, size, column in zip(cells, self._widths[1], self._columns, strict=False)
        )
        return Strip([Segment(set_cell_size(text, width), style)], width)

    def _fit_to_show(self, cell: str) -> str:
        """Fit for the terminal, its indent kept: it says what stands beneath what."""
        if not cell:
            return cell
        return " " * (len(cell) - len(cell.lstrip(" "))) + fit_to_show(self, cell)

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

    # the focus moves one line from one list to another: Textual's own would style and paint both as a whole

    def on_focus(self, event: Focus) -> None:
        event.prevent_default()
        self.has_focus = True
        self._tell_parent(DescendantFocus(self))

    def on_blur(self, event: Blur) -> None:
        event.prevent_default()
        self.has_focus = False
        self._tell_parent(DescendantBlur(self))

    def watch_has_focus(self, _has_focus: bool) -> None:
        self._repaint(self.highlighted)

    def _tell_parent(self, message: DescendantFocus | DescendantBlur) -> None:
        if self.parent is not None:
            self.parent.post_message(message)

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
