"""Text that scrolls by the same keys as a list."""

from typing import ClassVar

from textual.binding import BindingType
from textual.containers import VerticalScroll

from xnat_ferry_tui.keyboard import keys


class Reading(VerticalScroll, can_focus=True, inherit_bindings=False):
    """A page to read: its keys are those of every list."""

    BINDINGS: ClassVar[list[BindingType]] = keys.bindings(keys.LISTS)

    def action_down(self) -> None:
        self._by(1)

    def action_up(self) -> None:
        self._by(-1)

    def action_page_down(self) -> None:
        self._by(self._page)

    def action_page_up(self) -> None:
        self._by(-self._page)

    def action_first(self) -> None:
        self.scroll_to(y=0, animate=False)

    def action_last(self) -> None:
        self.scroll_to(y=self.max_scroll_y, animate=False)

    @property
    def _page(self) -> int:
        return max(self.size.height - 1, 1)

    def _by(self, lines: int) -> None:
        self.scroll_relative(y=lines, animate=False)
