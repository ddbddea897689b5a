"""A header line by line: complete, in order, and with everything that may identify somebody told apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.datadict import keyword_dict
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset
from pydicom.tag import Tag

from xnat_ferry.dicom.header_lines import HeaderLine, is_identifying, read_lines
from xnat_ferry.dicom.profile import attribute_of


def header() -> Dataset:
    dataset = Dataset()
    dataset.PatientName = "Doe^Jane"
    dataset.PatientBirthDate = "19700305"
    dataset.Modality = "MR"
    dataset.StudyInstanceUID = "1.2.3"
    dataset.RepetitionTime = "2000"
    dataset.RequestAttributesSequence = [Dataset(), Dataset()]
    dataset.RequestAttributesSequence[0].ScheduledProcedureStepID = "S-77"
    dataset.ReferencedImageSequence = [Dataset()]
    dataset.ReferencedImageSequence[0].ReferencedFrameNumber = 7
    dataset.private_block(0x0019, "ACME", create=True).add_new(1, "LO", "Jane again")
    dataset.add_new(0x00420011, "OB", b"\0" * 1200)
    return dataset


def by_keyword(lines: tuple[HeaderLine, ...]) -> dict[str, HeaderLine]:
    return {line.keyword: line for line in lines}


def test_every_element_has_a_line_in_order_and_items_stand_beneath_their_sequence() -> None:
    lines = read_lines(header())
    outer = [line.tag for line in lines if line.depth == 0]
    assert outer == sorted(header().keys())
    found = by_keyword(lines)
    assert found["RequestAttributesSequence"].value == "2 items"
    assert found["ScheduledProcedureStepID"].depth == 1
    assert found["EncapsulatedDocument"].value == "1,200 bytes"
    assert found["Modality"].place == "(0008,0060)"


@pytest.mark.parametrize(
    ("keyword", "hidden"),
    [
        ("PatientName", True),
        ("PatientBirthDate", True),
        ("ScheduledProcedureStepID", True),
        ("Modality", False),
        ("StudyInstanceUID", False),
        ("RepetitionTime", False),
        ("RequestAttributesSequence", False),
        ("EncapsulatedDocument", False),
    ],
)
def test_what_may_identify_is_told_apart(keyword: str, hidden: bool) -> None:
    assert by_keyword(read_lines(header()))[keyword].identifying is hidden


def test_private_elements_are_identifying_and_their_creators_are_not() -> None:
    private = [line for line in read_lines(header()) if line.tag >> 16 == 0x0019]
    assert [(line.value, line.identifying) for line in private] == [("ACME", False), ("Jane again", True)]


def test_an_empty_value_hides_nothing() -> None:
    dataset = Dataset()
    dataset.PatientName = ""
    assert [line.identifying for line in read_lines(dataset)] == [False]


@given(st.sampled_from(sorted(keyword_dict.values())), st.sampled_from(["LO", "SH", "DA", "CS", "DS"]))
def test_all_that_the_basic_profile_changes_is_hidden(tag: int, vr: str) -> None:
    if attribute_of(tag) is not None:
        assert is_identifying(tag, vr)


def test_a_value_that_cannot_be_decoded_is_a_line_all_the_same() -> None:
    dataset = Dataset()
    dataset[0x00281050] = RawDataElement(Tag(0x00281050), "DS", 4, b"x\xffy ", 0, False, True)
    (line,) = read_lines(dataset)
    assert line.keyword == "WindowCenter"
