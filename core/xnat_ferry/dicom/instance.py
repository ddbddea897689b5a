"""Reads one DICOM file's identity and digests its pixel data value by itself.

Headers may be rewritten by a destination's scripts; the value of the pixel data element may not, so its
digest is what proves that an image arrived. For compressed images the value is the encapsulated stream,
from its basic offset table to its last fragment (PS3.5 A.4).
"""

import hashlib
import warnings
from io import BytesIO
from struct import Struct as Layout
from typing import BinaryIO

from msgspec import Struct

PIXEL_TAGS = (0x7FE00008, 0x7FE00009, 0x7FE00010)
"""FloatPixelData, DoubleFloatPixelData, PixelData (PS3.3 C.7.6.3, C.7.6.24, C.7.6.25)."""

_PIECE = 256 * 1024
_UNDEFINED = 0xFFFFFFFF
_ITEM, _DELIMITER = 0xFFFEE000, 0xFFFEE0DD
_LONG_VRS = {b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"UN"}


class NotDicom(ValueError):
    """The bytes are not a DICOM instance; the text says why."""


class Identity(Struct, frozen=True, kw_only=True):
    """Who a file is. ``pixel_md5`` is "" when it has no pixel data."""

    sop_uid: str
    series_uid: str
    study_uid: str
    pixel_md5: str


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
    if length == _UNDEFINED:
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
    return _number(file.read(4), order + "L") if vr in _LONG_VRS else _number(raw[2:], order + "H")


def _digest_fragments(file: BinaryIO, digest: "hashlib._Hash", order: str) -> None:
    while len(head := file.read(8)) == 8 and _tag(head[:4], order) == _ITEM:
        digest.update(head)
        if not _digest_bytes(file, digest, _number(head[4:], order + "L")):
            return


def _digest_bytes(file: BinaryIO, digest: "hashlib._Hash", length: int) -> bool:
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
