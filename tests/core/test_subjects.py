"""Two patients never become one: subjects are found by project and label, and plans tell where they meet.

A label may be another subject's accession ID, which a server tries first (wire-read 2.3, wire-write 3.1).
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from tests.core.harbour import Harbour, harbour, session_toml, told
from tests.core.making import chosen, session_row, survey_of
from xnat_ferry import events
from xnat_ferry.belongings.wish import parse_wish
from xnat_ferry.checks import run_checks
from xnat_ferry.labels import KEEP, LabelRules, like_an_id, parse_rule
from xnat_ferry.model import Verdict, Where
from xnat_ferry.plan.belongings import plan_belongings
from xnat_ferry.settings.credentials import Credentials
from xnat_ferry.settle.orders import RemovalOrder, keep_removal_order
from xnat_ferry.survey import AS_USUAL, Depth, Headers, Survey
from xnat_ferry.survey.belongings import with_belongings
from xnat_ferry.survey.seen_subjects import SubjectIdsSeen
from xnat_ferry.survey.subjects import with_subject_ids
from xnat_ferry.survey.take import take_survey
from xnat_ferry.xnat.prearchive import archive, list_prearchive
from xnat_ferry.xnat.subjects import find_subject, owner_of

HEAD = """
[[users]]
login = "ada"
password = "pract1ce-pw"
projects = { SRC = "owner", DST = "owner", OTHER = "owner" }

[[users]]
login = "bob"
password = "pract1ce-pw"
projects = { SRC = "owner", DST = "owner" }

[[projects]]
id = "SRC"

[[projects]]
id = "DST"

[[projects]]
id = "OTHER"
"""
# in this order the server gives them the accession IDs XNAT_S00001 and so on
WORLD = (
    session_toml("X_MR1", project="OTHER", subject="patientX")
    + session_toml("Y_MR1", project="OTHER", subject="patientY")
    + session_toml("A_MR1", subject="XNAT_S00001")
    + session_toml("B_MR1", subject="XNAT_S00002")
    + session_toml("old_MR1", project="DST", subject="xnat_s00002")
    + session_toml("C_MR1", subject="XNAT_S00006")
    + session_toml("D_MR1", subject="XNAT_S00099")
)
BOB = Credentials("bob", "pract1ce-pw")


@pytest.fixture
def port(tmp_path: Path) -> Iterator[Harbour]:
    with harbour(tmp_path, WORLD, head=HEAD) as made:
        yield made


def surveyed(port: Harbour, *labels: str, depth: Depth = AS_USUAL, by: Credentials | None = None) -> Survey:
    with port.client(*([by] if by else [])) as client:
        ends = (client, port.source), (client, port.destination)
        return with_subject_ids(client, take_survey(*ends, labels or None, depth=depth), KEEP)


def labels_found(survey: Survey, rules: LabelRules = KEEP) -> list[tuple[str, str, Verdict]]:
    findings = run_checks(survey, rules).findings
    return [(one.about, one.kind, one.verdict) for one in findings if one.check == "labels"]


def test_a_label_that_is_anothers_accession_id_forbids_a_plan(port: Harbour) -> None:
    found = labels_found(surveyed(port))
    assert found == [
        ("DST", "subject-there", Verdict.WARN),  # whom XNAT finds by the label first, whatever its case
        ("XNAT_S00001", "subject-is-an-id", Verdict.FAIL),
        ("XNAT_S00006", "subject-is-an-id", Verdict.FAIL),  # its own, in the project where it stays
        ("DST", "subject-id-unclear", Verdict.WARN),
    ]
    hidden = surveyed(port, "A_MR1", by=BOB)
    assert labels_found(hidden) == [("DST", "subject-id-unclear", Verdict.WARN)]
    port.server.clear_log()
    quick = surveyed(port, "A_MR1", depth=Depth(headers=Headers.NONE, sessions=False))
    assert not [one for one in port.server.log() if one["path"].startswith("/data/subjects")]
    assert labels_found(quick) == [("DST", "subject-id-unclear", Verdict.UNKNOWN)]


def test_a_subject_is_one_of_the_project_with_that_label(port: Harbour) -> None:
    (there,) = (one["id"] for one in _subjects(port, "DST") if one["label"] == "xnat_s00002")
    (own,) = (one["id"] for one in _subjects(port, "SRC") if one["label"] == "XNAT_S00006")
    for login in (BOB, None):  # for bob the server hides who has that ID
        with port.client(*([login] if login else [])) as client:
            assert find_subject(client, "DST", "XNAT_S00002") == there
            assert find_subject(client, "DST", "XNAT_S00001") == ""
            assert find_subject(client, "DST", "nobody") == ""
            assert find_subject(client, "SRC", "xnat_s00006") == own == "XNAT_S00006"
            assert owner_of(client, "XNAT_S00001") == ("" if login else "OTHER")


def _subjects(port: Harbour, project: str) -> list[dict[str, Any]]:
    (found,) = [one for one in port.server.state()["projects"] if one["id"] == project]
    return list(found["subjects"])


def test_a_session_comes_under_no_subject_elsewhere_or_is_not_proven_there(port: Harbour) -> None:
    """By a plan that was changed by hand, or made before somebody got that ID."""
    plan = port.plan("A_MR1", "B_MR1", "C_MR1")
    with port.client() as client:
        client.send("PUT", "/data/projects/OTHER/subjects/patientY", params={"gender": "male"}, accept=(200,))
        client.send("PUT", "/data/projects/SRC/subjects/XNAT_S00004", params={"gender": "female"})
        ends = (client, port.source), (client, port.destination)
        seen = with_belongings(
            client, client, take_survey(*ends, ["B_MR1"]), parse_wish(["demographics"]), None, KEEP
        )
    assert seen.belongings is not None
    assert not seen.belongings.problems
    assert [one.differing for one in seen.belongings.values] == [()]
    pairs = {(one.subject, one.to_subject) for one in plan.sessions}
    beside = plan_belongings(seen.belongings, {one.id for one in plan.sessions}, pairs)
    folder = port.begin(replace(plan, move=True, belongings=beside))
    assert port.work(folder) == 1
    assert port.waiting("DST") == {"A_MR1", "C_MR1"}
    assert port.labels("DST") == {"old_MR1", "B_MR1"}
    with port.client() as client:
        for row in list_prearchive(client, "DST"):  # as in the web interface, which does not ask
            archive(client, row.path)
    assert port.session("DST", "A_MR1")["subject"] == "patientX"
    assert port.work(folder) == 1
    verdicts = {
        one.session: one.verdict for one in told(folder, events.SessionVerified) if one.where == Where.ARCHIVE
    }
    assert verdicts == {"A_MR1": "differs", "B_MR1": "proven", "C_MR1": "differs"}
    assert port.session("DST", "B_MR1")["subject"] == "xnat_s00002"
    fields = {one["label"]: one["fields"] for project in ("OTHER", "DST") for one in _subjects(port, project)}
    assert fields["xnat_s00002"] == {"demographics/gender": "female"}
    assert fields["patientY"] == {"demographics/gender": "male"}
    keep_removal_order(folder, RemovalOrder(typed="SRC", sessions=("A_MR1", "C_MR1")))
    port.work(folder)
    assert {"A_MR1", "C_MR1"} <= port.labels("SRC")


def test_two_subjects_that_a_rule_makes_one() -> None:
    rows = (session_row("a", "pt-A"), session_row("b", "PT-B"), session_row("c", "pt-A"))
    survey = survey_of(*map(chosen, rows[:2]), replace(chosen(rows[2]), detail=None, problem="gone"))
    rules = LabelRules(rules=(parse_rule("subject.replace=-[AB]$/"),))
    assert [one[1] for one in labels_found(survey)] == ["ok"]
    assert labels_found(survey, rules) == [("pt", "subjects-joined", Verdict.FAIL)]
    findings = run_checks(survey, rules, accepted=frozenset({"subjects-joined"})).findings
    (joined,) = (one for one in findings if one.kind == "subjects-joined")
    assert joined.message == "2 subjects would become pt: PT-B, pt-A."
    assert joined.standing == Verdict.WARN


def test_a_subject_that_is_there_already_is_told_but_where_its_study_is() -> None:
    survey = survey_of(chosen(session_row("a", "P1")), chosen(session_row("b", "P2")))
    there = (session_row("x", "p1"), session_row("y", "P2", study_uid="1.2.b"), session_row("z", "P2"))
    met = replace(survey, destination=survey_of(there=there).destination)
    (finding,) = (one for one in run_checks(met).findings if one.kind == "subject-there")
    assert finding.verdict == Verdict.WARN
    assert finding.message == "1 subject is in DST already, and would get further sessions: P1."


def test_only_labels_like_the_sites_ids_are_doubtful() -> None:
    row = session_row("a", "PPMI_S00001")
    survey = survey_of(chosen(row))
    assert [one[1:] for one in labels_found(survey)] == [("subject-id-unclear", Verdict.UNKNOWN)]
    known = replace(survey, destination=survey_of(there=(session_row("x", id="XNAT_E00001"),)).destination)
    assert "subject-id-unclear" not in {one[1] for one in labels_found(known)}
    for owners, kinds in (({"PPMI_S00001": ""}, set()), ({"PPMI_S00001": "Z"}, {"subject-is-an-id"})):
        told_so = replace(known, subject_ids=SubjectIdsSeen(owners=owners))
        assert {one[1] for one in labels_found(told_so)} & {"subject-is-an-id", "subject-id-unclear"} == kinds
    assert [one for one in ("XNAT_S00001", "a_s123456", "S00001", "X_S0001", "") if like_an_id(one)] == [
        "XNAT_S00001",
        "a_s123456",
    ]
