"""What a session meets is told in its class, with XNAT's words, both sides and the answers that fit."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.core.making import chosen, detail_of, session_row, survey_of, waiting
from xnat_ferry.checks import Answer, Conflict, ConflictClass, run_checks
from xnat_ferry.checks.conflicts import find_conflicts
from xnat_ferry.checks.meeting.completeness import compare
from xnat_ferry.labels import Labels
from xnat_ferry.model import PrearchiveRow, ResourceRow, ScanRow, SessionDetail, SessionRow, Verdict
from xnat_ferry.survey import Chosen, Survey

SKIP, RENAME, COMPLETE, MERGE = Answer.SKIP, Answer.RENAME, Answer.COMPLETE, Answer.MERGE
KEEP_APART = (SKIP, RENAME)


def there(**facts: object) -> SessionRow:
    """A session of the destination that is the chosen one in everything but these facts."""
    return session_row(**({"owner": "DST", "study_uid": "1.2.001_MR1"} | facts))  # type: ignore[arg-type]


def conflicts(survey: Survey) -> tuple[Conflict, ...]:
    return run_checks(survey).conflicts


def the_conflict(*rows: SessionRow, prearchive: tuple[PrearchiveRow, ...] = ()) -> Conflict:
    (conflict,) = conflicts(survey_of(chosen(session_row()), there=rows, prearchive=prearchive))
    return conflict


def scan(number: int, files: int | None = 2, uid: str | None = None) -> ScanRow:
    resources = (ResourceRow(label="DICOM", files=files, bytes=files),)
    return ScanRow(id=str(number), uid=f"9.{number}" if uid is None else uid, resources=resources)


def counted(*scans: ScanRow) -> SessionDetail:
    """A session of which only the item was read."""
    row = there()
    return SessionDetail(
        id=row.id, label=row.label, project="DST", study_uid=row.study_uid or "", scans=scans, files=None
    )


def both_sides(here: SessionDetail, stored: SessionDetail | None) -> Conflict:
    """What a session meets in the same study at the destination."""
    row = session_row()
    details = (replace(stored, id="THERE"),) if stored else ()
    coming = Chosen(row=row, detail=here, counterparts=details)
    (conflict,) = conflicts(survey_of(coming, there=(there(id="THERE"),)))
    return conflict


@pytest.mark.parametrize("what", ["archived sessions", "prearchive"])
def test_a_list_that_failed_is_unknown_never_empty(what: str) -> None:
    survey = survey_of(
        chosen(session_row()),
        there=None if what == "archived sessions" else (),
        prearchive=None if what == "prearchive" else (),
    )
    found = [one for one in run_checks(survey).findings if one.check == "conflicts"]
    assert [one.verdict for one in found] == [Verdict.UNKNOWN]
    assert what in found[0].message
    assert "not known" in found[0].message


REFUSED = "Invalid modification of session"


@pytest.mark.parametrize(
    ("facts", "kind", "says", "answers"),
    [
        ({"study_uid": "9.9"}, "other-study", f"{REFUSED} UID via archive process.", (*KEEP_APART, MERGE)),
        ({"study_uid": None}, "other-study", "nothing", (*KEEP_APART, MERGE)),
        (
            {"xsi_type": "xnat:ctSessionData"},
            "other-study",
            f"{REFUSED} modality via archive process.  Data may require a manual merge.",
            KEEP_APART,
        ),
        (
            {"subject": "002"},
            "other-subject",
            f"{REFUSED} subject via archive process.: 001_MR1 Already Exists for another Subject",
            KEEP_APART,
        ),
        ({"owner": "ELSE"}, "shared", f"{REFUSED} project via archive process.", KEEP_APART),
        ({}, "same-study", "Session already exists with matching files.", (*KEEP_APART, COMPLETE)),
        (
            {"label": "001_mr1"},
            "same-study",
            f"{REFUSED} label via archive process.",
            (*KEEP_APART, COMPLETE),
        ),
        ({"label": "new"}, "same-study", "nothing", (*KEEP_APART, COMPLETE)),
    ],
    ids=["study", "unknown study", "data type", "subject", "shared", "same", "case", "elsewhere"],
)
def test_what_the_archive_holds_is_told_by_xnats_own_rules(
    facts: dict[str, str], kind: str, says: str, answers: tuple[Answer, ...]
) -> None:
    conflict = the_conflict(there(**facts))
    assert (conflict.kind, conflict.evidence["XNAT says"]) == (kind, says)
    assert conflict.answers == answers
    assert conflict.evidence["there"] == facts.get("label", "001_MR1")
    assert "XNAT would" in conflict.message
    assert says == "nothing" or says in conflict.message


def test_labels_that_differ_in_case_are_said_to() -> None:
    assert "differ in case only (001_mr1)" in the_conflict(there(label="001_mr1")).message
    assert "case" not in the_conflict(there()).message


@pytest.mark.parametrize(
    "facts",
    [
        {"owner": None},
        {"owner": None, "study_uid": "9"},
        {"label": "new", "subject": "002"},
        {"label": "new", "xsi_type": "xnat:petSessionData"},
        {"label": "new", "owner": "ELSE"},
    ],
)
def test_what_may_not_be_ours_or_the_same_takes_nothing_more(facts: dict[str, str]) -> None:
    conflict = the_conflict(there(**facts))
    assert (conflict.answers, conflict.joins) == (KEEP_APART, None)
    assert conflict.evidence["its owner"] == (facts.get("owner", "DST") or "not told")


def test_what_takes_more_names_the_labels_to_send_under() -> None:
    assert the_conflict(there(label="001_mr1")).joins == Labels("001", "001_mr1")
    assert the_conflict(there(study_uid="9")).joins == Labels("001", "001_MR1")


def test_a_session_with_every_file_needs_no_completing() -> None:
    same = counted(scan(1), scan(2, files=0))
    conflict = both_sides(same, same)
    assert (conflict.answers, conflict.suggested) == (KEEP_APART, SKIP)
    assert "with every file" in conflict.message
    assert conflict.evidence["its content"] == conflict.evidence["this content"] == "2 scans, 2 files"


def test_what_is_missing_is_named_and_completing_suggested() -> None:
    conflict = both_sides(counted(scan(1), scan(2), scan(3)), counted(scan(1), scan(7, 1, uid="9.2")))
    assert conflict.suggested == COMPLETE
    assert "(scan 2 has 1 of 2 files, scan 3 is missing)" in conflict.message


def test_what_could_not_be_compared_is_not_known_and_nothing_is_suggested_for_it() -> None:
    conflict = both_sides(counted(scan(1)), None)
    assert (conflict.answers, conflict.suggested) == ((*KEEP_APART, COMPLETE), SKIP)
    assert "not known whether all of it" in conflict.message


@pytest.mark.parametrize(
    ("here", "stored", "complete"),
    [
        ((scan(1),), (scan(1),), True),
        ((scan(1),), (scan(1, 3),), True),
        ((scan(1), scan(2, uid="9.1")), (scan(1, 4),), True),
        ((scan(1), scan(2, uid="9.1")), (scan(1, 3),), False),
        ((scan(1),), (scan(1, None),), None),
        ((scan(1, None),), (scan(1),), None),
        ((scan(1, None),), (), False),
        ((scan(1, uid=""),), (scan(1, uid=""),), None),
        ((scan(1),), (scan(1, uid=""),), None),
        ((scan(1, uid=""), scan(2)), (), False),
        ((), (), True),
    ],
)
def test_series_are_compared_by_uid_and_number_of_files(
    here: tuple[ScanRow, ...], stored: tuple[ScanRow, ...], complete: bool | None
) -> None:
    assert compare(counted(*here), counted(*stored)).complete is complete


@pytest.mark.parametrize(
    ("row", "answers", "words"),
    [
        (waiting("001_MR1", "1.2.001_MR1"), (*KEEP_APART, COMPLETE), "add the files to what waits"),
        (waiting("001_mr1", "1.2.001_MR1", "RECEIVING"), (*KEEP_APART, COMPLETE), "add the files"),
        (waiting("001_MR1", "9.9"), KEEP_APART, "Another study waits"),
        (waiting("001_MR1"), KEEP_APART, "unknown study waits"),
        (waiting("001_MR1", "1.2.001_MR1", "ERROR"), KEEP_APART, "Read its log in the prearchive page"),
        (waiting("001_MR1", "1.2.001_MR1", "_ARCHIVING"), KEEP_APART, "wait until it is done"),
        (waiting("001_MR1", "1.2.001_MR1", "SOMETHING"), KEEP_APART, "wait until it is done"),
        (waiting("elsewhere", "1.2.001_MR1"), (*KEEP_APART, COMPLETE), "let both wait"),
        (replace(waiting("001_MR1", "1.2.001_MR1"), subject="002"), KEEP_APART, "This study waits"),
    ],
)
def test_what_waits_in_the_prearchive_counts_too(
    row: PrearchiveRow, answers: tuple[Answer, ...], words: str
) -> None:
    conflict = the_conflict(prearchive=(row,))
    assert (conflict.kind, conflict.suggested) == (ConflictClass.PREARCHIVE, SKIP)
    assert conflict.answers == answers
    assert words in conflict.message
    assert (conflict.there, conflict.evidence["status"]) == (row.path, row.status)


def test_what_waits_under_another_label_with_another_study_is_none_of_ours() -> None:
    row = waiting("elsewhere", "9.9")
    assert conflicts(survey_of(chosen(session_row()), prearchive=(row,))) == ()


def test_two_chosen_sessions_of_one_study_or_label_are_conflicts() -> None:
    one, two = session_row("a", study_uid="1"), session_row("A", study_uid="1", id="other")
    found = conflicts(survey_of(chosen(one), chosen(two)))
    assert [one.kind for one in found] == [ConflictClass.DUPLICATE_TARGET, ConflictClass.DUPLICATE_STUDY] * 2
    assert "differ in case only" in found[0].message


@pytest.mark.parametrize(
    ("second", "says"),
    [
        ({"study_uid": "2"}, f"{REFUSED} UID via archive process."),
        ({"subject": "002"}, f"{REFUSED} subject via archive process.: x Already Exists for another Subject"),
        ({"study_uid": None}, "nothing"),
        ({"xsi_type": "xnat:ctSessionData"}, f"{REFUSED} modality via archive process."),
    ],
)
def test_what_becomes_of_the_second_of_two_under_one_label(second: dict[str, str], says: str) -> None:
    rows = session_row("x", study_uid="1"), session_row("x", id="other", **({"study_uid": "1"} | second))
    found = conflicts(survey_of(*(chosen(row) for row in rows)))
    assert found[0].kind == ConflictClass.DUPLICATE_TARGET
    assert found[0].evidence["XNAT says"].startswith(says)


def test_sessions_without_a_study_uid_are_not_twins() -> None:
    rows = [session_row(label, study_uid=None) for label in ("a", "b")]
    assert conflicts(survey_of(*(chosen(row) for row in rows))) == ()


@pytest.mark.parametrize(
    ("label", "words"),
    [("a b[red]", "call it a_b_red_"), ("Jürgen", "refuse to save it"), ("a\x1bb", "refuse to save it")],
)
def test_a_label_that_xnat_refuses_is_named_with_what_it_would_become(label: str, words: str) -> None:
    (conflict,) = conflicts(survey_of(chosen(session_row(label))))
    assert (conflict.kind, conflict.suggested) == (ConflictClass.BAD_LABEL, RENAME)
    assert words in conflict.message
    assert conflict.message.isprintable()


def test_a_session_has_one_finding_for_a_class_and_it_holds_all_evidence() -> None:
    rows = (there(label="one"), there(label="two"))
    survey = survey_of(chosen(session_row()), there=rows, prearchive=(waiting("001_MR1"),))
    found = [one for one in run_checks(survey).findings if one.check == "conflicts"]
    assert [(one.kind, one.about) for one in found] == [("same-study", "001_MR1"), ("prearchive", "001_MR1")]
    assert {found[0].evidence["there (1)"], found[0].evidence["there (2)"]} == {"one", "two"}
    assert "=complete" not in found[1].message
    assert "--on-conflict same-study=" in found[0].advice


def test_ten_thousand_sessions_are_judged_by_their_namesakes_alone() -> None:
    rows = [session_row(f"S{number}", study_uid=str(number)) for number in range(10_000)]
    survey = survey_of(*(chosen(row) for row in rows[5_000:]), there=tuple(rows[:5_001]))
    assert len(conflicts(survey)) == 1


labels = st.sampled_from(["a", "A", "b", "c d", "ä"])
subjects = st.sampled_from(["p", "P", "q"])
studies = st.sampled_from([None, "", "1", "2"])
here_rows = st.builds(session_row, labels, subjects, study_uid=studies)
there_rows = st.builds(
    session_row, labels, subjects, study_uid=studies, owner=st.sampled_from(["DST", "ELSE", None])
)
waiting_rows = st.builds(waiting, labels, studies.map(lambda uid: uid or ""))


@given(
    st.lists(here_rows, max_size=3, unique_by=lambda row: row.label),
    st.lists(there_rows, max_size=3),
    st.lists(waiting_rows, max_size=2),
)
def test_no_conflict_is_missed_and_none_invented(
    here: list[SessionRow], archived: list[SessionRow], prearchive: list[PrearchiveRow]
) -> None:
    survey = survey_of(
        *(Chosen(row=row, detail=detail_of(row)) for row in here),
        there=tuple(archived),
        prearchive=tuple(prearchive),
    )
    found = Counter((one.session, str(one.kind)) for one in find_conflicts(survey))
    assert found == reference(here, archived, prearchive)


def reference(
    here: list[SessionRow], archived: list[SessionRow], prearchive: list[PrearchiveRow]
) -> Counter[tuple[str, str]]:
    """Everybody compared with everybody, by the classes as design 7 names them."""
    found: Counter[tuple[str, str]] = Counter()
    for one in here:
        called, study = one.label.lower(), one.study_uid or "none"
        if not one.label.isascii() or " " in one.label:
            found[one.label, "bad-label"] += 1
        for other in archived:
            if other.label.lower() == called:
                found[one.label, in_one_place(one, other)] += 1
            elif other.study_uid == study:
                found[one.label, "same-study"] += 1
        for row in prearchive:
            found[one.label, "prearchive"] += row.name.lower() == called or row.study_uid == study
        found[one.label, "duplicate-target"] += sum(other.label.lower() == called for other in here) > 1
        found[one.label, "duplicate-study"] += sum(other.study_uid == study for other in here) > 1
    return +found


def in_one_place(one: SessionRow, other: SessionRow) -> str:
    if other.owner == "ELSE":
        return "shared"
    if one.subject.lower() != other.subject.lower():
        return "other-subject"
    return "same-study" if one.study_uid and one.study_uid == other.study_uid else "other-study"
