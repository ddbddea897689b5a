"""What one server may be asked of at most: connections, requests and bytes a second."""

import threading
import time
from collections.abc import Callable

from msgspec import Struct


class Limits(Struct, frozen=True, kw_only=True):
    """Caps for one server. ``None``: no cap."""

    connections: int = 4
    """At once. The login's own heartbeat, once in some minutes, comes on top."""
    requests_per_second: float | None = None
    bytes_per_second: int | None = None
    """Down and up together."""
    attempts: int = 4
    """How often a question that was lost or met a busy server is asked."""


class Throttle:
    """Lets so many things a second through, whichever thread they come from; ``None`` lets all through."""

    BURST = 0.25
    """Seconds' worth that may pass at once after a pause."""

    def __init__(
        self,
        per_second: float | None,
        *,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._per_second = per_second
        self._now, self._sleep = now, sleep
        self._lock = threading.Lock()
        self._free_at = now()

    def pass_through(self, count: int) -> None:
        """Wait until ``count`` more may have passed."""
        if self._per_second is None:
            return
        with self._lock:
            now = self._now()
            self._free_at = max(self._free_at, now - self.BURST) + count / self._per_second
            wait = self._free_at - now
        if wait > 0:
            self._sleep(wait)
