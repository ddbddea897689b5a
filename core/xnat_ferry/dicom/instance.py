"""Reads one DICOM file's identity and digests its pixel data value by itself.

Headers may be rewritten by a destination's scripts; the value of the pixel data element may not, so its
digest is what proves that an image arrived. For compressed images the value is the encapsulated stream,
from its basic offset table to its last fragment (PS3.5 A.4).
"""

import hashlib
import tempfile
import warnings
from io import BytesIO
from struct import Struct as Layout
from typing import BinaryIO, Protocol, cast

from msgspec import Struct

from xnat_ferry.dicom.glance import LONG_VRS, PIXEL_TAGS, UNDEFINED, Glance, Short, Uncommon, glance

_PIECE = 256 * 1024
_HEAD = 16 * 1024
"""Bytes in which most headers end."""
_LONGEST_HEAD = 16 * 1024 * 1024
_IN_MEMORY = 8 * 1024 * 1024
_ITEM = 0xFFFEE000


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


class Readable(Protocol):
    """Anything that can be read forward."""

    def read(self, count: int, /) -> bytes: ...


def read_passing(file: Readable, scratch: str) -> Passed:
    """Read a file once: its size, the MD5 of all of it, and its identity.

    The common case needs no seeking and no copy; anything else is copied into the folder ``scratch`` and read
    again by pydicom.
    """
    passing = _Passing(file)
    head = passing.read(_HEAD)
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
    pixel_md5 = _digest_seen(seen, _Chained(head[seen.place :], passing))
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
    digest = hashlib.md5()
    if seen.length == UNDEFINED:
        _digest_fragments(rest, digest, "<")
    else:
        _digest_bytes(rest, digest, seen.length)
    return digest.hexdigest()


class _Passing:
    """Digests and counts what is read through it."""

    def __init__(self, file: Readable) -> None:
        self._file = file
        self._digest = hashlib.md5()
        self.size = 0

    def read(self, count: int) -> bytes:
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

    def __init__(self, first: bytes, rest: _Passing) -> None:
        self._first, self._rest = BytesIO(first), rest

    def read(self, count: int) -> bytes:
        piece = self._first.read(count)
        return piece if len(piece) == count else piece + self._rest.read(count - len(piece))


def read_identity(file: BinaryIO) -> Identity:
    """The identity of the DICOM file that ``file`` (seekable, at its start) holds; raises NotDicom.

    Memory does not grow with the size of the pixel data, except in the deflated transfer syntax, where
    the whole data set is one compressed stream.
    """
    import pydicom
    from pydicom.uid import DeflatedExplicitVRLittleEndian

    with warnings.catch_warnings():
        # odd values in real files are the archive's business, not a reason to stop
        warnings.simplefilter("ignore")
        try:
            header = pydicom.dcmread(
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
            digest = _digest_from_here(file, bool(implicit), little is not False)
    return Identity(sop_uid=uids[1], series_uid=uids[2], study_uid=uids[3], pixel_md5=digest)


_UIDS = ("SOPClassUID", "SOPInstanceUID", "SeriesInstanceUID", "StudyInstanceUID")


def _digest_from_here(file: BinaryIO, implicit: bool, little: bool) -> str:
    """pydicom has left the file at the pixel data's tag, or at the end when there is none."""
    order = "<" if little else ">"
    tag = _tag(file.read(4), order)
    if tag not in PIXEL_TAGS:
        return ""
    length = _value_length(file, implicit, order)
    digest = hashlib.md5()
    if length == UNDEFINED:
        _digest_fragments(file, digest, order)
    else:
        _digest_bytes(file, digest, length)
    return digest.hexdigest()


def _value_length(file: BinaryIO, implicit: bool, order: str) -> int:
    """The length that stands behind the tag, in any of the three forms of PS3.5 7.1."""
    raw = file.read(4)
    vr = raw[:2]
    # some files declare explicit VRs and have none; a VR is two capital letters
    if implicit or not (vr.isalpha() and vr.isupper()):
        return _number(raw, order + "L")
    return _number(file.read(4), order + "L") if vr in LONG_VRS else _number(raw[2:], order + "H")


def _digest_fragments(file: Readable, digest: "hashlib._Hash", order: str) -> None:
    while len(head := file.read(8)) == 8 and _tag(head[:4], order) == _ITEM:
        digest.update(head)
        if not _digest_bytes(file, digest, _number(head[4:], order + "L")):
            return


def _digest_bytes(file: Readable, digest: "hashlib._Hash", length: int) -> bool:
    while length > 0 and (piece := file.read(min(length, _PIECE))):
        digest.update(piece)
        length -= len(piece)
    return length == 0


def _digest_of_whole(file: BinaryIO) -> str:
    import pydicom

    file.seek(0)
    dataset = pydicom.dcmread(BytesIO(file.read()), force=True)
    for tag in PIXEL_TAGS:
        if tag in dataset:
            return hashlib.md5(dataset[tag].value).hexdigest()
    return ""


def _tag(raw: bytes, order: str) -> int:
    if len(raw) < 4:
        return 0
    group, element = Layout(order + "HH").unpack(raw)
    return int(group) << 16 | int(element)


def _number(raw: bytes, layout: str) -> int:
    shape = Layout(layout)
    return int(shape.unpack(raw)[0]) if len(raw) == shape.size else 0
