"""From nothing to a proven copy: whoever has never seen it needs the screen alone."""

from pathlib import Path

from tests.core.shore import instances
from tests.tui.looking import until, until_shown
from xnat_ferry.errors import NoCredentials
from xnat_ferry.plan.draft_file import read_draft
from xnat_ferry.practice.process import PracticeServer
from xnat_ferry.settings.credentials import Credentials
from xnat_ferry.settings.paths import servers_file
from xnat_ferry_tui.app import FerryApp
from xnat_ferry_tui.desk import Desk


def no_login(server: str) -> Credentials:
    raise NoCredentials(server=server)


def desk_in(folder: Path) -> Desk:
    return Desk(
        transfers=folder / "transfers",
        spool=folder / "spool",
        find=no_login,
        draft_file=folder / "draft.json",
    )


async def test_from_nothing_to_a_proven_copy(practice_demo: PracticeServer, tmp_path: Path) -> None:
    server, desk = practice_demo, desk_in(tmp_path)
    app = FerryApp(desk)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await until_shown(pilot, "5 CONNECT !!", "alias token", "No server has a name yet", "named first")
        await pilot.press("N")
        await until_shown(pilot, "Which server, under which short name?")
        await pilot.press(*"sea", "enter", *server.url, "enter")
        await until_shown(pilot, f"Who are you at {server.url}?")
        await pilot.press(*server.user, "enter", *"wrong", "enter")
        await until_shown(pilot, f"{server.url} refused the login of ada.")
        await pilot.press(*server.user, "enter", *server.password, "enter")
        await until_shown(pilot, "sea is stored: you are ada", f"sea          {server.url}")
        assert server.password not in servers_file().read_text()
        await pilot.press("enter")
        await until_shown(pilot, "Which projects?", "sea:")
        await pilot.press(*"DEMO_SRC", "enter", *"DEMO_DST", "enter")
        await until_shown(pilot, "6 CHOOSE ok", "all 8 sessions", "DEMO_SRC -> DEMO_DST @ sea")
        await pilot.press("j", "space")
        await until_shown(pilot, "1 of 8 sessions marked")
        await pilot.press("c")
        await until_shown(pilot, "7 CHECKS ok", "1 session surveyed", "c Continue\n")
        for words in ("8 CONFLICTS ok", "9 LABELS ok", "0 REVIEW ok"):
            await pilot.press("c")
            await until_shown(pilot, words)
        await until_shown(pilot, "1 session, 1 scan, 20 files", "the prearchive of DEMO_DST")
        await pilot.press("c")
        await until_shown(pilot, "Copy 1 session", "y Yes")
        await pilot.press("y")
        await until_shown(pilot, "3 TRANSFER", "DONE", "20 of 20 files sent")
        await pilot.press("4")
        await until_shown(pilot, "PROVEN", "in the prearchive")
    desk.drafting.keeper.wait()
    left = read_draft(tmp_path / "draft.json")
    assert left is not None
    assert (left.sessions, left.answers) == ((), {})
    state = {project["id"]: project for project in server.state()["projects"]}
    (waiting,) = state["DEMO_DST"]["prearchive"]
    (sent,) = [one for one in state["DEMO_SRC"]["sessions"] if one["label"] == "001_PET1"]
    assert instances(waiting) == instances(sent)


async def test_leaving_in_the_middle_and_coming_back_goes_on_there(
    practice_demo: PracticeServer, tmp_path: Path
) -> None:
    server, desk = practice_demo, desk_in(tmp_path)
    login = Credentials(server.user, server.password)
    desk.logins.take(server.url, login)
    app = FerryApp(desk)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("C", *f"{server.url}/DEMO_SRC", "enter", *f"{server.url}/DEMO_DST", "enter")
        await until_shown(pilot, "all 8 sessions")
        await pilot.press("space", "c")
        await until_shown(pilot, "7 CHECKS", "1 session surveyed")
        await pilot.press("9", "l", *"prefix=P_", "enter")
        await until_shown(pilot, "Rule: prefix=P_", "P_001_MR1")
    desk.drafting.keeper.wait()
    again = desk_in(tmp_path)
    again.logins.take(server.url, login)
    app = FerryApp(again)
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await until_shown(pilot, "go on with", "1 session", "at labels")
        await pilot.press("enter")
        await until_shown(pilot, "9 LABELS --", "Rule: prefix=P_", "6 Choose ok")
        await pilot.press("7")
        await until_shown(pilot, "1 session surveyed")
        await pilot.press("9")
        await until_shown(pilot, "P_001_MR1")
        await pilot.press("7", "r")
        await until(pilot, lambda: not again.busy)
        requests = len(server.log())
        await pilot.press("G", "r")
        await until(pilot, lambda: not again.busy)
        assert len(server.log()) == requests  # the room on this machine is no server's matter
        await pilot.press("u")
        await until_shown(pilot, "There is nothing to take back.")
