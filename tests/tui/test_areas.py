"""The four areas on a real practice server: what they show is what is there."""

import re
import threading

import httpx
import pytest
from msgspec.structs import replace
from textual.pilot import Pilot

from tests.core.making import plan_of, planned
from tests.core.shore import instances
from tests.tui.looking import screen_text, until, until_shown
from tests.tui.transfers import STARTED, finished, tell
from xnat_ferry.practice.process import PracticeServer
from xnat_ferry.settings.credentials import Credentials
from xnat_ferry.transfer import folder as transfer_folders
from xnat_ferry.transfer.session_state import Phase
from xnat_ferry_tui.app import FerryApp
from xnat_ferry_tui.desk import Desk

SIZES = [(80, 24), (120, 40)]
LISTED = "all 8 sessions"
"""What stands in the second step once both projects are listed."""


async def ask_to_start(pilot: Pilot[None]) -> None:
    """From the browser to the last question."""
    await pilot.press("c")
    await until_shown(pilot, "7 CHECKS", "surveyed")
    await pilot.press("0")
    await until_shown(pilot, "c Go: start the transfer\n")
    await pilot.press("c")
    await until_shown(pilot, "Copy ", "y Yes")


async def start(pilot: Pilot[None]) -> None:
    """The same, and yes."""
    await ask_to_start(pilot)
    await pilot.press("y")


@pytest.mark.parametrize("size", SIZES)
async def test_the_checklist_runs_and_names_its_evidence(desk: Desk, size: tuple[int, int]) -> None:
    app = FerryApp(desk)
    async with app.run_test(size=size) as pilot:
        await until_shown(pilot, "6 CHOOSE ok", "all 8 sessions", "1 CHECKS", "DEMO_SRC -> DEMO_DST")
        await pilot.press("c")
        await until_shown(pilot, "7 CHECKS", "8 sessions surveyed", "[ ok ]")
        await pilot.press("g", "j")
        await until_shown(pilot, "Members)", "role: Owners")


async def test_a_marked_session_is_copied_followed_and_archived(
    desk: Desk, practice_demo: PracticeServer
) -> None:
    app = FerryApp(desk)
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, LISTED)
        await pilot.press("2", "j", "j", "space")
        await until_shown(pilot, "1 marked")
        await start(pilot)
        await until_shown(pilot, "3 TRANSFER", "DONE", "20 of 20 files sent", "1 session in the prearchive")
        await pilot.press("4")
        await until_shown(pilot, "PROVEN", "in the prearchive", "not SOPInstanceUIDs")
        await pilot.press("3", "A")
        await until_shown(pilot, "Archive what waits")
        await pilot.press("y")
        await until(pilot, lambda: desk.watched and desk.watched.state.sessions["001_PET1"].archived)
        await until_shown(pilot, "done, in the archive")
        await pilot.press("2", "r")
        await until(pilot, lambda: re.search(r"> 001_PET1 .* ~ ", screen_text(app)))
    state = {project["id"]: project for project in practice_demo.state()["projects"]}
    (arrived,) = [one for one in state["DEMO_DST"]["sessions"] if one["label"] == "001_PET1"]
    (sent,) = [one for one in state["DEMO_SRC"]["sessions"] if one["label"] == "001_PET1"]
    assert instances(arrived) == instances(sent)
    assert len(state["DEMO_DST"]["sessions"]) == 2


async def test_no_means_no(desk: Desk, practice_demo: PracticeServer) -> None:
    app = FerryApp(desk)
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, LISTED)
        await pilot.press("2")
        await ask_to_start(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: len(app.screen_stack) == 1)
        assert desk.watched is None
    assert not [one for one in practice_demo.log() if one["path"].endswith("/services/import")]


async def test_the_log_follows_a_transfer_live(desk: Desk, practice_demo: PracticeServer) -> None:
    app = FerryApp(desk)
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, LISTED)
        practice_demo.set_faults([{"match": "POST /data/services/import", "delay": 60.0, "nth": 2}])
        await pilot.press("2", "a")
        await start(pilot)
        await until_shown(pilot, "RUNNING", "001_MR1", " of 115 files sent", "You may close this window")
        await pilot.press("x")
        await until_shown(pilot, "Stop ", "y Yes")
        await pilot.press("n")
        practice_demo.set_faults([])
        assert desk.watched is not None
        assert desk.watched.state.phase == Phase.RUNNING
    kill_worker(desk)


def kill_worker(desk: Desk) -> None:
    import os
    import signal

    from xnat_ferry.transfer import lock

    assert desk.watched is not None
    holder = lock.holder(desk.watched.folder)
    assert holder is not None
    os.kill(holder.pid, signal.SIGKILL)


async def test_a_wrong_login_is_a_sentence_on_the_screen(desk: Desk) -> None:
    refused = Desk(
        transfers=desk.transfers, spool=desk.spool, find=lambda server: Credentials("ada", "wrong")
    )
    refused.ends = desk.ends
    app = FerryApp(refused)
    async with app.run_test(size=(80, 24)) as pilot:
        text = await until_shown(pilot, "Who are you at", "refused the login of ada")
        assert "wrong" not in text
        await pilot.press(*"eve", "enter", *"bad", "enter")
        await until_shown(pilot, "Who are you at", "refused the login of eve")
        await pilot.press("escape")
        await until_shown(pilot, "refused the login of eve. Check user name")
        await pilot.press("r")
        await until_shown(pilot, "Who are you at")
        await pilot.press(*"ada", "enter", *"bad", "enter")
        await until_shown(pilot, "refused the login of ada", "     ada\n")
        # Enter keeps the name
        await pilot.press("enter", *"practice", "enter")
        await until_shown(pilot, LISTED)


async def test_help_lists_the_keys_of_the_area(desk: Desk) -> None:
    app = FerryApp(desk)
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, LISTED)
        await pilot.press("2", "f1")
        await until_shown(pilot, "mark or unmark the session")
        await pilot.press("escape")
        await until_shown(pilot, "2 BROWSE", "001_PET1")


async def test_what_has_arrived_is_seen_without_asking(desk: Desk) -> None:
    app = FerryApp(desk)
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, LISTED)
        await pilot.press("2", "j", "j", "space")
        await start(pilot)
        await until_shown(pilot, "DONE", "A archives")
        await until(pilot, lambda: desk.destination and desk.destination.prearchive)
        await pilot.press("2")
        await until_shown(pilot, "(prearchive)", "none marked")


def arrives(server: PracticeServer, subject: str) -> None:
    """A session of this subject is at the destination from now on."""
    place = f"{server.url}/data/projects/DEMO_DST/subjects/{subject}/experiments/{subject}_MR1"
    login = (server.user, server.password)
    assert httpx.put(place, params={"xsiType": "xnat:mrSessionData"}, auth=login).is_success


async def test_what_changed_while_something_else_was_done_is_seen_after_it(
    desk: Desk, practice_demo: PracticeServer
) -> None:
    assert desk.ends is not None
    source, destination = desk.ends
    plan = replace(plan_of(planned("A")), source=source, destination=destination)
    folder = transfer_folders.create(desk.transfers, plan)
    tell(folder, STARTED)
    app, go_on = FerryApp(desk), threading.Event()
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, LISTED)
        await pilot.press("2")
        await until_shown(pilot, "2 BROWSE", "001_PET1")
        await until(pilot, lambda: desk.watched and not desk.busy)
        app.do("Something else.", lambda: go_on.wait(60))
        arrives(practice_demo, "NEW")
        tell(folder, finished())
        await until(pilot, lambda: desk.watched and desk.watched.phase == Phase.DONE)
        assert "v NEW" not in screen_text(app)
        go_on.set()
        await until_shown(pilot, "v NEW")
