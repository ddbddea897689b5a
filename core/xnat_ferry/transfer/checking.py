"""Checks a fetched unit completely before its first byte is sent on."""

import hashlib
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from msgspec import Struct

from xnat_ferry.dicom.instance import Identity, NotDicom, read_identity
from xnat_ferry.errors import DownloadBroken, ForeignStudy
from xnat_ferry.model import FileRow, Instance
from xnat_ferry.settings.redact import plain
from xnat_ferry.transfer.spool import spooled
from xnat_ferry.transfer.units import Unit
from xnat_ferry.xnat.scan_zips import entry_name

_PIECE = 256 * 1024


class LeftOut(Struct, frozen=True):
    """A file that is no DICOM instance: the server will drop it from the same zip."""

    scan: str
    name: str
    why: str


class CheckedUnit(Struct, frozen=True):
    """A unit that is what the listing said."""

    instances: tuple[Instance, ...]
    left_out: tuple[LeftOut, ...]


def check_unit(
    zipped: BinaryIO, unit: Unit, *, session: str, study_uid: str, scratch: Path, series: dict[str, str]
) -> CheckedUnit:
    """Compare a zip with the listing: entries, CRCs, digests where the server has them, else sizes.

    ``series`` maps scan IDs to SeriesInstanceUIDs for files that carry none. Raises DownloadBroken for any
    difference and ForeignStudy for an instance of another study than ``study_uid`` (when that is known).
    """
    what = f"{session} scan {unit.key}"
    instances: list[Instance] = []
    left_out: list[LeftOut] = []
    try:
        with zipfile.ZipFile(zipped) as archive:
            for entry, file in _matched(archive, unit, what):
                with _content(archive, entry, scratch) as (content, md5):
                    _compare_with_listing(file, entry.file_size, md5, what)
                    try:
                        identity = read_identity(content)
                    except NotDicom as error:
                        left_out.append(LeftOut(file.scan, file.path, str(error)))
                        continue
                if study_uid and identity.study_uid != study_uid:
                    raise ForeignStudy(session=session, uid=plain(identity.study_uid, 70), what=what)
                instances.append(_instance(file, entry.file_size, md5, identity, series.get(file.scan, "")))
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise DownloadBroken(what=what, why=f"the zip is damaged or incomplete ({error})") from None
    return CheckedUnit(tuple(instances), tuple(left_out))


def _matched(archive: zipfile.ZipFile, unit: Unit, what: str) -> Iterator[tuple[zipfile.ZipInfo, FileRow]]:
    """The zip's entries with the listed files they are; raises unless the two sets are one."""
    listed = {entry_name(file): file for file in unit.files}
    # the first folder is the session's label (wire-read 2.10)
    entries = {entry.filename.partition("/")[2]: entry for entry in archive.infolist()}
    missing, unasked = listed.keys() - entries.keys(), entries.keys() - listed.keys()
    if missing or unasked or len(archive.infolist()) != len(unit.files):
        why = f"{len(missing)} of {len(unit.files)} files are missing"
        if unasked:
            why += f", {len(unasked)} were not asked for"
        raise DownloadBroken(what=what, why=why)
    for name, entry in entries.items():
        yield entry, listed[name]


@contextmanager
def _content(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo, scratch: Path
) -> Iterator[tuple[BinaryIO, str]]:
    """One file at its start with its MD5; reading it to the end also checks its CRC."""
    digest = hashlib.md5()
    with spooled(scratch) as content:
        with archive.open(entry) as packed:
            while piece := packed.read(_PIECE):
                digest.update(piece)
                content.write(piece)
        content.seek(0)
        yield content, digest.hexdigest()


def _compare_with_listing(file: FileRow, size: int, md5: str, what: str) -> None:
    # a listed size may be stale (wire-read 2.8), so a digest decides wherever there is one
    if file.digest and file.digest != md5:
        raise DownloadBroken(what=what, why="a file's digest is not the one in the catalog")
    if not file.digest and file.size is not None and file.size != size:
        raise DownloadBroken(what=what, why=f"a file has {size} bytes where {file.size} are listed")


def _instance(file: FileRow, size: int, md5: str, identity: Identity, series_uid: str) -> Instance:
    return Instance(
        scan=file.scan,
        series_uid=identity.series_uid or series_uid,
        sop_uid=identity.sop_uid,
        name=file.path.rpartition("/")[2],
        path=file.path,
        size=size,
        md5=md5,
        pixel_md5=identity.pixel_md5,
    )
