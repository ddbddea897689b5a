"""A ZIP file, as a browser saves it: its entries are read where they lie."""

import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from struct import error as StructError
from threading import Lock
from typing import IO

from xnat_ferry.errors import PlaceUnreadable, SourceFileChanged
from xnat_ferry.local.places import (
    HIDDEN,
    Found,
    Other,
    Place,
    Progress,
    Sight,
    hidden_part,
    inside,
    refuse_bomb,
    refuse_crowd,
)

_ENCRYPTED = 0x1
_KNOWN_WAYS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA}
DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)
"""What reading a damaged entry raises."""
_MISLEADING = (ValueError, StructError)
"""What a directory raises that sends one to places that are none."""


class Zipped(Place):
    """What its directory at the end says of an entry holds: no more bytes than that are ever read of one."""

    def __init__(self, path: Path) -> None:
        super().__init__(path.resolve())
        try:
            self._zip = zipfile.ZipFile(self.path)
        except (OSError, *DAMAGED, *_MISLEADING) as error:
            why = error.strerror if isinstance(error, OSError) else "it is no whole ZIP file"
            raise PlaceUnreadable(path=path, why=why or "it cannot be read") from None
        entries = [entry for entry in self._zip.infolist() if not entry.is_dir()]
        refuse_crowd(path, len(entries))
        refuse_bomb(path, self.path.stat().st_size, sum(entry.file_size for entry in entries))
        self._counting = Lock()  # zipfile counts its open entries, and not for threads
        self._entries: dict[str, zipfile.ZipInfo] = {}
        self._others: list[Other] = []
        for entry in entries:
            self._take(entry, inside(path, entry.filename))

    def _take(self, entry: zipfile.ZipInfo, path: str) -> None:
        if why := self._why_not(entry, path):
            self._others.append(Other(path, why))
        else:
            self._entries[path] = entry

    def _why_not(self, entry: zipfile.ZipInfo, path: str) -> str:
        if hidden_part(path):
            return HIDDEN
        if stat.S_ISLNK(entry.external_attr >> 16):
            return "a link"
        if entry.flag_bits & _ENCRYPTED:
            return "encrypted"
        if entry.compress_type not in _KNOWN_WAYS:
            return "packed in a way that is not known"
        return "another entry of the same name is in the archive" if path in self._entries else ""

    def walk(self, progress: Progress) -> Iterator[Sight | Other]:
        """Entries in the order of the directory."""
        yield from self._others
        total = len(self._entries)
        for number, (path, entry) in enumerate(self._entries.items(), 1):
            found = Found(path, entry.file_size, f"{entry.CRC:08x}")
            yield Sight(found, partial(self.open, found))
            progress("files looked at", number, total)

    @contextmanager
    def open(self, found: Found) -> Iterator[IO[bytes]]:
        """The entry; read to its end it has the CRC that was found, or PlaceUnreadable is raised."""
        entry = self._entries.get(found.path)
        if entry is None or Found(found.path, entry.file_size, f"{entry.CRC:08x}") != found:
            raise SourceFileChanged(path=found.path)
        try:
            with self._counting:
                file = self._opened(entry, found.path)
            try:
                yield file
            finally:
                with self._counting:
                    file.close()
        except DAMAGED:
            raise PlaceUnreadable(path=found.path, why="this entry is damaged") from None

    def _opened(self, entry: zipfile.ZipInfo, path: str) -> IO[bytes]:
        try:
            return self._zip.open(entry)
        except _MISLEADING:
            raise PlaceUnreadable(path=path, why="this entry is damaged") from None

    def close(self) -> None:
        """Close the file."""
        self._zip.close()
