"""Zips of resources: which file an entry of a fetched one is, and others in the making."""

import contextlib
import hashlib
import zipfile
from typing import BinaryIO

from xnat_ferry.belongings import HeldResource, Level
from xnat_ferry.xnat import resources as wire
from xnat_ferry.xnat.zip_stream import BrokenZip, ZipEntry

_PIECE = 256 * 1024
_PER_FILE = 300
_DEPTH = {Level.SESSION: 2, Level.SCAN: 4}
"""Folders before a file's own path in a zip (wire-read 2.10)."""
TOO_LARGE = "a file is far larger than is listed"


def overhead(path: str) -> int:
    """Bytes that a zip says of one file beside its content: local header, directory entry (APPNOTE 4.3)."""
    return _PER_FILE + 2 * len(path.encode())


class Batch:
    """A zip in the making, stored."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        self.file = file
        self.names: list[str] = []
        self._left = size
        self._zip = zipfile.ZipFile(file, "w", zipfile.ZIP_STORED)

    def takes(self, size: int) -> bool:
        """Whether so many bytes more fit in."""
        return size <= self._left

    def add(self, path: str, entry: ZipEntry, most: int) -> tuple[int, str]:
        """One file more; its size and MD5. Raises BrokenZip for one of more than ``most`` bytes."""
        hashed, size = hashlib.md5(), 0
        with self._zip.open(zipfile.ZipInfo(path), "w", force_zip64=True) as out:
            while True:
                piece = entry.read(_PIECE)
                out.write(piece)
                hashed.update(piece)
                size += len(piece)
                if size > most:
                    raise BrokenZip(TOO_LARGE)
                if len(piece) < _PIECE:
                    break
        self.names.append(path)
        self._left -= size + overhead(path)
        return size, hashed.hexdigest()

    def close(self) -> int:
        """Finish it; its length in bytes."""
        self._zip.close()
        return self.file.seek(0, 2)

    def drop(self) -> None:
        """Let go of it, finished or not, before its file goes."""
        with contextlib.suppress(OSError, ValueError):
            self._zip.close()


class ZippedNames:
    """Which file of a resource an entry of its zip is: by the one cut of folders that fits the listing."""

    def __init__(self, resource: HeldResource) -> None:
        self._paths = {wire.zipped_path(one.path): one.path for one in resource.files}
        self.tell_apart = len(self._paths) == len(resource.files)
        """Whether no two files have one name there: XNAT cuts words out of names (wire-read 2.10)."""
        self._usual = _DEPTH.get(resource.level)
        self._depth: int | None = None

    def path_of(self, entry: str) -> str | None:
        """The file's path in its resource; None where that cannot be told."""
        parts = entry.split("/")
        if self._depth is None:
            fitting = [depth for depth in range(len(parts)) if "/".join(parts[depth:]) in self._paths]
            if self._usual in fitting:
                self._depth = self._usual
            elif len(fitting) == 1:
                (self._depth,) = fitting
            else:
                return None
        assert self._depth is not None
        return self._paths.get("/".join(parts[self._depth :]))
