"""The anonymisation check: what headers say of persons, what the destination's scripts leave of it, and that
no finding betrays it."""

import string
from io import BytesIO

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from pydicom import dcmread
from pydicom.dataset import Dataset

from tests.core.making import PLAIN, chosen, dicom_bytes, session_row, survey_of
from xnat_ferry.checks.anonymization.check import check_anonymization
from xnat_ferry.checks.anonymization.identifying import (
    is_birth_date,
    is_blank,
    is_person,
    is_record_number,
    shown,
)
from xnat_ferry.checks.finding import Finding
from xnat_ferry.dicom.header import HeaderSample, sample_of
from xnat_ferry.dicom.profile import Option
from xnat_ferry.labels import LabelRules, parse_rule
from xnat_ferry.model import ScanRow, Verdict
from xnat_ferry.practice.world.phantoms import Slice, make_slice
from xnat_ferry.project import ProjectSettings, Script
from xnat_ferry.survey import Headers, Survey

OFF = replace(PLAIN, site_script=Script(enabled=False))


def header(**values: object) -> Dataset:
    """A small MR image's header with these attributes."""
    made = dcmread(BytesIO(dicom_bytes()), stop_before_pixels=True)
    for keyword, value in values.items():
        setattr(made, keyword, value)
    return made


def surveyed(
    *samples: HeaderSample, settings: ProjectSettings = PLAIN, headers: Headers = Headers.SCAN, scans: int = 0
) -> Survey:
    """One session of subject 001 with these headers."""
    rows = [ScanRow(id=str(number), type="t1") for number in range(1, (scans or len(samples) or 1) + 1)]
    session = replace(chosen(session_row("001_MR1"), *rows), headers=samples)
    survey = replace(survey_of(session), headers=headers)
    return replace(survey, destination=replace(survey.destination, settings=settings, owners=("Bob (bob)",)))


def check(made: Dataset, settings: ProjectSettings = PLAIN, *keep: Option) -> dict[str, Finding]:
    """The findings of one header, by kind."""
    findings = check_anonymization(surveyed(sample_of("1", made), settings=settings), frozenset(keep))
    assert len({one.kind for one in findings}) == len(findings)
    return {one.kind: one for one in findings}


def project_script(text: str, *, site: bool = False) -> ProjectSettings:
    return replace(PLAIN if site else OFF, project_script=Script(enabled=True, text=text))


def phantom(**more: object) -> Slice:
    facts: dict[str, object] = {
        "modality": "MR",
        "project": "SRC",
        "subject": "001",
        "session": "001_MR1",
        "date": "2024-03-05",
        "patient_name": "001",
        "study_description": "SRC",
        "study_uid": "1.2",
        "series_uid": "1.2.3",
        "series_number": 1,
        "description": "t1 mprage",
        "number": 1,
        "of": 2,
        "rows": 16,
        "columns": 16,
        "deidentified": True,
    }
    return msgspec.convert(facts | more, Slice)


def drawn(**more: object) -> Dataset:
    return dcmread(BytesIO(make_slice(phantom(**more))), stop_before_pixels=True)


@pytest.mark.parametrize("settings", [PLAIN, OFF])
@pytest.mark.parametrize("modality", ["MR", "CT", "PT", "US", "OT"])
def test_a_well_deidentified_image_is_clear_with_and_without_scripts(
    modality: str, settings: ProjectSettings
) -> None:
    found = check(drawn(modality=modality), settings)
    assert set(found) == {"ok"}
    assert found["ok"].verdict == Verdict.OK


def test_the_phantom_of_a_named_patient_is_not_clear() -> None:
    found = check(drawn(patient_name="DOE^JANE", patient_id="4711001", deidentified=False))
    assert set(found) == {"identifying-replaced", "profile-deviates"}
    assert set(check(drawn(burned_in=True))) == {"burned-in"}


def test_a_name_that_the_site_replaces_is_a_warning_and_one_that_stays_a_failure() -> None:
    made = header(PatientName="DOE^JANE")
    replaced = check(made)["identifying-replaced"]
    assert replaced.verdict == Verdict.WARN
    assert replaced.evidence["PatientName (0010,0010)"] == "DO… replaced by the site script; scan 1"
    found = check(made, OFF)
    assert set(found) == {"identifying-remains", "no-script"}
    assert found["identifying-remains"].verdict == Verdict.FAIL
    assert "PatientName (DO…)" in found["identifying-remains"].message
    assert "Bob (bob)" in found["identifying-remains"].advice


def test_the_projects_script_works_after_the_sites() -> None:
    made = header(PatientBirthDate="19580314")
    assert check(made)["identifying-remains"].verdict == Verdict.FAIL
    found = check(made, project_script("- (0010,0030)", site=True))["identifying-replaced"]
    assert found.evidence["PatientBirthDate (0010,0030)"] == "19… removed by the project script; scan 1"


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        (project_script('(0008,0060) = "MR" ? (0010,0010) := "A"'), "perhaps changed by the project script"),
        (project_script('scramble["(0010,0010)"]'), "perhaps changed by the project script"),
        (project_script("(0010,0010) := lowercase[(0010,0010)]"), "made from other attributes by"),
        (replace(PLAIN, site_script=None), "not known, since the site script could not be read"),
        (replace(OFF, project_script=None), "not known, since the project script could not be read"),
    ],
)
def test_what_a_script_may_do_is_unknown_and_never_ok(settings: ProjectSettings, why: str) -> None:
    found = check(header(PatientName="DOE^JANE"), settings)
    assert set(found) == {"identifying-unclear"}
    assert found["identifying-unclear"].verdict == Verdict.UNKNOWN
    assert why in found["identifying-unclear"].evidence["PatientName (0010,0010)"]


@pytest.mark.parametrize(
    ("keyword", "value"),
    [
        ("PatientID", "004711002"),
        ("PatientBirthDate", "19580314"),
        ("OtherPatientIDs", "A12"),
        ("OtherPatientNames", "ROE^JANE"),
        ("PatientAddress", "1 Long Lane"),
        ("PatientTelephoneNumbers", "555 0100"),
        ("PatientMotherBirthName", "ROE^ANNE"),
        ("MilitaryRank", "Captain"),
        ("InsurancePlanIdentification", "AOK 7"),
        ("ReferringPhysicianName", "House^Gregory"),
        ("OperatorsName", "Miller^Ann"),
    ],
)
def test_a_direct_identifier_that_stays_forbids_to_go_on(keyword: str, value: str) -> None:
    found = check(header(**{keyword: value}), OFF)
    assert set(found) == {"identifying-remains", "no-script"}
    assert keyword in found["identifying-remains"].message


PEOPLE = {
    "PatientName": ("(0010,0010)", "DOE^JANE"),
    "PatientID": ("(0010,0020)", "4711002"),
    "PatientBirthDate": ("(0010,0030)", "19580314"),
    "PatientAddress": ("(0010,1040)", "1 Long Lane"),
    "OperatorsName": ("(0008,1070)", "Miller^Ann"),
}
TREATED = {
    "identifying-remains": ["", "// {} := session"],
    "identifying-replaced": ["- {}", "{} := session", '{} := "x"', '{} ?= "x"', "- {}\n{} := subject"],
    "identifying-unclear": ['(0008,0060) = "MR" ? - {}', "{} := uppercase[{}]", 'scramble["{}"]'],
}
TREATMENT = st.sampled_from([(kind, line) for kind, lines in TREATED.items() for line in lines])


@given(st.dictionaries(st.sampled_from(sorted(PEOPLE)), TREATMENT, min_size=1), st.booleans())
def test_each_attribute_is_told_by_what_the_scripts_do_to_it(
    treated: dict[str, tuple[str, str]], at_receipt: bool
) -> None:
    script = Script(
        enabled=True,
        text="\n".join(line.replace("{}", PEOPLE[keyword][0]) for keyword, (_, line) in treated.items()),
    )
    off = Script(enabled=False)
    scripts = {"site_script": script, "project_script": off}
    settings = replace(PLAIN, **(scripts if at_receipt else dict(zip(scripts, (off, script), strict=True))))
    found = check(header(**{keyword: PEOPLE[keyword][1] for keyword in treated}), settings)
    told = {
        name.partition(" ")[0]: kind
        for kind, finding in found.items()
        for name in finding.evidence
        if name.partition(" ")[0] in PEOPLE
    }
    assert told == {keyword: kind for keyword, (kind, _) in treated.items()}
    assert set(found) - {"no-script"} == {kind for kind, _ in treated.values()}


@pytest.mark.parametrize(
    ("keyword", "value"),
    [
        ("PatientName", "001"),
        ("PatientName", "001_MR1"),
        ("PatientName", "ANONYMOUS"),
        ("PatientName", "Anon^Patient"),
        ("PatientID", "001_MR1"),
        ("PatientID", "001-MR1-b"),
        ("PatientID", "XNAT_001_MR1"),
        ("PatientBirthDate", ""),
        ("PatientBirthDate", "19000101"),
        ("ReferringPhysicianName", ""),
        ("OperatorsName", "----"),
    ],
)
def test_labels_and_dummies_identify_nobody(keyword: str, value: str) -> None:
    assert "identifying-remains" not in check(header(**{keyword: value}), OFF)


def test_a_label_that_the_session_gets_identifies_nobody_either() -> None:
    survey = surveyed(sample_of("1", header(PatientID="7700001")), settings=OFF)
    rules = LabelRules(rules=(parse_rule("subject.replace=^.*$/7700001"),))
    assert "identifying-remains" in {one.kind for one in check_anonymization(survey)}
    assert "identifying-remains" not in {one.kind for one in check_anonymization(survey, frozenset(), rules)}


def test_a_name_within_a_sequence_is_not_reached_by_a_script_for_the_name() -> None:
    before = Dataset()
    before.PatientName = "DOE^JANE"
    original = Dataset()
    original.ModifiedAttributesSequence = [before]
    made = header(OriginalAttributesSequence=[original])
    found = check(made)["identifying-remains"]
    assert "PatientName (0010,0010) in OriginalAttributesSequence" in found.evidence
    assert set(check(made, project_script("- (0400,0561)"))) == {"identifying-replaced"}


def test_a_name_in_free_text_is_found_private_text_included() -> None:
    made = header(PatientName="DOE^JANE", ImageComments="t1 of Jane Doe")
    block = made.private_block(0x0019, "ACME", create=True)
    block.add_new(0x10, "LO", "scan_doe_jane")
    found = check(made, PLAIN, Option.DESCRIPTORS, Option.PRIVATE)
    assert set(found) == {"identifying-replaced", "name-in-text"}
    text = found["name-in-text"]
    assert text.verdict == Verdict.FAIL
    assert {"ImageComments (0020,4000)", "(0019,1010) of ACME"} <= set(text.evidence)
    cleaned = project_script("- (0020,4000)\nremoveAllPrivateTags", site=True)
    assert check(made, cleaned, Option.DESCRIPTORS)["name-in-text"].verdict == Verdict.WARN


def test_a_record_number_in_free_text_is_found_and_an_institution_is_no_free_text() -> None:
    made = header(PatientID="4711001", SeriesDescription="follow-up 4711001")
    assert "name-in-text" in check(made)
    assert "name-in-text" in check(header(PatientName="DOE^JANE", SeriesDescription="t1 doe"))
    named = header(PatientName="Mayo^Charles", InstitutionName="Mayo Clinic")
    assert "name-in-text" not in check(named)


@pytest.mark.parametrize("text", ["long echo", "t1 head", "young volunteers, series 5"])
def test_a_family_name_that_is_a_word_of_protocols_proves_nothing_alone(text: str) -> None:
    name = "LONG^ANNE" if "long" in text else "HEAD^ANNE" if "head" in text else "YOUNG^ANNE"
    assert "name-in-text" not in check(header(PatientName=name, SeriesDescription=text))


REAL = {
    "StudyDate": "20240305",
    "StudyTime": "101500",
    "StationName": "MRC35001",
    "InstitutionName": "General Hospital",
    "PatientSex": "F",
    "PatientWeight": "61.5",
    "SeriesDescription": "t1 mprage sag",
}
GROUPS = {
    Option.DATES: "dates",
    Option.DEVICE: "device",
    Option.INSTITUTION: "institution",
    Option.PATIENT: "patient characteristics",
    Option.DESCRIPTORS: "descriptions",
}


@given(st.sets(st.sampled_from(sorted(GROUPS))))
def test_what_the_profile_would_remove_is_told_by_group_minus_what_is_kept(keep: set[Option]) -> None:
    found = check(header(**REAL), PLAIN, *keep)
    left = {group for option, group in GROUPS.items() if option not in keep}
    if not left:
        assert set(found) == {"ok"}
        return
    assert set(found) == {"profile-deviates"}
    finding = found["profile-deviates"]
    assert finding.verdict == Verdict.WARN
    assert left == set(GROUPS.values()) & set(finding.evidence)
    assert set(finding.advice.partition("--keep ")[2].rstrip(".").split(",")) == set(GROUPS) - keep


CODES = {
    "113106": Option.DATES,
    "113107": Option.DATES,
    "113109": Option.DEVICE,
    "113112": Option.INSTITUTION,
    "113108": Option.PATIENT,
    "113105": Option.DESCRIPTORS,
}


@given(st.sets(st.sampled_from(sorted(CODES))))
def test_what_a_header_states_counts_like_what_a_person_says(codes: set[str]) -> None:
    items = []
    for code in codes:
        item = Dataset()
        item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = code, "DCM", "as stated"
        items.append(item)
    found = check(header(DeidentificationMethodCodeSequence=items, **REAL))
    left = {group for option, group in GROUPS.items() if option not in {CODES[code] for code in codes}}
    told = set(found["profile-deviates"].evidence) if "profile-deviates" in found else set()
    assert left == set(GROUPS.values()) & told


def test_where_the_profile_allows_a_dummy_a_header_that_states_it_is_believed() -> None:
    made = header(StudyDate="20240305", PatientIdentityRemoved="YES")
    assert set(check(made)) == {"ok"}
    made.SeriesDescription = "t1"
    assert "descriptions" in check(made)["profile-deviates"].evidence


def test_what_deviates_and_is_removed_there_is_no_matter_and_what_may_be_is_unknown() -> None:
    made = header(StudyDate="20240305")
    assert set(check(made, project_script("- (0008,0020)"))) == {"ok"}
    assert check(made, replace(OFF, project_script=None))["profile-unclear"].verdict == Verdict.UNKNOWN


def test_uids_are_not_judged() -> None:
    assert set(check(header(FrameOfReferenceUID="1.2.840.99.1"))) == {"ok"}


def test_private_elements_are_named_by_their_creators_unless_said_to_be_safe() -> None:
    made = header()
    made.private_block(0x0019, "ACME HEADER", create=True).add_new(0x10, "OB", b"\1\2")
    found = check(made)
    assert set(found) == {"private-tags"}
    assert "ACME HEADER" in found["private-tags"].message
    assert set(check(made, PLAIN, Option.PRIVATE)) == {"ok"}
    assert set(check(made, project_script("removeAllPrivateTags"))) == {"ok"}
    unclear = check(made, project_script('retainPrivateTags["(0019,{ACME HEADER}10)"]'))
    assert unclear["private-unclear"].verdict == Verdict.UNKNOWN


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"BurnedInAnnotation": "YES"}, "BurnedInAnnotation is YES"),
        ({"SOPClassUID": "1.2.840.10008.5.1.4.1.1.7"}, "it is a secondary capture"),
        ({"SOPClassUID": "1.2.840.10008.5.1.4.1.1.7.4"}, "it is a secondary capture"),
        ({"SOPClassUID": "1.2.840.10008.5.1.4.1.1.6.1"}, "it is ultrasound"),
        ({"SOPClassUID": "1.2.840.10008.5.1.4.1.1.104.1"}, "it is an encapsulated document"),
        ({"SOPClassUID": "1.2.840.10008.5.1.4.1.1.88.22"}, "it is a structured report"),
        ({"ImageType": ["DERIVED", "SECONDARY", "SCREEN SAVE"]}, "its ImageType is that of a screen"),
        ({"ImageType": ["DERIVED", "PRIMARY", "DOSE_INFO"]}, "its ImageType is that of a screen"),
        ({"RecognizableVisualFeatures": "YES"}, "RecognizableVisualFeatures is YES"),
    ],
)
def test_pixels_that_may_show_text_are_a_warning(values: dict[str, object], why: str) -> None:
    found = check(header(**values))
    assert set(found) == {"burned-in"}
    assert why in found["burned-in"].message
    assert found["burned-in"].message.startswith("Scan 1 of 001_MR1")


@pytest.mark.parametrize(
    "values",
    [
        {"ImageType": ["ORIGINAL", "PRIMARY", "M", "ND"]},
        {"SOPClassUID": "1.2.840.10008.5.1.4.1.1.77.1.1"},
        {"SOPClassUID": "1.2.840.10008.5.1.4.1.1.7", "BurnedInAnnotation": "NO"},
        {"SOPClassUID": "1.2.840.10008.5.1.4.1.1.2"},
    ],
)
def test_other_pixels_are_not_suspected(values: dict[str, object]) -> None:
    assert set(check(header(**values))) == {"ok"}


def test_overlays_are_text_that_no_one_has_read() -> None:
    made = header()
    made.add_new(0x60003000, "OW", b"\1\0")
    assert "it has overlays" in check(made)["burned-in"].message


def test_one_finding_a_session_and_kind_names_the_scans() -> None:
    samples = [sample_of(str(scan), header(PatientName="DOE^JANE")) for scan in (1, 2, 3)]
    (found,) = check_anonymization(surveyed(*samples))
    assert found.about == "001_MR1"
    assert found.evidence["PatientName (0010,0010)"].endswith("scans 1, 2, 3")
    assert found.evidence["headers"] == "3 headers, of 3 of 3 scans"


def test_no_header_read_at_all_is_unknown() -> None:
    (found,) = check_anonymization(surveyed(headers=Headers.NONE))
    assert (found.kind, found.verdict) == ("headers-not-read", Verdict.UNKNOWN)


def test_a_header_that_could_not_be_read_is_unknown_beside_what_the_others_say() -> None:
    unread = HeaderSample(scan="2", problem="the server answered 500")
    (found,) = check_anonymization(surveyed(sample_of("1", header()), unread))
    assert (found.kind, found.verdict, found.about) == ("header-unread", Verdict.UNKNOWN, "001_MR1")
    assert found.evidence == {"scan 2": "the server answered 500"}
    (nothing,) = check_anonymization(surveyed())
    assert (nothing.kind, nothing.verdict) == ("header-unread", Verdict.UNKNOWN)


def test_one_header_of_many_scans_is_said_to_be_one() -> None:
    survey = surveyed(sample_of("1", header(PatientName="A^Bcd")), headers=Headers.SESSION, scans=5)
    (found,) = check_anonymization(survey)
    assert found.evidence["headers"] == "1 header, of 1 of 5 scans"
    (fine,) = check_anonymization(surveyed(sample_of("1", header()), headers=Headers.SESSION, scans=5))
    assert (fine.verdict, fine.evidence["headers"]) == (Verdict.OK, "one of each session")


SECRET = st.text(alphabet="ΓΔΘΛΞΠΣΦΨΩ", min_size=3, max_size=12)
"""Letters that no sentence of ours has."""


@given(SECRET, SECRET, st.text(alphabet=string.digits, min_size=9, max_size=12), st.booleans())
def test_no_finding_tells_a_whole_value(family: str, given_name: str, number: str, scripts: bool) -> None:
    made = header(PatientName=f"{family}^{given_name}", PatientID=number, PatientBirthDate="19580314")
    made.SpecificCharacterSet = "ISO_IR 192"
    made.ImageComments = f"{given_name} {family}, {number}"
    made.PatientAddress = f"{family} {number}"
    made.InstitutionName = f"{family} {given_name}"
    made.private_block(0x0019, "ACME", create=True).add_new(0x10, "LO", f"{family} {given_name}")
    findings = check_anonymization(surveyed(sample_of("1", made), settings=PLAIN if scripts else OFF))
    said = msgspec.json.encode(findings).decode()
    assert findings
    for value in (family, given_name, number, "19580314"):
        assert value not in said


@given(st.text())
def test_a_shown_value_is_two_characters_at_most(value: str) -> None:
    assert shown(value).endswith("…")
    assert len(shown(value)) <= 3
    assert shown("DOE^JANE") == "DO…"


@pytest.mark.parametrize(
    "name", ["DOE^JANE", "Doe^J", "van der Berg^Anna", "O'Neil^Jo", "Jane Doe", "Yamada^Tarou=山田^太郎"]
)
def test_names_of_persons(name: str) -> None:
    assert is_person(name)


@pytest.mark.parametrize(
    "name", ["S001", "001^MR1", "CompressedSamples^CT1", "Test^Patient", "SMITH", "", "^^", "Phantom QA"]
)
def test_what_is_no_persons_name(name: str) -> None:
    assert not is_person(name)


@given(st.text(max_size=40))
def test_any_value_is_judged_without_an_error(value: str) -> None:
    answers = (is_person(value), is_record_number(value), is_birth_date(value), is_blank(value))
    assert all(isinstance(answer, bool) for answer in answers)
