"""Access, judged from what a survey found."""

import pytest
from msgspec.structs import replace

from tests.core.making import DESTINATION, SOURCE, chosen, session_row, survey_of, view
from xnat_ferry.checks import run_checks
from xnat_ferry.labels import LabelRules, parse_rule
from xnat_ferry.model import Verdict, Where
from xnat_ferry.project import Rights
from xnat_ferry.survey import Chosen, Survey


def test_a_free_destination_is_clear() -> None:
    checklist = run_checks(survey_of(chosen(session_row())))
    assert checklist.verdict == "clear"
    assert checklist.conflicts == ()


def test_a_project_that_cannot_be_listed_blocks_with_its_reason() -> None:
    survey = Survey(
        source=view(SOURCE, None, problem="It is hidden."), destination=view(DESTINATION), chosen=()
    )
    checklist = run_checks(survey)
    assert checklist.verdict == "blocked"
    ((about, message),) = [(one.about, one.message) for one in checklist.first_failures()]
    assert about == "SRC"
    assert "It is hidden." in message


@pytest.mark.parametrize(("refused", "verdict"), [(True, Verdict.FAIL), (False, Verdict.UNKNOWN)])
def test_a_refusal_is_a_no_and_a_failure_is_not_known(refused: bool, verdict: Verdict) -> None:
    there = replace(view(DESTINATION, None, problem="Something."), refused=refused)
    checklist = run_checks(Survey(source=view(SOURCE), destination=there, chosen=()))
    assert verdict in {one.verdict for one in checklist.findings if one.check == "access"}
    assert checklist.verdict == "blocked"
    assert not checklist.sure


def test_new_subjects_are_those_of_the_labels_that_the_sessions_will_get() -> None:
    rights = Rights(role="Members", creatable=("xnat:mrSessionData",))
    survey = survey_of(chosen(session_row("a", "001")), there=(session_row("other", "P_001"),), rights=rights)
    rules = LabelRules(rules=(parse_rule("subject.prefix=P_"),))
    kinds = {one.kind for one in run_checks(survey, rules).findings}
    assert "may-not-create-subjects" not in kinds
    found = run_checks(survey, to=Where.ARCHIVE).findings
    (finding,) = [one for one in found if one.kind.endswith("subjects")]
    assert finding.verdict == Verdict.FAIL


def test_whom_to_ask_is_named() -> None:
    there = replace(
        view(DESTINATION, rights=Rights(role="Collaborators", creatable=())), owners=("Bob Example (bob)",)
    )
    survey = Survey(source=view(SOURCE), destination=there, chosen=(chosen(session_row()),))
    (failure,) = run_checks(survey).first_failures()
    assert "Bob Example (bob)" in failure.advice


def test_a_collaborator_is_told_whom_to_ask() -> None:
    rights = Rights(role="Collaborators", creatable=())
    checklist = run_checks(survey_of(chosen(session_row()), rights=rights))
    assert checklist.verdict == "blocked"
    (failure,) = checklist.first_failures()
    assert "not add sessions" in failure.message
    assert "Collaborators" in failure.message
    assert "owner of DST" in failure.advice


def test_rights_that_the_server_does_not_tell_are_unknown_not_fine() -> None:
    checklist = run_checks(survey_of(chosen(session_row()), rights=Rights()))
    assert checklist.verdict == "warned"
    assert Verdict.UNKNOWN in {one.verdict for one in checklist.findings}


def test_new_subjects_without_the_right_to_make_them_are_named() -> None:
    rights = Rights(role="Members", creatable=("xnat:mrSessionData",))
    known = session_row("other", "001")
    survey = survey_of(
        chosen(session_row("a", "001")), chosen(session_row("b", "002")), there=(known,), rights=rights
    )
    (warned,) = [one for one in run_checks(survey).findings if one.kind == "may-not-create-subjects"]
    assert warned.verdict == Verdict.WARN
    assert warned.evidence["subjects"] == "002"


def test_a_session_that_is_listed_but_unreadable_blocks() -> None:
    unread = Chosen(row=session_row(), detail=None, problem="500")
    assert run_checks(survey_of(unread)).verdict == "blocked"
