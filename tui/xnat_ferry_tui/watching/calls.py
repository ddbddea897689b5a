"""The requests of a worker, read from its log as they are made (transfer/call_log)."""

from pathlib import Path
from typing import NamedTuple

_FIRST = 256 * 1024
"""Bytes of a log that is there already: as much as anybody scrolls through."""


class Request(NamedTuple):
    """One line of the log; ``status`` is ``lost`` where no answer came."""

    time: str
    server: str
    method: str
    path: str
    status: str
    took: str

    @property
    def refused(self) -> bool:
        """Whether the server said no, or nothing."""
        return not self.status.isdigit() or int(self.status) >= 400


class RequestReader:
    """Gives each whole line once, also while the log grows and begins anew."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._offset: int | None = None

    def read_new(self) -> list[Request]:
        """The requests that have come since the last call."""
        try:
            with self._path.open("rb") as file:
                size = file.seek(0, 2)
                if self._offset is None or self._offset > size:
                    self._offset = max(size - _FIRST, 0) if self._offset is None else 0
                file.seek(self._offset)
                raw = file.read()
        except OSError:
            return []
        whole = raw[: raw.rfind(b"\n") + 1]
        self._offset += len(whole)
        parsed = (_request(line) for line in whole.decode("utf-8", "replace").splitlines())
        return [one for one in parsed if one is not None]


def _request(line: str) -> Request | None:
    """None for what the beginning in the middle of a line has left of it."""
    head, tail = line.split(" ", 3), line.rsplit(" ", 3)
    if len(head) < 4 or len(tail) < 4:
        return None
    moment, server, method, rest = head
    path = rest.rsplit(" ", 3)[0]
    return Request(moment[11:19], server, method, path, tail[1], f"{tail[2]} {tail[3]}")
