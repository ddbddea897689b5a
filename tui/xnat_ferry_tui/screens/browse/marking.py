"""Marks while one walks through the panes: set, taken off and taken back; what is marked is read."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from xnat_ferry_tui.screens.browse.going import rows_of
from xnat_ferry_tui.screens.browse.marks import Marks
from xnat_ferry_tui.screens.browse.nodes import SOURCE

if TYPE_CHECKING:
    from xnat_ferry_tui.screens.browse.area import BrowseArea

_READ_WHEN_MARKED = 50
"""As many sessions at most are read as soon as they are marked, so that one sees how much they are."""


class Marking:
    """Turns marks of the source's sessions on the desk."""

    def __init__(self, area: "BrowseArea") -> None:
        self._area = area
        self._marks = Marks(area.desk.marks)

    def turn(self, labels: Iterable[str]) -> None:
        """Mark them; where all of them are marked, unmark them."""
        self._now().turn(labels)
        self._read()

    def clear(self) -> None:
        """Unmark all."""
        self._now().clear()

    def undo(self) -> None:
        """Take the last change back."""
        self._now().undo()
        self._read()

    def _now(self) -> Marks:
        """Those on the desk, which may have been replaced: then there is nothing to take back."""
        if self._marks.labels is not self._area.desk.marks:
            self._marks = Marks(self._area.desk.marks)
        return self._marks

    def _read(self) -> None:
        area = self._area
        if len(area.desk.marks) <= _READ_WHEN_MARKED:
            for row in rows_of(area.desk.marks, area.picture.sides):
                if area.picture.holdings.of(SOURCE, row) is None:
                    area.reading.session(SOURCE, row)
