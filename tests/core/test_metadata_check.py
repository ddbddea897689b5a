"""UIDs, PatientIDs and routing strings: what is found, about whom, and what is not held against anybody."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.core.making import chosen, header_of, session_row, survey_of
from xnat_ferry.checks.finding import Finding
from xnat_ferry.checks.metadata import check_metadata
from xnat_ferry.dicom.header import HeaderSample
from xnat_ferry.labels import KEEP, LabelRules, Labels, parse_rule
from xnat_ferry.model import HERE, Endpoint, ScanRow, SessionRow, Verdict
from xnat_ferry.project import Script
from xnat_ferry.survey import Chosen, Headers, Survey

ROW = session_row()
ONE, TWO = ScanRow(id="1", uid="1.1"), ScanRow(id="2", uid="1.2")


def session(row: SessionRow, *scans: ScanRow, headers: tuple[HeaderSample, ...] | None = None) -> Chosen:
    one = chosen(row, *scans)
    return one if headers is None else replace(one, headers=headers)


def scripted(survey: Survey, site: Script | None, project: Script | None = None) -> Survey:
    settings = replace(
        survey.destination.settings, site_script=site, project_script=project or Script(enabled=False)
    )
    return replace(survey, destination=replace(survey.destination, settings=settings))


def unscripted(survey: Survey) -> Survey:
    return scripted(survey, Script(enabled=False))


def found(survey: Survey, rules: LabelRules = KEEP) -> list[tuple[str, str, Verdict]]:
    return [(one.about, one.kind, one.verdict) for one in check_metadata(survey, rules)]


def only(survey: Survey, rules: LabelRules = KEEP) -> Finding:
    (finding,) = check_metadata(survey, rules)
    assert finding.message
    assert finding.advice or finding.verdict == Verdict.OK
    return finding


def test_a_plain_selection_is_fine_and_says_what_becomes_of_patient_ids() -> None:
    finding = only(survey_of(session(ROW, ONE, TWO), session(session_row("002_MR1", "002"))))
    assert (finding.verdict, finding.kind) == (Verdict.OK, "ok")
    assert finding.evidence["headers"] == "3 read, of 3 scans"
    assert finding.evidence["PatientID"] == "replaced by the site script"


def test_a_header_of_another_study() -> None:
    headers = (header_of(ROW, ONE), header_of(ROW, TWO, StudyInstanceUID="9.9"))
    finding = only(survey_of(session(ROW, ONE, TWO, headers=headers)))
    assert (finding.about, finding.kind, finding.verdict) == ("001_MR1", "foreign-study", Verdict.FAIL)
    assert finding.evidence == {"scans": "2", "its study": "1.2.001_MR1", "their study": "9.9"}


def test_headers_that_disagree_while_the_list_says_nothing() -> None:
    row = session_row(study_uid=None)
    headers = tuple(header_of(row, scan, StudyInstanceUID=f"9.{scan.id}") for scan in (ONE, TWO))
    kinds = [kind for _, kind, _ in found(survey_of(session(row, ONE, TWO, headers=headers)))]
    assert kinds == ["foreign-study", "no-study-uid"]


def test_a_header_without_a_study_says_nothing_against_it() -> None:
    headers = (header_of(ROW, ONE, StudyInstanceUID="", SeriesInstanceUID=""),)
    assert only(survey_of(session(ROW, ONE, headers=headers))).kind == "ok"


def test_two_scans_of_one_series() -> None:
    twin = ScanRow(id="7", uid=ONE.uid)
    finding = only(survey_of(session(ROW, ONE, TWO, twin)))
    assert (finding.kind, finding.verdict) == ("series-twice", Verdict.WARN)
    assert "scans 1, 7" in finding.message


def test_what_the_headers_say_stands_over_the_list() -> None:
    twin = ScanRow(id="7", uid=ONE.uid)
    headers = (header_of(ROW, ONE), header_of(ROW, twin, SeriesInstanceUID="1.7"))
    assert found(survey_of(session(ROW, ONE, twin, headers=headers))) == [
        ("001_MR1", "series-differs", Verdict.WARN)
    ]


def test_a_scan_without_a_series_uid() -> None:
    bare = ScanRow(id="4")
    finding = only(survey_of(session(ROW, ONE, bare)))
    assert (finding.kind, finding.evidence) == ("no-series-uid", {"scans": "4"})


def test_a_scan_that_does_not_travel_is_not_judged() -> None:
    bare = ScanRow(id="4")
    detail = chosen(ROW, ONE).detail
    assert detail is not None
    assert only(survey_of(chosen(ROW, ONE, bare, files=tuple(detail.files or ())))).kind == "ok"


def test_a_series_in_two_studies() -> None:
    other = session_row("002_MR1", "002")
    survey = survey_of(session(ROW, ONE), session(other, ONE))
    assert found(survey) == [
        ("001_MR1", "series-shared", Verdict.WARN),
        ("002_MR1", "series-shared", Verdict.WARN),
    ]


def test_one_study_chosen_twice_is_a_conflict_and_not_told_here() -> None:
    other = session_row("002_MR1", "002", study_uid=ROW.study_uid)
    assert only(survey_of(session(ROW, ONE), session(other, ONE))).kind == "ok"


def test_two_patients_in_one_session() -> None:
    headers = (header_of(ROW, ONE, PatientID="4711"), header_of(ROW, TWO, PatientID="4712"))
    finding = only(survey_of(session(ROW, ONE, TWO, headers=headers)))
    assert (finding.about, finding.kind, finding.verdict) == ("001_MR1", "patient-differs", Verdict.FAIL)
    assert finding.evidence == {"patient 1": "scan 1", "patient 2": "scan 2"}
    assert "471" not in finding.message + finding.advice


def identified(label: str, subject: str, patient: str) -> Chosen:
    """A session of a series of its own, with a PatientID that is no stamp of XNAT's."""
    row, scan = session_row(label, subject), ScanRow(id="1", uid=f"1.{subject}.{label}")
    return session(row, scan, headers=(header_of(row, scan, PatientID=patient, StudyDescription="Brain"),))


def test_a_subject_with_two_patient_ids_matters_whatever_becomes_of_them() -> None:
    survey = survey_of(identified("a", "001", "4711"), identified("b", "001", "4712"))
    of_project = Script(enabled=True, text="- (0010,0020)")
    for one in (
        survey,
        unscripted(survey),
        scripted(survey, None),
        scripted(survey, Script(enabled=False), of_project),
    ):
        assert found(one) == [("DST", "patient-id-varies", Verdict.WARN)]
    apart = LabelRules(rules=(parse_rule("subject.template={session}"),))
    assert only(unscripted(survey), apart).kind == "ok"


def test_two_subjects_with_one_patient_id() -> None:
    survey = survey_of(identified("a", "A", "4711"), identified("b", "B", "4711"))
    for one in (survey, unscripted(survey)):
        finding = only(one)
        assert (finding.kind, finding.evidence["one PatientID (1)"]) == ("patient-id-shared", "A, B")
    together = LabelRules(rules=(parse_rule("subject.replace=.+/X"),))
    assert only(unscripted(survey), together).kind == "ok"


def test_xnats_own_stamp_tells_of_no_patient() -> None:
    survey = unscripted(survey_of(session(session_row("a")), session(session_row("b"), TWO)))
    kinds = {kind for _, kind, _ in found(survey)}
    assert not kinds & {"patient-id-varies", "patient-id-shared"}


def from_here(*labels: tuple[str, str]) -> Survey:
    """Sessions on this machine, by subject and PatientID, which became the labels there."""
    survey = survey_of(*(identified(patient, subject, patient) for subject, patient in labels))
    return replace(survey, source=replace(survey.source, endpoint=Endpoint(HERE, "/images")))


@pytest.mark.parametrize(
    "patients",
    [("P01", "P02"), ("", ""), ("P01", ""), ("ANON", "ANON"), ("P01", "none"), ("Anonymous1", "Anonymous2")],
)
def test_a_name_that_is_nobodys_makes_no_two_sessions_one_persons(patients: tuple[str, str]) -> None:
    survey = from_here(("anonymous", patients[0]), ("anonymous", patients[1]))
    assert found(survey) == [("DST", "patients-nameless", Verdict.FAIL)]
    of_server = replace(survey, source=survey_of().source)
    assert not {"patients-nameless"} & {kind for _, kind, _ in found(of_server)}


def test_whoever_gives_sessions_one_subject_by_hand_has_said_whose_they_are() -> None:
    """By a word that is no name, too; a prefix says nothing, nor a table in which nothing was changed."""
    survey = from_here(("anonymous", "P01"), ("anonymous", "P02"))

    def kinds(subject: str, *rules: str) -> set[str]:
        given = {one.row.label: Labels(subject, one.row.label) for one in survey.chosen if subject}
        by = LabelRules(rules=tuple(map(parse_rule, rules)), table=given)
        return {kind for _, kind, _ in found(survey, by)}

    assert kinds("phantom") == kinds("", "subject.template=phantom") == {"patient-id-varies"}
    assert kinds("anonymous") == kinds("", "subject.prefix=P_") == {"patients-nameless"}


def test_on_this_machine_a_label_that_came_from_a_patient_id_is_no_stamp() -> None:
    assert [kind for _, kind, _ in found(from_here(("A", "4711"), ("A", "4712")))] == ["patient-id-varies"]
    assert [kind for _, kind, _ in found(from_here(("A", "4711"), ("B", "4711")))] == ["patient-id-shared"]
    assert found(from_here(("001", "001_MR1"), ("001", "001_MR2"))) == [("/images", "ok", Verdict.OK)]


@pytest.mark.parametrize(
    ("more", "kind"),
    [
        ({"StudyDescription": "xnat://SRC/001/001_MR1"}, "routing-to-source"),
        ({"StudyDescription": "xnat://OTHER/001/001_MR1"}, "routing-elsewhere"),
        ({"StudyDescription": "xnat://DST/001/other"}, "routing-other-labels"),
        ({"PatientComments": "Project:SRC Subject:x"}, "routing-to-source"),
        ({"StudyComments": "Session:other"}, "routing-other-labels"),
        ({"AdditionalPatientHistory": "Project:OTHER"}, "routing-elsewhere"),
    ],
)
@pytest.mark.parametrize("scripts", [True, False])
def test_a_string_that_points_elsewhere(more: dict[str, str], kind: str, scripts: bool) -> None:
    headers = (header_of(ROW, ONE, **({"StudyDescription": "Brain"} | more)),)
    survey = survey_of(session(ROW, ONE, headers=headers))
    finding = only(survey if scripts else unscripted(survey))
    assert (finding.about, finding.kind, finding.verdict) == ("001_MR1", kind, Verdict.WARN)
    replaced = scripts and "StudyDescription" in more
    assert ("replaces it on arrival" in finding.message) is replaced


@pytest.mark.parametrize(
    "more",
    [
        {"StudyDescription": "xnat://DST/001/001_mr1"},
        {"PatientComments": "Project:dst Subject:001 Session:001_MR1"},
        {"StudyDescription": "DST"},
        {"StudyDescription": "Brain SRC"},
    ],
)
def test_a_string_that_points_at_the_destination_is_fine(more: dict[str, str]) -> None:
    survey = unscripted(
        survey_of(session(ROW, ONE, headers=(header_of(ROW, ONE, **({"StudyDescription": ""} | more)),)))
    )
    assert only(survey).kind == "ok"


def test_a_string_is_held_against_the_labels_that_the_session_will_get() -> None:
    headers = (header_of(ROW, ONE, StudyDescription="xnat://DST/P_001/P_001_MR1"),)
    survey = survey_of(session(ROW, ONE, headers=headers))
    assert only(survey).kind == "routing-other-labels"
    assert only(survey, LabelRules(rules=(parse_rule("prefix=P_"),))).kind == "ok"


@pytest.mark.parametrize("site", [Script(enabled=True, text="(0010,0010) := subject"), None])
def test_a_bare_project_id_which_xnats_script_writes_everywhere_is_no_finding(site: Script | None) -> None:
    assert only(scripted(survey_of(session(ROW, ONE)), site)).kind == "ok"


def test_the_sites_own_rules_are_named() -> None:
    headers = (header_of(ROW, ONE, PatientComments="Project:SRC"),)
    survey = survey_of(session(ROW, ONE, headers=headers))
    settings = replace(survey.destination.settings, routing=("projectRules: (0010,4000):(.*)",))
    survey = replace(survey, destination=replace(survey.destination, settings=settings))
    assert only(survey).evidence["routing rules of the site"] == "projectRules: (0010,4000):(.*)"


def test_without_headers_the_answer_is_unknown_never_fine() -> None:
    survey = replace(survey_of(session(ROW, ONE, headers=())), headers=Headers.NONE)
    assert found(survey) == [("SRC", "headers-not-read", Verdict.UNKNOWN)]
    assert found(survey_of()) == [("SRC", "headers-not-read", Verdict.UNKNOWN)]


def test_without_headers_the_lists_are_judged_still() -> None:
    survey = survey_of(session(ROW, ONE, ScanRow(id="7", uid=ONE.uid), headers=()))
    kinds = [kind for _, kind, _ in found(replace(survey, headers=Headers.NONE))]
    assert kinds == ["headers-not-read", "series-twice"]


def test_one_header_that_could_not_be_read() -> None:
    headers = (header_of(ROW, ONE), HeaderSample(scan="2", problem="The server answered 500."))
    finding = only(survey_of(session(ROW, ONE, TWO, headers=headers)))
    assert (finding.about, finding.kind, finding.verdict) == ("001_MR1", "header-unread", Verdict.UNKNOWN)
    assert finding.evidence["why"] == "The server answered 500."
    assert "scan 2" in finding.message


def test_a_session_that_could_not_be_read() -> None:
    survey = survey_of(session(ROW, ONE), Chosen(row=session_row("b"), detail=None, problem="500"))
    assert found(survey) == [("b", "header-unread", Verdict.UNKNOWN)]


def test_a_session_without_dicom_has_no_header_to_read() -> None:
    none = chosen(ROW, ONE, files=())
    assert only(survey_of(none)).message == "No chosen session has a file with a header."
    beside = only(survey_of(none, session(session_row("b", "2"), TWO)))
    assert beside.message == "1 session: each of one study and one patient."


# generated selections, and a plain reference

STUDIES, SERIES, PATIENTS = ("1", "2", ""), ("1.1", "1.2", "2.1", ""), ("p", "q", "")
DESCRIPTIONS = ("Brain", "SRC", "DST", "xnat://SRC/S/L", "xnat://DST/0/s0", "xnat://X/0/s0")

SCAN = st.tuples(*map(st.sampled_from, (SERIES, STUDIES, SERIES, PATIENTS, DESCRIPTIONS)))
"""A scan: its series in the list; study, series, PatientID and StudyDescription in its header."""
SCANS = st.lists(SCAN, min_size=1, max_size=3)
SELECTIONS = st.lists(st.tuples(st.sampled_from(STUDIES), SCANS), min_size=1, max_size=3)
Scans = list[tuple[str, ...]]
Selection = list[tuple[str, Scans]]


def selection(given_: Selection) -> Survey:
    sessions = []
    for number, (study, scans) in enumerate(given_):
        row = session_row(f"s{number}", str(number % 2), study_uid=study or None)
        rows = [ScanRow(id=str(place), uid=one[0]) for place, one in enumerate(scans)]
        headers = [
            header_of(
                row,
                scan,
                StudyInstanceUID=one[1],
                SeriesInstanceUID=one[2],
                PatientID=one[3],
                StudyDescription=one[4],
            )
            for scan, one in zip(rows, scans, strict=True)
        ]
        sessions.append(session(row, *rows, headers=tuple(headers)))
    return survey_of(*sessions)


def expected(given_: Selection) -> set[tuple[str, str]]:
    kinds = {
        (f"s{number}", kind)
        for number, (_, scans) in enumerate(given_)
        for kind in _of_uids(number, given_) | _of_strings(number, scans)
    }
    patients = [{one[3] for one in scans if one[3]} for _, scans in given_]
    kinds |= {(f"s{number}", "patient-differs") for number, ids in enumerate(patients) if len(ids) > 1}
    pairs = {(number % 2, *ids) for number, ids in enumerate(patients) if len(ids) == 1}
    for place, kind in ((0, "patient-id-varies"), (1, "patient-id-shared")):
        if len({pair[place] for pair in pairs}) < len(pairs):
            kinds.add(("DST", kind))
    return kinds or {("SRC", "ok")}


def _of_strings(number: int, scans: Scans) -> set[str]:
    kinds = {
        "xnat://SRC/S/L": "routing-to-source",
        "xnat://X/0/s0": "routing-elsewhere",
        "xnat://DST/0/s0": "" if number == 0 else "routing-other-labels",
    }
    return {kinds.get(one[4], "") for one in scans} - {""}


def _of_uids(number: int, given_: Selection) -> set[str]:
    study, scans = given_[number]
    kinds = set() if study else {"no-study-uid"}
    said = [one[1] for one in scans if one[1]]
    if len({study, *said} - {""}) > 1:
        kinds.add("foreign-study")
    if any(one[0] and one[2] and one[0] != one[2] for one in scans):
        kinds.add("series-differs")
    if any(not one[0] for one in scans):
        kinds.add("no-series-uid")
    series = [one[2] or one[0] for one in scans if one[2] or one[0]]
    if len(series) > len(set(series)):
        kinds.add("series-twice")
    others = [
        other[2] or other[0]
        for place, (its_study, its_scans) in enumerate(given_)
        if place != number and (its_study != study or not study)
        for other in its_scans
    ]
    if set(series) & set(others):
        kinds.add("series-shared")
    return kinds


@given(SELECTIONS, st.booleans())
def test_a_selections_findings_are_those_of_a_plain_reckoning(given_: Selection, scripts: bool) -> None:
    survey = selection(given_)
    findings = check_metadata(survey if scripts else unscripted(survey), KEEP)
    assert Counter((one.about, one.kind) for one in findings) == Counter(expected(given_))


@given(st.text(min_size=6, alphabet=st.characters(categories=["L", "N"])).map("Q7{}".format))
def test_no_patient_id_is_ever_shown(patient: str) -> None:
    headers = (header_of(ROW, ONE, PatientID=patient), header_of(ROW, TWO, PatientID="other" + patient))
    other = session_row("b", "002")
    survey = survey_of(
        session(ROW, ONE, TWO, headers=headers),
        session(other, ONE, headers=(header_of(other, ONE, PatientID=patient),)),
    )
    for finding in check_metadata(unscripted(survey), KEEP):
        assert patient not in str(finding)
