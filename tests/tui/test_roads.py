"""The other roads on the screen, at 80x24: what the last step adds, and what is taken back by name."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.core.harbour import LOGIN, Harbour, harbour, session_toml
from tests.tui.looking import until, until_shown
from xnat_ferry.plan.draft_file import read_draft
from xnat_ferry.xnat import resources as wire
from xnat_ferry_tui.app import FerryApp
from xnat_ferry_tui.desk import Desk

pytestmark = pytest.mark.xdist_group("roads")

LABELS = ("BESIDE", "SHARED")
SIZE = (80, 24)


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Harbour]:
    """One server for all; each test has a session of its own."""
    sessions = "".join(session_toml(label, subject=f"P{label}") for label in LABELS)
    with harbour(tmp_path_factory.mktemp("roads"), sessions) as made:
        yield made


@pytest.fixture
def desk(port: Harbour, tmp_path: Path) -> Iterator[Desk]:
    """A desk with both projects on it, which keeps its draft."""
    made = Desk(
        transfers=tmp_path / "transfers",
        spool=tmp_path / "spool",
        find=lambda _: LOGIN,
        draft_file=tmp_path / "draft.toml",
    )
    made.ends = (port.source, port.destination)
    yield made
    made.close()


def held(session: dict[str, Any]) -> dict[str, set[str]]:
    """The names of the files of each of a session's own resources."""
    return {one["label"]: {file["path"] for file in one["files"]} for one in session["resources"]}


async def choose(pilot: Pilot[None], desk: Desk, label: str) -> None:
    """One session marked in step 6, and nothing under way."""
    await until_shown(pilot, "None marked: all")
    await pilot.press("slash", *label, "enter", "space")
    await until_shown(pilot, "1 of ")
    await until(pilot, lambda: not desk.busy)


async def test_what_else_belongs_to_a_session_is_ticked_in_the_last_step(
    port: Harbour, desk: Desk, tmp_path: Path
) -> None:
    with port.client() as client:
        address = wire.of_session(port.session("SRC", "BESIDE")["id"])
        client.send("PUT", f"{address}/resources/QC", accept=(200,))
        wire.put_file(
            client, address, "QC", "a b.txt", BytesIO(b"seen"), 4, replace=True, on_bytes=lambda _: None
        )
    async with FerryApp(desk).run_test(size=SIZE) as pilot:
        await choose(pilot, desk, "BESIDE")
        await pilot.press("7")
        await until_shown(pilot, "1 session surveyed")
        await until(pilot, lambda: not desk.busy)
        await pilot.press("0")
        await until_shown(pilot, "e Beside")
        await pilot.press("e")
        await until_shown(pilot, "What else of the sessions shall", "exact version", "[ ] resources")
        await pilot.press("space", "enter")
        await until_shown(pilot, "What of it is there already, and differs?", "it is written over")
        await pilot.press("enter")
        await until_shown(pilot, "With     1 resource, 1 file, 4 B.")
        await pilot.press("t")
        await until_shown(pilot, "the archive of")
        await until(pilot, lambda: not desk.drafting.must_judge and not desk.busy)
        desk.drafting.keeper.wait()
        kept = read_draft(tmp_path / "draft.toml")
        assert kept is not None
        assert kept.also == ("resources",)
        await pilot.press("7", "G")
        await until_shown(pilot, "Resources and values", "Resource QC of BESIDE travels as well")
        await pilot.press("0", "c")
        await until_shown(pilot, "Copy 1 session")
        await pilot.press("y")
        await until_shown(pilot, "3 TRANSFER", "DONE", "1 of 1 session done", seconds=60)
        await until(pilot, lambda: desk.watched and not desk.watched.alive and not desk.busy)
    assert held(port.session("DST", "BESIDE")) == {"QC": {"a b.txt"}}
