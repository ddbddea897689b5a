"""What a downloaded zip holds: each file read once as it passes, kept nowhere."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from xnat_ferry.dicom.facts import Header
from xnat_ferry.dicom.instance import Passed, read_passing
from xnat_ferry.dicom.pixels import Readable
from xnat_ferry.model import FileRow
from xnat_ferry.verify.headers import compare_headers
from xnat_ferry.verify.observed import Content, HeaderComparison, Place
from xnat_ferry.xnat.scan_zips import entry_name
from xnat_ferry.xnat.zip_stream import read_zip


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


def unpack_headers(pieces: Iterable[bytes], scratch: Path) -> dict[str, Header]:
    """The headers in a zip by SOPInstanceUID, as far as they can be read. Raises BrokenZip."""
    found = {}
    for entry in read_zip(pieces):
        passed = read_passing(entry, str(scratch), header=True, digests=False)
        if passed.identity is not None and passed.header is not None:
            found[passed.identity.sop_uid] = passed.header
    return found


def _compared(file: Readable, scratch: Path, sent: Mapping[str, Header]) -> Content:
    passed = read_passing(file, str(scratch), header=True)
    content = content_from(passed)
    header = sent.get(content.sop_uid)
    return content if header is None else replace(content, header=compare_elements(header, passed.header))


def compare_elements(sent: Header | None, there: Header | None) -> HeaderComparison:
    """All elements of two files beside each other, as far as there are two."""
    if sent is None or there is None:
        return HeaderComparison(problem="one of the two headers could not be read")
    changes = (*compare_headers(sent.head, there.head), *compare_headers(sent.tail, there.tail))
    return HeaderComparison(changes=changes)


def content_of(file: Readable, scratch: Path) -> Content:
    """What a file is, read once from its start."""
    return content_from(read_passing(file, str(scratch)))


def content_from(passed: Passed) -> Content:
    """The same of one that was read."""
    identity = passed.identity
    if identity is None:
        return Content(size=passed.size, md5=passed.md5)
    return Content(
        size=passed.size,
        md5=passed.md5,
        sop_uid=identity.sop_uid,
        series_uid=identity.series_uid,
        pixel_md5=identity.pixel_md5,
        pixel_bytes=identity.pixel_bytes,
        tail_md5=identity.tail_md5,
    )


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
