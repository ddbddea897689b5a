"""Answers become fates: nothing is guessed, nobody loses a label to somebody else, and all is told."""

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.core.making import chosen, detail_of, session_row, survey_of, waiting
from xnat_ferry.checks import Answer, Conflict, run_checks
from xnat_ferry.checks.conflicts import conflicts_of
from xnat_ferry.checks.meeting.coming import coming
from xnat_ferry.checks.meeting.namesakes import There
from xnat_ferry.errors import UsageError
from xnat_ferry.labels import LabelRules, Labels, parse_rule
from xnat_ferry.model import PrearchiveRow, SessionRow
from xnat_ferry.plan import Fate, Plan, PlannedSession, parse_answers, read_plan, write_plan
from xnat_ferry.plan.answers import Answers, Given
from xnat_ferry.plan.build import PlanRequest, make_plan
from xnat_ferry.survey import Survey

STUDY = "1.2.001_MR1"


def plan_for(survey: Survey, *answers: str, labels: LabelRules | None = None) -> Plan:
    rules = labels or LabelRules()
    request = PlanRequest(made="now", answers=parse_answers(answers), labels=rules)
    return make_plan(survey, run_checks(survey, rules), request)


def the_session(*answers: str, there: tuple[SessionRow, ...] = (), **more: object) -> PlannedSession:
    """What becomes of one session, 001_MR1, among these."""
    survey = survey_of(chosen(session_row()), there=there, **more)  # type: ignore[arg-type]
    return plan_for(survey, *answers).sessions[0]


def held(label: str = "001_MR1", **facts: object) -> SessionRow:
    return session_row(label, **({"owner": "DST", "study_uid": "9.9"} | facts))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("skip", "CLASS=ANSWER or SESSION=ANSWER"),
        ("=skip", "CLASS=ANSWER or SESSION=ANSWER"),
        ("same-study=", "one of skip, rename, complete, merge"),
        ("same-study=stop", "one of skip, rename, complete, merge"),
        ("same-study=rename:NEW", "one session only"),
        ("001_MR1=rename:a b", "letters, digits"),
        ("001_MR1=rename:", "letters, digits"),
        ("001_MR1=skip:NEW", "rename:NEW_LABEL"),
    ],
)
def test_an_answer_that_makes_no_sense_is_refused_with_what_is_possible(text: str, words: str) -> None:
    with pytest.raises(UsageError, match=words) as caught:
        parse_answers([text])
    assert "other-subject" in str(caught.value)


def test_an_answer_for_nobody_is_refused() -> None:
    with pytest.raises(UsageError, match="NOBODY"):
        the_session("NOBODY=skip")
    with pytest.raises(UsageError, match="same-studdy"):
        the_session("same-studdy=skip")


def test_answers_are_kept_as_they_were_written() -> None:
    texts = ["same-study=skip", "001_MR1=rename:NEW", "XNAT_E1=complete"]
    assert [f"{name}={answer}" for name, answer in parse_answers(texts).texts.items()] == texts
    survey = survey_of(chosen(session_row()))
    assert plan_for(survey, "001_MR1=skip").answers == {"001_MR1": "skip"}


@pytest.mark.parametrize("name", ["001_MR1", "XNAT_001_MR1"])
def test_a_sessions_own_answer_wins_over_its_class(name: str) -> None:
    one = the_session("other-study=skip", f"{name}=rename:NEW", there=(held(),))
    assert (one.fate, one.to_subject, one.to_session) == (Fate.COPY, "001", "NEW")
    assert [(str(met.kind), met.there, met.answer) for met in one.conflicts] == [
        ("other-study", "001_MR1", "rename:NEW")
    ]


def test_without_an_answer_a_session_is_undecided_and_says_why() -> None:
    one = the_session("prearchive=skip", there=(held(),))
    assert (one.fate, one.to_session) == (Fate.UNDECIDED, "001_MR1")
    assert "other-study: 001_MR1 is already in DST" in one.why
    assert [met.answer for met in one.conflicts] == [""]


@pytest.mark.parametrize("answer", ["other-subject=merge", "001_MR1=complete"])
def test_an_answer_that_a_conflict_does_not_offer_decides_nothing(answer: str) -> None:
    one = the_session(answer, there=(held(subject="002"),))
    assert one.fate == Fate.UNDECIDED
    assert f"{answer.partition('=')[2]} is not possible: skip, rename are" in one.why


def test_where_a_sessions_own_answer_does_not_fit_its_class_has_a_say() -> None:
    own = (held(study_uid=STUDY),)
    row = waiting("001_MR1", "9.9")
    one = the_session("001_MR1=complete", "prearchive=skip", there=own, prearchive=(row,))
    assert (one.fate, one.why.partition(":")[0]) == (Fate.SKIP, "prearchive")


def test_of_several_answers_to_a_class_each_takes_the_first_that_fits() -> None:
    rows = (held("a", study_uid="1"), held("b", study_uid="2"))
    lacking, whole = chosen(session_row("a", study_uid="1")), chosen(session_row("b", study_uid="2"))
    whole = replace(whole, counterparts=(detail_of(rows[1]),))
    survey = survey_of(lacking, whole, there=rows)
    plan = plan_for(survey, "same-study=complete", "same-study=skip")
    assert [one.fate for one in plan.sessions] == [Fate.COMPLETE, Fate.SKIP]
    assert plan.answers == {"same-study": "complete, skip"}


def test_every_conflict_needs_an_answer() -> None:
    more = {"there": (held(study_uid=STUDY),), "prearchive": (waiting("001_MR1", STUDY),)}
    assert the_session("same-study=complete", **more).fate == Fate.UNDECIDED  # type: ignore[arg-type]
    one = the_session("same-study=complete", "prearchive=complete", **more)  # type: ignore[arg-type]
    assert one.fate == Fate.COMPLETE


def test_a_new_label_is_the_first_that_is_free_everywhere() -> None:
    survey = survey_of(
        chosen(session_row()),
        chosen(session_row("001_MR1_4")),
        there=(held(), held("001_mr1_2")),
        prearchive=(waiting("001_MR1_3"),),
    )
    assert [one.to_session for one in plan_for(survey, "other-study=rename").sessions] == [
        "001_MR1_5",
        "001_MR1_4",
    ]


def test_a_label_asked_for_by_name_is_not_given_to_another() -> None:
    survey = survey_of(
        chosen(session_row("a")), chosen(session_row("b")), there=(held("a"), held("b"), held("c"))
    )
    plan = plan_for(survey, "other-study=rename", "b=rename:a_2")
    assert [one.to_session for one in plan.sessions] == ["a_3", "a_2"]


def test_a_label_that_is_taken_too_leaves_the_session_undecided() -> None:
    one = the_session("001_MR1=rename:TAKEN", there=(held(), held("taken")))
    assert one.fate == Fate.UNDECIDED
    assert "TAKEN is not free either" in one.why
    assert [met.there for met in one.conflicts] == ["001_MR1", "taken"]


def test_what_comes_with_a_new_label_is_answered_too_or_stays_open() -> None:
    there = (held(), held("elsewhere", study_uid=STUDY))
    assert the_session("other-study=rename", there=there).fate == Fate.UNDECIDED
    one = the_session("other-study=rename", "same-study=rename", there=there)
    assert (one.fate, one.to_session) == (Fate.COPY, "001_MR1_2")
    assert the_session("other-study=rename", "same-study=skip", there=there).fate == Fate.SKIP


def test_keeping_both_takes_no_new_label_where_they_have_two() -> None:
    one = the_session("same-study=rename", there=(held("elsewhere", study_uid=STUDY),))
    assert (one.fate, one.to_session) == (Fate.COPY, "001_MR1")


def test_all_under_one_label_get_another_so_that_none_passes_for_the_one_meant() -> None:
    rows = session_row("a", study_uid="1"), session_row("b", study_uid="2")
    rules = LabelRules(rules=(parse_rule("template=X"),))
    plan = plan_for(survey_of(*map(chosen, rows)), "duplicate-target=rename", labels=rules)
    assert [(one.fate, one.to_session) for one in plan.sessions] == [("copy", "X_2"), ("copy", "X_3")]


def test_who_is_left_out_stands_in_nobodys_way() -> None:
    rows = session_row("a", study_uid="1"), session_row("A", study_uid="1", id="second")
    plan = plan_for(survey_of(*map(chosen, rows)), "a=skip")
    assert [one.fate for one in plan.sessions] == [Fate.SKIP, Fate.COPY]
    assert plan.sessions[1].conflicts == ()


def test_bad_labels_are_cleaned_as_xnat_does_and_then_made_free() -> None:
    survey = survey_of(
        chosen(session_row("a b", "P 1")), chosen(session_row("c d", "P 1")), there=(held("a_b"),)
    )
    plan = plan_for(survey, "bad-label=rename")
    assert [(one.fate, one.to_subject, one.to_session) for one in plan.sessions] == [
        ("copy", "P_1", "a_b_2"),
        ("copy", "P_1", "c_d"),
    ]


def test_a_session_keeps_a_good_label_where_only_its_subjects_is_bad() -> None:
    (one,) = plan_for(survey_of(chosen(session_row("a", "P 1"))), "bad-label=rename").sessions
    assert (one.fate, one.to_subject, one.to_session) == (Fate.COPY, "P_1", "a")


def test_cleaning_never_makes_one_subject_of_two() -> None:
    both = survey_of(chosen(session_row("a", "P 1")), chosen(session_row("b", "P.1")))
    assert [one.fate for one in plan_for(both, "bad-label=rename").sessions] == [Fate.COPY, Fate.UNDECIDED]
    known = survey_of(chosen(session_row("a", "P 1")), there=(held("b", subject="p_1"),))
    (one,) = plan_for(known, "bad-label=rename").sessions
    assert one.fate == Fate.UNDECIDED
    assert "would become one with another" in one.why


def test_completing_goes_under_the_labels_that_are_there() -> None:
    case = the_session("same-study=complete", there=(held("001_mr1", study_uid=STUDY),))
    assert (case.fate, case.to_session) == (Fate.COMPLETE, "001_mr1")
    elsewhere = the_session("same-study=complete", there=(held("other", study_uid=STUDY),))
    assert (elsewhere.fate, elsewhere.to_session) == (Fate.COMPLETE, "other")


def test_two_answers_that_ask_for_two_labels_decide_nothing() -> None:
    more = {"there": (held("one", study_uid=STUDY),), "prearchive": (waiting("two", STUDY),)}
    one = the_session("same-study=complete", "prearchive=complete", **more)  # type: ignore[arg-type]
    assert one.fate == Fate.UNDECIDED
    assert "more than one label, one and two" in one.why


def test_merging_travels_and_says_that_a_person_archives_it() -> None:
    survey = survey_of(chosen(session_row()), there=(held(),))
    plan = plan_for(survey, "other-study=merge")
    assert [one.fate for one in plan.travelling] == [Fate.MERGE]
    assert "stays there" in plan.sessions[0].why
    assert "merges it into 001_MR1" in plan.sessions[0].why


def test_an_answer_that_nothing_asked_for_is_said_to_be_idle() -> None:
    one = the_session("001_MR1=rename:NEW")
    assert (one.fate, one.to_session) == (Fate.COPY, "001_MR1")
    assert "rename:NEW was not needed" in one.why


def test_two_thousand_sessions_of_one_label_are_told_apart() -> None:
    rows = [session_row(f"S{number}", study_uid=str(number)) for number in range(2_000)]
    rules = LabelRules(rules=(parse_rule("template=X"),))
    plan = plan_for(survey_of(*map(chosen, rows)), "duplicate-target=rename", labels=rules)
    assert len({one.to_session for one in plan.travelling}) == 2_000


labels = st.sampled_from(["a", "A", "b", "a_2", "c d", "c_d"])
subjects = st.sampled_from(["p", "P", "q", "p q"])
studies = st.sampled_from([None, "1", "2"])
here_rows = st.builds(session_row, labels, subjects, study_uid=studies)
there_rows = st.builds(
    session_row, labels, subjects, study_uid=studies, owner=st.sampled_from(["DST", "ELSE"])
)
waiting_rows = st.builds(waiting, labels, studies.map(lambda uid: uid or ""))
answers = st.builds(
    lambda name, answer: f"{name}={answer}",
    st.sampled_from(["same-study", "other-study", "other-subject", "shared", "prearchive"])
    | st.sampled_from(["duplicate-target", "duplicate-study", "bad-label"]),
    st.sampled_from(Answer),
)


@settings(deadline=None)
@given(
    st.lists(here_rows, max_size=4, unique_by=lambda row: row.label),
    st.lists(there_rows, max_size=3),
    st.lists(waiting_rows, max_size=2),
    st.lists(answers, max_size=8),
)
def test_whoever_travels_has_every_conflict_answered_and_a_label_of_its_own(
    tmp_path_factory: pytest.TempPathFactory,
    here: list[SessionRow],
    archived: list[SessionRow],
    prearchive: list[PrearchiveRow],
    given_answers: list[str],
) -> None:
    survey = survey_of(*map(chosen, here), there=tuple(archived), prearchive=tuple(prearchive))
    plan = plan_for(survey, *given_answers)
    assert plan == plan_for(survey, *given_answers)
    for one, fits in judged_anew(survey, plan, parse_answers(given_answers)):
        assert one.fate.travels == fits, one
    assert all(bool(one.why) == (one.fate != Fate.COPY) for one in plan.sessions)
    path = tmp_path_factory.mktemp("plan") / "plan.toml"
    write_plan(plan, path)
    assert read_plan(path) == plan


def judged_anew(survey: Survey, plan: Plan, answers: Answers) -> Iterator[tuple[PlannedSession, bool]]:
    """Everybody that is not skipped, and whether an answer leaves nothing open under the final labels."""
    staying = {one.id: one for one in plan.sessions if one.fate != Fate.SKIP}
    to = {one.id: Labels(one.to_subject, one.to_session) for one in staying.values()}
    sessions = [coming(one, to[one.row.id]) for one in survey.chosen if one.row.id in staying]
    met = conflicts_of(sessions, There(survey.destination))
    for key, one in staying.items():
        yield (
            one,
            all(settles(answers.to(conflict), conflict, to[key]) for conflict in met if conflict.id == key),
        )


def settles(given: Given | None, conflict: Conflict, to: Labels) -> bool:
    if given is None:
        return False
    if given.answer == Answer.RENAME:
        return conflict.apart
    return given.answer in (Answer.COMPLETE, Answer.MERGE) and to == conflict.joins
