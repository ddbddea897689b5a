"""A listing's sessions by label, in some thirty bytes a session beyond the rows themselves."""

from array import array
from bisect import bisect_left
from collections.abc import Iterator, Mapping

from xnat_ferry.listing import Listing
from xnat_ferry.model import SessionRow
from xnat_ferry_tui.screens.browse.ordering import in_order

NOBODY = -1
"""The place of a session that is not there."""


class ByLabel(Mapping[str, SessionRow]):
    """Sessions by label without case, as XNAT compares labels; of two that are called alike the last."""

    def __init__(self, rows: Listing) -> None:
        """Put them in order; takes long where there are many."""
        labels = list(rows.labels.casefold())
        if len(set(labels)) < len(labels):
            rows = Listing(dict(zip(labels, rows, strict=True)).values())
            labels = list(rows.labels.casefold())
        self.rows = rows
        """Those that are found, as they were listed."""
        self.labels = rows.labels.casefold()
        """Of each of them, without case."""
        self.order = array("i", in_order(range(len(labels)), labels.__getitem__))
        """Their places by label."""

    def place(self, label: str) -> int | None:
        """Where the session of a label is in ``rows``; the label is without case."""
        at = bisect_left(self.order, label, key=self.labels.__getitem__)
        if at == len(self.order):
            return None
        place = self.order[at]
        return place if self.labels[place] == label else None

    def in_order(self) -> Iterator[tuple[str, int]]:
        """All labels without case with the places of their sessions, by label."""
        return zip(map(self.labels.__getitem__, self.order), self.order, strict=True)

    def __getitem__(self, label: str) -> SessionRow:
        place = self.place(label)
        if place is None:
            raise KeyError(label)
        return self.rows[place]

    def __iter__(self) -> Iterator[str]:
        return iter(self.labels)

    def __len__(self) -> int:
        return len(self.rows)
