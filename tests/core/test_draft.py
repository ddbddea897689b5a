"""A draft holds all that was said; it becomes a plan's request, a file and a command line without loss."""

import stat
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.making import DESTINATION, SOURCE, chosen, session_row, survey_of, waiting
from xnat_ferry.belongings import Existing, Kind
from xnat_ferry.checks import Answer, Conflict, ConflictClass, Option
from xnat_ferry.checks.memory import Memory
from xnat_ferry.errors import PlanUnreadable
from xnat_ferry.labels import Labels
from xnat_ferry.model import Level
from xnat_ferry.plan import Fate, Target
from xnat_ferry.plan.answers import Given
from xnat_ferry.plan.draft import Draft
from xnat_ferry.plan.draft_file import read_draft, write_draft
from xnat_ferry.plan.judged import Judged, judge
from xnat_ferry.survey import Survey

DRAFT = Draft(source=SOURCE, destination=DESTINATION)
SKIP, RENAME, COMPLETE = Given(Answer.SKIP), Given(Answer.RENAME), Given(Answer.COMPLETE)


def judged(survey: Survey, draft: Draft) -> Judged:
    return judge(survey, draft.request("now", [one.row.id for one in survey.chosen]), frozenset(draft.keep))


def conflict(kind: ConflictClass, *answers: Answer, session: str = "A", there: str = "T") -> Conflict:
    return Conflict(
        session=session,
        id=f"XNAT_{session}",
        subject="001",
        kind=kind,
        message="it is there",
        answers=answers,
        suggested=Answer.SKIP,
        there=there,
    )


def test_everything_said_comes_back_from_the_file(tmp_path: Path) -> None:
    path = tmp_path / "state" / "draft.json"
    full = Draft(
        step="labels",
        source=SOURCE,
        destination=DESTINATION,
        sessions=("XNAT_A",),
        scans=("t1",),
        labels=("prefix=P_", r"replace=^(\d)/S\1"),
        table={"XNAT_A": Labels("S", "S_1")},
        class_answers={ConflictClass.SAME_STUDY: (COMPLETE, SKIP)},
        answers={"XNAT_A": (Given(Answer.RENAME, "B"),)},
        keep=(Option.DATES,),
        accepted=("burned-in",),
        to=Target.ARCHIVE,
        verify=Level.FULL,
        move=True,
    )
    write_draft(full, path)
    assert read_draft(path) == full
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [one.name for one in path.parent.iterdir()] == ["draft.json"]


def test_no_file_is_no_draft_and_a_bad_one_says_why(tmp_path: Path) -> None:
    path = tmp_path / "draft.json"
    assert read_draft(path) is None
    for text in ('{"format": 7}', "nonsense", '{"source": "x"}', "[" * 100_000):
        path.write_text(text)
        with pytest.raises(PlanUnreadable, match=r"draft\.json"):
            read_draft(path)
    write_draft(DRAFT, path)
    path.write_text(path.read_text().replace('"source"', '"labels": ["prefx=P"], "source"'))
    with pytest.raises(PlanUnreadable, match="prefx"):
        read_draft(path)


def test_the_command_line_says_the_same() -> None:
    draft = Draft(
        source=SOURCE,
        destination=DESTINATION,
        sessions=("XNAT_A",),
        labels=("prefix=P_",),
        table={"XNAT_A": Labels("S", "S_1")},
        class_answers={ConflictClass.SAME_STUDY: (COMPLETE, SKIP)},
        answers={"XNAT_A": (Given(Answer.RENAME, "B"),)},
        keep=(Option.DATES,),
        accepted=("burned-in",),
        to=Target.ARCHIVE,
        verify=Level.FULL,
        move=True,
        also=(Kind.RESOURCES, Kind.NOTES),
        existing=Existing.KEEP,
    )
    assert DRAFT.arguments(("a:SRC", "b:DST"), "l.csv") == ["plan", "a:SRC", "b:DST"]
    assert " ".join(draft.arguments(("a:SRC", "b:DST"), "l.csv")) == (
        "plan a:SRC b:DST --sessions XNAT_A --labels prefix=P_ l.csv --on-conflict same-study=complete "
        "same-study=skip XNAT_A=rename:B --keep dates --accept burned-in --to archive --verify full "
        "--with resources notes --existing keep --move"
    )


def test_an_answer_settles_its_conflict_and_the_plan_follows() -> None:
    row = session_row("A")
    survey = survey_of(chosen(row), chosen(session_row("B")), there=(row,))
    before = judged(survey, DRAFT)
    (met,) = before.open_conflicts
    after = judged(survey, DRAFT.answered(met, SKIP, before.checklist.conflicts))
    assert after.open_conflicts == []
    assert {one.session: one.fate for one in after.planned.sessions} == {"A": Fate.SKIP, "B": Fate.COPY}
    assert judged(survey, DRAFT.answered(met, SKIP).unanswered(met)).open_conflicts == [met]


def test_an_answer_to_a_session_that_was_left_out_waits_for_it() -> None:
    row = session_row("A")
    both, one = (chosen(row), chosen(session_row("B"))), (chosen(session_row("B")),)
    draft = DRAFT.answered(judged(survey_of(*both, there=(row,)), DRAFT).open_conflicts[0], SKIP)
    assert judged(survey_of(*one, there=(row,)), draft).planned.undecided == ()
    assert judged(survey_of(*both, there=(row,)), draft).open_conflicts == []


def test_two_conflicts_of_one_session_keep_their_own_answers() -> None:
    archived = conflict(ConflictClass.SAME_STUDY, Answer.SKIP, Answer.RENAME, Answer.COMPLETE)
    waits = conflict(ConflictClass.PREARCHIVE, Answer.SKIP, Answer.RENAME)
    met = (archived, waits)
    draft = DRAFT.answered(waits, RENAME, met).answered(archived, COMPLETE, met)
    assert [draft.all_answers().to(one) for one in met] == [COMPLETE, RENAME]
    again = DRAFT.answered(archived, COMPLETE, met).answered(waits, RENAME, met)
    assert [again.all_answers().to(one) for one in met] == [COMPLETE, RENAME]


def test_a_class_is_answered_at_once_and_over_what_was_said_of_one() -> None:
    kind = ConflictClass.SAME_STUDY
    first, second = (
        conflict(kind, Answer.SKIP, Answer.RENAME, Answer.COMPLETE, session=name) for name in ("A", "B")
    )
    whole = conflict(kind, Answer.SKIP, Answer.RENAME, session="C")
    other = conflict(ConflictClass.SHARED, Answer.SKIP, Answer.RENAME, session="D")
    met = (first, second, whole, other)
    draft = DRAFT.answered(first, RENAME, (first,)).answered(other, RENAME, (other,))
    draft = draft.class_answered(kind, Answer.SKIP, met).class_answered(kind, Answer.COMPLETE, met)
    assert [draft.all_answers().to(one) for one in met] == [COMPLETE, COMPLETE, SKIP, RENAME]


CONFLICTS = st.lists(
    st.builds(
        conflict,
        st.sampled_from(ConflictClass),
        st.just(Answer.SKIP),
        st.just(Answer.RENAME),
        session=st.sampled_from(["A", "B"]),
        there=st.sampled_from(["T", "U"]),
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=50, deadline=None)
@given(CONFLICTS, st.data())
def test_whatever_is_answered_last_is_what_holds(met: list[Conflict], data: st.DataObject) -> None:
    draft = DRAFT
    for _ in range(4):
        one = data.draw(st.sampled_from(met))
        answer = Given(data.draw(st.sampled_from(one.answers)))
        draft = draft.answered(one, answer, [other for other in met if other.id == one.id])
        assert draft.all_answers().to(one) == answer


def test_single_labels_win_and_can_be_taken_back() -> None:
    survey = survey_of(chosen(session_row("A")), prearchive=(waiting("A"),))
    draft = DRAFT.labelled("XNAT_A", Labels("001", "B"))
    assert judged(survey, draft).open_conflicts == []
    assert judged(survey, draft).planned.sessions[0].to_session == "B"
    assert draft.labelled("XNAT_A", None) == DRAFT


def test_other_answers_need_no_other_checklist() -> None:
    row = session_row("A")
    survey = survey_of(chosen(row), chosen(session_row("B")), there=(row,))
    memory = Memory()
    before = judge(survey, DRAFT.request("now"), memory=memory)
    drafted = DRAFT.answered(before.open_conflicts[0], SKIP)
    again = judge(survey, drafted.request("now"), memory=memory)
    assert again == judged(survey, drafted)
    assert again.checklist is before.checklist
