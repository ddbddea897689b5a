"""Who one file is, from its first bytes: the UIDs by a glance, the header only where it is asked for."""

from typing import TYPE_CHECKING

from msgspec import Struct

from xnat_ferry.dicom.glance import Short, Uncommon, glance
from xnat_ferry.dicom.header import quietly
from xnat_ferry.dicom.pixels import Readable
from xnat_ferry.dicom.start import header_in

if TYPE_CHECKING:
    from pydicom import Dataset

_FIRST = 16 * 1024
_LONGEST = 16 * 1024 * 1024
_DIRECTORY = b"1.2.840.10008.1.3.10"
"""Media Storage Directory Storage (PS3.4 B.5, PS3.10 8.6)."""
_FIRST_GROUPS = (b"\2\0", b"\x08\0", b"\0\2", b"\0\x08")
"""Where a data set without a preamble begins, in both byte orders (PS3.10 7.1, PS3.5 7.3)."""


class NotCarried(ValueError):
    """The file cannot travel as a DICOM instance; the text says why."""


class Head(Struct, frozen=True):
    """The identity of one file, and the bytes that hold its header."""

    sop_uid: str
    series_uid: str
    study_uid: str
    patient_id: str
    """Only to tell it from another file's: how it is written depends on who read it."""
    start: bytes
    ended: bool
    """Whether these are all bytes of the file."""

    def header(self) -> "Dataset | None":
        """The data set without its pixels; None where pydicom cannot read it."""
        return header_in(self.start, ended=self.ended)


def read_head(file: Readable) -> Head:
    """Read as much of a file as its header takes. Raises NotCarried, and OSError or what the file raises."""
    start = file.read(_FIRST)
    _refuse_at_once(start)
    ended = len(start) < _FIRST
    while (head := _head_in(start, ended)) is None:
        if ended or len(start) >= _LONGEST:
            raise NotCarried("it cannot be read as DICOM")
        more = file.read(3 * len(start))
        ended = len(more) < 3 * len(start)
        start += more
    return _complete(head)


def _refuse_at_once(start: bytes) -> None:
    if not start:
        raise NotCarried("it is empty")
    if start[128:132] != b"DICM" and start[:2] not in _FIRST_GROUPS:
        raise NotCarried("it is no DICOM file")
    if _DIRECTORY in start[132:1024]:
        raise NotCarried("a DICOMDIR, the index of a medium")


def _head_in(start: bytes, ended: bool) -> Head | None:
    try:
        seen = glance(start, whole=ended)
        return Head(seen.sop_uid, seen.series_uid, seen.study_uid, seen.patient_id, start, ended)
    except Short:
        return None
    except Uncommon:
        pass
    header = header_in(start, ended=ended)
    if header is None:
        return None
    sop, series, study = (said(header, word) for word in _UIDS)
    return Head(sop, series, study, said(header, "PatientID"), start, ended)


def said(header: "Dataset", keyword: str) -> str:
    """A value outside any sequence as text; "" where there is none that can be read."""
    with quietly():
        try:
            value = header.get(keyword)
            return "" if value is None else str(value).strip()[:64]
        except Exception:  # pydicom raises many kinds for odd values
            return ""


_UIDS = ("SOPInstanceUID", "SeriesInstanceUID", "StudyInstanceUID")


def _complete(head: Head) -> Head:
    if not head.study_uid or not head.series_uid:
        missing = "StudyInstanceUID" if not head.study_uid else "SeriesInstanceUID"
        raise NotCarried(f"it has no {missing}")
    return head
