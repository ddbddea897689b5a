"""A tar file, packed or not.

A packed one can only be read from its start to its end: before single files are opened it is unpacked as a
whole into a file that has no name, so that nothing of it stays behind, whatever happens.
"""

import bz2
import gzip
import lzma
import os
import posixpath
import tarfile
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import IO, Any, Self, cast

from xnat_ferry.dicom.pixels import Readable
from xnat_ferry.errors import HostilePlace, PlaceUnreadable, SourceFileChanged
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

_OPENERS: dict[bytes, Callable[[IO[bytes]], IO[bytes]]] = {
    b"\x1f\x8b": lambda file: cast(IO[bytes], gzip.GzipFile(fileobj=file)),
    b"BZ": lambda file: cast(IO[bytes], bz2.BZ2File(file)),
    b"\xfd7": lambda file: cast(IO[bytes], lzma.LZMAFile(file)),  # noqa: SIM115  its caller does
}
"""By a packed file's first two bytes."""
_DAMAGED = (tarfile.TarError, zlib.error, lzma.LZMAError, EOFError, gzip.BadGzipFile)
_MEGABYTE = 1_000_000
_PIECE = 256 * 1024
_LONGEST_NOTE = 1024 * 1024
"""Bytes of a member that only describes the next one, which tarfile reads into memory."""
_NOTES = (
    tarfile.GNUTYPE_LONGNAME,
    tarfile.GNUTYPE_LONGLINK,
    tarfile.XHDTYPE,
    tarfile.XGLTYPE,
    tarfile.SOLARIS_XHDTYPE,
)


class Tarred(Place):
    """A .tar, .tar.gz and their like; ``scratch`` is where a packed one is unpacked once files are opened."""

    def __init__(self, path: Path, scratch: Path | None = None) -> None:
        super().__init__(path.resolve())
        self._scratch = scratch
        self._held = ExitStack()
        self._plain: IO[bytes] | None = None
        self._places: dict[Found, int] = {}
        self._unpacked = 0
        try:
            self._file = self._held.enter_context(self.path.open("rb"))
            seen = os.fstat(self._file.fileno())
            self._size, self._written = seen.st_size, seen.st_mtime_ns
            self._unpack = _OPENERS.get(self._file.read(2))
        except OSError as error:
            raise PlaceUnreadable(path=path, why=error.strerror or "it cannot be read") from None
        if self._unpack is None:
            self._plain = self._file

    @property
    def unpacked(self) -> int:
        """The bytes of the tar itself, known after a walk."""
        return self._unpacked if self._unpack else 0

    def walk(self, progress: Progress) -> Iterator[Sight | Other]:
        """Members in their order; with a ``scratch`` a packed tar is unpacked there first."""
        try:
            if self._unpack and self._scratch:
                self._plain = self._unpacked_into(self._scratch, progress)
            yield from self._members(progress)
        except (*_DAMAGED, ValueError):
            raise PlaceUnreadable(path=self.path, why="it is no whole, sound tar file") from None
        progress("MB looked through", 1 + self._size // _MEGABYTE, 1 + self._size // _MEGABYTE)

    def _members(self, progress: Progress) -> Iterator[Sight | Other]:
        files, before = 0, -1
        with self._opened() as (tar, read):
            while (member := _next(tar, before)) is not None:
                before = member.offset
                refuse_bomb(self.path, self._size, read() + (member.size if self._unpack else 0))
                path = inside(self.path, member.name)
                if member.isdir() or not path:
                    continue
                files += 1
                refuse_crowd(self.path, files)
                if why := self._why_not(member, path):
                    yield Other(path, why)
                    continue
                # a tar has no digests: another tar holds other files, whatever it says of them
                found = Found(path, member.size, f"{member.mtime} {self._size} {self._written}")
                if found in self._places:
                    yield Other(path, "another entry of the same name is in the archive")
                    continue
                self._places[found] = member.offset_data
                yield Sight(found, partial(_extracted, tar, member))
                progress("MB looked through", self._file.tell() // _MEGABYTE, 1 + self._size // _MEGABYTE)
            self._unpacked = tar.offset
            self._refuse_more(tar)

    def _refuse_more(self, tar: tarfile.TarFile) -> None:
        """Behind its end a tar has zeros; of two of them, one behind the other, only the first is read."""
        rest: Any = tar.fileobj
        while piece := rest.read(_PIECE):
            if any(piece):
                why = "something follows its end: make one tar of them, or unpack it"
                raise PlaceUnreadable(path=self.path, why=why)

    @contextmanager
    def _opened(self) -> Iterator[tuple[tarfile.TarFile, Callable[[], int]]]:
        """The tar, read forward, and how much of it was read."""
        if self._plain is not None:
            self._plain.seek(0)
            with tarfile.open(fileobj=self._plain, mode="r:", tarinfo=_Member) as tar:
                yield tar, lambda: 0
            return
        assert self._unpack is not None
        self._file.seek(0)
        with self._unpack(self._file) as unpacking:
            counted = _Counted(unpacking, self.path, self._size)
            with tarfile.open(fileobj=cast(Any, counted), mode="r|", tarinfo=_Member) as tar:
                yield tar, lambda: counted.count

    def _why_not(self, member: tarfile.TarInfo, path: str) -> str:
        if member.issym() or member.islnk():
            # a symbolic one starts from its own folder, and may go up as far as that is deep
            start = posixpath.dirname(path) if member.issym() and not member.linkname.startswith("/") else ""
            inside(self.path, posixpath.normpath(posixpath.join(start, member.linkname)))
            return "a link"
        if hidden_part(path):
            return HIDDEN
        return "" if member.isreg() and not member.issparse() else "no regular file"

    def _unpacked_into(self, scratch: Path, progress: Progress) -> IO[bytes]:
        assert self._unpack is not None
        scratch.mkdir(mode=0o700, parents=True, exist_ok=True)
        plain = self._held.enter_context(tempfile.TemporaryFile(dir=scratch))  # noqa: SIM115
        self._file.seek(0)
        with self._unpack(self._file) as unpacking:
            counted = _Counted(unpacking, self.path, self._size)
            while piece := counted.read(_PIECE):
                plain.write(piece)
                progress("MB unpacked", self._file.tell() // _MEGABYTE, 1 + self._size // _MEGABYTE)
        return cast(IO[bytes], plain)

    @contextmanager
    def open(self, found: Found) -> Iterator[Readable]:
        """The member's bytes, once the tar was walked through with a ``scratch`` or is not packed."""
        place = self._places.get(found)
        if place is None or self._plain is None:
            raise SourceFileChanged(path=found.path)
        self._refuse_changed(found)
        yield _Slice(self._plain.fileno(), place, found.size)
        self._refuse_changed(found)

    def _refuse_changed(self, found: Found) -> None:
        """A tar that is not packed is read where it lies, and nothing in it tells what its files held."""
        seen = os.fstat(self._file.fileno())
        if self._plain is self._file and (seen.st_size, seen.st_mtime_ns) != (self._size, self._written):
            raise SourceFileChanged(path=found.path)

    def close(self) -> None:
        """Close it, and drop what was unpacked."""
        self._held.close()


class _Member(tarfile.TarInfo):
    """A member whose damage is an error; tarfile takes it for the end of the archive."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
        """A header of 512 bytes; all zeros are the end (POSIX pax, 'ustar Interchange Format')."""
        try:
            return super().frombuf(buf, encoding, errors)
        except tarfile.HeaderError as error:
            if len(buf) == tarfile.BLOCKSIZE and not any(buf):
                raise
            raise tarfile.ReadError(str(error)) from None

    def _proc_member(self, tar: tarfile.TarFile) -> Any:
        if self.type in _NOTES and self.size > _LONGEST_NOTE:
            raise HostilePlace(path=tar.name or "the tar file", why="a description in it is endless")
        return super()._proc_member(tar)  # type: ignore[misc]


def _next(tar: tarfile.TarFile, before: int) -> tarfile.TarInfo | None:
    """The member behind the one at ``before``; tarfile follows a size below zero back (CVE-2025-8194)."""
    try:
        member = tar.next()
    except OSError as error:
        raise tarfile.ReadError(str(error)) from None
    tar.members.clear()  # type: ignore[attr-defined]  # else it remembers every one
    if member is not None and (member.size < 0 or member.offset <= before):
        raise tarfile.ReadError("a member of less than nothing")
    return member


@contextmanager
def _extracted(tar: tarfile.TarFile, member: tarfile.TarInfo) -> Iterator[Readable]:
    file = tar.extractfile(member)
    assert file is not None  # of a regular member
    try:
        yield file
    except _DAMAGED:
        raise PlaceUnreadable(path=member.name, why="this entry is damaged") from None


class _Counted:
    """What comes out of a packed file, refused once it is far too much."""

    def __init__(self, file: IO[bytes], archive: Path, packed: int) -> None:
        self._file, self._archive, self._packed = file, archive, packed
        self.count = 0

    def read(self, count: int) -> bytes:
        piece = self._file.read(count)
        self.count += len(piece)
        refuse_bomb(self._archive, self._packed, self.count)
        return piece


class _Slice:
    """A part of a file that several threads may read."""

    def __init__(self, handle: int, place: int, size: int) -> None:
        self._handle, self._place, self._left = handle, place, size

    def read(self, count: int) -> bytes:
        piece = os.pread(self._handle, min(count, self._left), self._place)
        self._place += len(piece)
        self._left -= len(piece)
        return piece
