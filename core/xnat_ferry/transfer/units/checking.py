"""Checks a fetched unit completely before its first byte is sent on."""

import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path
from struct import error as StructError
from typing import BinaryIO

import msgspec
from msgspec import Struct

from xnat_ferry.dicom.instance import Identity, Passed, read_passing
from xnat_ferry.errors import DownloadBroken, ForeignStudy
from xnat_ferry.model import FileRow, Instance
from xnat_ferry.packed import Packed
from xnat_ferry.settings.redact import plain
from xnat_ferry.transfer.units.cutting import Unit
from xnat_ferry.transfer.units.stored_entry import StoredEntries
from xnat_ferry.wording import out_of
from xnat_ferry.xnat.scan_zips import entry_name

ALWAYS_ALLOWED = 256 * 1024 * 1024
"""Bytes that a unit may unpack to, whatever it is packed in."""
MOST_FOLD = 100
"""How many times more than is listed it may be; images shrink by a factor of two or three."""
_WAYS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    StructError,
)
"""What reading a zip that is none, or damaged, raises."""


class LeftOut(Struct, frozen=True):
    """A file that is no DICOM instance: the server will drop it from the same zip."""

    scan: str
    name: str
    why: str


class Entry(Struct, frozen=True):
    """An instance, and its whole name in the zip."""

    name: str
    instance: Instance


class CheckedUnit(Struct, frozen=True):
    """A unit that is what the listing said."""

    entries: Sequence[Entry]
    left_out: tuple[LeftOut, ...]

    @property
    def instances(self) -> Iterator[Instance]:
        """Without their names in the zip."""
        return (one.instance for one in self.entries)

    @property
    def names(self) -> Iterator[str]:
        """In the zip."""
        return (one.name for one in self.entries)

    def keeping(self, wanted: Mapping[str, Instance]) -> "CheckedUnit":
        """The same, when of its instances only the ``wanted`` travel and the destination has the others."""
        entries = (
            Entry(one.name, wanted.get(one.name) or msgspec.structs.replace(one.instance, there=True))
            for one in self.entries
        )
        return CheckedUnit(Packed(Entry, entries), self.left_out)


def check_unit(
    zipped: BinaryIO, unit: Unit, *, session: str, study_uid: str, scratch: Path, series: dict[str, str]
) -> CheckedUnit:
    """Compare a zip with the listing: entries, digests where the server has them, else CRCs and sizes.

    ``series`` maps scan IDs to SeriesInstanceUIDs for files that carry none. Raises DownloadBroken for any
    difference and ForeignStudy for an instance of another study than ``study_uid`` (when that is known).
    """
    what = f"{session} scan {unit.key}"
    entries = Packed(Entry)
    left_out: list[LeftOut] = []
    try:
        with zipfile.ZipFile(zipped) as archive:
            stored = StoredEntries(zipped)
            for entry, file in _matched(archive, unit, what):
                lying = stored.open(entry)
                proven = nullcontext(lying) if lying and file.digest else None
                with proven or archive.open(entry) as passing:  # zipfile checks the CRC
                    passed = read_passing(passing, str(scratch))
                _compare_with_listing(file, passed, what)
                identity = passed.identity
                if identity is None:
                    left_out.append(LeftOut(file.scan, file.path, passed.why))
                    continue
                if study_uid and identity.study_uid != study_uid:
                    raise ForeignStudy(session=session, uid=plain(identity.study_uid, 70), what=what)
                instance = _instance(file, passed, identity, series.get(file.scan, ""))
                entries.append(Entry(entry.filename, instance))
    except DAMAGED as error:
        raise DownloadBroken(what=what, why=f"the zip is damaged or incomplete ({error})") from None
    return CheckedUnit(entries, tuple(left_out))


def _matched(archive: zipfile.ZipFile, unit: Unit, what: str) -> Iterator[tuple[zipfile.ZipInfo, FileRow]]:
    """The zip's entries with the listed files they are; raises unless the two sets are one."""
    listed = {entry_name(file): file for file in unit.files}
    # the first folder is the session's label (wire-read 2.10)
    entries = {entry.filename.partition("/")[2]: entry for entry in archive.infolist()}
    missing, unasked = listed.keys() - entries.keys(), entries.keys() - listed.keys()
    if missing or unasked or len(archive.infolist()) != len(unit.files):
        why = f"{out_of(len(missing), len(unit.files), 'file')} missing"
        if unasked:
            why += f", {len(unasked)} were not asked for"
        raise DownloadBroken(what=what, why=why)
    _refuse_bomb(archive, unit, what)
    for name, entry in entries.items():
        yield entry, listed[name]


def _refuse_bomb(archive: zipfile.ZipFile, unit: Unit, what: str) -> None:
    """No entry is read beyond what the directory says of it, so that is what must be within reason.

    A listed size may be stale (wire-read 2.8), so it is not taken at its word.
    """
    listed = sum(file.size or 0 for file in unit.files)
    unpacked = sum(entry.file_size for entry in archive.infolist())
    if any(entry.compress_type not in _WAYS for entry in archive.infolist()):
        raise DownloadBroken(what=what, why="a file is packed in a way that no XNAT packs it")
    if unpacked > max(ALWAYS_ALLOWED, MOST_FOLD * listed):
        raise DownloadBroken(what=what, why=f"it would grow to more than {MOST_FOLD} times what is listed")


def _compare_with_listing(file: FileRow, passed: Passed, what: str) -> None:
    # a listed size may be stale (wire-read 2.8), so a digest decides wherever there is one
    if file.digest and file.digest != passed.md5:
        raise DownloadBroken(what=what, why="a file's digest is not the one in the catalog")
    if not file.digest and file.size is not None and file.size != passed.size:
        raise DownloadBroken(what=what, why=f"a file has {passed.size} bytes where {file.size} are listed")


def _instance(file: FileRow, passed: Passed, identity: Identity, series_uid: str) -> Instance:
    return Instance(
        scan=file.scan,
        series_uid=identity.series_uid or series_uid,
        sop_uid=identity.sop_uid,
        name=file.path.rpartition("/")[2],
        path=file.path,
        size=passed.size,
        md5=passed.md5,
        pixel_md5=identity.pixel_md5,
        pixel_bytes=identity.pixel_bytes,
        tail_md5=identity.tail_md5,
    )
