"""The plan is complete, asks nothing twice and reads back as it was written."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.core.making import chosen, detail_of, file_row, plan_of, planned, session_row, survey_of
from xnat_ferry.checks import ConflictClass, run_checks
from xnat_ferry.errors import PlanUnreadable
from xnat_ferry.model import Endpoint, Level, Road, ScanRow
from xnat_ferry.plan import (
    Fate,
    Plan,
    PlannedConflict,
    PlannedScan,
    PlannedSession,
    Seen,
    Target,
    parse_answers,
    plan_hash,
    read_plan,
    write_plan,
)
from xnat_ferry.plan.build import PlanRequest, make_plan
from xnat_ferry.plan.file import to_json, to_toml
from xnat_ferry.survey import Chosen, Survey
from xnat_ferry.survey.narrow import only_scans

label = st.from_regex(r"[A-Za-z0-9_-]+", fullmatch=True)
text = st.text(st.characters(codec="utf-8"), max_size=12)
scans = st.builds(
    PlannedScan, id=text, uid=text, type=text, files=st.integers(0, 9), bytes=st.integers(0, 2**50)
)
conflicts = st.builds(
    PlannedConflict, kind=st.sampled_from(ConflictClass), message=text, there=text, answer=text
)
sessions = st.builds(
    PlannedSession,
    session=label,
    id=text,
    subject=text,
    to_subject=label,
    to_session=label,
    fate=st.sampled_from(Fate),
    why=text,
    conflicts=st.lists(conflicts, max_size=2).map(tuple),
    left_behind=st.lists(text, max_size=2).map(tuple),
    scans=st.lists(scans, min_size=1, max_size=3, unique_by=lambda one: one.id).map(tuple),
)
digest = st.none() | st.sampled_from(["off", "0123456789abcdef"])
seen = st.builds(
    Seen,
    prearchive_code=st.none() | st.sampled_from([0, 4, 5]),
    quarantine=st.none() | st.booleans(),
    site_script=digest,
    project_filter=digest,
    role=st.none() | text,
    creatable=st.none() | st.lists(text, max_size=2).map(tuple),
    archive=st.none() | st.booleans(),
    prearchive=st.none() | st.booleans(),
)
plans = st.builds(
    lambda some, answers, seen: replace(plan_of(*some), answers=answers, seen=seen),
    st.lists(
        sessions,
        max_size=4,
        unique_by=(lambda one: one.id, lambda one: one.session, lambda one: one.to_session.casefold()),
    ),
    st.dictionaries(text, text, max_size=2),
    seen,
)


@given(plans)
def test_a_plan_reads_back_from_both_its_forms(tmp_path_factory: pytest.TempPathFactory, plan: Plan) -> None:
    folder = tmp_path_factory.mktemp("plan")
    write_plan(plan, folder / "plan.toml")
    (folder / "plan.json").write_bytes(to_json(plan))
    assert read_plan(folder / "plan.toml") == read_plan(folder / "plan.json") == plan


def test_a_plan_of_an_older_form_still_reads(tmp_path: Path) -> None:
    path = tmp_path / "plan.toml"
    lines = to_toml(plan_of(planned())).splitlines()
    path.write_text("\n".join(one for one in lines if one not in ("[answers]", "[seen]", "conflicts = []")))
    assert read_plan(path) == plan_of(planned())


def test_the_hash_names_the_content_and_nothing_else() -> None:
    one = plan_of(planned())
    assert plan_hash(one) == plan_hash(plan_of(planned()))
    assert plan_hash(one) != plan_hash(plan_of(planned(to_session="other")))


def test_a_person_can_read_what_each_fate_means() -> None:
    assert '"skip" leaves it alone' in to_toml(plan_of(planned()))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (('fate = "copy"', 'fate = "perhaps"'), "fate"),
        (("format = 1", "format = 9"), "format is 9"),
        (("to_subject", "too_subject"), "too_subject|to_subject"),
        (("[source]", "[source"), "line"),
        (("files = 2", 'files = "two"'), "files"),
        (('to_session = "001_MR1"', 'to_session = "a b[red]"'), "XNAT takes letters"),
        (('to_subject = "001"', 'to_subject = ""'), "XNAT takes letters"),
    ],
)
def test_an_edited_plan_that_makes_no_sense_is_named_by_place(
    tmp_path: Path, change: tuple[str, str], words: str
) -> None:
    path = tmp_path / "plan.toml"
    content = to_toml(plan_of(planned()))
    assert change[0] in content
    path.write_text(content.replace(*change))
    with pytest.raises(PlanUnreadable, match=words):
        read_plan(path)


def test_a_session_that_shall_be_copied_needs_a_scan(tmp_path: Path) -> None:
    path = tmp_path / "plan.toml"
    write_plan(plan_of(planned(scans=())), path)
    with pytest.raises(PlanUnreadable, match="names no scan"):
        read_plan(path)
    write_plan(plan_of(planned(fate=Fate.SKIP, scans=(), to_session="a b")), path)
    assert read_plan(path).travelling == ()


_SCAN = PlannedScan(id="1", uid="1.2.3.1", files=2, bytes=200)
_HERE = Endpoint("file:", "/data/images")


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        (plan_of(planned("a"), planned("b", to_session="A")), "destination label a is in it more than once"),
        (
            plan_of(planned("a", id="X1"), planned("a", id="X2", to_session="b")),
            "source label a is in it more than once",
        ),
        (plan_of(planned("a", scans=(_SCAN, _SCAN))), "a: scan 1 is in it more than once"),
        (plan_of(planned("", to_session="a")), "no label at the source"),
        (replace(plan_of(planned()), road=Road.RECEIVER), r"\[receiver\]: .* HOST:PORT"),
        (
            replace(plan_of(planned()), road=Road.SHARE, destination=Endpoint("http://elsewhere", "DST")),
            "both projects on one server",
        ),
        (replace(plan_of(planned()), road=Road.UPLOAD), "SRC is a project of a server"),
        (replace(plan_of(planned()), road=Road.DOWNLOAD), "DST is a project of a server"),
        (replace(plan_of(planned()), source=_HERE), "/data/images is a place on this machine"),
        (replace(plan_of(planned()), source=Endpoint("ftp://x", "SRC")), "server: an address starts with"),
        (replace(plan_of(planned()), source=Endpoint("https://x/", "SRC")), "is written https://x"),
    ],
)
def test_a_plan_that_cannot_be_carried_out_is_refused_before_anything_starts(
    tmp_path: Path, plan: Plan, words: str
) -> None:
    path = tmp_path / "plan.toml"
    write_plan(plan, path)
    with pytest.raises(PlanUnreadable, match=words):
        read_plan(path)


def test_a_password_in_the_address_of_a_plan_is_not_said_again(tmp_path: Path) -> None:
    path = tmp_path / "plan.toml"
    write_plan(replace(plan_of(planned()), source=Endpoint("https://ada:s3cret@x.org", "SRC")), path)
    with pytest.raises(PlanUnreadable, match="must not carry a user name") as refused:
        read_plan(path)
    assert "s3cret" not in str(refused.value)


def test_a_plan_that_is_not_there_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(PlanUnreadable, match="no such file"):
        read_plan(tmp_path / "none.toml")


def plan_for(survey: Survey, **asked: object) -> Plan:
    request = PlanRequest(made="now", **asked)  # type: ignore[arg-type]
    return make_plan(survey, run_checks(survey), request)


def test_a_free_session_is_copied_under_its_own_label() -> None:
    (one,) = plan_for(survey_of(chosen(session_row("007_MR1", "007")))).sessions
    assert (one.fate, one.to_subject, one.to_session) == (Fate.COPY, "007", "007_MR1")


def test_a_conflict_without_answer_stays_undecided() -> None:
    row = session_row()
    plan = plan_for(survey_of(chosen(row), there=(row,)))
    assert [one.fate for one in plan.sessions] == [Fate.UNDECIDED]
    assert plan.travelling == ()


def test_an_answer_holds_for_its_class_alone() -> None:
    taken, free = session_row("a"), session_row("b")
    survey = survey_of(chosen(taken), chosen(free), there=(session_row("a", owner="DST"),))
    skipped = plan_for(survey, answers=parse_answers(["same-study=skip"]))
    assert [one.fate for one in skipped.sessions] == [Fate.SKIP, Fate.COPY]
    other = plan_for(survey, answers=parse_answers(["prearchive=skip"]))
    assert [one.fate for one in other.sessions] == [Fate.UNDECIDED, Fate.COPY]


def test_chosen_scans_go_by_id_or_type() -> None:
    scans = (ScanRow(id="1", type="t1"), ScanRow(id="2", type="dwi"), ScanRow(id="3", type="loc"))
    (one,) = plan_for(survey_of(chosen(session_row(), *scans)), scans=("1", "dwi")).sessions
    assert [scan.id for scan in one.scans] == ["1", "2"]


def test_a_session_without_the_chosen_scans_is_not_called_one_without_files() -> None:
    has, lacks = chosen(session_row("a"), ScanRow(id="1")), chosen(session_row("b"), ScanRow(id="2"))
    survey = survey_of(*only_scans([has, lacks], ("1",)))
    _, without = plan_for(survey, scans=("1",)).sessions
    assert without.why == "it has no DICOM files to carry in the scans that are taken"


def test_what_does_not_travel_is_named() -> None:
    files = (
        file_row("a.dcm"),
        file_row("a.nii", resource="NIFTI"),
        file_row("r.csv", scan="2", resource="QC"),
    )
    row = session_row()
    detail = detail_of(row, ScanRow(id="1"), ScanRow(id="2"), files=files)
    (one,) = plan_for(survey_of(Chosen(row=row, detail=detail))).sessions
    assert one.left_behind == (
        "resource NIFTI of scan 1",
        "resource QC of scan 2",
        "scan 2: no DICOM files",
    )
    assert one.totals.files == 1


def test_a_session_without_dicom_is_skipped_and_said_so() -> None:
    row = session_row()
    detail = detail_of(row, ScanRow(id="1"), files=(file_row("a.nii", resource="NIFTI"),))
    (one,) = plan_for(
        survey_of(Chosen(row=row, detail=detail)), to=Target.ARCHIVE, verify=Level.COUNTS
    ).sessions
    assert one.fate == Fate.SKIP
    assert "no DICOM" in one.why
