"""The digest of pixel data by itself: the same for the same image, however the file around it is written."""

import hashlib
from io import BytesIO
from struct import pack

import pydicom
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom import Dataset
from pydicom.dataset import FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import (
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    MRImageStorage,
    RLELossless,
)

from tests.core.making import dicom_bytes
from xnat_ferry.dicom.instance import read_passing, read_seeking
from xnat_ferry.dicom.pixels import digest_value

FLOAT, DOUBLE, PIXELS = "FloatPixelData", "DoubleFloatPixelData", "PixelData"


def image(value: bytes | None, syntax: str = ExplicitVRLittleEndian, keyword: str = PIXELS) -> Dataset:
    """An instance with this value of its pixel data element, or with none."""
    made = Dataset()
    made.SOPClassUID, made.SOPInstanceUID = MRImageStorage, "1.2.3.1.1"
    made.StudyInstanceUID, made.SeriesInstanceUID = "1.2.3", "1.2.3.1"
    made.Rows, made.Columns = 4, 4
    made.BitsAllocated = {FLOAT: 32, DOUBLE: 64}.get(keyword, 8)
    if value is not None:
        setattr(made, keyword, value)
        if keyword == PIXELS:
            made[keyword].VR = "OB" if UID(syntax).is_encapsulated else "OW"
            made[keyword].is_undefined_length = UID(syntax).is_encapsulated
    made.file_meta = FileMetaDataset()
    made.file_meta.TransferSyntaxUID = UID(syntax)
    made.file_meta.MediaStorageSOPClassUID = MRImageStorage
    made.file_meta.MediaStorageSOPInstanceUID = UID("1.2.3.1.1")
    return made


def written(dataset: Dataset) -> bytes:
    content = BytesIO()
    dataset.save_as(content, enforce_file_format=True)
    return content.getvalue()


def digest(content: bytes) -> str:
    """By both ways of reading, which must agree."""
    by_seeking = read_seeking(BytesIO(content))[0].pixel_md5
    identity = read_passing(BytesIO(content), ".").identity
    assert identity is not None
    assert identity.pixel_md5 == by_seeking
    return by_seeking


@pytest.mark.parametrize("keyword", [PIXELS, FLOAT, DOUBLE])
def test_it_is_the_md5_of_the_value(keyword: str) -> None:
    value = bytes(range(128))
    assert digest(written(image(value, keyword=keyword))) == hashlib.md5(value).hexdigest()


def test_a_file_without_an_image_has_none() -> None:
    assert digest(written(image(None))) == ""


@pytest.mark.parametrize("syntax", [ImplicitVRLittleEndian, DeflatedExplicitVRLittleEndian])
def test_the_transfer_syntax_of_the_header_does_not_matter(syntax: str) -> None:
    value = bytes(range(16))
    assert digest(written(image(value, syntax))) == digest(written(image(value)))


@pytest.mark.parametrize("syntax", [JPEG2000Lossless, RLELossless])
@pytest.mark.parametrize("frames", [1, 5])
def test_of_compressed_frames_the_whole_stream_counts(syntax: str, frames: int) -> None:
    streams = [bytes([number]) * (10 + 2 * number) for number in range(frames)]
    value = encapsulate(streams)
    first = digest(written(image(value, syntax)))
    assert first == hashlib.md5(value.removesuffix(b"\xfe\xff\xdd\xe0\0\0\0\0")).hexdigest()
    streams[-1] = streams[-1][:-1] + b"\xff"
    assert digest(written(image(encapsulate(streams), syntax))) != first


def test_another_header_leaves_it_and_one_bit_of_the_image_does_not() -> None:
    other = pydicom.dcmread(BytesIO(dicom_bytes()))
    other.PatientName = "MUCH^LONGER^THAN^BEFORE"
    assert digest(written(other)) == digest(dicom_bytes())
    flipped = bytearray(dicom_bytes())
    flipped[-1] ^= 1
    assert digest(bytes(flipped)) != digest(dicom_bytes())


@given(st.binary(min_size=1, max_size=300).filter(lambda value: len(value) % 2 == 1))
def test_the_trailing_byte_counts_whether_it_is_there_or_not(value: bytes) -> None:
    """PS3.5 7.1.2 and 8.2: an odd number of bytes is made even; not every writer does."""
    head = dicom_bytes()
    head = head[: head.index(b"\xe0\x7f\x10\x00")]
    bare = head + b"\xe0\x7f\x10\x00OB\0\0" + pack("<L", len(value)) + value
    padded = head + b"\xe0\x7f\x10\x00OB\0\0" + pack("<L", len(value) + 1) + value + b"\0"
    assert digest(bare) == digest(padded)


@given(st.lists(st.binary(min_size=1, max_size=50), min_size=1, max_size=4))
def test_so_does_that_of_every_fragment(fragments: list[bytes]) -> None:
    def stream(*, even: bool) -> bytes:
        found = b"\xfe\xff\x00\xe0\0\0\0\0"  # an empty basic offset table
        for one in fragments:
            whole = one + b"\0" * (len(one) % 2 if even else 0)
            found += b"\xfe\xff\x00\xe0" + pack("<L", len(whole)) + whole
        return found + b"\xfe\xff\xdd\xe0\0\0\0\0"

    undefined = 0xFFFFFFFF
    assert digest_value(BytesIO(stream(even=True)), undefined) == digest_value(
        BytesIO(stream(even=False)), undefined
    )


@settings(deadline=None)
@given(st.binary(max_size=200), st.integers(0, 0xFFFFFFFF))
def test_no_bytes_break_it(content: bytes, length: int) -> None:
    assert len(digest_value(BytesIO(content), length)) == 32
