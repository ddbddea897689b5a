"""The lines that are open, as one flat list: opening and closing splice into it."""

from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from typing import overload

from xnat_ferry.listing import Numbers
from xnat_ferry_tui.screens.browse.nodes import OPEN_AT_FIRST, OPENABLE, Kind, Node
from xnat_ferry_tui.screens.browse.shown import Shown
from xnat_ferry_tui.screens.browse.table import index_of


class Outline:
    """What is in sight when scrolled; no step but laying anew grows with the number of lines.

    ``inside`` gives what a session or a scan opens to. A line is kept as a number: that of a subject or a
    session, or for one beneath them, below zero, where it stands among those that were made.
    """

    def __init__(self, inside: Callable[[Node], Sequence[Node]]) -> None:
        self._inside = inside
        self._turned: set[str] = set()
        self._folded = False
        self._shown: Shown | None = None
        self._made: list[Node] = []
        self._numbers: Numbers = array("i")

    @property
    def lines(self) -> "OutlineLines":
        """All that is open, each line made when it is looked at."""
        return OutlineLines(self._numbers, self._node)

    def lay(self, shown: Shown, ends: Iterable[Node]) -> None:
        """Take other subjects, and other lines after them; what was open stays open."""
        self._shown, self._made = shown, []
        self._numbers = array("i", shown.subjects if self._folded else shown.lines)
        self._turn_subjects(shown)
        for session in self._opened():
            place = index_of(self._numbers, session)
            if place is not None:
                self._numbers[place + 1 : place + 1] = self._kept(self._beneath(self._node(session)))
        self._numbers.extend(self._kept(self._with_open(ends)))

    def _turn_subjects(self, shown: Shown) -> None:
        """Open or close those that are not as all others are, from the last one on."""
        found = [shown.table.find(key) for key in self._turned if key.startswith("/")]
        places = {shown.place(one): one for one in found if one is not None}
        for place, subject in sorted((at, one) for at, one in places.items() if at is not None)[::-1]:
            sessions = shown.beneath(subject)
            if self._folded:
                self._numbers[place + 1 : place + 1] = sessions
            else:
                start = place + shown.first(place) + 1
                del self._numbers[start : start + len(sessions)]

    def renew(self, keys: Set[str]) -> None:
        """What these lines open to is another now."""
        for key in self._turned & keys:
            place = self.place_of(key, 0)
            if place is not None and self.is_open(self.lines[place]):
                fresh = self._kept(self._beneath(self.lines[place]))
                self._numbers[place + 1 : self._end(place)] = fresh

    def is_open(self, node: Node) -> bool:
        """Whether what is in it stands beneath it."""
        at_first = node.kind in OPEN_AT_FIRST and not self._folded
        return node.kind in OPENABLE and ((node.key in self._turned) != at_first)

    def open(self, place: int) -> int:
        """Open a line; returns how many lines came, 0 where there is nothing to open."""
        node = self.lines[place]
        if node.kind not in OPENABLE or self.is_open(node):
            return 0
        self._turned ^= {node.key}
        fresh = self._kept(self._beneath(node))
        self._numbers[place + 1 : place + 1] = fresh
        return len(fresh)

    def close(self, place: int) -> int:
        """Close a line, or go from one that is closed to the one that it is in; returns where one is then."""
        node = self.lines[place]
        if self.is_open(node):
            self._turned ^= {node.key}
            del self._numbers[place + 1 : self._end(place)]
            return place
        while place and self._depth(self._numbers[place]) >= node.depth:
            place -= 1
        return place

    def fold(self) -> None:
        """Close all subjects, or open them all again, once the lines are laid anew."""
        self._folded = not self._folded
        self._turned = {key for key in self._turned if not key.startswith("/")}

    def place_of(self, key: str, before: int) -> int | None:
        """Where a line is that was at a place before; None where it is not."""
        if before < len(self._numbers) and self.lines[before].key == key:
            return before
        # of those that were made under a key the last one stands in the list
        made = next((-at for at in range(len(self._made), 0, -1) if self._made[at - 1].key == key), None)
        number = self._shown.table.find(key) if made is None and self._shown else made
        return None if number is None else index_of(self._numbers, number)

    def first_session(self) -> int | None:
        """Where the first session is in sight: beneath the first subject that is open; None without one."""
        assert self._shown is not None
        sessions = self._shown.table.sessions
        return next((at for at, number in enumerate(self._numbers) if 0 <= number < sessions), None)

    def _opened(self) -> set[int]:
        """The sessions that are open, in sight or not."""
        assert self._shown is not None
        table = self._shown.table
        found = (table.find(key) for key in self._turned if not key.startswith("/"))
        return {number for number in found if number is not None}

    def _beneath(self, node: Node) -> Iterator[int | Node]:
        """All that stands beneath a line once it is open."""
        if node.kind != Kind.SUBJECT:
            yield from self._with_open(node.inside if node.kind == Kind.PREARCHIVE else self._inside(node))
            return
        assert self._shown is not None
        subject, opened = self._shown.table.find(node.key), self._opened()
        for session in () if subject is None else self._shown.beneath(subject):
            yield session
            if session in opened:
                yield from self._beneath(self._node(session))

    def _with_open(self, nodes: Iterable[Node]) -> Iterator[int | Node]:
        for node in nodes:
            yield node
            if self.is_open(node):
                yield from self._beneath(node)

    def _node(self, number: int) -> Node:
        assert self._shown is not None
        return self._made[~number] if number < 0 else self._shown.node(number)

    def _depth(self, number: int) -> int:
        assert self._shown is not None
        return self._made[~number].depth if number < 0 else int(number < self._shown.table.sessions)

    def _end(self, place: int) -> int:
        depth, end = self._depth(self._numbers[place]), place + 1
        while end < len(self._numbers) and self._depth(self._numbers[end]) > depth:
            end += 1
        return end

    def _kept(self, lines: Iterable[int | Node]) -> Numbers:
        """Their numbers; one that has none yet gets one."""
        numbers: Numbers = array("i")
        for line in lines:
            if isinstance(line, Node):
                self._made.append(line)
                numbers.append(-len(self._made))
            else:
                numbers.append(line)
        return numbers


class OutlineLines(Sequence[Node]):
    """Lines by their place."""

    def __init__(self, numbers: Numbers, node: Callable[[int], Node]) -> None:
        self._numbers, self._node = numbers, node

    def __len__(self) -> int:
        return len(self._numbers)

    @overload
    def __getitem__(self, place: int) -> Node: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Node]: ...
    def __getitem__(self, place: int | slice) -> Node | Sequence[Node]:
        if isinstance(place, slice):
            return OutlineLines(self._numbers[place], self._node)
        return self._node(self._numbers[place])
