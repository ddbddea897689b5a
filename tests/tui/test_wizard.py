"""Area 1 without a server: every kind of conflict is answered, labels are tried, and nothing said is lost."""

from pathlib import Path

import pytest
from msgspec.structs import replace
from textual.pilot import Pilot

from tests.core.making import (
    DESTINATION,
    PLAIN,
    SOURCE,
    chosen,
    detail_of,
    header_of,
    session_row,
    survey_of,
    view,
    waiting,
)
from tests.tui.looking import screen_text, until, until_shown, until_told
from tests.tui.wizard import keeping_desk, no_login, one, there, wizard
from xnat_ferry.checks import ConflictClass
from xnat_ferry.labels import Labels
from xnat_ferry.model import ScanRow
from xnat_ferry.plan import Fate, read_plan
from xnat_ferry.plan.draft import Draft
from xnat_ferry.plan.draft_file import read_draft, write_draft
from xnat_ferry.project import Rights, Script
from xnat_ferry.survey import Chosen, Survey
from xnat_ferry_tui.app import FerryApp
from xnat_ferry_tui.desk import Desk
from xnat_ferry_tui.screens.wizard.steps import KEYS, STEPS, standing, why_not_start
from xnat_ferry_tui.widgets.lines import Lines

SIZES = [(80, 24), (120, 40)]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return keeping_desk(tmp_path)


def fates(desk: Desk) -> dict[str, Fate]:
    assert desk.drafting.judged is not None
    return {one.session: one.fate for one in desk.drafting.judged.planned.sessions}


def goes_as(desk: Desk, label: str) -> str:
    assert desk.drafting.judged is not None
    (found,) = [one for one in desk.drafting.judged.planned.sessions if one.session == label]
    return f"{found.to_subject}/{found.to_session}"


async def judged(pilot: Pilot[None], desk: Desk) -> None:
    await until(pilot, lambda: not desk.drafting.must_judge)


def incomplete() -> Chosen:
    """A session of which the destination lacks a scan."""
    row = session_row("SAME")
    first, second = ScanRow(id="1", uid="1.1", type="t1"), ScanRow(id="2", uid="1.2", type="t2")
    return replace(
        chosen(row, first, second),
        counterparts=(replace(detail_of(row, first), id="THERE_SAME", project="DST"),),
    )


def every_class() -> Survey:
    """One session at least that meets something in each of the ways there are."""
    there = (
        session_row("SAME", id="THERE_SAME", owner="DST"),
        session_row("OTHER", id="THERE_OTHER", owner="DST", study_uid="9.1"),
        session_row("SUBJECT", subject="elsewhere", id="THERE_SUBJECT", owner="DST", study_uid="9.2"),
        session_row("SHARED", id="THERE_SHARED", owner="THIRD", study_uid="9.3"),
    )
    return survey_of(
        incomplete(),
        chosen(session_row("OTHER")),
        chosen(session_row("SUBJECT")),
        chosen(session_row("SHARED")),
        chosen(session_row("WAITS")),
        chosen(session_row("TWIN")),
        chosen(session_row("twin", id="XNAT_twin2", study_uid="1.2.twin2")),
        chosen(session_row("ONE", study_uid="7.7")),
        chosen(session_row("TWO", study_uid="7.7")),
        chosen(session_row("bad label")),
        there=there,
        prearchive=(waiting("WAITS", study_uid="9.4"),),
    )


def stand_on(pilot: Pilot[None], desk: Desk, kind: ConflictClass) -> None:
    """Highlight the first conflict of a class."""
    assert desk.drafting.judged is not None
    conflicts = desk.drafting.judged.checklist.conflicts
    place = next(place for place, one in enumerate(conflicts) if one.kind == kind)
    pilot.app.screen.query_one("#met", Lines).highlighted = place


@pytest.mark.parametrize("size", SIZES)
async def test_every_class_of_conflict_is_answered_on_its_keys(desk: Desk, size: tuple[int, int]) -> None:
    survey = every_class()
    async with wizard(desk, survey, "conflicts", size) as pilot:
        assert desk.drafting.judged is not None
        assert {one.kind for one in desk.drafting.judged.checklist.conflicts} == set(ConflictClass)
        await until_shown(pilot, "0 of 10 answered", "c Continue is off: 10 sessions undecided")
        stand_on(pilot, desk, ConflictClass.SAME_STUDY)
        await until_shown(pilot, "m send what is", "here   SAME", "there  SAME", "2 scans", "1 scan")
        await pilot.press("m")
        stand_on(pilot, desk, ConflictClass.OTHER_STUDY)
        await until_shown(pilot, "i merge into it")
        await pilot.press("i")
        await until_shown(pilot, "Merge OTHER into OTHER", "here   OTHER", "of one person", "y Yes")
        await pilot.press("y")
        stand_on(pilot, desk, ConflictClass.OTHER_SUBJECT)
        await pilot.press("l")
        await until_shown(pilot, "New label for SUBJECT", "SUBJECT_2")
        await pilot.press("enter")
        stand_on(pilot, desk, ConflictClass.SHARED)
        await pilot.press("s")
        stand_on(pilot, desk, ConflictClass.PREARCHIVE)
        await until_shown(
            pilot, "there  WAITS", "/prearchive/projects/DST", "study  here 1.2.WAITS, there 9.4"
        )
        await pilot.press("s")
        stand_on(pilot, desk, ConflictClass.DUPLICATE_TARGET)
        await pilot.press("L")
        stand_on(pilot, desk, ConflictClass.DUPLICATE_STUDY)
        await until_shown(pilot, "here   ONE", "also   TWO", "study  the same, 7.7", "would say nothing")
        await pilot.press("S")
        stand_on(pilot, desk, ConflictClass.BAD_LABEL)
        await pilot.press("L")
        await judged(pilot, desk)
        await until_shown(pilot, "10 of 10 answered", "8 CONFLICTS ok")
        assert fates(desk) == {
            "SAME": Fate.COMPLETE,
            "OTHER": Fate.MERGE,
            "SUBJECT": Fate.COPY,
            "SHARED": Fate.SKIP,
            "WAITS": Fate.SKIP,
            "TWIN": Fate.COPY,
            "twin": Fate.COPY,
            "ONE": Fate.SKIP,
            "TWO": Fate.SKIP,
            "bad label": Fate.COPY,
        }
        assert goes_as(desk, "SUBJECT") == "001/SUBJECT_2"
        assert goes_as(desk, "bad label") == "001/bad_label"


async def test_an_answer_that_is_not_offered_says_why_not(desk: Desk) -> None:
    async with wizard(desk, every_class(), "conflicts") as pilot:
        stand_on(pilot, desk, ConflictClass.SHARED)
        for key, words in (
            ("m", "Not here: Only a session of the same study"),
            ("i", "Only a session of the same label"),
        ):
            await pilot.press(key)
            await until_shown(pilot, words, "What is possible: s skip, l another label")
            await pilot.press("enter")
            await until(pilot, lambda: len(pilot.app.screen_stack) == 1)
        assert desk.drafting.draft == Draft(source=SOURCE, destination=DESTINATION)


async def test_merging_is_asked_and_enter_means_no(desk: Desk) -> None:
    async with wizard(desk, every_class(), "conflicts") as pilot:
        stand_on(pilot, desk, ConflictClass.OTHER_STUDY)
        for key in ("i", "I"):
            await pilot.press(key)
            await until_shown(pilot, "cannot take two studies apart", "of one person", "y Yes")
            await pilot.press("enter")
        assert fates(desk)["OTHER"] == Fate.UNDECIDED


async def test_what_was_said_is_taken_back_and_said_again(desk: Desk) -> None:
    survey = survey_of(one("A"), one("B"), there=(there("A"),))
    async with wizard(desk, survey, "conflicts") as pilot:
        await pilot.press("s")
        await until_shown(pilot, "1 of 1 answered", "c Continue\n")
        await pilot.press("u")
        await until_shown(pilot, "0 of 1 answered", "c Continue is off: 1 session undecided")
        await until_shown(pilot, "Taken back: the answer to A (step 8). U says it again.")
        await pilot.press("u")
        # what is said in passing does not lie on the reason why one cannot go on
        await until_shown(pilot, "There is nothing to take back.", "1 session undecided; n goes to the next")
        await pilot.press("U")
        await until_shown(pilot, "1 of 1 answered", "Said again: the answer to A (step 8).")
        await pilot.press("d")
        await until_shown(pilot, "0 of 1 answered")
        await judged(pilot, desk)
        assert fates(desk)["A"] == Fate.UNDECIDED


async def test_what_forbids_going_on_is_gone_to_before_what_is_only_to_be_read(desk: Desk) -> None:
    met = one("A")
    scan = ScanRow(id="1", uid="1.2.3.A", type="t1")
    met = replace(met, headers=(header_of(met.row, scan, PatientName="DOE^JANE"),))
    found = survey_of(met, there=(there("A"),))
    unscripted = replace(PLAIN, site_script=Script(enabled=False))
    found = replace(found, destination=replace(found.destination, settings=unscripted))
    async with wizard(desk, found, "checks") as pilot:
        for _ in range(2):
            await pilot.press("g", "n")
            await until_shown(pilot, "Do this: Have it de-identified")
        await pilot.press("n")
        await until(pilot, lambda: "Do this: Have it de-identified" not in screen_text(pilot.app))


async def test_the_next_open_one_is_found_and_the_answered_ones_can_be_hidden(desk: Desk) -> None:
    survey = survey_of(*map(one, "ABC"), there=tuple(map(there, "ABC")))
    async with wizard(desk, survey, "conflicts") as pilot:
        lines = pilot.app.screen.query_one("#met", Lines)
        await pilot.press("s")
        assert lines.highlighted == 1
        await pilot.press("n")
        assert lines.highlighted == 2
        await pilot.press("n")
        assert lines.highlighted == 1
        await pilot.press("f")
        text = await until_shown(pilot, "Only what is open is shown")
        assert lines.count == 2
        assert "skip" not in "\n".join(text.splitlines()[4:7])


async def test_ten_thousand_conflicts_are_answered_at_once_and_one_by_one(desk: Desk) -> None:
    labels = [f"S{number:05}" for number in range(10_000)]
    survey = survey_of(*map(one, labels), there=tuple(map(there, labels)))
    async with wizard(desk, survey, "conflicts") as pilot:
        await until_shown(pilot, "0 of 10,000 answered", "S00000")
        await pilot.press("S")
        await until_shown(pilot, "10,000 of 10,000 answered")
        await pilot.press("G", "l")
        await until_shown(pilot, "New label for S09999")
        await pilot.press("enter")
        await until(pilot, lambda: not desk.drafting.must_judge, seconds=60)
        assert goes_as(desk, "S09999") == "001/S09999_2"


async def test_a_label_that_xnat_refuses_is_asked_for_again(desk: Desk) -> None:
    async with wizard(desk, survey_of(one("A"), there=(there("A"),)), "conflicts") as pilot:
        await pilot.press("l")
        await until_shown(pilot, "New label for A")
        await pilot.press("!", "enter")
        await until_shown(pilot, "XNAT takes letters, digits")
        await pilot.press("backspace", "b", "enter")
        await judged(pilot, desk)
        assert goes_as(desk, "A") == "001/A_2b"


# Labels


@pytest.mark.parametrize("size", SIZES)
async def test_a_rule_is_seen_at_work_while_it_is_typed(desk: Desk, size: tuple[int, int]) -> None:
    survey = survey_of(one("A"), one("B"), there=(session_row("P_A", owner="DST"),))
    async with wizard(desk, survey, "labels", size) as pilot:
        await pilot.press("l", *"session.prefix=P_")
        await until_shown(pilot, "P_A", "P_B", "1 marked ! would collide", "is already in DST")
        assert desk.drafting.draft is not None
        assert desk.drafting.draft.labels == ()
        await pilot.press("escape")
        await until(pilot, lambda: "P_B" not in screen_text(pilot.app))
        await pilot.press("l", *"prefx=P", "enter")
        await until_shown(pilot, "The label rule 'prefx=P' cannot be used")
        await pilot.press("escape", "l", *"session.prefix=Q_", "enter")
        await until_shown(pilot, "Rule: session.prefix=Q_", "Q_A")
        await judged(pilot, desk)
        assert goes_as(desk, "B") == "001/Q_B"


async def test_one_sessions_labels_are_edited_in_place(desk: Desk) -> None:
    async with wizard(desk, survey_of(one("A")), "labels") as pilot:
        await pilot.press("enter")
        await until_shown(pilot, "SUBJECT/SESSION for A", "001/A")
        await pilot.press(*"/B", "enter")
        await until_shown(pilot, "with one / between")
        await pilot.press(*["backspace"] * 7, *"S/S_1", "enter")
        await until_shown(pilot, "and 1 session by itself", "S_1")
        await judged(pilot, desk)
        assert goes_as(desk, "A") == "S/S_1"
        await pilot.press("enter", *["backspace"] * 5, "enter")
        await until_shown(pilot, "labels stay as they are.")


async def test_labels_go_out_as_a_table_and_come_back(desk: Desk, tmp_path: Path) -> None:
    table = tmp_path / "l.csv"
    async with wizard(desk, survey_of(one("A")), "labels") as pilot:
        await pilot.press("w", *["backspace"] * 10, *str(table), "enter")
        await until(pilot, lambda: not desk.busy and table.exists())
        table.write_text(table.read_text().replace("001,A\n", "007,A7\n").replace("001,A\r\n", "007,A7\r\n"))
        await pilot.press("i", *["backspace"] * 10, *str(table), "enter")
        await until_shown(pilot, "007", "A7")
        assert desk.drafting.draft is not None
        assert desk.drafting.draft.table == {"XNAT_A": Labels("007", "A7")}
        table.write_text("nonsense\n")
        await pilot.press("i", *["backspace"] * 10, *str(table), "enter")
        await until(pilot, lambda: desk.problem is not None and not desk.busy)
        assert "to_subject" in str(desk.problem)


# The checklist


@pytest.mark.parametrize("size", SIZES)
async def test_a_blocked_checklist_says_why_one_cannot_go_on(desk: Desk, size: tuple[int, int]) -> None:
    survey = survey_of(one("A"), rights=Rights(role="Collaborators", creatable=()))
    async with wizard(desk, survey, "checks", size) as pilot:
        await until_shown(pilot, "BLOCKED", "[FAIL] Access", "7 CHECKS !!", "c Continue is off: ")
        await pilot.press("c")
        await until_shown(pilot, "This is off:")
        await pilot.press("enter", "0")
        await until_shown(pilot, "0 REVIEW", "c Go: start the transfer is off: ")
        assert desk.drafting.step == "review"
        await pilot.press("f5")
        await until_shown(pilot, "This is off:")
        assert desk.watched is None


async def test_evidence_and_advice_stand_with_what_was_found(desk: Desk) -> None:
    survey = survey_of(one("A"), rights=Rights(role="Collaborators", creatable=()))
    async with wizard(desk, survey, "checks") as pilot:
        await until_shown(pilot, "Do this: ", "Ask")
        await pilot.press("g")
        await until_shown(pilot, "What you may not do is better known now")


async def test_what_headers_say_may_be_accepted_and_nothing_else(desk: Desk) -> None:
    named = one("A")
    header = header_of(named.row, ScanRow(id="1", uid="1.2.3.A"), PatientBirthDate="19580314")
    survey = survey_of(replace(named, headers=(header,)))
    async with wizard(desk, survey, "checks") as pilot:
        await until_shown(pilot, "BLOCKED", "7 CHECKS !!", "FAIL")
        await pilot.press("a")
        await until_shown(pilot, "Say that this is known and allowed?", "y Yes")
        await pilot.press("enter")
        assert desk.drafting.judged is not None
        assert desk.drafting.judged.checklist.verdict == "blocked"
        await pilot.press("a", "y")
        await until_shown(pilot, "WARNED", "(accepted)", "c Continue\n")
        assert desk.drafting.judged.planned.accepted == ("identifying-remains",)
        await pilot.press("a")
        await until_shown(pilot, "BLOCKED")
        await pilot.press("g", "j", "a")
        await until_shown(pilot, "Only what headers say of persons can be accepted")


async def test_what_the_approval_keeps_is_ticked(desk: Desk) -> None:
    async with wizard(desk, survey_of(one("A")), "checks") as pilot:
        await pilot.press("K")
        await until_shown(pilot, "What does the project's approval keep", "[ ] dates", "Space Tick")
        await pilot.press("space", "j", "space", "space", "enter")
        await judged(pilot, desk)
        assert desk.drafting.judged is not None
        assert desk.drafting.judged.planned.keep == ("dates",)


# Coming and going


async def test_every_step_is_one_key_away_and_goes_back_without_loss(desk: Desk) -> None:
    survey = survey_of(one("A"), one("B"), there=(there("A"),))
    async with wizard(desk, survey, "conflicts", (120, 40)) as pilot:
        await pilot.press("s")
        for step in reversed(STEPS):
            await pilot.press(KEYS[step])
            await until_shown(pilot, f"{KEYS[step]} {step.upper()}")
            assert pilot.app.focused is not None
        await pilot.press("6", "c", "c", "b")
        await until_shown(pilot, "7 CHECKS", "8 Conflicts ok")
        await pilot.press("c", "c", "c")
        await until_shown(
            pilot,
            "0 REVIEW ok",
            "1 session, 1 scan",
            "A is left out (same-study): A is already",
            "Command",
            "--on-",
        )


async def test_another_choice_wants_another_look(desk: Desk) -> None:
    async with wizard(desk, survey_of(one("A"), one("B")), "choose") as pilot:
        await until_shown(pilot, "None marked: all 2 sessions", "7 Checks ok")
        await pilot.press("space")
        await until_shown(pilot, "1 of 2 sessions marked", "7 Checks --")
        await pilot.press("u")
        await until_shown(pilot, "None marked", "7 Checks ok")
        await pilot.press("a", "a", "slash", *"b", "enter")
        await until_shown(pilot, "/b: 1 of 2 shown")
        await pilot.press("a")
        await until_shown(pilot, "1 of 2 sessions marked")
        await pilot.press("s", *"t1, 4", "enter")
        await until_shown(pilot, "Scans: t1, 4.")
        assert desk.drafting.draft is not None
        assert desk.drafting.draft.sessions == ("XNAT_B",)
        assert desk.drafting.draft.scans == ("t1", "4")
        await pilot.press("9", "u")
        await until_shown(pilot, "9 LABELS", "Taken back: which scans are taken (step 6). U says it again.")
        await pilot.press("6")
        await until_shown(pilot, "What shall travel.", "Scans: all.")


async def test_what_was_said_is_on_disk_at_once_and_offered_at_the_next_start(
    desk: Desk, tmp_path: Path
) -> None:
    async with wizard(desk, survey_of(one("A"), there=(there("A"),)), "conflicts") as pilot:
        await pilot.press("s")
        desk.drafting.keeper.wait()
        kept = read_draft(tmp_path / "draft.json")
        assert kept is not None
        assert kept.step == "conflicts"
        assert list(kept.answers) == ["XNAT_A"]
    again = Desk(
        transfers=desk.transfers, spool=desk.spool, find=no_login, draft_file=tmp_path / "draft.json"
    )
    app = FerryApp(again)
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "5 CONNECT", "go on with", "SRC @ a.example -> DST", "1 answer, at con")
        await pilot.press("enter")
        await until_shown(pilot, "Who are you at https://a.example?", "alias token")


async def test_a_draft_that_cannot_be_used_is_told(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "draft.json").write_text('{"format": 9}')
    app = FerryApp(desk)
    async with app.run_test(size=(80, 24)) as pilot:
        await until_told(pilot, "its format is 9")


async def test_a_disk_that_takes_nothing_is_told(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "draft.json").mkdir()
    async with wizard(desk, survey_of(one("A")), "labels") as pilot:
        await pilot.press("l", *"prefix=P_", "enter")
        desk.drafting.keeper.wait()
        await pilot.press("9")
        await until_shown(pilot, "Cannot write in")


async def test_the_review_tells_all_and_the_plan_can_be_saved(desk: Desk, tmp_path: Path) -> None:
    survey = survey_of(one("A"))
    plan = tmp_path / "p.toml"
    async with wizard(desk, survey, "review", (120, 40)) as pilot:
        await until_shown(
            pilot,
            "1 session, 1 scan, 1 file, 100 B",
            "the prearchive of DST",
            "It is not known how long",
            "identity: every SOPInstanceUID",
            "Nothing at the source changes",
            "The site's anonymization script rewrites headers on receipt",
            "Nothing that is chosen",
            "xnat-ferry plan https://a.example/SRC https://b.example/DST",
        )
        await pilot.press("t", "v", "m")
        await until_shown(
            pilot, "the archive of DST", "sample: ", "The source is deleted later", "--to archive"
        )
        await judged(pilot, desk)
        await pilot.press("w", *["backspace"] * 9, *str(plan), "enter")
        await until(pilot, lambda: plan.exists() and not desk.busy)
        written = read_plan(plan)
        assert (written.to, written.verify, written.move) == ("archive", "sample", True)


def test_how_every_step_stands_from_nothing_to_ready(desk: Desk) -> None:
    def marks() -> str:
        return " ".join(standing(step, desk).mark.strip() for step in STEPS)

    assert marks() == "!! -- -- -- -- --"
    assert "named first" in why_not_start(desk)
    desk.ends = (SOURCE, DESTINATION)
    assert marks() == "-- -- -- -- -- --"
    desk.source = view(SOURCE, None, problem="It is hidden.")
    assert marks() == "ok !! -- -- -- --"
    assert why_not_start(desk) == "It is hidden."
    desk.source = view(SOURCE, (session_row("A"),))
    assert marks() == "ok ok -- -- -- --"
    assert "has not been checked; r does it" in standing("checks", desk).why_not
    assert "has not been checked; 7 does it" in why_not_start(desk)  # r does nothing in the last step
    assert desk.drafting.draft is not None
    desk.drafting.take(survey_of(one("A"), there=(there("A"),)), desk.drafting.draft)
    assert marks() == "ok ok ! !! ! !!"
    hidden = replace(survey_of(one("A")), destination=view(DESTINATION, None, problem="It is hidden."))
    desk.drafting.take(hidden, desk.drafting.draft)
    assert marks() == "ok ok !! ! ! --"
    desk.drafting.take(survey_of(one("A")), desk.drafting.draft)
    assert marks() == "ok ok ok ok ok ok"
    assert why_not_start(desk) == ""


def test_a_draft_of_other_projects_is_not_what_is_said_of_these(desk: Desk, tmp_path: Path) -> None:
    write_draft(Draft(source=SOURCE, destination=DESTINATION, scans=("1",)), tmp_path / "draft.json")
    desk.recall()
    assert desk.drafting.left is not None
    desk.connect((DESTINATION, SOURCE))
    assert desk.drafting.draft == Draft(source=DESTINATION, destination=SOURCE)
    desk.connect((SOURCE, DESTINATION), desk.drafting.left)
    assert desk.drafting.draft is not None
    assert desk.drafting.draft.scans == ("1",)
    desk.connect((SOURCE, DESTINATION))
    assert desk.drafting.draft.scans == ("1",)


async def test_the_checklist_is_kept_as_a_file_to_be_mailed(desk: Desk, tmp_path: Path) -> None:
    async with wizard(desk, survey_of(one("A"), there=(there("A"),)), "checks") as pilot:
        await pilot.press("w")
        await until_shown(pilot, "Where to write the checklist as text:")
        for _ in "checklist.txt":
            await pilot.press("backspace")
        await pilot.press(*str(tmp_path / "kept.txt"), "enter")
        await until(pilot, lambda: (tmp_path / "kept.txt").exists() and not desk.busy)
    text = (tmp_path / "kept.txt").read_text()
    assert "[ ok ] Access" in text
    assert "A" in text
    assert max(map(len, text.splitlines())) <= 80


async def test_the_last_step_is_not_ok_while_something_stands_against_it(desk: Desk) -> None:
    async with wizard(desk, survey_of(one("A"), one("B"), there=(there("A"),)), "review") as pilot:
        await until_shown(pilot, "8 Conflicts !!", "0 REVIEW --", "Go: start the transfer is off")
        await pilot.press("8", "s")
        await judged(pilot, desk)
        await pilot.press("0")
        await until_shown(pilot, "8 Conflicts ok", "0 REVIEW ok")
