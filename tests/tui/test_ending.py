"""The end of the street on the screen: proven again, laid side by side, deleted only by name."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.core.shore import Shore, shore
from tests.tui.looking import until, until_shown
from xnat_ferry.settings.credentials import Credentials
from xnat_ferry_tui.app import FerryApp
from xnat_ferry_tui.desk import Desk


@pytest.fixture
def sea(tmp_path: Path) -> Iterator[Shore]:
    """Two sessions that were copied into the archive by a worker that this screen has not started."""
    with shore(tmp_path) as made:
        made.make_plan("--to", "archive")
        assert made.ferry("run", made.plan).returncode == 0
        yield made


@pytest.fixture
def desk(sea: Shore, tmp_path: Path) -> Iterator[Desk]:
    login = Credentials("ada", "pract1ce-pw")
    made = Desk(transfers=sea.transfers, spool=tmp_path / "spool", find=lambda _: login)
    yield made
    made.conversation.close()


async def test_a_copy_becomes_a_move_once_the_name_is_typed(sea: Shore, desk: Desk) -> None:
    before = sea.archived("SRC")
    app = FerryApp(desk)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("4")
        await until_shown(pilot, "PROVEN   2 sessions", "by identity in the archive")
        await pilot.press("v", "G", "enter")
        await until_shown(pilot, "PROVEN   2 sessions", "by full in the archive")
        await pilot.press("e", "enter")
        await until_shown(pilot, "sessions > 001_MR1", "t1 mprage")
        await pilot.press("enter")
        await until_shown(pilot, "scan 1", "Enter lays its headers beside each other")
        await pilot.press("enter")
        text = await until_shown(pilot, "StudyDescription", "(hidden)", "elements")
        assert "DST" not in text
        await pilot.press("escape", "D")
        await until_shown(pilot, "Delete 2 sessions at SRC", "Type the destination project's name, DST")
        assert sea.archived("SRC") == before
        await pilot.press(*"DST", "enter")
        await until_shown(pilot, "3 TRANSFER", "settled: 2 removed, 0 kept")
        await until_shown(pilot, "gone at the source, proven at the destination")
    assert sea.archived("SRC") == {}
    assert sea.archived("DST") == before


async def test_what_is_not_proven_stays_and_says_why(sea: Shore, desk: Desk) -> None:
    before = sea.archived("SRC")
    sea.server.set_faults([{"match": "GET /data/experiments/.*files", "status": 403}])
    app = FerryApp(desk)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("4")
        await until_shown(pilot, "PROVEN   2 sessions")
        await pilot.press("D")
        await until_shown(pilot, "Delete 2 sessions")
        await pilot.press(*"DST", "enter")
        await until_shown(pilot, "3 TRANSFER", "0 removed, 2 kept", seconds=60)
        await pilot.press("n")
        await until_shown(pilot, "KEPT at the source")
        await until(pilot, lambda: desk.watched and not desk.watched.alive)
    assert sea.archived("SRC") == before
