"""Fetches files back and keeps what they are: sizes, digests, UIDs. Bytes are read once and kept nowhere."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, TypeVar

import stamina
from msgspec.structs import replace
from pydicom import dcmread

from xnat_ferry.dicom.instance import read_passing
from xnat_ferry.dicom.pixels import Readable
from xnat_ferry.errors import FerryError, NotFound, Retry, ServerAnswer
from xnat_ferry.model import FileRow, StoredScan, Where
from xnat_ferry.transfer.spool import spooled
from xnat_ferry.verify.headers import Header, compare_headers, header_facts
from xnat_ferry.verify.observed import Content, HeaderLook, Observed, Place, place_of
from xnat_ferry.xnat.client import XnatClient
from xnat_ferry.xnat.fetching import open_archived, open_row, open_waiting
from xnat_ferry.xnat.scan_zips import entry_name, open_scans
from xnat_ferry.xnat.zip_stream import BrokenZip, read_zip

ATTEMPTS = 3
Found = TypeVar("Found")
Open = Callable[[], AbstractContextManager[Iterator[bytes]]]
Tell = Callable[[int], None]
"""Hears of bytes as they come."""
SentHeaders = Callable[[str], Mapping[str, Header]]
"""The headers of a series as they were sent, by SOPInstanceUID; none where they cannot be had."""

LONGEST_HEADER = 16 * 1024 * 1024
"""Bytes of a file that are kept while it passes, where its header is wanted."""


class Kept:
    """Where one session is kept, so that its files can be fetched: in the archive, or in a prearchive row."""

    def __init__(self, client: XnatClient, observed: Observed, row: str, scratch: Path) -> None:
        self._client, self._observed, self._row, self.scratch = client, observed, row, scratch

    def all(
        self, tell: Tell = lambda _: None, sent_headers: SentHeaders | None = None
    ) -> dict[Place, Content]:
        """Every listed file: one request a scan in the archive, one in all in the prearchive.

        With ``sent_headers`` the headers of what is archived are compared too.
        """
        self.scratch.mkdir(mode=0o700, parents=True, exist_ok=True)
        read = [scan for scan in self._observed.scans if scan.files]
        if self._observed.where == Where.PREARCHIVE:
            return self._unpacked(read, partial(open_row, self._client, self._row), tell)
        found: dict[Place, Content] = {}
        for scan in read:
            sent = sent_headers(scan.scan.uid) if sent_headers else None
            found |= self._unpacked([scan], partial(self._open_scan, scan), tell, sent)
        return found

    def headers(self, scans: Collection[str]) -> dict[str, Header]:
        """The headers in some archived scans by SOPInstanceUID; raises a ServerAnswer or BrokenZip."""
        found: dict[str, Header] = {}
        for scan in self._observed.scans:
            if scan.scan.id in scans and scan.files:
                found |= _read_again(partial(self._open_scan, scan), self._headers)
        return found

    def _headers(self, pieces: Iterator[bytes]) -> dict[str, Header]:
        found = {}
        for entry in read_zip(pieces):
            passing = _Keeping(entry)
            content = content_of(passing, self.scratch)
            header = passing.header()
            if header is not None:
                found[content.sop_uid] = header
        return found

    @contextmanager
    def one(self, place: Place) -> Iterator[BinaryIO]:
        """One file, complete, at its start; raises NotFound and its like."""
        with spooled(self.scratch) as file:
            with self._open_one(place) as pieces:
                for piece in pieces:
                    file.write(piece)
            file.seek(0)
            yield file

    def _open_scan(self, scan: StoredScan) -> AbstractContextManager[Iterator[bytes]]:
        resources = sorted({file.resource for file in scan.files or ()})
        return open_scans(self._client, self._observed.id, [scan.scan.id], resources)

    def _open_one(self, place: Place) -> AbstractContextManager[Iterator[bytes]]:
        if self._observed.where == Where.PREARCHIVE:
            return open_waiting(self._client, self._row, *place)
        return open_archived(self._client, self._observed.id, *place)

    def _unpacked(
        self,
        scans: Iterable[StoredScan],
        open_zip: Open,
        tell: Tell,
        sent: Mapping[str, Header] | None = None,
    ) -> dict[Place, Content]:
        """What a zip holds of some scans; what is listed and not in it is gone."""
        places = {_key_of(place): place for place in _places(scans)}
        try:
            found = _read_again(open_zip, partial(self._contents, places=places, tell=tell, sent=sent))
        except NotFound:  # the answer when every file is gone
            found = {}
        except (ServerAnswer, BrokenZip) as error:
            return {place: Content(problem=str(error)) for place in places.values()}
        return {place: Content(gone=True) for place in places.values()} | found

    def _contents(
        self,
        pieces: Iterator[bytes],
        places: Mapping[str, Place],
        tell: Tell,
        sent: Mapping[str, Header] | None,
    ) -> dict[Place, Content]:
        found = {}
        for entry in read_zip(_told(pieces, tell)):
            place = places.get(_key(entry.name))
            if place is not None and sent is None:
                found[place] = content_of(entry, self.scratch)
            elif place is not None and sent is not None:
                passing = _Keeping(entry)
                content = content_of(passing, self.scratch)
                look = look_at(sent.get(content.sop_uid), passing.header())
                found[place] = replace(content, header=look)
        return found


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
    try:
        return header_facts(dcmread(file, stop_before_pixels=True))
    except Exception:  # pydicom raises many kinds for what is simply not DICOM
        return None


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
        length = self._start.tell()
        self._start.seek(0)
        header = header_of(self._start)
        return header if self._start.tell() < length or length < LONGEST_HEADER else None


def _read_again(open_zip: Open, read: Callable[[Iterator[bytes]], Found]) -> Found:
    """From the start, since no server can go on in the middle of a zip (wire-read 0.6)."""
    for attempt in stamina.retry_context(
        on=_may_pass, attempts=ATTEMPTS, timeout=None, wait_initial=0.5, wait_max=5.0
    ):
        with attempt, open_zip() as pieces:
            return read(pieces)
    raise AssertionError("a retry ends by returning or raising")


def _may_pass(error: Exception) -> bool:
    return isinstance(error, BrokenZip) or (isinstance(error, FerryError) and error.retry == Retry.AGAIN)


def _told(pieces: Iterator[bytes], tell: Tell) -> Iterator[bytes]:
    for piece in pieces:
        tell(len(piece))
        yield piece


def _places(scans: Iterable[StoredScan]) -> Iterator[Place]:
    return (place_of(scan, file) for scan in scans for file in scan.files or ())


def _key_of(place: Place) -> str:
    scan, resource, path = place
    return entry_name(FileRow(scan=scan, resource=resource, path=path, size=None, digest=""))


def _key(name: str) -> str:
    """Where an entry lies, in either zip: ``MR1/scans/1/DICOM/a.dcm`` or ``MR1/SCANS/1/DICOM/a.dcm``."""
    folder, _, rest = name.partition("/")
    if folder.lower() != "scans" or rest.lower().startswith("scans/"):
        folder, _, rest = rest.partition("/")
    return entry_name_of(rest) if folder.lower() == "scans" else ""


def entry_name_of(rest: str) -> str:
    """The same for what stands behind ``scans/``: XNAT takes ``/resources`` and ``/files`` out anywhere."""
    return f"/scans/{rest}".replace("/resources", "").replace("/files", "").removeprefix("/")
