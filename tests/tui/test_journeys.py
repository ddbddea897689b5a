"""Whole ways through the screen, between two servers with an account on each, and the keys that they take."""

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from textual.app import App

from tests.core.harbour import session_toml
from tests.core.shore import instances
from tests.tui.hand import Hand
from tests.tui.looking import screen_text, until
from xnat_ferry.errors import NoCredentials
from xnat_ferry.practice.process import PracticeServer
from xnat_ferry.settings.credentials import Credentials
from xnat_ferry.transfer import lock
from xnat_ferry_tui.app import FerryApp
from xnat_ferry_tui.desk import Desk

pytestmark = pytest.mark.xdist_group("journeys")

ADA = Credentials("ada", "adas-w0rd")
BOB = Credentials("bob", "b0bs-word")
SESSIONS = ("COPIED", "KILLED", "MOVED", "SEVERAL_1", "SEVERAL_2", "SHOWN")


def world(user: Credentials, project: str, rest: str = "") -> str:
    return (
        f'[[users]]\nlogin = "{user.user}"\npassword = "{user.password}"\n'
        f'projects = {{ {project} = "owner" }}\n'
        f'\n[[projects]]\nid = "{project}"\n{rest}'
    )


class Sea:
    """Two servers that know nothing of each other."""

    def __init__(self, here: PracticeServer, there: PracticeServer) -> None:
        self.here, self.there = here, there

    @property
    def names(self) -> tuple[str, str]:
        return f"{self.here.url}/HOME", f"{self.there.url}/AWAY"


def content(server: PracticeServer, what: str) -> dict[str, dict[str, str]]:
    """Label to SOPInstanceUID to pixel digest of what is archived or in the prearchive, past all routes."""
    project = next(one for one in server.state()["projects"] if one["id"] in ("HOME", "AWAY"))
    found: list[dict[str, Any]] = project[what]
    return {one.get("label") or one["name"]: instances(one) for one in found}


@pytest.fixture(scope="module")
def sea(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sea]:
    folder = tmp_path_factory.mktemp("sea")
    sessions = "".join(session_toml(label, project="HOME", subject=label.lower()) for label in SESSIONS)
    both = world(ADA, "HOME", sessions).replace('{ HOME = "owner"', '{ HOME = "owner", NEXT = "owner"')
    (folder / "here.toml").write_text(both + '\n[[projects]]\nid = "NEXT"\n')
    (folder / "there.toml").write_text(world(BOB, "AWAY", "prearchive_code = 0\n"))
    with (
        PracticeServer(str(folder / "here.toml")) as here,
        PracticeServer(str(folder / "there.toml")) as there,
    ):
        yield Sea(here, there)


@pytest.fixture
def open_desk(sea: Sea, tmp_path: Path) -> Iterator[Callable[..., Desk]]:
    """Makes a desk that logs in at both servers unless told otherwise, and logs out in the end."""
    logins = {sea.here.url: ADA, sea.there.url: BOB}
    made: list[Desk] = []

    def opened(find: Callable[[str], Credentials] = logins.__getitem__) -> Desk:
        made.append(Desk(transfers=tmp_path / "transfers", spool=tmp_path / "spool", find=find))
        return made[-1]

    yield opened
    for one in made:
        one.conversation.close()


async def laid_out(sea: Sea, desk: Desk, hand: Hand) -> None:
    """Both projects on the desk, by the names that a person types."""
    source, destination = sea.names
    await hand.press("C")
    await hand.see("Which projects?")
    await hand.type(source)
    await hand.press("enter")
    await hand.type(destination)
    await hand.press("enter")
    await hand.see("6 CHOOSE ok", "None marked: ")


def no_login(server: str) -> Credentials:
    raise NoCredentials(server=server)


async def test_a_first_timer_between_two_servers_with_another_account_on_each(
    sea: Sea, open_desk: Callable[..., Desk]
) -> None:
    desk = open_desk(no_login)
    source, destination = sea.names
    seen = len(sea.here.log())
    async with FerryApp(desk).run_test(size=(80, 24), notifications=True) as pilot:
        hand = Hand(pilot)
        await hand.see("5 CONNECT !!")
        await hand.press("enter")
        await hand.see("Which projects?")
        await hand.type(source)
        await hand.press("enter")
        await hand.type(destination)
        await hand.press("enter")
        for server, login in sorted(((sea.here.url, ADA), (sea.there.url, BOB))):
            await hand.see(f"Who are you at {server}?")
            await hand.type(login.user)
            await hand.press("enter")
            await hand.type(login.password)
            await hand.press("enter")
        await hand.see("6 CHOOSE ok", "None marked: ")
        await hand.press("space", "c")  # the first line: COPIED
        await hand.see("7 CHECKS", "1 session surveyed", "c Continue\n")
        for words in ("8 CONFLICTS ok", "9 LABELS ok", "0 REVIEW ok"):
            await hand.press("c")
            await hand.see(words)
        await hand.press("c")
        await hand.see("Copy 1 session", "to the prearchive of AWAY")
        await hand.press("y")
        await hand.see("3 TRANSFER", "DONE", "2 of 2 files sent")
        await hand.press("4")
        await hand.see("PROVEN   1 session", "in the prearchive")
        await hand.told("from nothing to a proven copy, between two servers with an account on each")
        assert hand.count <= 25
    assert content(sea.there, "prearchive")["COPIED"] == content(sea.here, "sessions")["COPIED"]
    asked = sea.here.log()[seen:]
    assert not [one for one in asked if "import" in one["path"]]


async def test_an_expert_goes_from_the_browser_to_a_transfer_in_nine_keys(
    sea: Sea, open_desk: Callable[..., Desk]
) -> None:
    desk = open_desk()
    async with FerryApp(desk).run_test(size=(120, 40)) as pilot:
        await laid_out(sea, desk, Hand(pilot))
        hand = Hand(pilot)
        await hand.press("2")
        await hand.see("2 BROWSE", "SEVERAL_2")
        await hand.stand_on("SEVERAL")
        await hand.press("a")
        await hand.see("2 marked")
        await hand.press("c")
        await hand.see("7 CHECKS", "2 sessions surveyed")
        await hand.press("0")
        await hand.see("c Go: start the transfer\n")
        await hand.press("c")
        await hand.see("Copy 2 sessions")
        await hand.press("y")
        await hand.see("3 TRANSFER", "DONE", "2 of 2 sessions done")
        await hand.told("from the browser, sessions filtered and marked, to the transfer")
        assert hand.count < 10
        await archived(sea, desk, Hand(pilot))
    for label in ("SEVERAL_1", "SEVERAL_2"):
        assert content(sea.there, "sessions")[label] == content(sea.here, "sessions")[label]


async def archived(sea: Sea, desk: Desk, hand: Hand) -> None:
    """From the proof in the prearchive into the archive, where one session is refused at first."""
    await hand.press("4")
    await hand.see("PROVEN   2 sessions", "in the prearchive")
    full = {"match": "POST /data/services/archive", "status": 500, "body": "<h3>disk full</h3>", "nth": 1}
    sea.there.set_faults([full])
    await hand.press("A")
    await hand.see("Archive what waits in the prearchive of AWAY (2 sessions)?")
    await hand.press("y")
    shown = await hand.see("4 VERIFY", "1 of 2 archived, 1 refused (L reads the log)", "disk full")
    assert "resolve it there or ask the project's owners" in " ".join(shown.split())
    await until(hand.pilot, lambda: desk.watched and not desk.watched.alive and not desk.busy, 60)
    sea.there.set_faults([])
    await hand.press("L")
    await hand.see("in the prearchive as", "Escape Close")
    await hand.press("escape", "A")
    await hand.see("Archive what waits in the prearchive of AWAY (1 session)?")
    await hand.press("y")
    await hand.see("4 VERIFY", "PROVEN   2 sessions", "by identity in the archive\n")
    await hand.told("from the prearchive to the archive, with one refusal and its log")


async def one_session(hand: Hand, label: str) -> None:
    """Area 1, a single session, as far as the checks."""
    await hand.stand_on(label)
    await hand.see(f"/{label}", "1 of")
    await hand.press("space")
    await hand.see(" sessions marked")
    await hand.press("c")
    await hand.see("7 CHECKS", "1 session surveyed")


async def test_a_move_needs_the_archive_and_the_typed_name(sea: Sea, open_desk: Callable[..., Desk]) -> None:
    desk = open_desk()
    before = content(sea.here, "sessions")["MOVED"]
    async with FerryApp(desk).run_test(size=(80, 24)) as pilot:
        hand = Hand(pilot)
        await laid_out(sea, desk, hand)
        await one_session(hand, "MOVED")
        await hand.press("0", "t", "m")
        await hand.see("the archive of AWAY", "The source is deleted later: once all")
        await hand.try_out("c")
        await hand.see("Copy 1 session", "you press D in area 4 and type")
        await hand.try_out("enter")  # the answer that is always no
        await until(pilot, lambda: len(pilot.app.screen_stack) == 1)
        assert desk.watched is None
        await hand.press("c")
        await hand.see("y Yes")
        await hand.press("y")
        await hand.see("3 TRANSFER", "DONE", "1 of 1 session done")
        await hand.press("4")
        await hand.see("PROVEN   1 session", "in the archive")
        assert content(sea.here, "sessions")["MOVED"] == before
        await refused(hand, pilot.app)
        assert content(sea.here, "sessions")["MOVED"] == before
        await hand.press("D")
        await hand.see("Type the destination project's name, AWAY")
        await hand.type("AWAY")
        await hand.press("enter")
        await hand.see("3 TRANSFER", "settled: 1 removed, 0 kept")
        await hand.told("a move: from naming two projects to the source deleted")
    assert "MOVED" not in content(sea.here, "sessions")
    assert content(sea.there, "sessions")["MOVED"] == before


async def refused(hand: Hand, app: App[None]) -> None:
    """Every way to leave the question leaves the source as it is."""
    for typed in ("", "HOME", "away", "y"):
        await hand.try_out("D")
        await hand.see("Delete 1 session at HOME", "Type the destination project's name, AWAY")
        await hand.try_out(*typed, "enter")
        await hand.see("That is not the name of the destination project. Nothing was deleted.")
        await hand.try_out("escape")
        await until(hand.pilot, lambda: len(app.screen_stack) == 1)


async def test_a_killed_worker_is_seen_and_goes_on_from_the_screen(
    sea: Sea, open_desk: Callable[..., Desk]
) -> None:
    desk = open_desk()
    async with FerryApp(desk).run_test(size=(80, 24)) as pilot:
        start = Hand(pilot)
        await laid_out(sea, desk, start)
        await one_session(start, "KILLED")
        sea.there.set_faults([{"match": "POST /data/services/import", "delay": 60.0, "nth": 1}])
        await start.press("0", "c")
        await start.see("y Yes")
        await start.press("y")
        await start.see("3 TRANSFER", "RUNNING", "fetched and checked")
        watched = desk.watched
        assert watched is not None
        holder = lock.holder(watched.folder)
        assert holder is not None
        os.kill(holder.pid, signal.SIGKILL)
        sea.there.set_faults([])
        hand = Hand(pilot)
        await hand.see("STOPPED", "Its worker is gone without a word. s goes on with it")
        await hand.press("s")
        await hand.see("Go on with", "is not sent again")
        await hand.press("y")
        await hand.see("DONE", "1 of 1 session done")
        await hand.told("going on after the worker was killed")
        assert hand.count == 2
        assert "KILLED" in screen_text(pilot.app)
    assert content(sea.there, "prearchive")["KILLED"] == content(sea.here, "sessions")["KILLED"]


async def test_a_session_is_shared_within_one_server_and_nothing_travels(
    sea: Sea, open_desk: Callable[..., Desk]
) -> None:
    desk = open_desk()
    source, _ = sea.names
    async with FerryApp(desk).run_test(size=(80, 24)) as pilot:
        hand = Hand(pilot)
        await hand.press("C")
        await hand.see("Which projects?")
        await hand.type(source)
        await hand.press("enter")
        await hand.type(f"{sea.here.url}/NEXT")
        await hand.press("enter")
        await hand.see("6 CHOOSE ok", "HOME -> NEXT")
        await hand.press("o")
        await hand.see("How shall the sessions get there?", "the other project shows them, too")
        await hand.press("j", "enter")
        await hand.see("Share.")
        await one_session(hand, "SHOWN")
        await hand.press("0")
        await hand.see("Nothing travels.", "HOME goes on owning them", "c Go: start the transfer\n")
        await hand.try_out("m")
        await hand.see("there is no such choice")
        await hand.try_out("enter")
        await hand.press("c")
        await hand.see("Share 1 session", "from HOME to NEXT?")
        await hand.press("y")
        await hand.see("3 TRANSFER", "DONE", "1 of 1 session done")
        await hand.told("sharing a session within one server, from naming two projects")
    (home,) = [one for one in sea.here.state()["projects"] if one["id"] == "HOME"]
    (shown,) = [one for one in home["sessions"] if one["label"] == "SHOWN"]
    assert shown["shares"] == [{"project": "NEXT", "label": "SHOWN"}]
