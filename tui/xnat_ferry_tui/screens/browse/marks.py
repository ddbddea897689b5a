"""Which sessions are marked, by label; each change can be taken back."""

from collections.abc import Iterable


class Marks:
    """Works on a set that others read. A change is kept as what it turned, never as a copy of the set."""

    def __init__(self, labels: set[str]) -> None:
        self.labels = labels
        self._turned: list[frozenset[str]] = []

    def turn(self, labels: Iterable[str]) -> None:
        """Mark them; where all of them are marked, unmark them."""
        wanted = frozenset(labels)
        self._turn(wanted if wanted <= self.labels else wanted - self.labels)

    def clear(self) -> None:
        """Unmark all."""
        self._turn(frozenset(self.labels))

    def undo(self) -> bool:
        """Take the last change back; False where there is none."""
        if not self._turned:
            return False
        self.labels ^= self._turned.pop()
        return True

    def _turn(self, labels: frozenset[str]) -> None:
        if labels:
            self.labels ^= labels
            self._turned.append(labels)
