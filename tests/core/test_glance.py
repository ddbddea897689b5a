"""The short way through a header finds what pydicom finds, and leaves to pydicom what it does not know."""

import hashlib
from io import BytesIO
from pathlib import Path

import pydicom
import pydicom.data
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.sequence import Sequence
from pydicom.uid import UID, ExplicitVRLittleEndian, ImplicitVRLittleEndian, JPEGBaseline8Bit, MRImageStorage

from tests.core.making import dicom_bytes
from xnat_ferry.dicom.glance import Short, Uncommon, glance
from xnat_ferry.dicom.instance import Identity, NotDicom, read_passing, read_seeking

REAL = Path(pydicom.data.__file__).parent / "test_files"
FILES = sorted(path for path in REAL.rglob("*") if path.is_file())


class Forward:
    """Bytes that can only be read on, a few at a time as a zip gives them."""

    def __init__(self, content: bytes) -> None:
        self._content = BytesIO(content)

    def read(self, count: int, /) -> bytes:
        return self._content.read(count)


def by_pydicom(content: bytes) -> Identity | None:
    try:
        return read_seeking(BytesIO(content))[0]
    except NotDicom:
        return None


def is_common(content: bytes) -> bool:
    try:
        glance(content, whole=True)
    except (Uncommon, Short):
        return False
    return True


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_real_file_is_what_pydicom_says(path: Path, tmp_path: Path) -> None:
    content = path.read_bytes()
    passed = read_passing(Forward(content), str(tmp_path))
    assert passed.identity == by_pydicom(content)
    assert (passed.size, passed.md5) == (len(content), hashlib.md5(content).hexdigest())
    assert bool(passed.why) == (passed.identity is None)


def test_most_of_the_real_files_go_the_short_way() -> None:
    assert sum(is_common(path.read_bytes()) for path in FILES) > 60


@st.composite
def datasets(draw: st.DrawFn, depth: int = 2) -> Dataset:
    dataset = Dataset()
    dataset.PatientName = draw(st.sampled_from(["A^B", "X" * 63]))
    dataset.ImageComments = draw(st.text(alphabet="abc \\^=", max_size=300))
    dataset.add_new(
        0x00091001, "UN", draw(st.binary(max_size=40).map(lambda raw: raw + b"\0" * (len(raw) % 2)))
    )
    if depth and draw(st.booleans()):
        items = Sequence(draw(st.lists(datasets(depth - 1), max_size=2)))
        dataset.ReferencedImageSequence = items
        dataset["ReferencedImageSequence"].is_undefined_length = draw(st.booleans())
        for item in items:
            item.is_undefined_length_sequence_item = draw(st.booleans())
    return dataset


@st.composite
def instances(draw: st.DrawFn) -> bytes:
    syntax = draw(st.sampled_from([ExplicitVRLittleEndian, ImplicitVRLittleEndian, JPEGBaseline8Bit]))
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = MRImageStorage
    meta.MediaStorageSOPInstanceUID = UID("1.2.3.4")
    meta.TransferSyntaxUID = syntax
    dataset = FileDataset("", draw(datasets()), file_meta=meta, preamble=b"\0" * 128)
    for keyword in ("SOPClassUID", "SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID"):
        if draw(st.integers(0, 9)):
            setattr(
                dataset, keyword, draw(st.sampled_from(["1.2", "1.2.3", "1.2.840.113619.2.5.1762583153"]))
            )
    dataset.BitsAllocated = 8
    if draw(st.booleans()):
        pixels = draw(st.binary(min_size=1, max_size=40_000))
        compressed = syntax == JPEGBaseline8Bit
        dataset.PixelData = encapsulate([pixels]) if compressed else pixels + b"\0" * (len(pixels) % 2)
    content = BytesIO()
    dataset.save_as(content, enforce_file_format=True)
    return content.getvalue() + draw(st.binary(max_size=3))


@settings(max_examples=150, deadline=None)
@given(instances())
def test_a_generated_file_is_what_pydicom_says(content: bytes) -> None:
    assert read_passing(Forward(content), "/").identity == by_pydicom(content)


@settings(max_examples=150, deadline=None)
@given(instances(), st.data())
def test_a_damaged_file_is_what_pydicom_says(content: bytes, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, min(len(content), 1500) - 1))
    damaged = bytearray(content)
    damaged[place] ^= data.draw(st.integers(1, 255))
    cut = bytes(damaged[: data.draw(st.integers(1, len(content)))])
    assert read_passing(Forward(cut), "/").identity == by_pydicom(cut)


def test_a_header_longer_than_the_first_bytes_is_read_on(tmp_path: Path) -> None:
    dataset = pydicom.dcmread(BytesIO(dicom_bytes()))
    dataset.add_new(0x00091001, "OB", b"\1\2" * 200_000)
    content = BytesIO()
    dataset.save_as(content)
    assert is_common(content.getvalue())
    passed = read_passing(Forward(content.getvalue()), str(tmp_path))
    assert passed.identity == by_pydicom(dicom_bytes())
