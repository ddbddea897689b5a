"""What ``check`` says to a person and to a program, and the code with which it ends."""

import json
import re
import shlex
import unicodedata
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from rich.cells import cell_len

from tests.core.making import chosen, session_row, survey_of, waiting
from tests.core.shore import TWO_SESSIONS, USERS, Shore, shore
from xnat_ferry.checks import Checklist, ConflictClass, Finding
from xnat_ferry.checks.grouping import ITEMS
from xnat_ferry.cli.common import Counting
from xnat_ferry.cli.options.surveying import Surveying
from xnat_ferry.cli.surveying import as_json
from xnat_ferry.cli.telling.checklist import checklist_lines
from xnat_ferry.cli.telling.ending import Command, check_ending, plan_ending
from xnat_ferry.cli.telling.planned import plan_lines
from xnat_ferry.labels import KEEP, LabelRules, parse_rule
from xnat_ferry.model import Level, ScanRow, Verdict
from xnat_ferry.plan import parse_answers
from xnat_ferry.plan.build import PlanRequest
from xnat_ferry.plan.judged import Judged, judge
from xnat_ferry.survey import Chosen, Depth, Headers, Survey

GIVEN = Command(("SRC", "DST"), Surveying())


def judged(survey: Survey, *answers: str, labels: LabelRules = KEEP) -> Judged:
    return judge(survey, PlanRequest(made="now", answers=parse_answers(answers), labels=labels))


def page(what: Judged, width: int = 80) -> list[str]:
    lines = [*checklist_lines(what, width), *check_ending(what, GIVEN, width)]
    return [line.text for line in lines]


def with_findings(*findings: Finding) -> Judged:
    return replace(judged(survey_of()), checklist=Checklist(findings=findings, conflicts=()))


def found(
    kind: str, about: str, message: str, verdict: Verdict = Verdict.WARN, check: str = "room"
) -> Finding:
    return Finding(check=check, verdict=verdict, about=about, message=message, kind=kind, advice="Do so.")


# on the page

hostile = st.text(
    st.characters(codec="utf-8") | st.sampled_from("長[red]\x1b\u202e\n"), min_size=1, max_size=60
)


@given(st.lists(hostile, min_size=1, max_size=4, unique=True), st.booleans(), st.integers(40, 100))
def test_hostile_words_stay_within_the_page_and_command_nothing(
    labels: list[str], there: bool, width: int
) -> None:
    scans = [ScanRow(id=label, uid=f"1.{label}", description=label) for label in labels]
    rows = [session_row(label, label, id=f"E{number}") for number, label in enumerate(labels)]
    survey = survey_of(
        *(chosen(row, *scans) for row in rows),
        there=tuple(replace(row, owner="DST", study_uid="9") for row in rows) if there else (),
        prearchive=tuple(waiting(label) for label in labels),
    )
    what = judged(survey)
    lines = [
        *checklist_lines(what, width),
        *plan_lines(what.planned, width),
        *check_ending(what, GIVEN, width),
        *plan_ending(what, GIVEN, "plan.toml", width),
    ]
    assert max(cell_len(line.text) for line in lines) <= width
    assert not [one for line in lines for one in line.text if unicodedata.category(one) in {"Cc", "Cf"}]


def test_a_plain_world_is_seven_times_ok_in_the_guides_order_and_ends_with_the_next_command() -> None:
    lines = page(judged(survey_of(chosen(session_row()))))
    assert [line for line in lines if line.startswith("[")] == [f"[ ok ] {title}" for title in ITEMS.values()]
    assert "checklist: clear. Nothing stands in the way." in lines
    assert "Ready to go: 1 session, 1 scan, 1 file, 100 B." in lines
    assert lines[-1].strip() == "xnat-ferry plan SRC DST"


def test_an_item_bears_the_worst_of_its_verdicts() -> None:
    for verdicts, sign in (
        ((Verdict.OK, Verdict.WARN), "[warn]"),
        ((Verdict.WARN, Verdict.UNKNOWN), "[ ?? ]"),
        ((Verdict.UNKNOWN, Verdict.FAIL, Verdict.OK), "[FAIL]"),
    ):
        what = with_findings(*(found(f"kind-{one}", "SRC", "Said.", one) for one in verdicts))
        assert f"{sign} Room on this machine" in page(what)


def test_an_item_that_nobody_looked_at_is_not_called_fine() -> None:
    lines = page(with_findings(found("ok", "SRC", "There is room.", Verdict.OK)))
    assert "[ ?? ] Access" in lines


def test_many_findings_of_one_kind_are_told_once_with_their_advice() -> None:
    many = [found("odd", f"S{number:02}", f"S{number:02} is odd.") for number in range(42)]
    text = "\n".join(page(with_findings(*many)))
    assert text.count("is odd.") == 1
    assert "The same of S01, S02 and 39 more (all with --json)." in text
    assert text.count("-> Do so.") == 1


def test_a_conflict_is_told_with_xnats_words_and_the_option_that_answers_it() -> None:
    row = session_row()
    there = replace(row, owner="DST", study_uid="9")
    text = " ".join(" ".join(page(judged(survey_of(chosen(row), there=(there,))))).split())
    assert "other-study (1 session)" in text
    assert "Invalid modification of session UID via archive process." in text
    assert "--on-conflict other-study=skip (suggested), or =rename, =merge" in text
    assert "Nothing is ready to go; 1 session undecided." in text
    assert text.endswith("xnat-ferry plan SRC DST --on-conflict other-study=skip")


def test_what_has_an_answer_is_not_asked_again() -> None:
    row = session_row()
    survey = survey_of(chosen(row), there=(replace(row, owner="DST", study_uid="9"),))
    text = "\n".join(page(judged(survey, "001_MR1=skip")))
    assert "Answered: 1 conflict (1 skip)." in text
    assert "(suggested)" not in text


def test_one_sessions_answer_may_settle_anothers_question() -> None:
    one, two = session_row("a", study_uid="1"), session_row("b", study_uid="1")
    text = "\n".join(page(judged(survey_of(chosen(one), chosen(two)), "a=skip")))
    assert "(suggested)" not in text
    assert "Ready to go: 1 session" in text


def test_new_labels_are_shown_beside_the_old_ones() -> None:
    rules = LabelRules(rules=(parse_rule("prefix=P_"),))
    lines = page(judged(survey_of(*(chosen(session_row(f"S{n}", "001")) for n in range(9))), labels=rules))
    assert "       001/S0  ->  P_001/P_S0" in lines
    assert "       and 4 more; --write-labels FILE.csv lists them all." in lines


def test_a_blocked_check_leads_to_another_check() -> None:
    what = with_findings(found("bad", "SRC", "Bad.", Verdict.FAIL))
    lines = page(what)
    assert "checklist: blocked by Room on this machine. Mend what is marked FAIL there." in lines
    assert lines[-1].strip() == "xnat-ferry check SRC DST"


# in JSON


def test_what_a_quick_look_does_not_know_is_null() -> None:
    unread = (Chosen(row=session_row(), detail=None),)
    depth = Depth(sessions=False, headers=Headers.NONE)
    survey = replace(survey_of(), chosen=unread, depth=depth, headers=Headers.NONE)
    assert as_json(judged(survey))["totals"] == {"sessions": 1, "scans": None, "files": None, "bytes": None}
    shown = " ".join(page(judged(survey)))
    assert "a quick look" in shown
    assert "Check without --quick." in shown


def test_a_conflict_says_how_it_was_answered() -> None:
    rows = [session_row("a"), session_row("b")]
    survey = survey_of(
        *map(chosen, rows), there=tuple(replace(row, owner="DST", study_uid="9") for row in rows)
    )
    conflicts = as_json(judged(survey, "a=rename:c"))["conflicts"]
    assert [(one["session"], one["class"], one["answered"]) for one in conflicts] == [
        ("a", ConflictClass.OTHER_STUDY, "rename:c"),
        ("b", ConflictClass.OTHER_STUDY, None),
    ]


# the options


def test_the_next_command_repeats_what_was_given() -> None:
    surveying = Surveying(
        sessions=("a,b",), labels=("prefix=P",), on_conflict=("a=skip",), keep=("dates",), deep=True
    )
    said = Command(("SRC", "DST"), surveying).as_("plan", "bad-label=rename")
    assert shlex.join(said) == (
        "plan SRC DST --sessions a b --labels prefix=P --on-conflict a=skip bad-label=rename "
        "--keep dates --deep"
    )


def test_a_request_holds_what_was_asked_for() -> None:
    surveying = Surveying(on_conflict=("same-study=skip",), scans=("1,t1",))
    request = surveying.request(Level.COUNTS)
    assert (request.scans, request.verify) == (("1", "t1"), Level.COUNTS)
    assert request.answers == parse_answers(["same-study=skip"])


# the progress


class Screen:
    """Standard error, a terminal or not."""

    def __init__(self, terminal: bool) -> None:
        self.text = ""
        self._terminal = terminal

    def isatty(self) -> bool:
        return self._terminal

    def write(self, text: str) -> int:
        self.text += text
        return len(text)

    def flush(self) -> None:
        """Nothing is held back."""


def test_progress_is_one_line_a_phase_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Screen(terminal=True)
    monkeypatch.setattr("sys.stderr", screen)
    tell = Counting()
    for what in ("sessions read", "headers read"):
        for done in range(1, 4):
            tell(what, done, 3)
    lines = [
        line.rpartition("\r")[2] for line in screen.text.splitlines(keepends=True) if line.endswith("\n")
    ]
    assert lines == ["sessions read: 3 of 3\n", "headers read: 3 of 3\n"]


def test_progress_elsewhere_is_quiet_while_nothing_takes_long(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Screen(terminal=False)
    monkeypatch.setattr("sys.stderr", screen)
    tell = Counting()
    for done in range(1, 4):
        tell("sessions read", done, 3)
    assert screen.text == ""


# against a server

THERE = """
[[sessions]]
project = "DST"
subject = "001"
label = "001_MR1"
modality = "MR"
scans = [{ id = "1", type = "other", files = 2 }]
"""


@pytest.fixture(scope="module")
def sea(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shore]:
    with shore(tmp_path_factory.mktemp("sea"), USERS + TWO_SESSIONS + THERE) as made:
        yield made


def test_json_stands_alone_on_standard_output(sea: Shore) -> None:
    done = sea.ferry("check", "SRC", "DST", "--json")
    answer = json.loads(done.stdout)
    assert done.returncode == 0, done.stderr
    assert answer["verdict"] == "warned"
    assert [one["class"] for one in answer["conflicts"]] == ["other-study"]
    assert {one["check"] for one in answer["findings"]} == set(ITEMS)


def test_the_command_that_a_check_names_does_what_it_says(sea: Shore) -> None:
    done = sea.ferry("check", "SRC", "DST")
    assert done.returncode == 0, done.stderr
    assert max(map(cell_len, done.stdout.splitlines())) <= 80
    assert "\x1b" not in done.stdout
    command = re.sub(r"\\\n", "", done.stdout[done.stdout.rindex("  xnat-ferry") :])
    plan = sea.home / "named.toml"
    planned = sea.ferry(*shlex.split(command)[1:], "-o", plan)
    assert planned.returncode == 0, planned.stdout + planned.stderr
    assert 'fate = "skip"' in plan.read_text()


def test_a_quick_look_costs_the_same_for_one_session_and_for_all(sea: Shore) -> None:
    costs = []
    for sessions in (["--sessions", "002_CT1"], []):
        before = len(sea.server.log())
        done = sea.ferry("check", "SRC", "DST", "--quick", "--json", *sessions)
        costs.append(len(sea.server.log()) - before)
        answer = json.loads(done.stdout)
        assert done.returncode == 1, "what was not looked at is unknown"
        assert "unknown" in {one["verdict"] for one in answer["findings"]}
        assert answer["totals"]["files"] is None
    assert costs[0] == costs[1] <= 15


def test_every_header_is_read_when_it_is_asked_for(sea: Shore) -> None:
    done = sea.ferry("check", "SRC", "DST", "--deep", "--sessions", "002_CT1", "--scans", "thorax")
    assert "1 session chosen with 1 scan; 3 headers read, of every file." in done.stdout


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--deep", "--headers", "scan"], "--deep reads every file's header"),
        (["--quick", "--deep"], "--quick reads no header"),
        (["--keep", "dates,moustache"], "'moustache' is none of dates, device"),
        (
            ["--on-conflict", "001_MR9=skip"],
            "names 001_MR9: neither a class of conflicts nor a chosen session",
        ),
        (["--on-conflict", "same-study=perhaps"], "an answer is one of"),
        (["--scans", "nope"], "no chosen session has a scan with the ID or type nope"),
        (["--labels", "prefx=P"], "prefx=P"),
    ],
    ids=["deep", "quick", "keep", "session", "answer", "scans", "labels"],
)
def test_words_that_make_no_sense_are_refused_in_one_sentence(
    sea: Shore, options: list[str], words: str
) -> None:
    done = sea.ferry("check", "SRC", "DST", *options)
    assert done.returncode == 2
    assert words in done.stderr
    assert done.stdout == ""
