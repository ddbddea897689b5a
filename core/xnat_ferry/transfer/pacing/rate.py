"""How fast bytes move, over a window rather than since the start, and how long the rest will take."""

from collections import deque

_SECONDS = 60.0
_STALLED = 15.0
"""After so many seconds in which nothing moved no pace is known any more."""


class Rate:
    """Looks at the newest minute of a growing count of bytes."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, int]] = deque()

    def add(self, at: float, total: int) -> None:
        """``total`` bytes had moved at ``at`` seconds; times must not fall.

        Where the total has fallen, a part has to move again, and the window begins there.
        """
        if self._seen and total < self._seen[-1][1]:
            self._seen.clear()
        self._seen.append((at, total))
        while len(self._seen) > 2 and at - self._seen[0][0] > _SECONDS:
            self._seen.popleft()

    def per_second(self, now: float) -> float | None:
        """Bytes a second over the window; None until two points are a moment apart, and after a stall."""
        if len(self._seen) < 2:
            return None
        (first, before), (last, after) = self._seen[0], self._seen[-1]
        known = last - first >= 0.2 and now - last <= _STALLED
        return (after - before) / (last - first) if known else None

    def seconds_left(self, remaining: int, now: float) -> float | None:
        """At this pace; None while that is not known."""
        speed = self.per_second(now)
        return max(remaining, 0) / speed if speed else None
