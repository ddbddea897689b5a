"""Where a downloaded session lies: its folder or ZIP, the manifest beside it, what is still being filled."""

import contextlib
import hashlib
import os
import shutil
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import IO, BinaryIO

from xnat_ferry.dicom.pixels import Readable
from xnat_ferry.errors import CannotWrite
from xnat_ferry.local.backup import ENDING, BackedUp, KeptFile, encoded, read_backup
from xnat_ferry.local.zipped import DAMAGED

_PIECE = 256 * 1024
Opener = Callable[[str], AbstractContextManager[Readable]]
UNREADABLE = (OSError, KeyError, *DAMAGED)
"""A file that is gone, or an entry that is gone or damaged."""


class Shelf:
    """One session's place. A name is there only once all that it stands for is on the disk."""

    def __init__(self, root: Path, subject: str, session: str, *, zipped: bool) -> None:
        self.above = root / subject
        self.zipped = zipped
        self.final = self.above / (f"{session}.zip" if zipped else session)
        self.manifest = self.above / f"{session}{ENDING}"
        self.part = self.above / f".{session}.part"
        """Hidden, so that nobody takes it for the session."""

    def kept(self) -> tuple[BackedUp, Sequence[KeptFile]] | None:
        """What the manifest says; None where there is none that is whole."""
        try:
            return read_backup(self.manifest)
        except (OSError, ValueError):  # what msgspec raises is a ValueError
            return None

    def holds(self, session_id: str, study_uid: str) -> bool | None:
        """Whether what has the final name is this session; None where nothing has it."""
        if not os.path.lexists(self.final):
            return None
        kept = self.kept()
        return kept is not None and (kept[0].id, kept[0].study_uid) == (session_id, study_uid)

    def prepare(self) -> None:
        """Make the folder to be filled; raises CannotWrite, also where it is somebody else's."""
        with _told(self.above):
            self.above.mkdir(parents=True, exist_ok=True)
            if self.filling == self.final:
                return
            with contextlib.suppress(FileExistsError):
                self.part.mkdir(mode=0o700)
            seen = self.part.lstat()
        if self.part.is_symlink() or seen.st_uid != os.getuid():
            raise CannotWrite(folder=self.part, why="it is there and belongs to somebody else")

    @property
    def filling(self) -> Path:
        """The folder that files are written to: the final one where it is there and only to be mended."""
        return self.final if not self.zipped and self.final.is_dir() else self.part

    def write(self, path: str, source: Readable) -> int:
        """One file, whole or not at all; returns its bytes. Raises CannotWrite, or what reading raises."""
        target = self.filling / path
        fresh = target.with_name(f".{hashlib.sha256(target.name.encode()).hexdigest()[:16]}.new")
        count = 0
        with _told(self.above):
            target.parent.mkdir(parents=True, exist_ok=True)
            fresh.unlink(missing_ok=True)
            with _created(fresh, at_once=False) as file:
                while piece := source.read(_PIECE):
                    count += file.write(piece)
            fresh.replace(target)
        return count

    @contextmanager
    def reading(self) -> Iterator[Opener]:
        """Opens what lies there: entries of the ZIP once it has its name, else files of the folder.

        What opening or reading may raise is in UNREADABLE.
        """
        if self.packed:
            with zipfile.ZipFile(self.final) as archive:
                yield archive.open
        else:
            yield self._open

    @property
    def packed(self) -> bool:
        """Whether its ZIP is there."""
        return self.zipped and self.final.is_file()

    @contextmanager
    def _open(self, path: str) -> Iterator[BinaryIO]:
        """One of its own files, whatever a manifest says that somebody has changed."""
        if path.startswith("/") or ".." in path.split("/"):
            raise FileNotFoundError(path)
        handle = os.open(self.filling / path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
        with os.fdopen(handle, "rb") as file:
            yield file

    def finish(self, session: BackedUp, files: Sequence[KeptFile]) -> None:
        """Give the session its name, and its manifest before; raises CannotWrite."""
        with _told(self.above):
            if self.zipped:
                self._pack(files)
            else:
                os.sync()  # once for all its files: one by one takes ten times as long
            self._write_manifest(session, files)
            if self.zipped:
                self._zip_part.replace(self.final)
                self.tidy()
            elif self.filling == self.part:
                self._sweep(files)
                self.part.rename(self.final)
            _sync(self.above)

    def describe(self, session: BackedUp, files: Sequence[KeptFile]) -> None:
        """Write the manifest alone; raises CannotWrite."""
        with _told(self.above):
            self._write_manifest(session, files)
            _sync(self.above)

    def tidy(self) -> None:
        """Remove what a ZIP was made of, once it has its name."""
        shutil.rmtree(self.part, ignore_errors=True)

    def _sweep(self, files: Sequence[KeptFile]) -> None:
        """Remove what an earlier attempt left in the hidden folder and this one did not bring."""
        if sum(1 for _ in _lying(self.part)) == len(files):
            return
        brought = {os.fspath(self.part / one.path) for one in files}
        for path in _lying(self.part):
            if path not in brought:
                os.unlink(path)  # noqa: PTH108  a link goes, and not what it leads to
        for here, _, _ in os.walk(self.part, topdown=False):
            with contextlib.suppress(OSError):
                os.rmdir(here)  # noqa: PTH106  one that holds nothing

    @property
    def _zip_part(self) -> Path:
        return self.part.with_name(f"{self.part.name}.zip")

    def _pack(self, files: Sequence[KeptFile]) -> None:
        self._zip_part.unlink(missing_ok=True)
        with _created(self._zip_part) as out, zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
            for one in files:
                entry = zipfile.ZipInfo(one.path)
                entry.file_size = one.size
                with (
                    self._open(one.path) as source,
                    archive.open(entry, "w", force_zip64=one.size > 2**31) as target,
                ):
                    shutil.copyfileobj(source, target, _PIECE)

    def _write_manifest(self, session: BackedUp, files: Sequence[KeptFile]) -> None:
        fresh = self.manifest.with_name(f".{self.manifest.name}.new")
        fresh.unlink(missing_ok=True)
        with _created(fresh) as file:
            file.writelines(encoded(session, files))
        fresh.replace(self.manifest)


def _lying(folder: Path) -> Iterator[str]:
    """All beneath a folder that is no folder."""
    for here, below, names in os.walk(folder):
        yield from (f"{here}/{name}" for name in names)
        yield from (path for name in below if os.path.islink(path := f"{here}/{name}"))  # noqa: PTH114


@contextmanager
def _created(path: Path, *, at_once: bool = True) -> Iterator[IO[bytes]]:
    """A new file that is on the disk when it is closed, if it shall be ``at_once``."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "wb") as file:
        yield file
        if at_once:
            file.flush()
            os.fsync(handle)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _told(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise CannotWrite(folder=folder, why=error.strerror or type(error).__name__) from None
