"""Room for bytes in flight: memory while there are few, a nameless file in the spool's folder beyond."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from xnat_ferry.errors import CannotWrite

IN_MEMORY = 8 * 1024 * 1024
"""Bytes up to which a unit, or a file out of one, is held in memory."""


@contextmanager
def spooled(folder: Path) -> Iterator[BinaryIO]:
    """An empty file that is gone afterwards, also after a kill; raises CannotWrite when there is no room."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY, dir=str(folder)) as file:
            yield cast(BinaryIO, file)
    except OSError as error:
        raise CannotWrite(folder=folder, why=error.strerror or type(error).__name__) from None
