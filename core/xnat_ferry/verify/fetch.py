"""Fetches files back and keeps what they are: sizes, digests, UIDs. Bytes are read once and kept nowhere."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path
from typing import BinaryIO, TypeVar

import stamina

from xnat_ferry.dicom.facts import Header
from xnat_ferry.errors import FerryError, NotFound, Retry, ServerAnswer
from xnat_ferry.model import StoredScan, Where
from xnat_ferry.transfer.units.spool import spooled
from xnat_ferry.verify.observed import Content, Contents, Observed, Place, place_of
from xnat_ferry.verify.unpacking import Unpacked, unpack, unpack_headers
from xnat_ferry.xnat.client import XnatClient
from xnat_ferry.xnat.fetching import open_archived, open_row, open_waiting
from xnat_ferry.xnat.scan_zips import open_scans
from xnat_ferry.xnat.zip_stream import BrokenZip

ATTEMPTS = 3
Found = TypeVar("Found")
Open = Callable[[], AbstractContextManager[Iterator[bytes]]]
_STRANGERS = "the zip holds files under other names than are listed"
SentHeaders = Callable[[str], Mapping[str, Header] | None]
"""The headers of a series as they were sent, by SOPInstanceUID: none where they cannot be had.

None where they are not wanted.
"""


class StoredSession:
    """Where one session is kept, so that its files can be fetched: in the archive, or in a prearchive row."""

    def __init__(self, client: XnatClient, observed: Observed, row: str, scratch: Path) -> None:
        self._client, self._observed, self._row, self.scratch = client, observed, row, scratch

    def all(self, sent_headers: SentHeaders | None = None) -> Contents:
        """Every listed file: one request a scan in the archive, one in all in the prearchive.

        With ``sent_headers`` the headers are compared too.
        """
        self.scratch.mkdir(mode=0o700, parents=True, exist_ok=True)
        read = [scan for scan in self._observed.scans if scan.files]
        found = Contents()
        if self._observed.where == Where.PREARCHIVE:
            waiting = {
                uid: header
                for scan in read
                for uid, header in ((sent_headers and sent_headers(scan.scan.uid)) or {}).items()
            }
            found.update(self._unpacked(read, partial(open_row, self._client, self._row), waiting or None))
            return found
        for scan in read:
            sent = sent_headers(scan.scan.uid) if sent_headers else None
            found.update(self._unpacked([scan], partial(self._open_scan, scan), sent))
        return found

    def headers(self, scans: Collection[str]) -> dict[str, Header]:
        """The headers in some archived scans by SOPInstanceUID; raises a ServerAnswer or BrokenZip."""
        found: dict[str, Header] = {}
        self.scratch.mkdir(mode=0o700, parents=True, exist_ok=True)
        read = partial(unpack_headers, scratch=self.scratch)
        for scan in self._observed.scans:
            if scan.scan.id in scans and scan.files:
                found |= _read_again(partial(self._open_scan, scan), read)
        return found

    @contextmanager
    def one(self, place: Place) -> Iterator[BinaryIO]:
        """One file, complete, at its start; raises NotFound and its like."""
        with spooled(self.scratch) as file:

            def read(pieces: Iterator[bytes]) -> None:
                file.seek(0)
                file.truncate()
                for piece in pieces:
                    file.write(piece)

            _read_again(partial(self._open_one, place), read)
            file.seek(0)
            yield file

    def without(self, error: Exception) -> Content:
        """What there is to say of a listed file when this came instead.

        From the archive, 404 is the answer when every file asked for is gone (wire-read 2.9, 2.10); from the
        prearchive it may mean that the whole row has gone meanwhile.
        """
        if isinstance(error, NotFound) and self._observed.where == Where.ARCHIVE:
            return Content(gone=True)
        return Content(problem=str(error))

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
        sent: Mapping[str, Header] | None = None,
    ) -> dict[Place, Content]:
        """What a zip holds of some scans; what is listed and not in it is gone."""
        places = tuple(_places(scans))

        def read(pieces: Iterator[bytes]) -> Unpacked:
            return unpack(pieces, places, self.scratch, sent)

        try:
            found = _read_again(open_zip, read)
        except (ServerAnswer, BrokenZip) as error:
            return dict.fromkeys(places, self.without(error))
        missing = Content(problem=_STRANGERS) if found.strangers else Content(gone=True)
        return dict.fromkeys(places, missing) | found.contents


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


def _places(scans: Iterable[StoredScan]) -> Iterator[Place]:
    return (place_of(scan, file) for scan in scans for file in scan.files or ())
