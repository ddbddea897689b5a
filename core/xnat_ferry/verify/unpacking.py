"""What a downloaded zip holds: each file read once as it passes, kept nowhere."""

from collections.abc import Iterable, Mapping
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from msgspec import Struct
from msgspec.structs import replace

from xnat_ferry.dicom.instance import read_passing
from xnat_ferry.dicom.opening import open_dicom
from xnat_ferry.dicom.pixels import Readable
from xnat_ferry.model import FileRow
from xnat_ferry.verify.headers import Header, compare_headers, header_facts
from xnat_ferry.verify.observed import Content, HeaderLook, Place
from xnat_ferry.xnat.scan_zips import entry_name
from xnat_ferry.xnat.zip_stream import read_zip

LONGEST_HEADER = 16 * 1024 * 1024
"""Bytes of a file that are kept while it passes, where its header is wanted."""


_PIECE = 256 * 1024


class Unpacked(Struct, frozen=True):
    """What was found in a zip of what is listed."""

    contents: dict[Place, Content]
    strangers: bool
    """It holds files that are not listed: then what is listed and not found may be one of them."""


def unpack(
    pieces: Iterable[bytes], places: Iterable[Place], scratch: Path, sent: Mapping[str, Header] | None = None
) -> Unpacked:
    """The listed files in a zip; with ``sent`` their headers are compared with those, by SOPInstanceUID.

    Raises BrokenZip.
    """
    listed = {_key_of(place): place for place in places}
    found, strange = {}, False
    for entry in read_zip(pieces):
        place = listed.get(_key(entry.name))
        strange = strange or place in found  # of two under one name nobody knows which is stored
        if place is not None:
            found[place] = content_of(entry, scratch) if sent is None else _compared(entry, scratch, sent)
        else:
            strange = strange or not entry.name.lower().endswith(_NO_FILES)
    return Unpacked(found, strange)


def unpack_headers(pieces: Iterable[bytes]) -> dict[str, Header]:
    """The headers in a zip by SOPInstanceUID, as far as they can be read. Raises BrokenZip."""
    found = {}
    for entry in read_zip(pieces):
        passing = _Keeping(entry)
        while passing.read(_PIECE):
            pass  # to its end, which its checksum is for
        uid, header = passing.identified_header()
        if header is not None:
            found[uid] = header
    return found


def _compared(file: Readable, scratch: Path, sent: Mapping[str, Header]) -> Content:
    passing = _Keeping(file)
    content = content_of(passing, scratch)
    return replace(content, header=look_at(sent.get(content.sop_uid), passing.header()))


def look_at(sent: Header | None, there: Header | None) -> HeaderLook:
    """Two headers beside each other, as far as there are two."""
    if sent is None or there is None:
        return HeaderLook(problem="one of the two headers could not be read")
    return HeaderLook(changes=compare_headers(sent, there))


def content_of(file: Readable, scratch: Path) -> Content:
    """What a file is, read once from its start."""
    passed = read_passing(file, str(scratch))
    identity = passed.identity
    if identity is None:
        return Content(size=passed.size, md5=passed.md5)
    return Content(
        size=passed.size,
        md5=passed.md5,
        sop_uid=identity.sop_uid,
        series_uid=identity.series_uid,
        pixel_md5=identity.pixel_md5,
    )


def header_of(file: BinaryIO) -> Header | None:
    """The header of a file that is at its start; None for what is no readable DICOM."""
    return _identified(file)[1]


def _identified(file: BinaryIO) -> tuple[str, Header | None]:
    """Its SOPInstanceUID beside it."""
    try:
        dataset = open_dicom(file, stop_before_pixels=True)
        header = header_facts(dataset)  # before anything of it is decoded
        return str(dataset.get("SOPInstanceUID", "")), header
    except Exception:  # pydicom raises many kinds for what is simply not DICOM
        return "", None


class _Keeping:
    """Keeps the start of what is read through it, for its header."""

    def __init__(self, file: Readable) -> None:
        self._file = file
        self._start = BytesIO()

    def read(self, count: int) -> bytes:
        piece = self._file.read(count)
        self._start.write(piece[: max(LONGEST_HEADER - self._start.tell(), 0)])
        return piece

    def header(self) -> Header | None:
        """None also where it does not end within what was kept."""
        return self.identified_header()[1]

    def identified_header(self) -> tuple[str, Header | None]:
        """The same with the SOPInstanceUID beside it."""
        length = self._start.tell()
        self._start.seek(0)
        uid, header = _identified(self._start)
        return uid, header if self._start.tell() < length or length < LONGEST_HEADER else None


_NO_FILES = (".xml", ".log")
"""Catalogs and logs, which a prearchive row's zip holds too (wire-write 2.1)."""


def _key_of(place: Place) -> str:
    scan, resource, path = place
    return entry_name(FileRow(scan=scan, resource=resource, path=path, size=None, digest=""))


def _key(name: str) -> str:
    """Where an entry lies, in either zip: ``MR1/scans/1/DICOM/a.dcm`` or ``MR1/SCANS/1/DICOM/a.dcm``."""
    folder, _, rest = name.partition("/")
    if folder.lower() != "scans" or rest.lower().startswith("scans/"):
        folder, _, rest = rest.partition("/")
    if folder.lower() != "scans":
        return ""
    scan, _, rest = rest.partition("/")
    resource, _, path = rest.partition("/")
    return _key_of((scan, resource, path))
