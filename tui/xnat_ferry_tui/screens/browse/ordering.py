"""Sorts very many places so that nobody waits for it."""

from collections.abc import Callable, Sequence
from itertools import zip_longest
from typing import Any

_SLICE = 20_000
"""As many are sorted in a hundredth of a second or two."""


def in_order(places: Sequence[int], key: Callable[[int], Any]) -> Sequence[int]:
    """The same as ``sorted(places, key=key)``, what is alike in the order in which it came.

    One sort of very many holds the interpreter for as long as it takes, and with it the screen. So slices are
    sorted, and put together by twos; between two of these steps others have their turn.
    """
    runs: list[list[int]] = [
        sorted(places[at : at + _SLICE], key=key) for at in range(0, len(places), _SLICE)
    ]
    none: list[int] = []
    while len(runs) > 1:
        runs = [
            _together(one, other, key) for one, other in zip_longest(runs[::2], runs[1::2], fillvalue=none)
        ]
    return runs[0] if runs else ()


def _together(one: list[int], other: list[int], key: Callable[[int], Any]) -> list[int]:
    both = [*one, *other]
    return both if not other or key(one[-1]) <= key(other[0]) else sorted(both, key=key)
