"""All subjects and sessions of both projects as numbers: a line takes a few bytes until it is looked at."""

from array import array
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import overload

from xnat_ferry.listing import Numbers
from xnat_ferry.model import SessionRow
from xnat_ferry_tui.screens.browse.by_label import NOBODY, ByLabel
from xnat_ferry_tui.screens.browse.nodes import DESTINATION, SOURCE, Kind, Node, Pair

Names = tuple[Sequence[str | None], Sequence[str | None]]
"""By side and subject what it is called there."""


class Table:
    """Sessions are numbered from 0 by subject and key, subjects from there on by label."""

    def __init__(
        self,
        listings: tuple[ByLabel, ByLabel],
        places: tuple[Numbers, Numbers],
        starts: Numbers,
        names: Names,
    ) -> None:
        """``places`` are by side and session in the listing's rows, or NOBODY.

        ``starts`` are by subject its first session, and how many there are in all; ``names`` are by side
        and subject what it is called there.
        """
        self.listings, self.places, self.starts = listings, places, starts
        self._names = names
        self.sessions = len(places[SOURCE])
        """How many there are: the number of the first subject."""
        self.subjects = len(starts) - 1

    def row(self, session: int, side: int) -> SessionRow | None:
        """What a side has of a session."""
        place = self.places[side][session]
        return None if place == NOBODY else self.listings[side].rows[place]

    def pair(self, session: int) -> Pair:
        """Both sides of a session."""
        return self.row(session, SOURCE), self.row(session, DESTINATION)

    def key(self, session: int) -> str:
        """Its labels on either side without case: by it a session is sorted, sought and found."""
        label, name = self.label(session, SOURCE), self.label(session, DESTINATION)
        if label is None:
            assert name is not None
            # a source session of this label may have another counterpart
            return f"{name}/" if self.listings[SOURCE].place(name) is not None else name
        return label if name is None or name == label else f"{label}/{name}"

    def label(self, session: int, side: int) -> str | None:
        """What a side calls a session, without case."""
        place = self.places[side][session]
        return None if place == NOBODY else self.listings[side].labels[place]

    def node(self, number: int, inside: Numbers) -> Node:
        """The line of a session, or of a subject with the sessions that are shown ``inside`` it."""
        if number < self.sessions:
            return Node(Kind.SESSION, self.key(number), 1, *self.pair(number))
        at, (here, there) = number - self.sessions, self._names
        key = f"/{self.subject(at)}"
        return Node(Kind.SUBJECT, key, 0, here[at], there[at], Sessions(self, inside))

    def subject(self, at: int) -> str:
        """A subject's label without case; ``at`` counts them from 0."""
        here, there = self._names
        return (here[at] or there[at] or "").casefold()

    def find(self, key: str) -> int | None:
        """The number of a line by its key; None where there is none."""
        if key.startswith("/"):
            at = bisect_left(range(self.subjects), key[1:], key=self.subject)
            return self.sessions + at if at < self.subjects and self.subject(at) == key[1:] else None
        ends = [at for at, sign in enumerate(key) if sign == "/"]
        labels = (key, *(key[:end] for end in ends))
        return next((one for label in labels for one in self._called(label) if self.key(one) == key), None)

    def _called(self, label: str) -> Iterator[int]:
        for listing, places in zip(self.listings, self.places, strict=True):
            place = listing.place(label)
            session = None if place is None else index_of(places, place)
            if session is not None:
                yield session


class Sessions(Sequence[Node]):
    """The sessions of a subject, each made when it is looked at."""

    def __init__(self, table: Table, numbers: Numbers) -> None:
        self._table, self._numbers = table, numbers

    def rows(self, side: int, at_most: int | None = None) -> list[SessionRow]:
        """What one side has of them, of the first so many."""
        rows = (self._table.row(number, side) for number in islice(self._numbers, at_most))
        return [row for row in rows if row is not None]

    def __len__(self) -> int:
        return len(self._numbers)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sessions) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]

    @overload
    def __getitem__(self, place: int) -> Node: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Node]: ...
    def __getitem__(self, place: int | slice) -> Node | Sequence[Node]:
        if isinstance(place, slice):
            return Sessions(self._table, self._numbers[place])
        return self._table.node(self._numbers[place], _NONE)


_NONE: Numbers = array("i")


def index_of(numbers: Numbers, number: int) -> int | None:
    """Where a number stands first; None where it does not. There may be very many: they are passed once."""
    try:
        return numbers.index(number)
    except ValueError:
        return None


def rows_inside(subject: Node, side: int, at_most: int | None = None) -> list[SessionRow]:
    """What one side has of a subject's sessions, of the first so many; nothing on other lines."""
    inside = subject.inside
    return inside.rows(side, at_most) if isinstance(inside, Sessions) else []
