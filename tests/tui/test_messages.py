"""Whatever can go wrong is told in words that fit, that wrap, and that name a next step and no option."""

import ast
import re
import string
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.core.making import PLAIN, chosen, header_of, session_row, survey_of, view, waiting
from tests.core.test_errors import everything
from tests.tui.looking import screen_text, until, until_shown
from tests.tui.transfers import STARTED, tell, transfer
from xnat_ferry import events
from xnat_ferry.checks import Finding, run_checks
from xnat_ferry.cli.telling.page import paragraph
from xnat_ferry.errors import FerryError
from xnat_ferry.model import ScanRow, Verdict
from xnat_ferry.survey import Headers, Survey
from xnat_ferry.survey.seen_subjects import SubjectIdsSeen
from xnat_ferry_tui.app import FerryApp
from xnat_ferry_tui.desk import Desk
from xnat_ferry_tui.explaining.ways import on_screen, told

CORE = Path(__file__).resolve().parents[2] / "core" / "xnat_ferry"
OPTION = re.compile(r"(?<![\w-])--[a-z]|xnat-ferry [a-z]|the plain face")
"""An option or a command, or the words for one that has no key."""
FACTS = {
    "server": "https://xnat-a-long-name.imaging.example.org",
    "said": "the server's own words, of which there may be many: " + "why it was refused, " * 8 + "and so on",
    "why": "a reason that is told in some more words than one would like",
    "what": "POST /data/services/import of 001_MR1 scan 14",
}
WRAPPED, LINES = 77, 7
"""The room for what was found and what to do about it at 80x24, above the evidence."""


def made(kind: type[FerryError]) -> FerryError:
    names = [name for _, name, _, _ in string.Formatter().parse(kind.sentence) if name]
    return kind(**{name: FACTS.get(name, f"some {name}") for name in names})


def words(text: str) -> str:
    return " ".join(text.split())


ERRORS = tuple(made(kind) for kind in everything())
LONGEST = sorted(ERRORS, key=lambda error: len(told(error)))[-5:]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_an_advice_names_keys_and_no_option(error: FerryError) -> None:
    advice = on_screen(error.advice)
    assert not OPTION.search(advice)
    assert len(advice) >= 10


@pytest.mark.parametrize("area", ["1", "3", "4"])
async def test_every_error_is_read_in_full_at_eighty_columns(empty_desk: Desk, area: str) -> None:
    app = FerryApp(empty_desk)
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "5 CONNECT")
        await pilot.press(area)
        await pilot.pause()
        for error in ERRORS if area == "1" else LONGEST:
            empty_desk.problem = error
            app.screen.redraw()  # type: ignore[attr-defined]
            await pilot.pause()
            shown = screen_text(app)
            assert words(told(error)) in words(shown), shown
            assert "F1 Help" in shown


def _says(app: FerryApp, error: FerryError) -> bool:
    return words(told(error)) in words(screen_text(app))


async def test_a_workers_last_words_are_put_for_the_screen(empty_desk: Desk) -> None:
    folder = transfer(empty_desk, STARTED)
    app = FerryApp(empty_desk)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("3")
        for error in ERRORS[:5] + ERRORS[-5:]:
            stopped = events.WorkerStopped(why=str(error), advice=error.advice)
            failed = events.SessionFailed(session="A", message=str(error), advice=error.advice)
            tell(folder, failed, STARTED, stopped)
            await until(pilot, partial(_says, app, error))
            shown = await until_shown(pilot, "STOPPED", "stopped: ")
            assert not OPTION.search(shown)


# What checks find


def surveys() -> Iterator[Survey]:
    """Surveys that come to findings of most kinds."""
    scan = ScanRow(id="1", uid="1.2.3.1", type="t1")
    row = session_row("A")
    one = chosen(row, scan)
    yield survey_of(one)
    yield survey_of(one, there=None, prearchive=None)
    yield replace(survey_of(one), rooms=(), headers=Headers.NONE)
    yield survey_of(one, there=(session_row("A", id="X"),), prearchive=(waiting("A"),))
    yield survey_of(chosen(session_row("A b")), chosen(session_row("B"), scan, replace(scan, id="2")))
    leaking = header_of(row, scan, PatientName="DOE^JANE", PatientID="123", PatientBirthDate="19700101")
    other = header_of(
        row, replace(scan, id="2"), PatientID="OTHER", StudyInstanceUID="9.9", BurnedInAnnotation="YES"
    )
    for headers in ((leaking,), (leaking, other)):
        yield survey_of(replace(one, headers=headers))
    for settings in (
        replace(PLAIN, prearchive_code=4, quarantine=True, checksums=False),
        replace(PLAIN, prearchive_code=None, site_script=None, project_script=None, site_filter=None),
    ):
        found = survey_of(one)
        yield replace(found, destination=replace(view(found.destination.endpoint, ()), settings=settings))
    alike = survey_of(*(chosen(session_row(name, f"LONG_NAME_S{name}")) for name in ("00001", "00002")))
    yield alike
    for owner in ("", "A_PROJECT_WITH_A_LONG_NAME"):
        yield replace(alike, subject_ids=SubjectIdsSeen(owners=dict.fromkeys(("LONG_NAME_S00001",), owner)))
    case = (chosen(session_row("C", "a subject's label")), chosen(session_row("D", "A SUBJECT'S LABEL")))
    yield survey_of(*case, there=(session_row("X", "a subject's label"),))


def findings() -> dict[str, Finding]:
    found: dict[str, Finding] = {}
    for survey in surveys():
        found |= {one.kind: one for one in run_checks(survey).findings if one.verdict != Verdict.OK}
    return found


def test_what_was_found_and_what_to_do_fit_without_scrolling() -> None:
    found = findings()
    assert len(found) >= 15, sorted(found)
    assert found.keys() >= {"subjects-joined", "subject-there", "subject-is-an-id", "subject-id-unclear"}
    for kind, one in found.items():
        advice = on_screen(one.advice)
        assert advice, f"{kind} names no next step"
        told = [*paragraph(one.message, WRAPPED), *paragraph(f"Do this: {advice}", WRAPPED)]
        assert len(told) <= LINES, (kind, [line.text for line in told])


# Every sentence in the source, also those that no test comes to


def sentences(path: Path) -> Iterator[str]:
    """What is written in a module but for its documentation; what is filled in stands as a name would."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    documentation = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    inside = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield "".join(
                str(part.value) if isinstance(part, ast.Constant) else "something" for part in node.values
            )
        elif (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in documentation | inside
        ):
            yield node.value


SHOWN = (
    *(
        "errors.py",
        "wording.py",
        "event_words.py",
        "checks/*.py",
        "checks/anonymization/*.py",
        "checks/meeting/*.py",
        "plan/decide.py",
        "plan/rounds.py",
        "plan/by_receiver.py",
    ),
    *("verify/*.py", "verify/carried/*.py", "settle/*.py", "roads/*.py", "transfer/lock.py"),
)
ELSEWHERE = ("--accept something is none of", "--answer something is not", " (all with --json)")
"""What only the plain face says: its own options, misspelt, and where the rest of its lists is."""


@pytest.mark.parametrize("place", SHOWN)
def test_no_sentence_that_is_shown_names_an_option(place: str) -> None:
    for path in CORE.glob(place):
        for text in sentences(path):
            if not text.startswith(ELSEWHERE):
                assert not OPTION.search(on_screen(text)), (path.name, text)
