"""What the screen shows when there is no server, and of values that nobody made for it."""

import msgspec
import pytest
from textual.app import App, ComposeResult
from textual.scrollbar import ScrollBar

from tests.core.making import DESTINATION, SOURCE, chosen, plan_of, planned, session_row, survey_of, view
from tests.tui.looking import until_shown
from xnat_ferry import events
from xnat_ferry.checks import Checklist, Finding
from xnat_ferry.model import Level, Mark, Verdict, Where
from xnat_ferry.settings.preferences import Window
from xnat_ferry.transfer import folder as transfer_folders
from xnat_ferry.transfer.journal import Journal
from xnat_ferry.verify.verification import Item, SessionVerification, What, count_marks
from xnat_ferry_tui.app import FerryApp
from xnat_ferry_tui.desk import Desk
from xnat_ferry_tui.dialogs.ask import Ask
from xnat_ferry_tui.dialogs.login import LogIn
from xnat_ferry_tui.drafting import in_brief
from xnat_ferry_tui.keyboard.keys import AREAS
from xnat_ferry_tui.terminal.glyphs import PlainScrollBar
from xnat_ferry_tui.widgets.lines import Column, Line, Lines

HOSTILE = [
    "a[b]c bad[/x] [red]x",
    "up\x1b[2Jdown new\nline",
    "Кириллица",
    "患者の名前" * 6,
    "x" * 64,
]


async def test_a_first_timer_is_told_what_to_do(empty_desk: Desk) -> None:
    app = FerryApp(empty_desk)
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "no projects yet", "Press C to name the two projects")
        await pilot.press("3")
        await until_shown(pilot, "No transfer yet")
        await pilot.press("4")
        await until_shown(pilot, "Not verified yet")
        await pilot.press("C")
        await until_shown(pilot, "Which projects?")


async def test_a_name_that_is_no_project_is_asked_for_again(empty_desk: Desk) -> None:
    app = FerryApp(empty_desk)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("C", *"nowhere:P", "enter", "enter")
        await until_shown(pilot, "Both have to be named")
        await pilot.press("enter", *"P", "enter")
        await until_shown(
            pilot, "No server is stored under the alias 'nowhere'", "Which projects?", "nowhere:P"
        )


def finished_transfer(desk: Desk, label: str = "001_MR1") -> transfer_folders.TransferFolder:
    """A transfer as its worker would have left it, with one file missing at the destination."""
    session = planned(label, to_session="S_1")
    folder = transfer_folders.create(desk.transfers, plan_of(session))
    journal = Journal(folder.journal)
    for event in (
        events.WorkerStarted(plan_hash="h", pid=1, host="n", version="0"),
        events.SessionStarted(session=label),
        events.SessionFailed(
            session=label, message=f"{label} could not be proven.", advice="Look at area 4."
        ),
        events.TransferFinished(done=0, failed=1, requests=9, bytes_down=1, bytes_up=1, seconds=1),
    ):
        journal.write(event)
    journal.close()
    item = Item(
        mark=Mark.ONLY_SOURCE,
        session=label,
        scan="2",
        file=f"{label}.dcm",
        what=What.MISSING,
        source="1.2.3",
        destination="",
        likely="The upload was cut. Sending it again may help.",
    )
    result = SessionVerification(
        source=label,
        destination=label,
        where=Where.ARCHIVE,
        level=Level.IDENTITY,
        counts=count_marks([Mark.SAME] * 9 + [Mark.ONLY_SOURCE]),
        items=(item,),
    )
    folder.verification(session.id).write_bytes(msgspec.json.encode(result))
    return folder


async def test_a_difference_is_listed_with_its_likely_cause(empty_desk: Desk) -> None:
    finished_transfer(empty_desk)
    app = FerryApp(empty_desk)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("3")
        await until_shown(pilot, "FAILED", "could not be proven", "!")
        await pilot.press("4")
        await until_shown(pilot, "NOT CLEAN", "= 9 same", "+ 1 missing there")
        await pilot.press("enter")
        await until_shown(pilot, "scan")
        await pilot.press("enter")
        await until_shown(pilot, "001_MR1.dcm", "The upload was cut")


@pytest.mark.parametrize("label", HOSTILE, ids=range(len(HOSTILE)))
async def test_hostile_labels_are_only_text_in_every_area(empty_desk: Desk, label: str) -> None:
    finished_transfer(empty_desk, label)
    empty_desk.ends = (SOURCE, DESTINATION)
    empty_desk.source = view(SOURCE, (session_row(label),))
    empty_desk.destination = view(DESTINATION, (session_row(label),), problem=f"problem {label}")
    app = FerryApp(empty_desk)
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "Who are you at https://a.example?")
        await pilot.press("escape")
        shown = label.split("\x1b")[0].split("\n")[0][:4]
        for area in "234":
            await pilot.press(area)
            text = await until_shown(pilot, f"{area} {AREAS[int(area) - 1].upper()}", shown)
            assert "\x1b" not in text
            assert len(text.splitlines()) <= 24


@pytest.mark.parametrize("label", HOSTILE, ids=range(len(HOSTILE)))
async def test_hostile_words_are_only_text_in_findings_and_questions(empty_desk: Desk, label: str) -> None:
    finding = Finding(
        check="access",
        verdict=Verdict.WARN,
        about=label,
        message=f"at {label}",
        advice=f"do {label}",
        evidence={label: label},
    )
    app = FerryApp(empty_desk)
    async with app.run_test(size=(80, 24)) as pilot:
        empty_desk.ends = (SOURCE, DESTINATION)
        drafting = empty_desk.drafting
        assert drafting.draft is not None
        drafting.take(survey_of(chosen(session_row("A"))), drafting.draft)
        assert drafting.judged is not None
        checklist = Checklist(findings=(finding,), conflicts=())
        drafting.judged = msgspec.structs.replace(drafting.judged, checklist=checklist)
        drafting.brief = in_brief(drafting.judged)
        drafting.go_to("checks")
        empty_desk.busy = f"busy {label}"
        app.screen.redraw()  # type: ignore[attr-defined]
        shown = label.split("\x1b")[0].split("\n")[0][:4]
        await until_shown(pilot, f"at {shown}", f"do {shown}", f"busy {shown}")
        app.still_busy()
        await app.push_screen(Ask(f"ask {label}"))
        await until_shown(pilot, f"ask {shown}", "y Yes")
        await app.push_screen(LogIn(f"https://{label}"))
        await until_shown(pilot, f"https://{shown}")


class OneList(App[None]):
    """Nothing but a list."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self._count = count

    def compose(self) -> ComposeResult:
        yield Lines([Column("number", 8, right=True), Column("label")], id="list", empty="nothing here")

    def on_mount(self) -> None:
        self.query_one(Lines).put([Line((str(number), f"label {number}")) for number in range(self._count)])
        self.query_one(Lines).focus()


async def test_a_hundred_thousand_lines_are_a_list_like_any_other() -> None:
    app = OneList(100_000)
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "label 0", "label 22")
        await pilot.press("G")
        await until_shown(pilot, "label 99999")
        await pilot.press("g", "pagedown", "j")
        await until_shown(pilot, "label 23")
        assert app.query_one(Lines).highlighted == 23


async def test_an_empty_list_says_so() -> None:
    app = OneList(0)
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "nothing here")
        await pilot.press("j", "k", "G")
        assert app.query_one(Lines).highlighted == 0


async def test_whoever_reads_an_older_line_stays_with_it_while_new_ones_come() -> None:
    app = OneList(100)
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "label 0")
        lines = app.query_one(Lines)
        fresh = [Line((str(number), f"fresh {number}")) for number in range(3)]
        before = [Line((str(number), f"label {number}")) for number in range(100)]
        lines.put([*fresh, *before], new_above=3)
        await until_shown(pilot, "fresh 0")
        assert lines.highlighted == 0  # on the newest one follows
        lines.highlighted = 10
        lines.put([*fresh, *fresh, *before], new_above=3)
        assert lines.highlighted == 13


async def test_where_only_ascii_can_be_drawn_only_ascii_is(
    empty_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ScrollBar, "renderer", PlainScrollBar)
    label = "患者ü…"
    finished_transfer(empty_desk, label)
    app = FerryApp(empty_desk, window=Window(ascii=True))
    async with app.run_test(size=(80, 24)) as pilot:
        empty_desk.ends = (SOURCE, DESTINATION)
        empty_desk.source = view(SOURCE, (session_row(label),))
        for number, area in enumerate(AREAS, 1):
            await pilot.press(str(number))
            assert (await until_shown(pilot, area.upper())).isascii()
        await until_shown(pilot, "NOT CLEAN", "???~")
        for key, words in (("f1", "Area 4 lists"), ("C", "Which projects?")):
            await pilot.press(key)
            assert (await until_shown(pilot, words)).isascii()
            await pilot.press("escape")
