"""With a memory only what has changed is thought over; what comes out is the same as from nothing."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.core.making import DESTINATION, PLAIN, SOURCE, chosen, header_of, session_row, survey_of, waiting
from xnat_ferry.checks import Answer, Option
from xnat_ferry.checks.accepting import ACCEPTABLE
from xnat_ferry.checks.memory import Memory
from xnat_ferry.labels import Labels
from xnat_ferry.listing import Listing
from xnat_ferry.model import Road, ScanRow, SessionRow
from xnat_ferry.plan.answers import Given
from xnat_ferry.plan.draft import Draft
from xnat_ferry.plan.judged import Judged, judge
from xnat_ferry.plan.model import Target
from xnat_ferry.project import Script
from xnat_ferry.settings.room import Room
from xnat_ferry.survey import Chosen, Survey
from xnat_ferry.survey.seen_staying import StayingSeen

DRAFT = Draft(source=SOURCE, destination=DESTINATION)
TO = Labels("p", "a")
SHARING = StayingSeen(road=Road.SHARE, sharing=True, may_delete=True, subjects={})
SCANS = (ScanRow(id="1", uid="1.1", type="t1"), ScanRow(id="2", uid="1.2", type="t2"))

labels = st.sampled_from(["a", "A", "b", "a_2", "c d", "X_a"])
subjects = st.sampled_from(["p", "P", "q"])
studies = st.sampled_from([None, "1", "2"])
rows = st.builds(session_row, labels, subjects, study_uid=studies)
values = st.dictionaries(
    st.sampled_from(["PatientName", "PatientID", "StudyDescription", "PatientComments", "StudyDate"]),
    st.sampled_from(["a", "X_a", "DOE^JANE", "1234567", "xnat://SRC/p/a", "Session:a", "20240506", "p DOE"]),
    max_size=3,
)


def with_headers(row: SessionRow, said: dict[str, str]) -> Chosen:
    one = chosen(row, *SCANS)
    return replace(one, headers=tuple(header_of(row, scan, **said) for scan in SCANS))


sessions = st.builds(with_headers, rows, values)


@st.composite
def surveys(draw: st.DrawFn) -> Survey:
    here = draw(st.lists(sessions, min_size=1, max_size=4, unique_by=lambda one: one.row.label))
    there = draw(st.lists(rows, max_size=3))
    prearchive = draw(st.lists(st.builds(waiting, labels), max_size=1))
    return survey_of(*here, there=tuple(there), prearchive=tuple(prearchive))


SAID: dict[str, list[Any]] = {
    "labels": [(), ("prefix=X_",), ("session.replace=a/b",), ("template={subject}",)],
    "table": [{}, {"a": TO}, {"XNAT_b": TO}, {"nobody": TO}],
    "to": list(Target),
    "keep": [(), (Option.DATES,), tuple(Option)],
    "accepted": [(), ACCEPTABLE[:3], ACCEPTABLE],
    "scans": [(), ("1",)],
    "move": [True, False],
}
changes = st.sampled_from(sorted(SAID)).flatmap(
    lambda name: st.tuples(st.just(name), st.sampled_from(SAID[name]))
)
answers = st.tuples(st.sampled_from(["one", "class"]), st.integers(0, 5), st.sampled_from(Answer))
looks = st.tuples(
    st.just("survey"), st.sampled_from(["rooms", "scripts", "headers", "archive", "fewer", "share", "same"])
)


def answered(draft: Draft, before: Judged, how: str, place: int, answer: Answer) -> Draft:
    met = before.checklist.conflicts
    if not met:
        return draft
    conflict = met[place % len(met)]
    if how == "class":
        return draft.class_answered(conflict.kind, answer, met)
    given = Given(answer, "new" if answer == Answer.RENAME and place % 2 else "")
    return draft.answered(conflict, given, [one for one in met if one.id == conflict.id])


def looked_again(survey: Survey, what: str) -> Survey:
    """As another look at one thing leaves it."""
    there = survey.destination
    match what:
        case "rooms":
            return replace(survey, rooms=(Room(what="spool", folder="/spool", free=10),))
        case "scripts":
            off = replace(PLAIN, site_script=Script(enabled=False))
            return replace(survey, destination=replace(there, settings=off))
        case "headers":
            again = tuple(with_headers(one.row, {"PatientName": "DOE^JOHN"}) for one in survey.chosen)
            return replace(survey, chosen=again)
        case "archive":
            return replace(survey, destination=replace(there, sessions=Listing([session_row("b")])))
        case "fewer":
            return replace(survey, chosen=survey.chosen[:1])
        case "share":
            return replace(survey, staying=SHARING)
        case _:
            return survey


@settings(deadline=None, max_examples=60)
@given(surveys(), st.lists(changes | answers | looks, min_size=1, max_size=7))
def test_what_is_remembered_is_what_would_be_thought(survey: Survey, steps: list[tuple[Any, ...]]) -> None:
    memory, draft = Memory(), DRAFT
    now = thought(survey, draft, memory)
    for kind, *more in steps:
        if kind == "survey":
            survey = looked_again(survey, *more)
        elif kind in SAID:
            draft = replace(draft, **{kind: more[0]})
        else:
            draft = answered(draft, now, kind, *more)
        now = thought(survey, draft, memory)


def thought(survey: Survey, draft: Draft, memory: Memory) -> Judged:
    request = draft.request("now", [one.row.id for one in survey.chosen])
    given = survey, request, frozenset(draft.keep), frozenset(draft.accepted)
    remembered = judge(*given, memory)
    assert remembered == judge(*given)
    return remembered


def test_another_look_at_the_disk_judges_no_header() -> None:
    survey, memory = survey_of(chosen(session_row())), Memory()
    before = judge(survey, DRAFT.request("now"), memory=memory)
    after = judge(looked_again(survey, "rooms"), DRAFT.request("now"), memory=memory)
    assert after.checklist != before.checklist
    same = [one for one in after.checklist.findings if any(one is old for old in before.checklist.findings)]
    assert {one.check for one in after.checklist.findings} - {one.check for one in same} == {"room"}


def test_other_labels_judge_only_headers_that_hold_them() -> None:
    said, memory = {"PatientName": "DOE^JANE", "PatientComments": "X_a"}, Memory()
    survey = survey_of(*(with_headers(session_row(name, study_uid=name), said) for name in ("a", "b")))
    before = judge(survey, DRAFT.request("now"), memory=memory)
    after = judge(survey, replace(DRAFT, labels=("prefix=X_",)).request("now"), memory=memory)
    assert of_headers(before, "a") != of_headers(after, "a")
    assert of_headers(before, "b") == of_headers(after, "b") != []


def of_headers(judged: Judged, session: str) -> list[int]:
    """Which findings about its headers there are, as objects."""
    found = judged.checklist.findings
    return [id(one) for one in found if (one.check, one.about) == ("anonymization", session)]
