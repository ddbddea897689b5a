"""What becomes of work that goes on after its answer, under a key of the caller's (wire-read 7.1).

::

    progress = site.tracking.start("any-key", request.user)
    progress.add("InProgress", "Archiving")
    progress.finish(True, "/archive/projects/P/…")
"""

import json
from dataclasses import dataclass, field

from xnat_ferry.practice.clock import Clock

MONTH = 30 * 24 * 3600.0
"""Seconds after which an entry is dropped."""


@dataclass
class Tracked:
    """One piece of work, as it is kept."""

    key: str
    user: str
    started: float
    entries: list[dict[str, object]] = field(default_factory=list)
    """Each with ``status``, ``eventTime`` in milliseconds and ``message``."""
    succeeded: bool | None = None
    """None while it goes on."""
    final_message: str | None = None

    @property
    def payload(self) -> str | None:
        """The entries as JSON text, None before the first."""
        return json.dumps({"entryList": self.entries}) if self.entries else None


class Progress:
    """Where the work itself writes down how far it is."""

    def __init__(self, tracked: Tracked, clock: Clock) -> None:
        self._tracked, self._clock = tracked, clock

    def add(self, status: str, message: str) -> None:
        """One more entry, in one of STATUSES."""
        now = int(self._clock.now() * 1000)
        self._tracked.entries.append({"status": status, "eventTime": now, "message": message})

    def finish(self, succeeded: bool, message: str) -> None:
        """The end; the message first, so that whoever sees the end sees it too."""
        self._tracked.final_message = message
        self._tracked.succeeded = succeeded


class Tracking:
    """All the work that is tracked, each user's apart."""

    def __init__(self, clock: Clock, kept: dict[tuple[str, str], Tracked]) -> None:
        self._clock, self._kept = clock, kept

    def start(self, key: str, user: str) -> Progress:
        """New work; what went by the same key before is forgotten."""
        tracked = Tracked(key, user, self._clock.now())
        self._kept[user, key] = tracked
        return Progress(tracked, self._clock)

    def find(self, key: str, user: str) -> Tracked | None:
        """None for an unknown key, another user's, and one that is older than a month."""
        tracked = self._kept.get((user, key))
        if tracked is None or self._clock.now() - tracked.started > MONTH:
            self._kept.pop((user, key), None)
            return None
        return tracked
