"""Long work in a thread, with a rest now and then: Python runs one thread at a time, and keys come first."""

import time
from collections.abc import Iterable, Iterator
from typing import TypeVar

_T = TypeVar("_T")
_AT_ONCE = 100
"""Less than a millisecond of work, as a rule."""
_REST = 0.001


def unhurried(things: Iterable[_T]) -> Iterator[_T]:
    """The same things, one after another. Not for the screen's own thread."""
    for number, thing in enumerate(things, 1):
        yield thing
        if number % _AT_ONCE == 0:
            time.sleep(_REST)
