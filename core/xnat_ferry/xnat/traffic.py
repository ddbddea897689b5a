"""What goes to and fro in a conversation: counted, told of, and held to the limits."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from msgspec import Struct

from xnat_ferry.xnat.libraries import httpx
from xnat_ferry.xnat.limits import Limits, Throttle


class Call(Struct, frozen=True):
    """One request as a log may hold it: no query, no header, no body. ``status`` 0: no answer came."""

    server: str
    method: str
    path: str
    status: int
    seconds: float


class Traffic:
    """Of one server; safe to share between threads."""

    def __init__(self, server: str, limits: Limits, on_call: Callable[[Call], None]) -> None:
        self._server, self._on_call = server, on_call
        self._turn = Throttle(limits.requests_per_second)
        self._flow = Throttle(limits.bytes_per_second)
        self._lock = threading.Lock()
        self.requests = 0
        self.bytes_down = 0
        self.bytes_up = 0

    @contextmanager
    def call(self, method: str, path: str) -> Iterator["Status"]:
        """One request: waits for its turn, is counted, and told of once it has ended."""
        self._turn.pass_through(1)
        began, call = time.monotonic(), Status()
        try:
            yield call
        finally:
            self.sent()
            self._on_call(Call(self._server, method, path, call.status, time.monotonic() - began))

    def sent(self) -> None:
        """One more request has gone out."""
        with self._lock:
            self.requests += 1

    def came(self, count: int) -> None:
        """So many bytes more have come."""
        with self._lock:
            self.bytes_down += count

    def leaving(self, body: Iterator[bytes]) -> Iterator[bytes]:
        """A request's body, no faster than it may be."""
        for piece in body:
            self._flow.pass_through(len(piece))
            yield piece
            with self._lock:
                self.bytes_up += len(piece)

    def arriving(self, response: httpx.Response) -> Iterator[bytes]:
        """The body of an answer, no faster than it may be."""
        for piece in response.iter_raw():
            self._flow.pass_through(len(piece))
            self.came(len(piece))
            yield piece


class Status:
    """What one request was answered with, as far as it came."""

    status = 0
