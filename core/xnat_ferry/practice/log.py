"""The request log that ``/practice/log`` gives, and what ``/practice/underway`` does."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from xnat_ferry.practice.http.receiving import announced
from xnat_ferry.practice.http.request import Request


class Log:
    """Every request that was answered, in the order of completion, and those that are not yet."""

    def __init__(self) -> None:
        self._entries: list[dict[str, Any]] = []
        self._underway: dict[int, Request] = {}
        self._number = 0
        self._lock = threading.Lock()

    @contextmanager
    def watching(self, request: Request) -> Iterator[None]:
        """Have a request among those under way as long as somebody is at it, heard or not."""
        with self._lock:
            self._underway[id(request)] = request
        try:
            yield
        finally:
            with self._lock:
                del self._underway[id(request)]

    def underway(self) -> list[dict[str, Any]]:
        """What has come in and is not answered, with as much of its body as is here."""
        with self._lock:
            return [
                {
                    "method": one.method,
                    "path": one.path,
                    "query": one.query_string,
                    "bytes_in": one.length,
                    "bytes_announced": announced(one),
                    "fault": one.fault.name,
                }
                for one in self._underway.values()
            ]

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
