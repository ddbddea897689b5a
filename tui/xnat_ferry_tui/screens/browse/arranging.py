"""Which lines are shown, and in which order."""

import sys
from array import array
from collections.abc import Callable, Sequence
from enum import StrEnum
from itertools import compress, pairwise
from operator import and_

from xnat_ferry_tui.screens.browse.by_label import Numbers
from xnat_ferry_tui.screens.browse.shown import Shown, everything, gathered
from xnat_ferry_tui.screens.browse.table import Table

Rank = Callable[[int, int], int]
"""The place in an order of a side's session, by its place in the rows: smaller comes first."""

LAST = sys.maxsize
"""The place of what is not known."""


class Order(StrEnum):
    """By which column lines are sorted."""

    LABEL = "label"
    DATE = "date"
    """Newest first."""
    SCANS = "scans"
    """Most first; what is not known comes last."""
    SIZE = "size"
    STATE = "st"
    """What a person should look at first."""

    def next(self) -> "Order":
        """The column after this one."""
        orders = list(Order)
        return orders[(orders.index(self) + 1) % len(orders)]


def arranged(table: Table, words: str, rank: Rank | None, side: int) -> Shown:
    """What has every one of the words in label or subject; by label, or by rank.

    By rank are sessions within their subjects, and subjects by the first of their sessions. A side's rank
    counts, or else the other's. What ranks alike stays in the order of labels.
    """
    wanted = words.casefold().split()
    found = _matching(table, wanted) if wanted else None
    if rank is None:
        return everything(table) if found is None else gathered(table, found)
    return gathered(table, _in_order(_all(table) if found is None else found, _ranks(table, rank, side)))


_Found = Sequence[tuple[int, Sequence[int]]]


def _all(table: Table) -> list[tuple[int, range]]:
    return [
        (table.sessions + subject, range(start, end))
        for subject, (start, end) in enumerate(pairwise(table.starts))
    ]


def _matching(table: Table, words: list[str]) -> _Found:
    hits = b"\1" * table.sessions
    for word in words:
        hits = bytes(map(and_, hits, _having(table, word)))
    found: list[tuple[int, Sequence[int]]] = []
    for subject, sessions in _all(table):
        kept = list(compress(sessions, hits[sessions.start : sessions.stop]))
        name = table.subject(subject - table.sessions)
        if kept or all(word in name for word in words):
            found.append((subject, kept))
    return found


def _having(table: Table, word: str) -> bytearray:
    """For each session whether the word is in one of its labels, or in its subject's."""
    here, there = (
        bytes([*(word in row.label.casefold() for row in listing.rows), False])  # NOBODY is the last one
        for listing in table.listings
    )
    hits = bytearray([here[left] | there[right] for left, right in zip(*table.places, strict=True)])
    for subject, sessions in _all(table):
        if word in table.subject(subject - table.sessions):
            hits[sessions.start : sessions.stop] = b"\1" * len(sessions)
    return hits


def _ranks(table: Table, rank: Rank, side: int) -> Numbers:
    first, second = table.places[side], table.places[1 - side]
    return array(
        "q",
        [
            rank(side, place) if place >= 0 else rank(1 - side, other)
            for place, other in zip(first, second, strict=True)
        ],
    )


def _in_order(found: _Found, ranks: Numbers) -> _Found:
    ordered = [(subject, sorted(inside, key=ranks.__getitem__)) for subject, inside in found]
    firsts = array("q", [ranks[inside[0]] if inside else LAST for _, inside in ordered])
    return [ordered[at] for at in sorted(range(len(ordered)), key=firsts.__getitem__)]
