"""The lines that are open, as one flat list: opening and closing splice into it."""

from collections.abc import Callable, Iterable, Iterator, Sequence, Set

from xnat_ferry_tui.screens.browse.nodes import OPEN_AT_FIRST, OPENABLE, Kind, Node


class Outline:
    """What is in sight when scrolled; no step but laying anew grows with the number of lines.

    ``inside`` gives what a session or a scan opens to.
    """

    def __init__(self, inside: Callable[[Node], Sequence[Node]]) -> None:
        self._inside = inside
        self._turned: set[str] = set()
        self._touched: set[str] = set()
        """Lines of the first level beneath which something has been opened."""
        self._folded = False
        self.lines: list[Node] = []

    def lay(self, nodes: Iterable[Node]) -> None:
        """Take other lines of the first level; what was open stays open."""
        lines: list[Node] = []
        for node in nodes:
            lines.append(node)
            if self.is_open(node):
                # where nobody has opened anything all is taken as it is: there may be very much of it
                lines.extend(self._beneath(node) if node.key in self._touched else node.inside)
        self.lines = lines

    def renew(self, keys: Set[str]) -> None:
        """What these lines open to is another now."""
        if self._turned.isdisjoint(keys):
            return
        for place in reversed([at for at, node in enumerate(self.lines) if node.key in keys]):
            if self.is_open(self.lines[place]):
                self.lines[place + 1 : self._end(place)] = list(self._beneath(self.lines[place]))

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
        self._touched.add(self.lines[self._top(place)].key)
        fresh = list(self._beneath(node))
        self.lines[place + 1 : place + 1] = fresh
        return len(fresh)

    def close(self, place: int) -> int:
        """Close a line, or go from one that is closed to the one that it is in; returns where one is then."""
        node = self.lines[place]
        if self.is_open(node):
            self._turned ^= {node.key}
            del self.lines[place + 1 : self._end(place)]
            return place
        while place and self.lines[place].depth >= node.depth:
            place -= 1
        return place

    def fold(self) -> None:
        """Close all subjects, or open them all again, once the lines are laid anew."""
        self._folded = not self._folded
        self._turned = {key for key in self._turned if not key.startswith("/")}

    def place_of(self, key: str, before: int) -> int | None:
        """Where a line is that was at a place before; None where it is not."""
        if before < len(self.lines) and self.lines[before].key == key:
            return before
        return next((place for place, node in enumerate(self.lines) if node.key == key), None)

    def _top(self, place: int) -> int:
        while self.lines[place].depth:
            place -= 1
        return place

    def _end(self, place: int) -> int:
        depth, end = self.lines[place].depth, place + 1
        while end < len(self.lines) and self.lines[end].depth > depth:
            end += 1
        return end

    def _with_open(self, nodes: Iterable[Node]) -> Iterator[Node]:
        for node in nodes:
            yield node
            if self.is_open(node):
                yield from self._beneath(node)

    def _beneath(self, node: Node) -> Iterator[Node]:
        if node.kind in (Kind.SUBJECT, Kind.PREARCHIVE):
            return self._with_open(node.inside)
        return self._with_open(self._inside(node))
