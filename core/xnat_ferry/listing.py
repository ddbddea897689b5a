"""All sessions of a project in columns: a row takes a third of its room, and is made when it is looked at.

There may be very many. What goes through all of them for one thing alone takes it from its column.
"""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from typing import TypeAlias, overload

from xnat_ferry.model import SessionRow

Numbers: TypeAlias = "array[int]"

_BETWEEN = "\n"
"""Stands between two texts; one that has it itself is found all the same."""
_BLOCK = 1_000
"""So many are taken apart at once, which is by far the fastest."""


class Texts(Sequence[str]):
    """Texts of which each row has its own, in one."""

    def __init__(self, texts: Sequence[str] = ()) -> None:
        self._text = _BETWEEN.join(texts)
        self._starts = array("I", accumulate((len(text) + 1 for text in texts), initial=0))

    def casefold(self) -> "Texts":
        """All of them without case, as ``str.casefold`` does it."""
        if not self._text.isascii():
            return Texts([text.casefold() for text in self])
        folded = Texts()
        folded._text, folded._starts = self._text.lower(), self._starts  # each as long as it was
        return folded

    def __len__(self) -> int:
        return len(self._starts) - 1

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[str]: ...
    def __getitem__(self, place: int | slice) -> str | Sequence[str]:
        if isinstance(place, slice):
            return [self[one] for one in range(len(self))[place]]
        if place < 0:
            place = range(len(self))[place]
        return self._text[self._starts[place] : self._starts[place + 1] - 1]

    def __iter__(self) -> Iterator[str]:
        for first in range(0, len(self), _BLOCK):
            after = min(first + _BLOCK, len(self))
            block = self._text[self._starts[first] : self._starts[after] - 1].split(_BETWEEN)
            yield from block if len(block) == after - first else map(self.__getitem__, range(first, after))


class Words(Sequence[str]):
    """Texts that many rows have in common, each kept once."""

    def __init__(self, texts: Sequence[str] = ()) -> None:
        known: dict[str, int] = {}
        self.numbers: Numbers = array("i", [known.setdefault(text, len(known)) for text in texts])
        """Of each row, which of the ``words`` it has."""
        # anew, beside each other: where those that came lie they would hold much else in memory
        self.words = list(Texts(list(known)))

    def __len__(self) -> int:
        return len(self.numbers)

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[str]: ...
    def __getitem__(self, place: int | slice) -> str | Sequence[str]:
        if isinstance(place, slice):
            return [self.words[number] for number in self.numbers[place]]
        return self.words[self.numbers[place]]

    def __iter__(self) -> Iterator[str]:
        return map(self.words.__getitem__, self.numbers)


class Listing(Sequence[SessionRow]):
    """Rows as they were listed. An owner or study UID that is empty is one that is not known."""

    def __init__(self, rows: Iterable[SessionRow] = ()) -> None:
        rows = list(rows)
        self.ids = Texts([row.id for row in rows])
        self.labels = Texts([row.label for row in rows])
        self.subjects = Words([row.subject for row in rows])
        self.xsi_types = Words([row.xsi_type for row in rows])
        self.dates = Words([row.date for row in rows])
        self.owners = Words([row.owner or "" for row in rows])
        self.study_uids = Texts([row.study_uid or "" for row in rows])

    def __len__(self) -> int:
        return len(self.ids)

    @overload
    def __getitem__(self, place: int) -> SessionRow: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[SessionRow]: ...
    def __getitem__(self, place: int | slice) -> SessionRow | Sequence[SessionRow]:
        if isinstance(place, slice):
            return [self[one] for one in range(len(self))[place]]
        return _row(
            self.ids[place],
            self.labels[place],
            self.subjects[place],
            self.xsi_types[place],
            self.dates[place],
            self.owners[place],
            self.study_uids[place],
        )

    def __iter__(self) -> Iterator[SessionRow]:
        return map(
            _row,
            self.ids,
            self.labels,
            self.subjects,
            self.xsi_types,
            self.dates,
            self.owners,
            self.study_uids,
        )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Listing) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]


def _row(
    id: str, label: str, subject: str, xsi_type: str, date: str, owner: str, study_uid: str
) -> SessionRow:
    return SessionRow(
        id=id,
        label=label,
        subject=subject,
        xsi_type=xsi_type,
        date=date,
        owner=owner or None,
        study_uid=study_uid or None,
    )


NO_SESSIONS = Listing()
