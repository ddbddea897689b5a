"""Reading identities and digesting pixels, against pydicom's own full reading of real files."""

import hashlib
import warnings
from io import BytesIO
from pathlib import Path

import pydicom
import pydicom.data
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.making import dicom_bytes
from xnat_ferry.dicom.glance import PIXEL_TAGS
from xnat_ferry.dicom.instance import NotDicom, read_seeking

REAL = Path(pydicom.data.__file__).parent / "test_files"
FILES = sorted(path for path in REAL.rglob("*") if path.is_file())


def expected_digest(content: bytes) -> str:
    dataset = pydicom.dcmread(BytesIO(content), force=True)
    value = next((dataset[tag].value for tag in PIXEL_TAGS if tag in dataset), None)
    return "" if value is None else hashlib.md5(value).hexdigest()


@pytest.mark.filterwarnings("ignore::UserWarning:pydicom")
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_the_pixel_digest_is_that_of_the_value_alone(path: Path) -> None:
    content = path.read_bytes()
    try:
        identity = read_seeking(BytesIO(content))[0]
    except NotDicom:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            assert not is_instance(content)
        return
    assert identity.pixel_md5 == expected_digest(content)


def is_instance(content: bytes) -> bool:
    try:
        dataset = pydicom.dcmread(BytesIO(content), force=True)
        return bool(dataset.get("SOPInstanceUID")) and bool(dataset.get("SOPClassUID"))
    except Exception:  # any failure of pydicom means it is none
        return False


def test_most_of_the_real_files_are_instances() -> None:
    found = 0
    for path in FILES:
        try:
            read_seeking(BytesIO(path.read_bytes()))
        except NotDicom:
            continue
        found += 1
    assert found > 100


def test_rewriting_the_header_leaves_the_digest_as_it_is() -> None:
    before = dicom_bytes()
    dataset = pydicom.dcmread(BytesIO(before))
    dataset.PatientName = "A^LONGER^NAME^THAN^BEFORE"
    dataset.StudyDescription = "other"
    after = BytesIO()
    dataset.save_as(after)
    after.seek(0)
    assert read_seeking(after)[0].pixel_md5 == read_seeking(BytesIO(before))[0].pixel_md5 != ""


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=2000))
def test_any_bytes_are_an_instance_or_refused(content: bytes) -> None:
    try:
        identity = read_seeking(BytesIO(content))[0]
    except NotDicom:
        return
    assert identity.sop_uid


@settings(max_examples=30, deadline=None)
@given(st.integers(min_value=0, max_value=len(dicom_bytes())))
def test_a_cut_file_never_breaks_the_reader(length: int) -> None:
    try:
        read_seeking(BytesIO(dicom_bytes()[:length]))
    except NotDicom:
        return
