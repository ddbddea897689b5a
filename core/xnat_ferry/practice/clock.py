"""The server's time, which may run faster than ours."""

import threading
import time
from datetime import datetime


class Clock:
    """Starts at the real time and runs ``speed`` times as fast."""

    def __init__(self, speed: float = 1.0) -> None:
        self._speed = speed
        self._began, self._mark = time.time(), time.monotonic()
        self._skipped = 0.0
        self._lock = threading.Lock()

    def now(self) -> float:
        """Seconds since 1970."""
        with self._lock:
            return self._began + (time.monotonic() - self._mark) * self._speed + self._skipped

    def advance(self, seconds: float) -> None:
        """Let some time pass at once."""
        with self._lock:
            self._skipped += seconds

    def stamp(self) -> str:
        """A prearchive folder's name, ``yyyyMMdd_HHmmssSSS``."""
        return datetime.fromtimestamp(self.now()).strftime("%Y%m%d_%H%M%S%f")[:-3]  # noqa: DTZ006  XNAT writes local time


def written(seconds: float) -> str:
    """A time as tables print it, with milliseconds (wire-read 0.7)."""
    return datetime.fromtimestamp(seconds).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]  # noqa: DTZ006
