"""Puts two projects side by side: one line a subject and a label, whoever has it; or one of them alone.

There may be very many sessions, so nothing is hashed and nothing is made for each but its number.
"""

from array import array
from collections.abc import Iterable, Sequence

from xnat_ferry.model import SessionRow
from xnat_ferry_tui.screens.browse.by_label import NOBODY, ByLabel, Numbers
from xnat_ferry_tui.screens.browse.nodes import DESTINATION, SOURCE
from xnat_ferry_tui.screens.browse.ordering import in_order
from xnat_ferry_tui.screens.browse.sides import Sides
from xnat_ferry_tui.screens.browse.table import Names, Table


def pair_up(sides: Sides) -> Table:
    """Both sides on the same lines, a session under its subject at the source where it has one."""
    here, there = sides.listings
    beside, alone = sides.beside(SOURCE), bytearray(b"1") * len(there)
    for place in beside:
        if place != NOBODY:
            alone[place] = 0
    return _table((here, there), beside, [place for place, is_alone in enumerate(alone) if is_alone])


def one_side(sides: Sides, side: int) -> Table:
    """The same with one side alone."""
    listing, nobody = sides.listings[side], ByLabel(())
    if side == DESTINATION:
        return _table((nobody, listing), (), range(len(listing)))
    return _table((listing, nobody), [NOBODY] * len(listing), ())


def _table(listings: tuple[ByLabel, ByLabel], beside: Sequence[int], alone: Sequence[int]) -> Table:
    """Subjects by label and their sessions by label.

    ``beside`` are by place at the source the places at the destination, ``alone`` those without any source.
    """
    here, there = listings[SOURCE].rows, listings[DESTINATION].rows
    rows, count = [*here, *(there[place] for place in alone)], len(here)
    labels = [row.label.casefold() for row in rows]
    subjects = _folded(rows)
    order = in_order(in_order(range(len(rows)), labels.__getitem__), subjects.__getitem__)
    del labels
    left = array("i", [one if one < count else NOBODY for one in order])
    right = array("i", [beside[one] if one < count else alone[one - count] for one in order])
    return Table(
        listings, (left, right), *_subjects((here, there), [subjects[one] for one in order], left, right)
    )


def _folded(rows: Iterable[SessionRow]) -> list[str]:
    """Their subjects without case; those of one subject mostly follow each other."""
    folded, last, key = [], "", ""
    for row in rows:
        if row.subject is not last:
            last = row.subject
            key = last.casefold()
        folded.append(key)
    return folded


def _subjects(
    rows: tuple[Sequence[SessionRow], Sequence[SessionRow]], keys: list[str], left: Numbers, right: Numbers
) -> tuple[Numbers, Names]:
    """Where the subjects of sorted sessions start, and what they are called on either side."""
    starts, here, there = array("i"), list[str | None](), list[str | None]()
    strays: dict[str, str] = {}
    last = None
    for number, (key, place, other) in enumerate(zip(keys, left, right, strict=True)):
        if key is not last and key != last:
            starts.append(number)
            here.append(None)
            there.append(None)
        last = key
        if place != NOBODY and here[-1] is None:
            here[-1] = rows[SOURCE][place].subject
        if other != NOBODY and (subject := rows[DESTINATION][other].subject) is not there[-1]:
            if (name := subject.casefold()) != key:
                strays.setdefault(name, subject)
            elif there[-1] is None:
                there[-1] = subject
    starts.append(len(keys))
    return _with_strays(starts, (here, there), strays) if strays else (starts, (here, there))


def _with_strays(starts: Numbers, names: Names, strays: dict[str, str]) -> tuple[Numbers, Names]:
    """And the subjects of which all sessions stand under another subject, that of the source."""
    keys = [(one or other or "").casefold() for one, other in zip(*names, strict=True)]
    at = {key: place for place, key in enumerate(keys)}
    merged, here, there = array("i", [0]), list[str | None](), list[str | None]()
    for key in sorted({*keys, *strays}):
        place = at.get(key)
        merged.append(merged[-1] if place is None else starts[place + 1])
        here.append(None if place is None else names[SOURCE][place])
        there.append((None if place is None else names[DESTINATION][place]) or strays.get(key))
    return merged, (here, there)
