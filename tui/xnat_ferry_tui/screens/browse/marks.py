"""Which sessions are marked, by label; each change can be taken back."""

from collections.abc import Iterable, Sequence


class Marks:
    """Works on a set that others read. A change is kept as what it turned, never as a copy of the set."""

    def __init__(self, labels: set[str]) -> None:
        self.labels = labels
        self._turned: list[Sequence[str]] = []

    def turn(self, labels: Iterable[str]) -> None:
        """Mark them; where all of them are marked, unmark them."""
        wanted = tuple(labels)
        missing = tuple(one for one in wanted if one not in self.labels) if self.labels else wanted
        if missing:
            self.labels.update(missing)
        else:
            self.labels.difference_update(wanted)
        self._keep(missing or wanted)

    def clear(self) -> None:
        """Unmark all."""
        self._keep(tuple(self.labels))
        self.labels.clear()

    def undo(self) -> bool:
        """Take the last change back; False where there is none."""
        if not self._turned:
            return False
        self.labels.symmetric_difference_update(self._turned.pop())
        return True

    def _keep(self, turned: Sequence[str]) -> None:
        if turned:
            self._turned.append(turned)
