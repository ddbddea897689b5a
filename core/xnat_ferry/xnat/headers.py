"""A scan's DICOM header from the start of one of its files: a ranged GET, never the pixels."""

from io import BytesIO
from urllib.parse import quote

from pydicom import Dataset, dcmread
from pydicom.errors import InvalidDicomError

from xnat_ferry.errors import NotAnAnswer
from xnat_ferry.model import FileRow
from xnat_ferry.xnat.client import XnatClient, data_path

FIRST_BYTES = 64 * 1024
"""Enough for most headers; a longer one is asked for again, four times as much each time."""

_MOST_BYTES = 16 * 1024 * 1024


def read_header(client: XnatClient, session_id: str, file: FileRow) -> Dataset:
    """The data set of one listed file up to its pixel data; one request where it fits (wire-read 0.6).

    What is in it may name a patient: it is for the eyes of whoever asked, not for any file. Raises NotFound,
    or NotAnAnswer for what is no DICOM.
    """
    path = data_path("experiments", session_id, "scans", file.scan, "resources", file.resource, "files")
    path += "/" + quote(file.path)
    size = FIRST_BYTES
    while True:
        start = _read_start(client, path, size)
        header = _parsed(start)
        if header is not None:
            return header
        if len(start) < size or size >= _MOST_BYTES:
            raise NotAnAnswer(server=client.server, what=f"GET {path}", status=200, said="no DICOM header")
        size *= 4


def _read_start(client: XnatClient, path: str, size: int) -> bytes:
    found = bytearray()
    with client.stream(path, first=size) as pieces:
        for piece in pieces:
            found += piece
            if len(found) >= size:
                break  # the server knew no ranges; the rest is not wanted
    return bytes(found[:size])


def _parsed(start: bytes) -> Dataset | None:
    """The header, or None when it does not end within these bytes."""
    whole = BytesIO(start)
    try:
        header = dcmread(whole, stop_before_pixels=True)
    except (InvalidDicomError, EOFError, ValueError, OSError, AttributeError):
        return None
    # a header that was cut ends where the bytes end; a whole one ends before its pixels
    return header if whole.tell() < len(start) else None
