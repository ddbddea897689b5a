"""Watches an answer while it comes: whether fast enough, and whether to some purpose.

A time-out alone begins anew with every byte, and the standard library counts no marks of chunks, no trailers
and no provisional answers, which may go on for ever.
"""

import io
import socket
import time
from http.client import HTTPException, HTTPResponse
from typing import Any

LEAST = 1024
"""Bytes that have to come within the patience of a request: a byte now and then is no answer."""
MOST_FOR_NOTHING = 8 * 1024 * 1024
"""Bytes that may come before the next piece of a body does; six of each seven where chunks have one byte."""

_AT_ONCE = 128 * 1024
"""Bytes taken from the socket at once, as far as they are there: Tomcat's chunks have 8 KB."""


class WatchedResponse(HTTPResponse):
    """Reading one raises TimeoutError where it drips, HTTPException where it never comes to anything."""

    def __init__(self, sock: socket.socket, **options: Any) -> None:
        super().__init__(sock, **options)
        self.fp.close()
        self._watched = _Watched(sock)
        self.fp = io.BufferedReader(self._watched, _AT_ONCE)

    def piece_taken(self) -> None:
        """A piece of its body has come."""
        self._watched.for_nothing = 0


class _Watched(socket.SocketIO):
    """The bytes of a socket, by its own time-out: with it a wait may be twice as long before it is seen."""

    def __init__(self, sock: socket.socket) -> None:
        super().__init__(sock, "r")
        sock._io_refs += 1  # type: ignore[attr-defined]  # as makefile() does: who closes last closes it
        self.for_nothing = 0
        self._patience = sock.gettimeout() or float("inf")
        self._until = time.monotonic() + self._patience
        self._came = 0

    def readinto(self, buffer: Any) -> int | None:
        count = super().readinto(buffer)
        if count:
            self._came += count
            self.for_nothing += count
            if self.for_nothing > MOST_FOR_NOTHING + len(buffer):
                raise HTTPException("it says nothing without end")
            if self._came >= LEAST:
                self._came, self._until = 0, time.monotonic() + self._patience
            elif time.monotonic() > self._until:
                raise TimeoutError("it comes too slowly")
        return count
