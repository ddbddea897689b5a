"""Reads one DICOM file's identity and digests its pixel data value by itself.

Headers may be rewritten by a destination's scripts; the value of the pixel data element may not, so its
digest is what proves that an image arrived.
"""

import hashlib
import tempfile
import warnings
from io import BytesIO
from typing import BinaryIO, cast

from msgspec import Struct

from xnat_ferry.dicom.glance import PIXEL_TAGS, Glance, Short, Uncommon, glance
from xnat_ferry.dicom.opening import open_dicom
from xnat_ferry.dicom.pixels import Viewable, digest_element, digest_value

_PIECE = 256 * 1024
_HEAD = 64 * 1024
"""Bytes in which most headers end."""
_LONGEST_HEAD = 16 * 1024 * 1024
_IN_MEMORY = 8 * 1024 * 1024


class NotDicom(ValueError):
    """The bytes are not a DICOM instance; the text says why."""


class Identity(Struct, frozen=True, kw_only=True):
    """Who a file is. ``pixel_md5`` is "" when it has no pixel data."""

    sop_uid: str
    series_uid: str
    study_uid: str
    pixel_md5: str


class Passed(Struct, frozen=True, kw_only=True):
    """A file that was read once from start to end."""

    size: int
    md5: str
    identity: Identity | None
    """None when it is not a DICOM instance."""
    why: str = ""
    """Why it is none."""


def read_passing(file: Viewable, scratch: str) -> Passed:
    """Read a file once: its size, the MD5 of all of it, and its identity.

    ``file`` gives fewer bytes than asked for only at its end.

    The common case needs no seeking and no copy; anything else is copied into the folder ``scratch`` and read
    again by pydicom.
    """
    passing = _Passing(file)
    head = bytes(passing.read(_HEAD))
    seen, head = _glance(passing, head)
    if seen is None:
        with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY, dir=scratch) as copy:
            copy.write(head)
            while piece := passing.read(_PIECE):
                copy.write(piece)
            copy.seek(0)
            try:
                identity, why = read_identity(cast(BinaryIO, copy)), ""
            except NotDicom as error:
                identity, why = None, str(error)
        return Passed(size=passing.size, md5=passing.md5, identity=identity, why=why)
    pixel_md5 = _digest_seen(seen, _Chained(memoryview(head)[seen.place :], passing))
    while passing.read(_PIECE):
        pass
    identity = Identity(
        sop_uid=seen.sop_uid, series_uid=seen.series_uid, study_uid=seen.study_uid, pixel_md5=pixel_md5
    )
    return Passed(size=passing.size, md5=passing.md5, identity=identity)


def _glance(passing: "_Passing", head: bytes) -> tuple[Glance | None, bytes]:
    """What a glance tells, reading on while it needs more; None when it is not the common case."""
    whole = len(head) < _HEAD
    while True:
        try:
            return glance(head, whole=whole), head
        except Uncommon:
            return None, head
        except Short:
            if len(head) >= _LONGEST_HEAD:
                return None, head
        more = passing.read(3 * len(head))
        whole = len(more) < 3 * len(head)
        head += more


def _digest_seen(seen: Glance, rest: "_Chained") -> str:
    """The digest of the value at the start of ``rest``."""
    if seen.length is None:
        return ""
    return digest_value(rest, seen.length)


class _Passing:
    """Digests and counts what is read through it."""

    def __init__(self, file: Viewable) -> None:
        self._file = file
        self._digest = hashlib.md5(usedforsecurity=False)
        self.size = 0

    def read(self, count: int) -> bytes | memoryview:
        """Fewer bytes only at the end."""
        piece = self._file.read(count)
        self._digest.update(piece)
        self.size += len(piece)
        return piece

    @property
    def md5(self) -> str:
        return self._digest.hexdigest()


class _Chained:
    """Bytes that were read already, then the rest of the file."""

    def __init__(self, first: memoryview, rest: _Passing) -> None:
        self._first, self._rest = first, rest

    def read(self, count: int) -> bytes | memoryview:
        """Fewer bytes at the end, and where the first ones end; none only at the end."""
        piece, self._first = self._first[:count], self._first[count:]
        return piece or self._rest.read(count)


def read_identity(file: BinaryIO) -> Identity:
    """The identity of the DICOM file that ``file`` (seekable, at its start) holds; raises NotDicom.

    Memory does not grow with the size of the pixel data, except in the deflated transfer syntax, where
    the whole data set is one compressed stream.
    """
    from pydicom.uid import DeflatedExplicitVRLittleEndian

    with warnings.catch_warnings():
        # odd values in real files are the archive's business, not a reason to stop
        warnings.simplefilter("ignore")
        try:
            header = open_dicom(
                file,
                force=True,
                stop_before_pixels=True,
                specific_tags=["SOPClassUID", "SOPInstanceUID", "SeriesInstanceUID", "StudyInstanceUID"],
            )
            syntax = getattr(header.file_meta, "TransferSyntaxUID", None)
            uids = [str(header.get(keyword, "")).strip() for keyword in _UIDS]
        except Exception as error:  # pydicom raises many kinds for what is simply not DICOM
            raise NotDicom(f"it cannot be read as DICOM ({type(error).__name__})") from None
        if not all(uids[:2]):
            raise NotDicom("it has no SOP class or no SOP instance UID")
        if syntax == DeflatedExplicitVRLittleEndian:
            digest = _digest_of_whole(file)
        else:
            implicit, little = header.original_encoding
            # pydicom has left the file at the pixel data's tag, or at the end when there is none
            digest = digest_element(file, implicit=bool(implicit), little=little is not False)
    return Identity(sop_uid=uids[1], series_uid=uids[2], study_uid=uids[3], pixel_md5=digest)


_UIDS = ("SOPClassUID", "SOPInstanceUID", "SeriesInstanceUID", "StudyInstanceUID")


def _digest_of_whole(file: BinaryIO) -> str:
    file.seek(0)
    dataset = open_dicom(BytesIO(file.read()), force=True)
    for tag in PIXEL_TAGS:
        if tag in dataset:
            value: bytes = dataset[tag].value
            return digest_value(BytesIO(value), len(value))
    return ""
