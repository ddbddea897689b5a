"""Lines that are made when they are drawn: a long list costs no more than what of it is in sight."""

from collections.abc import Callable, Sequence
from typing import overload

from xnat_ferry_tui.widgets.lines import Line


class MadeLines(Sequence[Line]):
    """``count`` lines, each made by its place."""

    def __init__(self, count: int, make: Callable[[int], Line]) -> None:
        self._count, self._make = count, make

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, place: int) -> Line: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Line]: ...
    def __getitem__(self, place: int | slice) -> Line | Sequence[Line]:
        if isinstance(place, slice):
            return [self._make(one) for one in range(*place.indices(self._count))]
        if not 0 <= place < self._count:
            raise IndexError(place)
        return self._make(place)
