"""What a filter and an order leave of a table."""

from array import array
from collections.abc import Sequence
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

from xnat_ferry.listing import Numbers
from xnat_ferry_tui.screens.browse.by_label import NOBODY
from xnat_ferry_tui.screens.browse.nodes import SOURCE, Node
from xnat_ferry_tui.screens.browse.table import Table


class Found(NamedTuple):
    """Subjects and sessions by their numbers, in the order in which they are shown.

    ``starts`` has for each subject where its sessions begin in ``sessions``, and in the end their number.
    """

    subjects: Numbers
    sessions: Numbers
    starts: Numbers


class Shown:
    """Subjects in the order in which they are shown, and the sessions that are shown of each."""

    def __init__(self, table: Table, found: Found) -> None:
        self.table = table
        self.subjects, self.sessions, self._starts = found
        self._places = array("i", [NOBODY]) * table.subjects
        for place, subject in enumerate(self.subjects):
            self._places[subject - table.sessions] = place
        self.lines = self._all_lines()
        """The numbers of subjects and sessions as they stand beneath each other where all is open."""
        self.counts = tuple(len(self.sessions) - self._absent(side) for side in (0, 1))
        """How many sessions each side has of those that are shown."""

    @cached_property
    def labels(self) -> Sequence[str]:
        """Those of the source's sessions that are shown: what is marked when all are."""
        places, labels = self.table.places[SOURCE], self.table.listings[SOURCE].rows.labels
        if len(self.sessions) == self.table.sessions:
            return list(labels)
        return [labels[places[one]] for one in self.sessions if places[one] != NOBODY]

    def node(self, number: int) -> Node:
        """A line by its number."""
        return self.table.node(number, self.beneath(number) if number >= self.table.sessions else _NONE)

    def place(self, subject: int) -> int | None:
        """Where among the subjects one is; None where it is not shown."""
        place = self._places[subject - self.table.sessions]
        return None if place == NOBODY else place

    def first(self, place: int) -> int:
        """How many sessions stand before those of the subject at a place."""
        return self._starts[place]

    def beneath(self, subject: int) -> Numbers:
        """The sessions that are shown of a subject."""
        place = self.place(subject)
        return _NONE if place is None else self.sessions[self._starts[place] : self._starts[place + 1]]

    def _absent(self, side: int) -> int:
        places = self.table.places[side]
        if len(self.sessions) == self.table.sessions:
            return places.count(NOBODY)
        return sum(places[one] == NOBODY for one in self.sessions)

    def _all_lines(self) -> Numbers:
        lines: Numbers = array("i")
        for subject, (start, end) in zip(self.subjects, pairwise(self._starts), strict=True):
            lines.append(subject)
            lines.extend(self.sessions[start:end])
        return lines


_NONE: Numbers = array("i")


def everything(table: Table) -> Found:
    """All of a table, by label."""
    subjects = array("i", range(table.sessions, table.sessions + table.subjects))
    return Found(subjects, array("i", range(table.sessions)), table.starts)
