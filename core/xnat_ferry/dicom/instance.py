"""Reads one DICOM file's identity and digests its pixel data value, and what follows it, by themselves.

Headers may be rewritten by a destination's scripts; the value of the pixel data element may not, so its
digest is what proves that an image arrived.
"""

import hashlib
import tempfile
import warnings
from io import BytesIO
from typing import TYPE_CHECKING, BinaryIO, cast

from msgspec import Struct

from xnat_ferry.dicom.facts import Facts, Header, digest_of, facts_up_to_pixels, header_facts
from xnat_ferry.dicom.glance import PIXEL_TAGS, Glance, Short, Uncommon, glance
from xnat_ferry.dicom.header import quietly
from xnat_ferry.dicom.opening import open_dicom
from xnat_ferry.dicom.pixels import Viewable, digest_element, digest_value, pass_value
from xnat_ferry.dicom.tail import NOTHING, Tail, read_tail, tail_of, tail_of_bytes

if TYPE_CHECKING:
    from pydicom import Dataset

_PIECE = 256 * 1024
_HEAD = 64 * 1024
"""Bytes in which most headers end."""
_LONGEST_HEAD = 16 * 1024 * 1024
_IN_MEMORY = 8 * 1024 * 1024


class NotDicom(ValueError):
    """The bytes are not a DICOM instance; the text says why."""


class Identity(Struct, frozen=True, kw_only=True):
    """Who a file is. ``pixel_md5`` is "" when it has no pixel data, ``tail_md5`` when nothing follows it."""

    sop_uid: str
    series_uid: str
    study_uid: str
    pixel_md5: str
    pixel_bytes: int
    """What the value takes in the file; 0 too where the file as a whole is deflated."""
    tail_md5: str


class Passed(Struct, frozen=True, kw_only=True):
    """A file that was read once from start to end."""

    size: int
    md5: str
    identity: Identity | None
    """None when it is not a DICOM instance."""
    why: str = ""
    """Why it is none."""
    header: Header | None = None
    """Its elements, where they were asked for and could be told."""


def read_passing(file: Viewable, scratch: str, *, header: bool = False, digests: bool = True) -> Passed:
    """Read a file once: its size, the MD5 of all of it, and its identity; with ``header`` its elements too.

    ``file`` gives fewer bytes than asked for only at its end. Without ``digests`` those of the file and of
    its pixel data are left "".

    The common case needs no seeking and no copy; anything else is copied into the folder ``scratch`` and read
    again by pydicom.
    """
    passing = _Passing(file, digests)
    head = bytes(passing.read(_HEAD))
    seen, head = _glance(passing, head)
    if seen is None:
        return _read_copy(passing, head, scratch, header)
    rest, pixel_md5, pixel_bytes, tail = _Chained(memoryview(head)[seen.place :], passing), "", 0, NOTHING
    if seen.length is not None:
        if digests:
            pixel_md5 = digest_value(rest, seen.length)
        else:
            pass_value(rest, seen.length)
        pixel_bytes = rest.given
        tail = read_tail(rest, scratch, implicit=seen.implicit)
    while passing.read(_PIECE):
        pass
    return Passed(
        size=passing.size,
        md5=passing.md5,
        identity=Identity(
            sop_uid=seen.sop_uid,
            series_uid=seen.series_uid,
            study_uid=seen.study_uid,
            pixel_md5=pixel_md5,
            pixel_bytes=pixel_bytes,
            tail_md5=tail.md5,
        ),
        header=_header(BytesIO(head), tail) if header else None,
    )


def _read_copy(passing: "_Passing", head: bytes, scratch: str, header: bool) -> Passed:
    """The same for what a glance could not tell."""
    with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY, dir=scratch) as copy:
        copy.write(head)
        while piece := passing.read(_PIECE):
            copy.write(piece)
        copy.seek(0)
        file, read, identity, why = cast(BinaryIO, copy), None, None, ""
        try:
            identity, tail = read_seeking(file)
        except NotDicom as error:
            why = str(error)
        else:
            file.seek(0)
            read = _header(file, tail) if header else None
    return Passed(size=passing.size, md5=passing.md5, identity=identity, why=why, header=read)


def _header(file: BinaryIO, tail: Tail) -> Header | None:
    """All elements of a file that is at its start; None where they could not be told."""
    try:
        with quietly():
            return Header(facts_up_to_pixels(file), tail.facts)
    except Exception:  # pydicom raises many kinds for odd values
        return None


def header_of(dataset: "Dataset", tail: Facts) -> Header | None:
    """The elements of a header that was read, of a file with this tail; None where they cannot be told."""
    try:
        with quietly():
            return Header(header_facts(dataset), tail)
    except Exception:  # pydicom raises many kinds for odd values
        return None


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


class _Passing:
    """Digests, if it shall, and counts what is read through it."""

    def __init__(self, file: Viewable, digests: bool) -> None:
        self._file = file
        self._digest = hashlib.md5(usedforsecurity=False) if digests else None
        self.size = 0

    def read(self, count: int) -> bytes | memoryview:
        """Fewer bytes only at the end."""
        piece = self._file.read(count)
        if self._digest is not None:
            self._digest.update(piece)
        self.size += len(piece)
        return piece

    @property
    def md5(self) -> str:
        return "" if self._digest is None else self._digest.hexdigest()


class _Chained:
    """Bytes that were read already, then the rest of the file."""

    def __init__(self, first: memoryview, rest: _Passing) -> None:
        self._first, self._rest = first, rest
        self.given = 0
        """How many bytes it gave."""

    def read(self, count: int) -> bytes | memoryview:
        """Fewer bytes at the end, and where the first ones end; none only at the end."""
        first, self._first = self._first[:count], self._first[count:]
        piece = first or self._rest.read(count)
        self.given += len(piece)
        return piece


def read_seeking(file: BinaryIO) -> tuple[Identity, Tail]:
    """What the DICOM file says that ``file`` (seekable, at its start) holds, by pydicom; raises NotDicom.

    The way for what :func:`read_passing` finds uncommon. Memory does not grow with the size of the pixel
    data, except in the deflated transfer syntax, where the whole data set is one compressed stream.
    """
    from xnat_ferry.dicom.loaded import uid

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
        if syntax == uid.DeflatedExplicitVRLittleEndian:
            pixel_bytes, (pixel_md5, tail) = 0, _deflated(file)
        else:
            implicit, little = bool(header.original_encoding[0]), header.original_encoding[1] is not False
            # pydicom has left the file at the pixel data's tag, or at the end when there is none
            pixel_md5, pixel_bytes = digest_element(file, implicit=implicit, little=little)
            tail = tail_of(file, implicit=implicit, little=little) if pixel_md5 else NOTHING
    identity = Identity(
        sop_uid=uids[1],
        series_uid=uids[2],
        study_uid=uids[3],
        pixel_md5=pixel_md5,
        pixel_bytes=pixel_bytes,
        tail_md5=tail.md5,
    )
    return identity, tail


_UIDS = ("SOPClassUID", "SOPInstanceUID", "SeriesInstanceUID", "StudyInstanceUID")


def _deflated(file: BinaryIO) -> tuple[str, Tail]:
    """The digest of the pixel data in a deflated data set, and what follows them."""
    file.seek(0)
    content = file.read()
    dataset = open_dicom(BytesIO(content), force=True)
    for tag in PIXEL_TAGS:
        if tag in dataset:
            behind = header_of(dataset[tag + 1 :], {})
            tail = tail_of_bytes(content) if behind is None else Tail(digest_of(behind.head), behind.head)
            value: bytes = dataset[tag].value
            return digest_value(BytesIO(value), len(value)), tail
    return "", NOTHING
