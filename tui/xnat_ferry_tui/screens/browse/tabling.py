"""Puts two projects side by side: one line a subject and a label, whoever has it; or one of them alone.

There may be very many sessions, so nothing is made for each but its number.
"""

from array import array
from collections import Counter
from collections.abc import Sequence
from itertools import accumulate, pairwise

from xnat_ferry.listing import NO_SESSIONS
from xnat_ferry_tui.screens.browse.by_label import NOBODY, ByLabel
from xnat_ferry_tui.screens.browse.nodes import DESTINATION, SOURCE
from xnat_ferry_tui.screens.browse.ordering import in_order
from xnat_ferry_tui.screens.browse.sides import Sides
from xnat_ferry_tui.screens.browse.table import Table


def pair_up(sides: Sides) -> Table:
    """Both sides on the same lines, a session under its subject at the source where it has one."""
    back = sides.beside(DESTINATION)
    alone = [place for place in sides.listings[DESTINATION].order if back[place] == NOBODY]
    return _table(sides.listings, sides.beside(SOURCE), alone)


def one_side(sides: Sides, side: int) -> Table:
    """The same with one side alone."""
    listing, nobody = sides.listings[side], ByLabel(NO_SESSIONS)
    if side == DESTINATION:
        return _table((nobody, listing), (), listing.order)
    return _table((listing, nobody), [NOBODY] * len(listing), ())


def _table(listings: tuple[ByLabel, ByLabel], beside: Sequence[int], alone: Sequence[int]) -> Table:
    """Subjects by label and their sessions by label.

    ``beside`` are by place at the source the places at the destination, ``alone`` those without any source,
    by label.
    """
    here, there = listings
    count = len(here)
    keys, (ranks, others) = _ranked(listings)
    numbers = there.rows.subjects.numbers
    subjects = [ranks[number] for number in here.rows.subjects.numbers]
    subjects += [others[numbers[place]] for place in alone]
    sessions = Counter(subjects)
    starts = array("i", accumulate((sessions[rank] for rank in range(len(keys))), initial=0))

    def label(number: int) -> str:
        return here.labels[number] if number < count else there.labels[alone[number - count]]

    order = list(in_order([*here.order, *range(count, len(subjects))], subjects.__getitem__))
    for start, end in pairwise(starts):
        if start < end and order[start] < count <= order[end - 1]:
            # the source's are by label, and after them those that are alone
            order[start:end] = sorted(order[start:end], key=label)
    left = array("i", [one if one < count else NOBODY for one in order])
    right = array("i", [beside[one] if one < count else alone[one - count] for one in order])
    names = _names(here, ranks, len(keys)), _names(there, others, len(keys))
    return Table(listings, (left, right), starts, names)


def _ranked(listings: tuple[ByLabel, ByLabel]) -> tuple[Sequence[str], Sequence[Sequence[int]]]:
    """All subjects without case in their order, and by side the place there of each of its own."""
    own = [[word.casefold() for word in listing.rows.subjects.words] for listing in listings]
    found = list({*own[SOURCE], *own[DESTINATION]})
    keys = [found[place] for place in in_order(range(len(found)), found.__getitem__)]
    places = {key: place for place, key in enumerate(keys)}
    return keys, [[places[key] for key in side] for side in own]


def _names(listing: ByLabel, ranks: Sequence[int], count: int) -> Sequence[str | None]:
    """What a side calls each of all subjects; the first way that it does."""
    names: list[str | None] = [None] * count
    for rank, word in zip(reversed(ranks), reversed(listing.rows.subjects.words), strict=True):
        names[rank] = word
    return names
