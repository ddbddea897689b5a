"""What is worse than what: the order in which area 4 shows differences."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

from xnat_ferry.model import Mark
from xnat_ferry.verify.verification import Item, SessionVerification

T = TypeVar("T")

GRAVEST = (
    Mark.DIFFERS,
    Mark.ONLY_SOURCE,
    Mark.ONLY_DESTINATION,
    Mark.UNREADABLE,
    Mark.UNKNOWN,
    Mark.AS_PLANNED,
    Mark.SAME,
)
_GRAVITY = {mark: place for place, mark in enumerate(GRAVEST)}


def by_gravity(things: Iterable[T], mark: Callable[[T], Mark]) -> list[T]:
    """The gravest first; what is as grave in the order in which it came."""
    return sorted(things, key=lambda thing: _GRAVITY[mark(thing)])


def gravest(counts: Mapping[Mark, int]) -> Mark:
    """The mark that says the worst of what was counted; unknown where nothing was."""
    return next((mark for mark in GRAVEST if counts.get(mark)), Mark.UNKNOWN)


def gravest_of(session: SessionVerification) -> Mark:
    """The worst of all that was compared of it."""
    return gravest(session.counts)


def marks_of(items: Sequence[Item]) -> dict[Mark, int]:
    """How many items have each mark, the gravest first."""
    marks = Counter(item.mark for item in items)
    return {mark: marks[mark] for mark in GRAVEST if marks[mark]}
