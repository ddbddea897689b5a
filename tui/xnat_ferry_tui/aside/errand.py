"""Something that is looked for in a thread, and can be ended before it has come back. No Textual."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from xnat_ferry.errors import Stopped


class Errand:
    """What it still brings once it was ended is not taken. Safe to use from any thread.

    ``at_once``: whether nobody waits for its thread then; it may be asking a server that is gone.
    """

    def __init__(self, report: Callable[[str, int, int], None], *, at_once: bool = True) -> None:
        self.at_once = at_once
        self.lasts = False
        """Whether it has been under way so long that it is said how it is ended."""
        self._report = report
        self._lock = threading.Lock()
        self._ended = False

    @property
    def ended(self) -> bool:
        """Whether somebody has left off waiting for it."""
        return self._ended

    def end(self) -> None:
        """Take nothing from it any more."""
        with self._lock:
            self._ended = True

    def progress(self, what: str, done: int, total: int) -> None:
        """Say how much of it is done; raises Stopped once it was ended."""
        with self.taking():
            self._report(what, done, total)

    @contextmanager
    def taking(self) -> Iterator[None]:
        """Lay down what was found, which is quickly done; raises Stopped once it was ended.

        Either all of it comes before the end, or nothing of it.
        """
        with self._lock:
            if self._ended:
                raise stopped()
            yield


def stopped(what: str = "") -> Stopped:
    """What is said of an errand that was ended; ``what`` it was, where a transfer could be meant, too."""
    left_off = f"It was: {what}" if what else "Begin it again at will."
    return Stopped(advice=f"Nothing was changed by it. {left_off}")
