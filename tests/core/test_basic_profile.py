"""The Basic Profile is as in PS3.15, and each attribute has the option of Annex E.3 that belongs to it."""

import importlib.util
from pathlib import Path

import pytest

from xnat_ferry.dicom.basic_profile import TABLE
from xnat_ferry.dicom.profile import Option, attribute_of, option_of

KNOWN = (
    (0x00080050, "Z", "AccessionNumber"),
    (0x00080080, "X/Z/D", "InstitutionName"),
    (0x00080090, "Z", "ReferringPhysicianName"),
    (0x00080020, "Z", "StudyDate"),
    (0x00081030, "X", "StudyDescription"),
    (0x00100010, "Z", "PatientName"),
    (0x00100030, "Z", "PatientBirthDate"),
    (0x00100040, "Z", "PatientSex"),
    (0x00101000, "X", "OtherPatientIDs"),
    (0x00101010, "X", "PatientAge"),
    (0x00101040, "X", "PatientAddress"),
    (0x0020000D, "U", "StudyInstanceUID"),
    (0x0020000E, "U", "SeriesInstanceUID"),
    (0x00080018, "U", "SOPInstanceUID"),
    (0x00204000, "X", "ImageComments"),
)


@pytest.mark.parametrize(("tag", "action", "keyword"), KNOWN)
def test_a_row_is_that_of_table_e_1_1(tag: int, action: str, keyword: str) -> None:
    attribute = attribute_of(tag)
    assert attribute is not None
    assert (attribute.action, attribute.keyword) == (action, keyword)


def test_a_repeating_group_is_met_by_each_of_its_groups() -> None:
    for group in (0x6000, 0x6002, 0x601E):
        attribute = attribute_of(group << 16 | 0x3000)
        assert attribute is not None
        assert attribute.keyword == "OverlayData"
    assert attribute_of(0x50020010) is not None
    assert attribute_of(0x60000010) is None


@pytest.mark.parametrize("tag", [0x00080060, 0x00280010, 0x00180081])
def test_what_the_profile_lets_be_has_no_row(tag: int) -> None:
    assert attribute_of(tag) is None
    assert option_of(tag) is None


@pytest.mark.parametrize(
    ("tag", "option"),
    [
        (0x00080020, Option.DATES),
        (0x00080031, Option.DATES),
        (0x0008002A, Option.DATES),
        (0x00080201, Option.DATES),
        (0x00100030, None),
        (0x00100010, None),
        (0x00080050, None),
        (0x00100040, Option.PATIENT),
        (0x00101030, Option.PATIENT),
        (0x00080080, Option.INSTITUTION),
        (0x00081010, Option.DEVICE),
        (0x00080055, Option.DEVICE),
        (0x00181000, Option.DEVICE),
        (0x0008103E, Option.DESCRIPTORS),
        (0x00181030, Option.DESCRIPTORS),
        (0x00104000, Option.DESCRIPTORS),
    ],
)
def test_an_attribute_has_the_option_that_would_keep_it(tag: int, option: Option | None) -> None:
    assert option_of(tag) == option


def test_every_tag_has_one_row_in_order() -> None:
    tags = [line.split()[0] for line in TABLE.splitlines()]
    assert tags == sorted(set(tags))
    assert all(len(line.split()) == 4 for line in TABLE.splitlines())


def test_the_module_is_what_its_maker_makes() -> None:
    pytest.importorskip("dicomanonymizer", reason="the extra generate is not installed")
    place = Path(__file__).parents[2] / "core" / "tools" / "make_basic_profile.py"
    spec = importlib.util.spec_from_file_location("make_basic_profile", place)
    assert spec is not None
    assert spec.loader is not None
    maker = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(maker)
    assert maker.TARGET.read_text("utf-8") == maker.module_text()
