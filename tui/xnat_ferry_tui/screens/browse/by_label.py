"""A listing's sessions by label, in four bytes a session beyond the rows themselves."""

from array import array
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from operator import eq
from typing import TypeAlias

from xnat_ferry.model import SessionRow
from xnat_ferry_tui.screens.browse.ordering import in_order

Numbers: TypeAlias = "array[int]"

NOBODY = -1
"""The place of a session that is not there."""


class ByLabel(Mapping[str, SessionRow]):
    """Sessions by label without case, as XNAT compares labels; of two that are called alike the last."""

    def __init__(self, rows: Sequence[SessionRow]) -> None:
        """Put them in order; takes long where there are many."""
        labels = [row.label.casefold() for row in rows]
        order = in_order(range(len(rows)), labels.__getitem__)
        if any(map(eq, map(labels.__getitem__, order), map(labels.__getitem__, order[1:]))):
            rows = tuple(dict(zip(labels, rows, strict=True)).values())
            labels = [row.label.casefold() for row in rows]
            order = in_order(range(len(rows)), labels.__getitem__)
        self.rows = rows
        """Those that are found, as they were listed."""
        self._order = array("i", order)

    def place(self, label: str) -> int | None:
        """Where the session of a label is in ``rows``; the label is without case."""
        at = bisect_left(self._order, label, key=lambda place: self.rows[place].label.casefold())
        if at == len(self._order):
            return None
        place = self._order[at]
        return place if self.rows[place].label.casefold() == label else None

    def in_order(self) -> Iterator[tuple[str, int]]:
        """All labels without case with the places of their sessions, by label."""
        return ((self.rows[place].label.casefold(), place) for place in self._order)

    def __getitem__(self, label: str) -> SessionRow:
        place = self.place(label)
        if place is None:
            raise KeyError(label)
        return self.rows[place]

    def __iter__(self) -> Iterator[str]:
        return (row.label.casefold() for row in self.rows)

    def __len__(self) -> int:
        return len(self.rows)
