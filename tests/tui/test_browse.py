"""Area 2 on a real practice server: what the panes show is what is there, and where their keys lead."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.tui.looking import screen_text, until, until_shown
from tests.tui.transfers import transfer
from xnat_ferry.model import Endpoint
from xnat_ferry.practice.process import PracticeServer
from xnat_ferry.settings.credentials import Credentials
from xnat_ferry_tui.app import FerryApp
from xnat_ferry_tui.desk import Desk
from xnat_ferry_tui.screens.browse.header import HeaderView
from xnat_ferry_tui.widgets.lines import Lines

SIZES = [(80, 24), (120, 40), (60, 24)]

WORLD = """
[[users]]
login = "ada"
password = "practice"
projects = { SRC = "owner", DST = "member", OTHER = "owner" }

[[projects]]
id = "SRC"

[[projects]]
id = "DST"
prearchive_code = 0

[[projects]]
id = "OTHER"

[[sessions]]
project = "SRC"
subject = "S1"
label = "S1_MR1"
modality = "MR"
date = "2024-01-05"
scans = [
  { id = "1", type = "T1[red]w", description = "bad[/x]", files = 3, rows = 32, columns = 32 },
  { id = "2", type = "dwi", files = 5, rows = 64, columns = 64 },
]

[[sessions]]
project = "SRC"
subject = "S1"
label = "S1_CT1"
modality = "CT"
date = "2024-06-07"
scans = [{ id = "4", type = "thorax", files = 3, rows = 64, columns = 64 }]

[[sessions]]
project = "SRC"
subject = "S2"
label = "S2_MR1"
modality = "MR"
date = "2023-02-03"
scans = [{ id = "1", type = "t1", files = 2, rows = 32, columns = 32 }]

[[sessions]]
project = "DST"
subject = "S1"
label = "S1_MR1"
modality = "MR"
date = "2024-01-05"
scans = [{ id = "1", type = "T1[red]w", files = 3, rows = 32, columns = 32 }]

[[sessions]]
project = "DST"
subject = "Z9"
label = "Z9_MR1"
modality = "MR"
scans = [{ id = "1", type = "t1", files = 2, rows = 32, columns = 32 }]

[[sessions]]
project = "OTHER"
subject = "O1"
label = "O1_MR1"
modality = "MR"
scans = [{ id = "1", type = "t1", files = 2, rows = 32, columns = 32 }]
"""


@pytest.fixture(scope="module")
def practice(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PracticeServer]:
    """One world for the whole file: nothing here changes it."""
    world = tmp_path_factory.mktemp("world") / "world.toml"
    world.write_text(WORLD, encoding="utf-8")
    with PracticeServer(str(world)) as server:
        yield server


@pytest.fixture
def desk(practice: PracticeServer, tmp_path: Path) -> Iterator[Desk]:
    login = Credentials("ada", "practice")
    made = Desk(transfers=tmp_path / "transfers", spool=tmp_path / "spool", find=lambda _: login)
    made.ends = (Endpoint(practice.url, "SRC"), Endpoint(practice.url, "DST"))
    made.names = {practice.url: "here"}
    yield made
    made.conversation.close()


@asynccontextmanager
async def browsing(desk: Desk, size: tuple[int, int] = (80, 24)) -> AsyncIterator[Pilot[None]]:
    app = FerryApp(desk)
    async with app.run_test(size=size, notifications=True) as pilot:
        await until(pilot, lambda: desk.source and desk.destination and not desk.busy)
        await pilot.press("2")
        await until_shown(pilot, "2 BROWSE", "S1_MR1")
        yield pilot


def line_of(pilot: Pilot[None], label: str) -> str:
    found = [line for line in screen_text(pilot.app).splitlines()[3:] if label in line]
    return found[0] if found else ""


@pytest.mark.parametrize("size", SIZES[:2])
async def test_the_same_label_is_on_one_line_and_what_is_missing_is_a_mark(
    desk: Desk, size: tuple[int, int]
) -> None:
    async with browsing(desk, size) as pilot:
        text = await until_shown(pilot, "SOURCE  SRC @ here", "DESTINATION  DST @ here", "Z9_MR1")
        assert pilot.app.focused is not None
        assert pilot.app.focused.id == "here-lines"
        both = line_of(pilot, "> S1_MR1")
        assert both.count("> S1_MR1") == 2
        assert both.split("|")[0].split()[-1] == "?"
        assert line_of(pilot, "> S2_MR1").split("|")[0].split()[-1] == "+"
        assert line_of(pilot, "> Z9_MR1").index("Z9_MR1") > size[0] // 2
        assert "F1 Help" in text


async def test_wide_panes_show_date_and_modality(desk: Desk) -> None:
    async with browsing(desk, (120, 40)) as pilot:
        await until_shown(pilot, "2024-06-07", "CT")


async def test_one_opens_session_scan_and_file_and_closes_them_again(desk: Desk) -> None:
    async with browsing(desk) as pilot:
        await pilot.press("j", "j", "right")
        await until_shown(pilot, "> 1 T1[red]w", "> 2 dwi", "3f")
        await pilot.press("l", "right")
        await until(pilot, lambda: "v 1 T1[red]w" in screen_text(pilot.app))
        await until_shown(pilot, ".dcm")
        assert screen_text(pilot.app).count("T1[red]w") >= 2  # both sides have the scan
        await pilot.press("left", "left", "h")
        await until(pilot, lambda: not line_of(pilot, "v S1_MR1"))
        assert not line_of(pilot, "> 1 T1[red]w")


async def test_details_of_a_line_are_told_and_take_more_room_when_asked(desk: Desk) -> None:
    async with browsing(desk) as pilot:
        await pilot.press("j", "j")
        await until_shown(pilot, "S1_MR1  subject S1", "not compared yet")
        await pilot.press("v")
        await until_shown(pilot, "source: 2 scans: 1 T1[red]w, 2 dwi", "destination: 1 scan: 1 T1[red]w")
        await pilot.press("f3")
        await until(pilot, lambda: "owned by" not in screen_text(pilot.app))


async def test_two_projects_that_no_transfer_connects_are_compared_from_the_panes(desk: Desk) -> None:
    transfer(desk, labels=("S1_MR1",))  # of other projects: the same label is another session there
    async with browsing(desk) as pilot:
        await until(pilot, lambda: desk.watched)
        await pilot.press("j", "j", "space", "V")
        await until_shown(pilot, "How closely shall 1 marked session be compared with DST?", "identity")
        await pilot.press("enter")
        await until_shown(pilot, "Compared, without any transfer", "S1_MR1", "missing")
        await pilot.press("escape", "k")
        await until_shown(pilot, "S1_MR1  subject S1", "* differs; area 4 or V tells in what")
        await pilot.press("r")
        await until_shown(pilot, "S1_MR1  subject S1", "not compared yet")


async def test_marks_beat_the_cursor_and_say_what_would_go(desk: Desk) -> None:
    async with browsing(desk) as pilot:
        await until_shown(pilot, "none marked, so the cursor counts")
        await pilot.press("j", "space")
        await until_shown(pilot, "1 marked: 1 scan,", "-> DST")
        await pilot.press("g", "space")
        await until_shown(pilot, "2 marked: 3 scans,")
        await pilot.press("u")
        await until_shown(pilot, "1 marked")
        await pilot.press("a")
        await until_shown(pilot, "3 marked")
        await pilot.press("A")
        await until_shown(pilot, "none marked")
        assert desk.marks == set()
        desk.marks = {"S1_MR1", "SINCE_DELETED"}  # with no mark left all would be taken
        await pilot.press("r")
        await until(pilot, lambda: desk.marks == {"S1_MR1"})
        await until_shown(pilot, "1 marked")


async def test_a_session_that_only_the_destination_has_is_not_marked(desk: Desk) -> None:
    async with browsing(desk) as pilot:
        await pilot.press("slash", *"z9", "enter")
        await until_shown(pilot, "/z9  0 of 3", "1 of 2")
        await pilot.press("j", "space")
        await until_shown(pilot, "Only sessions of the source are marked")
        assert desk.marks == set()


async def test_a_copy_goes_to_the_checklist_with_what_is_marked(desk: Desk, practice: PracticeServer) -> None:
    async with browsing(desk) as pilot:
        await pilot.press("j", "space", "c")
        await until_shown(pilot, "1 CHECKS", "1 session surveyed")
        draft = desk.drafting.draft
        assert draft is not None
        assert desk.source is not None
        (chosen,) = [row.label for row in desk.source.sessions or () if row.id in draft.sessions]
        assert chosen == "S1_CT1"
    assert not [one for one in practice.log() if one["path"].endswith("/services/import")]


async def test_a_filter_shows_only_what_matches_and_escape_clears_it(desk: Desk) -> None:
    async with browsing(desk) as pilot:
        await pilot.press("slash", *"s1 mr")
        text = await until_shown(pilot, "/s1 mr  1 of 3")
        assert "S2_MR1" not in text
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.focused, Lines))
        await pilot.press("escape")
        await until_shown(pilot, "3 sessions", "S2_MR1")


async def test_the_column_of_the_order_is_told_and_shown(desk: Desk) -> None:
    async with browsing(desk) as pilot:
        await pilot.press("o")
        text = await until_shown(pilot, "by date", "DATE", "2024-06-07")
        assert text.index("S1_CT1") < text.index("S1_MR1") < text.index("S2_MR1")


async def test_apart_each_pane_goes_its_own_way(desk: Desk) -> None:
    async with browsing(desk) as pilot:
        await pilot.press("y")
        await until_shown(pilot, "apart")
        await pilot.press("tab", "slash", *"z9", "enter")
        text = await until_shown(pilot, "/z9  1 of 2", "3 sessions")
        assert "S2_MR1" in text
        await pilot.press("y")
        await until(pilot, lambda: "apart" not in screen_text(pilot.app))


async def test_under_seventy_columns_there_is_one_pane_and_tab_flips(desk: Desk) -> None:
    async with browsing(desk, (60, 24)) as pilot:
        text = await until_shown(pilot, "SOURCE  SRC")
        assert "DESTINATION" not in text
        assert all(len(line) <= 60 for line in text.splitlines())
        await pilot.press("tab")
        text = await until_shown(pilot, "DESTINATION  DST", "Z9_MR1")
        assert "SOURCE" not in text
        await pilot.press("tab")
        await until_shown(pilot, "SOURCE  SRC")


async def test_a_header_hides_what_may_identify_until_it_is_asked_for(desk: Desk) -> None:
    async with browsing(desk) as pilot:
        await pilot.press("j", "H")
        await until_shown(pilot, "A header is a scan's or a file's")
        await pilot.press("enter", "right")
        await until_shown(pilot, "4 thorax")
        await pilot.press("j", "H")
        await until(pilot, lambda: isinstance(pilot.app.screen, HeaderView))
        await pilot.press("slash", *"patient", "enter")
        text = await until_shown(pilot, "PatientName", "(hidden)", "that may identify hidden")
        assert "S1_CT1" not in "".join(line for line in text.splitlines() if "(0010," in line)
        await pilot.press("i")
        await until(pilot, lambda: "(hidden)" not in screen_text(pilot.app))
        assert "S1_CT1" in line_of(pilot, "PatientID")
        await pilot.press("escape", "escape")
        await until_shown(pilot, "2 BROWSE")


async def test_the_pixels_stay_where_they_are_when_a_header_is_read(
    desk: Desk, practice: PracticeServer
) -> None:
    before = len(practice.log())
    async with browsing(desk) as pilot:
        await pilot.press("j", "right")
        await until_shown(pilot, "4 thorax")
        await pilot.press("j", "H")
        await until(pilot, lambda: isinstance(pilot.app.screen, HeaderView))
    asked = [one for one in practice.log()[before:] if "/scans/4/resources/DICOM/files/" in one["path"]]
    assert len(asked) == 1


async def test_the_prearchives_of_both_projects_can_be_opened(desk: Desk) -> None:
    async with browsing(desk) as pilot:
        await pilot.press("G")
        await until_shown(pilot, "PREARCHIVE", "what was sent and is not archived yet")
        await pilot.press("right")
        await until(pilot, lambda: screen_text(pilot.app).count("nothing waits") == 2)
        await pilot.press("L")
        await until_shown(pilot, "Logs are those of the prearchive")


async def test_another_project_for_one_pane_is_chosen_from_a_list(
    desk: Desk, practice: PracticeServer
) -> None:
    async with browsing(desk) as pilot:
        await pilot.press("tab", "p")
        await until_shown(pilot, "Which project is the destination?", "OTHER", "Owners")
        await pilot.press(*"oth", "enter")
        await until_shown(pilot, "DESTINATION  OTHER", "O1_MR1")
        assert desk.ends == (Endpoint(practice.url, "SRC"), Endpoint(practice.url, "OTHER"))
        await pilot.press("p")
        await until_shown(pilot, "Which project")
        await pilot.press(*"nowhere:x", "enter")
        await until_shown(pilot, "Which project is the", "nowhere")
        await pilot.press("escape")
        await until_shown(pilot, "DESTINATION  OTHER")


async def test_the_two_sides_can_be_swapped(desk: Desk) -> None:
    async with browsing(desk) as pilot:
        await pilot.press("X")
        await until_shown(pilot, "SOURCE  DST", "DESTINATION  SRC", "Z9_MR1")
        assert line_of(pilot, "> Z9_MR1").split("|")[0].split()[-1] == "+"


async def test_two_servers_side_by_side(desk: Desk, tmp_path: Path) -> None:
    world = tmp_path / "world.toml"
    world.write_text(WORLD.replace("S1_MR1", "S7_MR1"), encoding="utf-8")
    with PracticeServer(str(world)) as other:
        desk.ends = (desk.ends[0], Endpoint(other.url, "SRC"))  # type: ignore[index]
        desk.names[other.url] = "there, by a name that is as long as that"
        async with browsing(desk) as pilot:
            text = await until_shown(pilot, "SOURCE  SRC @ here", "DESTINATION  SRC", "S7_MR1")
            assert text.splitlines()[3].count("LABEL") == 2  # the panes are on the same lines
            assert line_of(pilot, "> S7_MR1").split()[-1] == "-"
            await pilot.press("tab", "slash", *"s7", "enter", "j", "right")
            await until_shown(pilot, "> 2 dwi")
        desk.conversation.close()


async def test_a_session_that_cannot_be_read_says_why(desk: Desk, practice: PracticeServer) -> None:
    async with browsing(desk) as pilot:
        practice.set_faults([{"match": "GET /data/experiments/", "status": 403}])
        try:
            await pilot.press("j", "right")
            await until_shown(pilot, "source: ", "not read")
            await until(pilot, lambda: "have not been read" not in screen_text(pilot.app))
            practice.set_faults([{"match": "GET /data/projects/SRC/experiments", "status": 403}])
            await pilot.press("r")
            await until_shown(pilot, "not listed", "r lists both anew")
        finally:
            practice.set_faults([])
