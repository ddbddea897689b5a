"""What a transfer has begun to send of a resource, kept beside the manifests."""

import json
import os
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from xnat_ferry.errors import CannotWrite
from xnat_ferry.settings.private import open_private


class SentPaths:
    """The paths that this transfer found missing at the destination and began to send.

    What is there of them with other content was brought by us and damaged on its way, so it may be replaced.
    """

    def __init__(self, file: Path) -> None:
        self._file = file

    def read(self) -> frozenset[str]:
        """All that were added."""
        try:
            lines = self._file.read_bytes().splitlines()
        except FileNotFoundError:
            return frozenset()
        return frozenset(path for line in lines for path in _paths_in(line))

    def add(self, paths: Collection[str]) -> None:
        """Some more, on disk before this returns; raises CannotWrite."""
        if not paths:
            return
        with _told(self._file), os.fdopen(open_private(self._file, os.O_WRONLY | os.O_APPEND), "ab") as out:
            out.write(b"\n" + json.dumps(list(paths)).encode() + b"\n")


def _paths_in(line: bytes) -> Iterable[str]:
    try:
        return [str(path) for path in json.loads(line)] if line else ()
    except (ValueError, TypeError, RecursionError):
        return ()  # torn by a crash: nothing of it was sent


@contextmanager
def _told(file: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise CannotWrite(folder=file.parent, why=error.strerror or type(error).__name__) from None
