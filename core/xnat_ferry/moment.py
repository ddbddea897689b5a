"""This moment as it is written down."""

from datetime import datetime


def now(to: str = "seconds") -> str:
    """In ISO 8601 with the zone of this machine, ``2026-01-02T03:04:05+01:00``; ``to`` as for isoformat."""
    return datetime.now().astimezone().isoformat(timespec=to)
