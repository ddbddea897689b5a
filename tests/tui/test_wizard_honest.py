"""Area 1 never leaves somebody in the dark who is afraid of mixing up two people, in whatever window."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.core.making import chosen, detail_of, session_row, survey_of
from tests.tui.looking import screen_text, until_shown
from tests.tui.wizard import keeping_desk, one, there, wizard
from xnat_ferry.checks.conflicts import find_conflicts
from xnat_ferry.errors import ServerUnreachable
from xnat_ferry.labels import LabelRules, parse_rule
from xnat_ferry.settings.credentials import Credentials
from xnat_ferry_tui.app import FerryApp
from xnat_ferry_tui.desk import Desk
from xnat_ferry_tui.explaining.tour import guidance
from xnat_ferry_tui.looking import Looking
from xnat_ferry_tui.screens.wizard.conflict_words import in_words


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return keeping_desk(tmp_path)


async def test_two_people_are_not_made_one_without_being_told(desk: Desk) -> None:
    people = [chosen(session_row(name, subject=name, study_uid=f"1.2.{name}")) for name in ("ADA", "BEA")]
    async with wizard(desk, survey_of(*people), "labels") as pilot:
        await pilot.press("l", *"subject.template=X")
        await until_shown(pilot, "2 marked !", "2 subjects would become X: ADA, BEA.", "9 LABELS ok")
        await pilot.press("enter")
        await until_shown(pilot, "9 LABELS !!", "2 marked !", "c Continue is off: 2 subjects would become X")
        await pilot.press("c")
        await until_shown(pilot, "This is off:", "l keeps them apart")
        await pilot.press("enter", "7")
        await until_shown(pilot, "[FAIL] Label mapping", "Do this: ")
        await pilot.press("a", "y")
        await until_shown(pilot, "(accepted)")
        await pilot.press("9")
        await until_shown(pilot, "9 LABELS ok", "Rule: subject.template=X.\n", "c Continue\n")
        await pilot.press("u")
        await until_shown(pilot, "9 LABELS !!")
        await pilot.press("u")
        await until_shown(pilot, "9 LABELS ok", "labels stay as they are")


async def test_what_nobody_answered_is_not_called_answered(desk: Desk) -> None:
    met = one("A")
    bare = replace(met, detail=replace(detail_of(met.row), scans=(), files=()))
    async with wizard(desk, survey_of(bare, one("B"), there=(there("A"),)), "conflicts") as pilot:
        await until_shown(
            pilot,
            "0 of 1 answered, 1 needs no answer.",
            "settled      A",
            "It is left out, so nothing is asked of you: it has no DICOM files to carry",
        )
        assert "Nothing here waits for you" in guidance("checks", desk)
        await pilot.press("9")
        await until_shown(pilot, "A                   -                  left out", "001                B")


async def test_a_tiny_window_has_room_for_what_each_step_is_about(desk: Desk) -> None:
    survey = survey_of(one("A"), one("B"), there=(there("A"),))
    async with wizard(desk, survey, "conflicts", (40, 12)) as pilot:
        await until_shown(
            pilot, "4 Verify", "8 CONFLICTS !! 9 !  0 --", "?         A", "is already in DST", "off: 1"
        )
        await pilot.press("6")
        await until_shown(pilot, "6 CHOOSE ok", "None marked", "001        A", "001        B", "c Continue")
        await pilot.press("7")
        await until_shown(pilot, "7 CHECKS ! ", "WARNED", "A is already in DST", "[warn] Conflicts")
        await pilot.press("9")
        await until_shown(pilot, "9 LABELS ! ", "!  001", "is already")
        await pilot.press("2")
        await until_shown(pilot, "2 BROWSE", "v 001", "> A", "> B", "subject 001: 2 sessions")


async def test_a_session_is_not_called_empty_where_none_of_its_scans_is_taken(desk: Desk) -> None:
    whole = one("A")
    narrowed = replace(whole, detail=replace(detail_of(whole.row), scans=(), files=()))
    async with wizard(desk, survey_of(whole), "choose") as pilot:
        assert desk.drafting.draft is not None
        desk.take_survey(survey_of(narrowed), replace(desk.drafting.draft, scans=("9",)))
        await pilot.press("2")
        await until_shown(pilot, "2 BROWSE", "> A", "scans not read yet")
        assert "0 B" not in screen_text(pilot.app)


async def test_two_long_labels_that_differ_in_the_end_are_told_apart(desk: Desk) -> None:
    visits = [f"SUB0001_LONGITUDINAL_STUDY_VISIT_000{number}_T1" for number in (1, 2)]
    async with wizard(desk, survey_of(*map(one, visits)), "choose") as pilot:
        await until_shown(pilot, "VISIT_0001_T1", "VISIT_0002_T1")
        await pilot.press("enter")
        await until_shown(pilot, "1 of 2 sessions marked")
        await pilot.press("u")
        await pilot.press("9")
        text = await until_shown(pilot, "9 LABELS", "0001_T1", "0002_T1")
        assert "LONGITUDINAL" not in text
        assert "." not in "".join(line for line in text.splitlines() if "SUB0001" in line)


async def test_a_key_that_finds_nothing_says_so(desk: Desk) -> None:
    async with wizard(desk, survey_of(one("A")), "checks") as pilot:
        await pilot.press("n")
        await until_shown(pilot, "Every line is fine.")
        await pilot.press("g", "a")
        await until_shown(pilot, "Not here: what is accepted is a line below an item.")
        await pilot.press("enter", "8", "n")
        await until_shown(pilot, "Nothing here waits for an answer.")
        await pilot.press("9", "n")
        await until_shown(pilot, "No label here is marked !.")


async def test_a_filter_leads_to_what_it_leaves(desk: Desk) -> None:
    async with wizard(desk, survey_of(*map(one, "ABC")), "choose") as pilot:
        await pilot.press("2")
        await until_shown(pilot, "2 BROWSE", "> C")
        await pilot.press("j", "slash", *"c")
        await until_shown(pilot, "/c  1 of 3", "C  subject 001")
        await pilot.press("enter", "space")
        await until_shown(pilot, "1 marked")
        assert desk.marks == {"C"}


class Down(Looking):
    """No server answers."""

    def try_server(self, server: str) -> str:
        """Raise what is raised then."""
        raise ServerUnreachable(server=server, why="no connection came about")


async def test_a_server_that_does_not_answer_costs_no_word_that_was_typed(desk: Desk) -> None:
    desk.logins.take("https://sea.example", Credentials("ada", "secret"))
    async with FerryApp(desk, looking=Down(desk)).run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "5 CONNECT")
        await pilot.press("N", *"sea", "enter", *"sea.example", "enter")
        await until_shown(pilot, "does not answer", "     sea\n", "     https://sea.example\n")
        await pilot.press("escape")
        await until_shown(pilot, "No server has a name yet", "does not answer", "7 Checks --")


def test_two_chosen_sessions_are_called_what_both_will_be_called() -> None:
    twins = [chosen(session_row(label, study_uid="7.7")) for label in ("ONE", "TWO")]
    first, _ = find_conflicts(survey_of(*twins), LabelRules(rules=(parse_rule("prefix=Q_"),)))
    told = "\n".join(in_words(first, None, None, 78))
    assert "here   Q_ONE    Q_001" in told
    assert "also   Q_TWO    Q_001" in told
    assert "study  the same, 7.7" in told
    narrow = "\n".join(in_words(first, None, None, 30))
    assert "here   Q_ONE, Q_001, MR" in narrow
