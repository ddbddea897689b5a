"""The requests of a worker, one line each, for whoever has to find out what went on."""

import os
import threading
from pathlib import Path

from xnat_ferry import moment
from xnat_ferry.settings.private import open_private
from xnat_ferry.settings.redact import plain, redact
from xnat_ferry.xnat.client import Call

LARGEST = 4 * 1024 * 1024
"""Bytes after which the log begins anew; the one before is kept beside it."""


class CallLog:
    """Time, server, method, path, status, milliseconds. No query, header or body: no secret, no patient."""

    def __init__(self, path: Path, largest: int = LARGEST) -> None:
        self.path = path
        self._largest = largest
        self._lock = threading.Lock()

    def __call__(self, call: Call) -> None:
        """Write one line. A disk that is full is no reason to stop: this log is for people only."""
        status = call.status or "lost"
        path = plain(redact(call.path), 400)
        at = moment.now(to="milliseconds")
        line = f"{at} {call.server} {call.method} {path} {status} {call.seconds * 1000:.0f} ms\n"
        try:
            with self._lock:
                self._write(line.encode())
        except OSError:
            return

    def _write(self, line: bytes) -> None:
        file = open_private(self.path, os.O_WRONLY | os.O_APPEND)
        try:
            os.write(file, line)
            size = os.fstat(file).st_size
        finally:
            os.close(file)
        if size >= self._largest:
            self.path.replace(self.path.with_name(self.path.name + ".1"))
