"""The request log that ``/practice/log`` gives."""

import threading
from typing import Any


class Log:
    """Every request that was answered, in the order of completion."""

    def __init__(self) -> None:
        self._entries: list[dict[str, Any]] = []
        self._number = 0
        self._lock = threading.Lock()

    def add(self, entry: dict[str, Any]) -> None:
        with self._lock:
            self._number += 1
            self._entries.append({"n": self._number, **entry})

    def since(self, number: int) -> list[dict[str, Any]]:
        with self._lock:
            return [entry for entry in self._entries if entry["n"] > number]

    def clear(self) -> None:
        with self._lock:
            self._entries.clear()
