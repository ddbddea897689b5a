"""The browser without a server: hostile names on every level and width, and what waits in a prearchive."""

import pytest
from pydicom.config import disable_value_validation
from pydicom.dataset import Dataset
from rich.cells import cell_len
from textual.pilot import Pilot

from tests.core.making import DESTINATION, SOURCE, detail_of, file_row, session_row, view, waiting
from tests.tui.looking import screen_text, until, until_shown
from xnat_ferry.dicom.header_lines import read_lines
from xnat_ferry.model import HERE, Endpoint, ScanRow
from xnat_ferry.survey.here import view_folder
from xnat_ferry_tui.app import FerryApp
from xnat_ferry_tui.desk import Desk
from xnat_ferry_tui.screens.browse.header import HeaderView

NAMES = {
    "markup": "T1[red]w bad[/x]",
    "control characters": "esc\x1b[31mred two\nlines\ttab \x1b]0;title\x07",
    "long": "L" * 300,
    "other scripts": "Пациент_МРТ abc\u202eevil\u2066x",
    "wide": "患者患者患者患者患者患者患者患者患者",
}
SIZES = [(80, 24), (120, 40), (60, 24)]


def hostile_desk(desk: Desk, name: str) -> Desk:
    row = session_row(name, name, date=name, owner=name)
    scan = ScanRow(id="1", uid=name, type=name, description=name)
    desk.ends = (SOURCE, DESTINATION)
    desk.source = view(SOURCE, (row,))
    desk.destination = view(DESTINATION, (row,), (waiting(name, status=name),))
    desk.details = {
        (end.server, row.id): detail_of(row, scan, files=(file_row(name, resource=name),))
        for end in desk.ends
    }
    return desk


async def browse(pilot: Pilot[None], desk: Desk) -> None:
    """Area 2, without what the servers of these projects would say."""
    await until(pilot, lambda: not desk.busy)
    desk.problem = None
    await pilot.press("2")


def fits(text: str, size: tuple[int, int]) -> bool:
    lines = text.splitlines()
    clean = not any(sign in text for sign in "\x1b\x07\u202e\u2066\t")
    return clean and len(lines) <= size[1] and all(cell_len(line) <= size[0] for line in lines)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
async def test_hostile_names_are_only_text_on_every_level(
    empty_desk: Desk, name: str, size: tuple[int, int]
) -> None:
    app = FerryApp(empty_desk)
    async with app.run_test(size=size) as pilot:
        hostile_desk(empty_desk, name)
        await browse(pilot, empty_desk)
        await until_shown(pilot, "2 BROWSE", f"v {name[0]}", f"> {name[0]}")
        await pilot.press("j", "right", "j", "right", "j", "enter", "G", "right")
        await until_shown(pilot, "    v 1", f"   {name[0]}", "v PREARCHIVE")
        for keys in ("y", "o", "y", "tab", "G", "k"):
            await pilot.press(keys)
            assert fits(screen_text(app), size)
        await pilot.press("slash", *name[:2])
        await until_shown(pilot, "/")
        assert fits(screen_text(app), size)


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
async def test_hostile_values_are_only_text_in_a_header(empty_desk: Desk, name: str) -> None:
    dataset = Dataset()
    with disable_value_validation():
        dataset.Manufacturer = dataset.PatientComments = name
    app = FerryApp(empty_desk)
    async with app.run_test(size=(80, 24)) as pilot:
        await app.push_screen(HeaderView(name, read_lines(dataset)))
        await until_shown(pilot, "Manufacturer", f"LO {name[:3]}", "(hidden)")
        await pilot.press("i")
        await until(pilot, lambda: "(hidden)" not in screen_text(app))
        assert fits(screen_text(app), (80, 24))


async def test_two_long_labels_that_differ_at_their_ends_look_different(empty_desk: Desk) -> None:
    app = FerryApp(empty_desk)
    async with app.run_test(size=(80, 24)) as pilot:
        empty_desk.ends = (SOURCE, DESTINATION)
        rows = tuple(session_row(f"LONG_STUDY_NAME_SUBJECT_0000001_MR{number}", "S") for number in (1, 2))
        empty_desk.source, empty_desk.destination = view(SOURCE, rows), view(DESTINATION)
        await browse(pilot, empty_desk)
        text = await until_shown(pilot, "_MR1", "_MR2", "> LONG")
        assert fits(text, (80, 24))


async def test_what_waits_is_told_with_what_to_do_about_its_status(empty_desk: Desk) -> None:
    app = FerryApp(empty_desk)
    rows = tuple(
        waiting(f"W_{status}", status=status) for status in ("CONFLICT", "ERROR", "READY", "_MOVING")
    )
    async with app.run_test(size=(120, 40)) as pilot:
        empty_desk.ends = (SOURCE, DESTINATION)
        empty_desk.source = view(SOURCE, (session_row("W_READY", "W"),))
        empty_desk.destination = view(DESTINATION, (), rows)
        await browse(pilot, empty_desk)
        await until_shown(pilot, "(prearchive)", "PREARCHIVE")
        await pilot.press("G", "right", "v")
        await until_shown(pilot, "W_CONFLICT", "CONFLICT", "2024-01-02")
        for words in ("Ask the project's owners", "Compare the two", "Read its log", "Archive it"):
            await pilot.press("j")
            await until_shown(pilot, words)


async def test_a_folder_has_no_prearchive_on_whichever_side_it_is(empty_desk: Desk) -> None:
    app, folder = FerryApp(empty_desk), Endpoint(HERE, "/scratch/kept")
    project, waits = (session_row("A_MR1", "A"),), (waiting("W_MR1"),)
    async with app.run_test(size=(80, 24)) as pilot:
        empty_desk.ends = (SOURCE, folder)
        empty_desk.source, empty_desk.destination = view(SOURCE, project), view_folder(folder)
        await browse(pilot, empty_desk)
        await until_shown(pilot, "a folder, which is not listed", "> A_MR1")
        assert sides_of(app, "PREARCHIVE") == [True, False]
        await pilot.press("y")  # apart
        await until_shown(pilot, "apart", "What lies in a folder is not listed.")
        assert sides_of(app, "PREARCHIVE") == [True, False]
        await pilot.press("y")
        empty_desk.ends = (folder, DESTINATION)
        empty_desk.source, empty_desk.destination = view(folder, project), view(DESTINATION, (), waits)
        await pilot.press("1", "2", "G", "right")
        await until_shown(pilot, "SOURCE  /scratch/kept", "W_MR1")
        assert sides_of(app, "PREARCHIVE") == [False, True]
        row = next(line for line in screen_text(app).splitlines() if "W_MR1" in line)
        assert row[:40].strip() == ""
        await pilot.press("y")
        await until_shown(pilot, "apart")
        assert sides_of(app, "PREARCHIVE") == [False, True]


def sides_of(app: FerryApp, word: str) -> list[bool]:
    """In which of the two panes it stands."""
    lines = screen_text(app).splitlines()
    return [any(word in line[part] for line in lines) for part in (slice(0, 40), slice(40, 80))]


async def test_progress_of_something_else_paints_no_line_of_the_panes(empty_desk: Desk) -> None:
    app = FerryApp(empty_desk)
    async with app.run_test(size=(80, 24)) as pilot:
        hostile_desk(empty_desk, "plain")
        await browse(pilot, empty_desk)
        await until_shown(pilot, "> plain")
        area = app.screen
        picture = area.picture  # type: ignore[attr-defined]
        empty_desk.busy = "Reading sessions: 5 of 9"
        area.redraw()  # type: ignore[attr-defined]
        await until_shown(pilot, "Reading sessions: 5 of 9")
        assert area.picture is picture  # type: ignore[attr-defined]
