"""A scan's DICOM header from the start of one of its files: a ranged GET, never the pixels."""

from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import quote

from xnat_ferry.dicom.header import HeaderSample, sample_of
from xnat_ferry.dicom.start import header_in
from xnat_ferry.errors import NotAnAnswer, ServerAnswer
from xnat_ferry.model import FileRow
from xnat_ferry.xnat.client import XnatClient, data_path

if TYPE_CHECKING:
    from pydicom import Dataset

FIRST_BYTES = 64 * 1024
"""Enough for most headers; a longer one is asked for again, four times as much each time."""

_MOST_BYTES = 16 * 1024 * 1024


def read_header(client: XnatClient, session_id: str, file: FileRow) -> "Dataset":
    """The data set of one listed file up to its pixel data; one request where it fits (wire-read 0.6).

    What is in it may name a patient: it is for the eyes of whoever asked, not for any file. Raises NotFound,
    or NotAnAnswer for what is no DICOM.
    """
    return _read(client, f"{_files(session_id, file.scan, file.resource)}/{quote(file.path)}")


def sample_file(client: XnatClient, session_id: str, file: FileRow) -> HeaderSample:
    """What one listed file's header says; raises nothing, since a header that is unreadable is a finding."""
    return _sample(file.scan, lambda: read_header(client, session_id, file))


def sample_scan(client: XnatClient, session_id: str, scan: str, resource: str) -> HeaderSample:
    """What the header of a scan's first file says; ``index=0`` spares the listing (wire-read 2.8)."""
    return _sample(scan, lambda: _read(client, _files(session_id, scan, resource), index="0"))


def _sample(scan: str, read: Callable[[], "Dataset"]) -> HeaderSample:
    try:
        return sample_of(scan, read())
    except ServerAnswer as error:
        return HeaderSample(scan=scan, problem=str(error))


def _files(session_id: str, scan: str, resource: str) -> str:
    return data_path("experiments", session_id, "scans", scan, "resources", resource, "files")


def _read(client: XnatClient, path: str, **params: str) -> "Dataset":
    size = FIRST_BYTES
    while True:
        start = client.start(path, size, **params)
        ended = len(start) < size
        header = header_in(start, ended=ended)
        if header is not None:
            return header
        if ended or size >= _MOST_BYTES:
            raise NotAnAnswer(server=client.server, what=f"GET {path}", status=200, said="no DICOM header")
        size *= 4
