"""Two headers side by side: every change is found, and none where only the writing differs."""

from io import BytesIO

import pydicom
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom import Dataset
from pydicom.data import get_testdata_file
from pydicom.dataset import FileMetaDataset
from pydicom.uid import UID, ExplicitVRLittleEndian, MRImageStorage

from xnat_ferry.dicom import facts
from xnat_ferry.dicom.edit_script import effects
from xnat_ferry.dicom.facts import header_facts
from xnat_ferry.dicom.instance import header_of
from xnat_ferry.verify.headers import Change, HeaderChange, compare_headers
from xnat_ferry.verify.rewriting import Rewriting


def parsed(dataset: Dataset) -> Dataset:
    content = BytesIO()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.file_meta.MediaStorageSOPClassUID = MRImageStorage
    dataset.file_meta.MediaStorageSOPInstanceUID = UID("1.2")
    dataset.save_as(content, enforce_file_format=True)
    content.seek(0)
    return pydicom.dcmread(content)


def changes(sent: Dataset, there: Dataset) -> set[str]:
    found = compare_headers(header_facts(parsed(sent)), header_facts(parsed(there)))
    return {str(change) for change in found}


def sample() -> Dataset:
    item = Dataset()
    item.CodeValue, item.CodeMeaning = "1", "one"
    made = Dataset()
    made.PatientName = "A^B"
    made.Rows = 32
    made.ImageType = ["ORIGINAL", "PRIMARY"]
    made.DeidentificationMethodCodeSequence = [item]
    made.private_block(0x0019, "ACME", create=True).add_new(0x01, "LO", "secret")
    return made


def test_each_kind_of_change_is_named() -> None:
    there = sample()
    there.PatientName = "A^C"
    there.Rows = 0
    del there.ImageType
    there.StudyID = "7"
    there.DeidentificationMethodCodeSequence[0].CodeMeaning = "two"
    assert changes(sample(), there) == {
        "PatientName changed",
        "Rows changed",
        "ImageType removed",
        "StudyID added",
        "CodeMeaning changed",
    }


def test_a_sequence_that_grew_is_one_change() -> None:
    there = sample()
    there.DeidentificationMethodCodeSequence.append(Dataset())
    there.DeidentificationMethodCodeSequence[0].CodeValue = "2"
    assert changes(sample(), there) == {"DeidentificationMethodCodeSequence changed"}


def test_a_nested_change_tells_what_is_around_it_and_a_private_one_whose_it_is() -> None:
    there = sample()
    there.DeidentificationMethodCodeSequence[0].CodeValue = "2"
    there.private_block(0x0019, "ACME")[0x01].value = "other"
    found = compare_headers(header_facts(parsed(sample())), header_facts(parsed(there)))
    assert set(found) == {
        HeaderChange(tag=0x00080100, within=(0x00120064,), change=Change.OTHER),
        HeaderChange(tag=0x00191001, creator="ACME", change=Change.OTHER),
    }


def test_how_the_image_is_encoded_is_compared_and_how_the_header_is_not() -> None:
    """PS3.5 A: in each of the first three the values of elements are the same."""
    facts = []
    for end in ("", ".1", ".1.99", ".4.70", ".4.90"):
        one = parsed(sample())
        one.file_meta.TransferSyntaxUID = UID(f"1.2.840.10008.1.2{end}")
        facts.append(header_facts(one))
    found = [[str(change) for change in compare_headers(facts[0], one)] for one in facts]
    assert found == [[], [], [], ["TransferSyntaxUID changed"], ["TransferSyntaxUID changed"]]
    assert compare_headers(facts[3], facts[4])


def test_padding_is_no_change() -> None:
    there = sample()
    there.PatientName = "A^B "
    there.ImageType = ["ORIGINAL ", " PRIMARY"]
    assert changes(sample(), there) == set()


@pytest.mark.parametrize(
    "name", ["CT_small.dcm", "MR_small.dcm", "rtdose.dcm", "reportsi.dcm", "JPEG2000.dcm"]
)
@pytest.mark.filterwarnings("ignore::UserWarning:pydicom")
def test_a_real_header_is_itself_whatever_of_it_was_looked_at(name: str) -> None:
    place = get_testdata_file(name, download=False)
    assert place is not None
    one, other = (pydicom.dcmread(str(place), stop_before_pixels=True) for _ in range(2))
    assert other.SOPInstanceUID
    assert other.get("ImageType", "none")
    assert compare_headers(header_facts(one), header_facts(other)) == ()


def with_element(element: bytes) -> Dataset:
    """A header that is written without VRs, and begins with this element."""
    content = BytesIO()
    sample().save_as(content, implicit_vr=True, little_endian=True)
    return pydicom.dcmread(BytesIO(element + content.getvalue()), force=True)


def test_a_number_of_a_wrong_length_is_compared_as_it_is() -> None:
    recommended = b"\x08\0\x59\x94"  # RecommendedDisplayFrameRateInFloat, of four bytes
    sent = header_of(with_element(recommended + b"\4\0\0\0" + b"1234"), {})
    there = header_of(with_element(recommended + b"\2\0\0\0" + b"12"), {})
    assert sent is not None
    assert there is not None
    assert len(compare_headers(sent.head, there.head)) == 1


def test_a_header_that_cannot_be_told_is_none_and_no_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    referenced = b"\x08\0\x40\x11" + b"\4\0\0\0" + b"1234"  # no item of a sequence
    assert header_of(with_element(referenced), {}) is None
    monkeypatch.setattr(facts, "_MOST_FACTS", 3)  # more would take more memory than anybody has
    assert header_of(parsed(sample()), {}) is None


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 0xFFFF), st.integers(0, 0xFFFF))
def test_no_two_numbers_are_the_same(one: int, other: int) -> None:
    sent, there = sample(), sample()
    sent.Rows, there.Rows = one, other
    assert bool(changes(sent, there)) == (one != other)


STOCK = effects("(0010,0010) := subject\n- (0008,1030)\n- (0019,{ACME}01)")


@pytest.mark.parametrize(
    ("change", "explained"),
    [
        (HeaderChange(tag=0x00100010, change=Change.OTHER), True),
        (HeaderChange(tag=0x00081030, change=Change.REMOVED), True),
        (HeaderChange(tag=0x00120064, change=Change.OTHER), True),
        (HeaderChange(tag=0x00080100, within=(0x00120064,), change=Change.ADDED), True),
        (HeaderChange(tag=0x00191001, creator="ACME", change=Change.REMOVED), True),
        (HeaderChange(tag=0x00191001, creator="OTHER", change=Change.REMOVED), False),
        (HeaderChange(tag=0x00080070, change=Change.OTHER), False),
    ],
)
def test_a_change_is_explained_by_what_the_scripts_do(change: HeaderChange, explained: bool) -> None:
    assert Rewriting(runs=True, effects=(STOCK,)).explains(change) is explained
    assert Rewriting(runs=None).explains(change) is None
    assert Rewriting(runs=False).explains(change) is False
