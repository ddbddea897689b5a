"""A place on this machine as the origin of a transfer: its files are put into zips as a server's would be."""

import hashlib
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from xnat_ferry.dicom.instance import Passed, read_passing
from xnat_ferry.dicom.pixels import Readable
from xnat_ferry.errors import FerryError, PlaceUnreadable, SourceChanged, SourceFileChanged, SourceUnreadable
from xnat_ferry.local.heads import NotCarried, read_head
from xnat_ferry.local.listing import detail_of
from xnat_ferry.local.places import Place
from xnat_ferry.local.scanning import LocalFile, Scanned, Study, open_place, scan
from xnat_ferry.model import Instance, ScanRow, SessionDetail
from xnat_ferry.plan import PlannedSession
from xnat_ferry.transfer.units.cutting import Unit
from xnat_ferry.xnat.scan_zips import entry_name

if TYPE_CHECKING:
    from pydicom import Dataset

_PIECE = 256 * 1024
_FOLDER = "files"
"""The first folder of each zip, where a server has the session's label."""


class LocalOrigin:
    """It scans the place once, when the first session is asked for: what is there now counts."""

    def __init__(self, path: Path, scratch: Path, heed: Callable[[], None] = lambda: None) -> None:
        """``scratch`` is where a packed tar is unpacked; ``heed`` is called while it scans, and may raise."""
        self._path, self._scratch, self._heed = path, scratch, heed
        self._place: Place | None = None
        self._scanned: Scanned | None = None
        self._last: tuple[tuple[str, str], dict[str, LocalFile]] = ("", ""), {}
        self._scanning = threading.Lock()

    def read(self, session: PlannedSession) -> SessionDetail:
        """Raises SourceChanged where a planned scan's files are not those that the plan was made of."""
        study = self._study(session)
        there = {series.scan: series for series in study.series}
        for planned in session.scans:
            series = there.get(planned.id)
            if series is None or series.uid != planned.uid:
                raise SourceChanged(session=session.session, why=f"scan {planned.id} is gone")
            if planned.listing not in ("", series.listing):
                why = f"files of scan {planned.id} were changed, added or removed"
                raise SourceChanged(session=session.session, why=why)
        return detail_of(study)

    def known(self, detail: SessionDetail, scan: ScanRow) -> tuple[Instance, ...] | None:
        """Only the files themselves tell."""
        return None

    def fetch(self, session: PlannedSession, unit: Unit, out: BinaryIO) -> None:
        """Put the unit's files into a zip, stored; raises SourceFileChanged or SourceUnreadable."""
        files = {scan: self._files(session, scan) for scan in unit.scans}
        with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
            for row in unit.files:
                file = files[row.scan][row.path]
                entry = zipfile.ZipInfo(f"{_FOLDER}/{entry_name(row)}")
                entry.file_size = file.found.size
                with archive.open(entry, "w", force_zip64=file.found.size > 2**31) as target:
                    self._read(file, target.write)

    def read_header(self, session: PlannedSession, scan: str, path: str) -> "Dataset":
        """The header of one file of a session that was read; raises SourceChanged or SourceUnreadable."""
        file = self._file(session, scan, path)
        with self._opened(file) as source:
            try:
                header = read_head(source).header()
            except NotCarried as error:
                raise SourceUnreadable(path=file.name, why=str(error)) from None
        if header is None:
            raise SourceUnreadable(path=file.name, why="it cannot be read as DICOM")
        return header

    def read_whole(self, session: PlannedSession, scan: str, path: str) -> Passed:
        """A whole file of a session that was read, without digests; raises as :meth:`read_header` does."""
        with self._opened(self._file(session, scan, path)) as source:
            return read_passing(source, str(self._scratch), header=True, digests=False)

    def digest(self, session: PlannedSession, scan: str, path: str) -> str:
        """The MD5 of one file as it is now, "" where there is none of this name.

        Raises SourceChanged, SourceFileChanged or SourceUnreadable, a UsageError for the place as a whole.
        """
        self._study(session)
        file = self._files(session, scan).get(path)
        if file is None:
            return ""
        read = hashlib.md5(usedforsecurity=False)
        self._read(file, read.update)
        return read.hexdigest()

    def close(self) -> None:
        """Let go of the place."""
        if self._place is not None:
            self._place.close()

    def _read(self, file: LocalFile, take: Callable[[bytes], object]) -> None:
        copied = 0
        with self._opened(file) as source:
            while piece := source.read(_PIECE):
                take(piece)
                copied += len(piece)
        if copied != file.found.size:
            raise SourceFileChanged(path=file.name)

    @contextmanager
    def _opened(self, file: LocalFile) -> Iterator[Readable]:
        """One of the files; raises SourceFileChanged, and SourceUnreadable while it is read, too.

        They name it as it travels: where it lies may say who somebody is, and journals keep what went wrong.
        """
        assert self._place is not None
        try:
            with self._place.open(file.found) as source:
                yield source
        except SourceFileChanged:
            raise SourceFileChanged(path=file.name) from None
        except OSError as error:
            why = error.strerror or type(error).__name__
            raise SourceUnreadable(path=file.name, why=why) from None
        except PlaceUnreadable as error:
            raise SourceUnreadable(path=file.name, why=error.facts["why"]) from None

    def _study(self, session: PlannedSession) -> Study:
        with self._scanning:
            if self._scanned is None:
                self._scanned = self._scan()
        study = self._scanned.study(session.id)
        if study is None:
            raise SourceChanged(session=session.session, why=f"its study is not in {self._path} any more")
        return study

    def _scan(self) -> Scanned:
        self._place = open_place(self._path, self._scratch)
        try:
            scanned = scan(self._place, heed=self._heed)
        except FerryError:
            self._place.close()
            raise
        return scanned

    def _file(self, session: PlannedSession, scan: str, path: str) -> LocalFile:
        file = self._files(session, scan).get(path)
        if file is None:
            raise SourceChanged(session=session.session, why=f"a file of scan {scan} is gone")
        return file

    def _files(self, session: PlannedSession, scan: str) -> dict[str, LocalFile]:
        """The files of one scan by the names they travel under, of a session that was read.

        Those of the last one asked for stay at hand; of all of them it would be much.
        """
        wanted, files = self._last
        if wanted != (session.id, scan):
            study = self._scanned.study(session.id) if self._scanned else None
            series = [one for one in (study.series if study else ()) if one.scan == scan]
            files = {file.name: file for one in series for file in one.files}
            self._last = (session.id, scan), files
        return files
