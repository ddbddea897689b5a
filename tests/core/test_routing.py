"""Routing strings are read as XNAT and the guides for DICOM receivers write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.making import header_of, session_row
from xnat_ferry.dicom.header import HeaderElement, HeaderSample
from xnat_ferry.dicom.routing import Routing, routing_of
from xnat_ferry.model import ScanRow

DESCRIPTION = 0x00081030
COMMENTS = {
    "PatientComments": 0x00104000,
    "StudyComments": 0x00324000,
    "AdditionalPatientHistory": 0x001021B0,
}


def header(**more: str) -> HeaderSample:
    return header_of(session_row(), ScanRow(id="1", uid="1.2.3.1"), **({"StudyDescription": ""} | more))


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("xnat://SRC/001/001_MR1", ("SRC", "001", "001_MR1")),
        ("XNAT://src/001", ("src", "001", "")),
        ("Brain xnat://SRC/001/001_MR1 again", ("SRC", "001", "001_MR1")),
        ("xnat://SRC/", ("SRC", "", "")),
    ],
)
def test_an_address_in_the_study_description(value: str, said: tuple[str, str, str]) -> None:
    assert routing_of(header(StudyDescription=value)) == (Routing(DESCRIPTION, *said),)


@pytest.mark.parametrize("value", ["", "Brain", "xnat://", "xnat:/SRC/001", "SRC"])
def test_a_plain_study_description_routes_nothing(value: str) -> None:
    assert routing_of(header(StudyDescription=value)) == ()


@pytest.mark.parametrize("keyword", COMMENTS)
@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("Project:P01 Subject:S01 Session:S01_MR1 AA:true", ("P01", "S01", "S01_MR1")),
        ("session:L,project:P;subject:S", ("P", "S", "L")),
        ("seen twice\nPROJECT:P", ("P", "", "")),
        ("Project:A Project:B", ("A", "", "")),
        ("Subject:S.1", ("", "S", "")),
    ],
)
def test_words_in_a_comment(keyword: str, value: str, said: tuple[str, str, str]) -> None:
    assert routing_of(header(**{keyword: value})) == (Routing(COMMENTS[keyword], *said),)


@pytest.mark.parametrize("value", ["My-Project:P", "Project: P", "Project P", "SubProject:P", "Project:"])
def test_words_that_only_look_alike(value: str) -> None:
    assert routing_of(header(PatientComments=value)) == ()


def test_a_projects_bare_id_is_no_routing_string() -> None:
    assert routing_of(header(StudyDescription="SRC", AccessionNumber="DST")) == ()


def test_what_stands_in_a_sequence_routes_nothing() -> None:
    inner = HeaderElement(DESCRIPTION, "LO", "xnat://SRC/001/001_MR1", within=(0x00081110,))
    assert routing_of(HeaderSample(scan="1", elements=(inner,))) == ()


LABELS = st.from_regex(r"[A-Za-z0-9_-]{1,12}", fullmatch=True)


@given(LABELS, LABELS, LABELS, st.sampled_from(sorted(COMMENTS)), st.sampled_from(" ,;\n"))
def test_what_is_written_is_what_is_read(
    project: str, subject: str, session: str, keyword: str, between: str
) -> None:
    address = f"xnat://{project}/{subject}/{session}"
    comment = between.join([f"Session:{session}", f"Project:{project}", f"Subject:{subject}"])
    found = routing_of(header(StudyDescription=address, **{keyword: comment}))
    said = (project, subject, session)
    assert found == (Routing(DESCRIPTION, *said), Routing(COMMENTS[keyword], *said))


@given(st.text(max_size=200), st.text(max_size=200))
def test_any_text_can_be_read(description: str, comment: str) -> None:
    found = routing_of(header(StudyDescription=description, PatientComments=comment))
    assert all(one.project or one.subject or one.session for one in found)
