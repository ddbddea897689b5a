"""Which lines are shown, and in which order."""

import sys
from array import array
from collections.abc import Callable
from enum import StrEnum
from itertools import compress, pairwise
from operator import and_

from xnat_ferry.listing import Numbers
from xnat_ferry_tui.screens.browse.ordering import in_order
from xnat_ferry_tui.screens.browse.shown import Found, Shown, everything
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
    found = _matching(table, wanted) if wanted else everything(table)
    return Shown(table, found if rank is None else _in_order(found, _ranks(table, rank, side)))


# there may be very many subjects: nothing is made for each that the collector would have to follow


def _matching(table: Table, words: list[str]) -> Found:
    hits = b"\1" * table.sessions
    for word in words:
        hits = bytes(map(and_, hits, _having(table, word)))
    found = Found(array("i"), array("i"), array("i", [0]))
    for at, (start, end) in enumerate(pairwise(table.starts)):
        if 1 in hits[start:end] or all(word in table.subject(at) for word in words):
            found.subjects.append(table.sessions + at)
            found.sessions.extend(compress(range(start, end), hits[start:end]))
            found.starts.append(len(found.sessions))
    return found


def _having(table: Table, word: str) -> bytearray:
    """For each session whether the word is in one of its labels, or in its subject's."""
    here, there = (
        bytes([*(word in label for label in listing.labels), False])  # NOBODY is the last one
        for listing in table.listings
    )
    hits = bytearray([here[left] | there[right] for left, right in zip(*table.places, strict=True)])
    for at, (start, end) in enumerate(pairwise(table.starts)):
        if word in table.subject(at):
            hits[start:end] = b"\1" * (end - start)
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


def _in_order(found: Found, ranks: Numbers) -> Found:
    within, firsts = array("i"), array("q")
    for start, end in pairwise(found.starts):
        within.extend(sorted(found.sessions[start:end], key=ranks.__getitem__))
        firsts.append(ranks[within[start]] if start < end else LAST)
    ordered = Found(array("i"), array("i"), array("i", [0]))
    for at in in_order(range(len(firsts)), firsts.__getitem__):
        ordered.subjects.append(found.subjects[at])
        ordered.sessions.extend(within[found.starts[at] : found.starts[at + 1]])
        ordered.starts.append(len(ordered.sessions))
    return ordered
