"""What only looks is ended by the key that is shown for it, at once; what it still brings is not taken."""

import threading
import time
from collections.abc import Callable
from pathlib import Path
from socket import create_server

import pytest
from msgspec.structs import replace
from textual.pilot import Pilot

from tests.core.making import DESTINATION, SOURCE, chosen, plan_of, planned, session_row, survey_of, view
from tests.tui.looking import screen_text, until, until_shown
from tests.tui.transfers import STARTED, finished, tell
from xnat_ferry import events
from xnat_ferry.errors import FerryError, Stopped
from xnat_ferry.model import Endpoint, Level, Where
from xnat_ferry.settings.credentials import Credentials
from xnat_ferry.settings.paths import servers_file
from xnat_ferry.transfer import folder as transfer_folders
from xnat_ferry_tui.app import FerryApp
from xnat_ferry_tui.aside import doing
from xnat_ferry_tui.aside.errand import Errand
from xnat_ferry_tui.desk import Desk
from xnat_ferry_tui.looking import Looking

SAID = "Stopped on request. Nothing was changed by it."


class Slow(Looking):
    """Its servers answer when a test has them answer."""

    def __init__(self, place: Path) -> None:
        login = Credentials("me", "secret")
        self.desk = Desk(transfers=place / "t", spool=place / "s", find=lambda _: login)
        super().__init__(self.desk)
        self.asked, self.answer = threading.Event(), threading.Event()
        self.label = "LATE"

    def _wait(self) -> str:
        label = self.label
        self.asked.set()
        assert self.answer.wait(60)
        return label

    def look(self, errand: Errand) -> None:
        """One session at the source."""
        row = session_row(self._wait(), "S")
        with errand.taking():
            self.desk.source, self.desk.destination = view(SOURCE, (row,)), view(DESTINATION)

    def check(self, errand: Errand) -> None:
        """The same, surveyed."""
        draft = self.desk.drafting.draft
        assert draft is not None
        self._take(survey_of(chosen(session_row(self._wait(), "S"))), draft, errand)

    def try_server(self, server: str) -> str:
        """Let in whoever comes."""
        return f"{self._wait()} at {server}"

    def ask_anew(self, label: str) -> None:
        """From now on whoever asks is answered by this, and at once."""
        self.label, self.answer = label, threading.Event()
        self.answer.set()


@pytest.fixture
def slow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Slow:
    """Its first answer waits to be let go."""
    monkeypatch.setattr(doing, "LASTS", 0.01)
    return Slow(tmp_path)


async def let_go(pilot: Pilot[None], answer: threading.Event) -> None:
    """Have the late answer come, and wait until it has been dealt with."""
    answer.set()
    work = [one for one in pilot.app.workers if one.group == "work"]
    await until(pilot, lambda: all(one.is_finished for one in work))
    await pilot.pause()


async def test_a_listing_is_ended_in_every_area_and_what_comes_late_is_dropped(slow: Slow) -> None:
    slow.desk.ends = (SOURCE, DESTINATION)
    app = FerryApp(slow.desk, looking=slow)
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "c Continue is off", "Listing both projects. (x leaves off)")
        late = slow.answer
        app.doing.clock = lambda: time.monotonic() + 1000
        for area, key in (("2", "x"), ("3", "E"), ("4", "x")):
            await pilot.press(area)
            await until_shown(pilot, f"Listing both projects. ({key} leaves off) Nothing new for 10")
        await pilot.press("3", "E")
        await until_shown(pilot, f"{SAID} It was: Listing both projects.")
        assert slow.desk.busy == ""
        await pilot.press("1", "5")
        await until_shown(pilot, "Named, and not listed: SRC @ a.example")
        slow.ask_anew("FRESH")
        await pilot.press("2")
        await until_shown(pilot, SAID)
        await pilot.press("r")
        await until_shown(pilot, "FRESH")
        await pilot.press("1")
        await until_shown(pilot, "Connected: SRC @ a.example")
        await pilot.press("2")
        await until_shown(pilot, "FRESH")
        await let_go(pilot, late)
        text = screen_text(app)
        assert "FRESH" in text
        assert "LATE" not in text


async def test_a_survey_is_ended_and_another_choice_is_surveyed_meanwhile(slow: Slow) -> None:
    slow.desk.ends = (SOURCE, DESTINATION)
    app = FerryApp(slow.desk, looking=slow)
    async with app.run_test(size=(80, 24)) as pilot:
        late = slow.answer
        await until(pilot, slow.asked.is_set)
        await pilot.press("x")
        slow.asked.clear()
        await pilot.press("7")
        await until_shown(pilot, SAID)
        await pilot.press("r")
        await until_shown(pilot, "Looking again. (x leaves off)")
        await until(pilot, slow.asked.is_set)
        await pilot.press("x")
        await until_shown(pilot, SAID, "r does it")
        slow.ask_anew("FRESH")
        await pilot.press("r")
        await until_shown(pilot, "1 session surveyed")
        await let_go(pilot, late)
        assert slow.desk.source is not None
        assert [row.label for row in slow.desk.source.sessions or ()] == ["FRESH"]
        assert slow.desk.drafting.survey is not None
        assert [one.row.label for one in slow.desk.drafting.survey.chosen] == ["FRESH"]
        assert "1 session surveyed" in screen_text(app)


async def test_a_server_is_not_stored_where_its_login_was_left_off(slow: Slow) -> None:
    app = FerryApp(slow.desk, looking=slow)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await until_shown(pilot, "N stores a server")
        await pilot.press("N", *"main", "enter", *"https://x", "enter")
        await until_shown(pilot, "Logging in. (x leaves off)")
        await pilot.press("x")
        await until_shown(pilot, SAID)
        await let_go(pilot, slow.answer)
        assert "is stored" not in screen_text(app)
        assert not servers_file().exists()


async def test_what_may_be_changing_something_is_not_ended(slow: Slow) -> None:
    app = FerryApp(slow.desk, looking=slow)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await until_shown(pilot, "5 CONNECT")
        app.do("Starting the worker.", slow._wait)
        await until(pilot, slow.asked.is_set)
        await pilot.press("x")
        await until_shown(pilot, "This ends by itself")
        assert "leaves off" not in screen_text(app)
        assert slow.desk.busy == "Starting the worker."
        await let_go(pilot, slow.answer)
        assert slow.desk.busy == ""


async def test_however_many_wait_for_a_server_that_is_gone_there_is_a_thread_for_what_comes_next(
    slow: Slow,
) -> None:
    app, done = FerryApp(slow.desk, looking=slow), threading.Event()
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "5 CONNECT")
        for _ in range(40):  # Python's own pool has 32 at most
            app.seek("Looking.", lambda _: slow._wait())
            app.doing.leave_off()
        app.seek("Looking.", lambda _: done.set())
        await until(pilot, done.is_set)
        await let_go(pilot, slow.answer)


async def test_whoever_closes_the_window_waits_for_what_may_be_changing_something_alone(slow: Slow) -> None:
    for looks in (True, False):
        app, slow.desk.busy = FerryApp(slow.desk, looking=slow), ""
        slow.asked.clear()
        async with app.run_test(size=(80, 24)) as pilot:
            await until_shown(pilot, "5 CONNECT")
            if looks:
                app.seek("Looking.", lambda _: slow._wait())
            else:
                app.do("Starting the worker.", slow._wait)
            await until(pilot, slow.asked.is_set)
            await pilot.press("ctrl+q")
        assert app.doing.changing == ("" if looks else "Starting the worker.")
    slow.answer.set()
    app.doing.wait()
    assert app.doing.changing == ""


async def test_a_transfer_is_left_uncompared_at_a_server_that_is_silent(slow: Slow) -> None:
    with create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        plan = replace(plan_of(planned("A")), source=Endpoint(url, "A"), destination=Endpoint(url, "B"))
        tell(
            transfer_folders.create(slow.desk.transfers, plan),
            STARTED,
            events.SessionFinished(session="A", where=Where.ARCHIVE),
            finished(),
        )
        app, done = FerryApp(slow.desk, looking=slow), threading.Event()
        async with app.run_test(size=(80, 24)) as pilot:
            await pilot.press("4")
            await until_shown(pilot, "Not verified yet")
            await pilot.press("v", "enter")
            await until_shown(pilot, "Comparing by identity. (x leaves off)")
            with silent.accept()[0]:
                await pilot.press("x")
                await until_shown(pilot, f"{SAID} It was: Comparing by identity.")
                app.do("Starting the worker.", done.set)
                await until(pilot, done.is_set)


def test_whoever_waits_for_a_server_that_is_silent_holds_up_nobody(desk: Desk) -> None:
    looking, there, errand = Looking(desk), desk.ends, Errand(lambda *_: None)
    assert there is not None
    with create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        desk.connect((Endpoint(url, "A"), Endpoint(url, "B")))
        left = threading.Thread(target=_look, args=(looking.look, errand))
        left.start()
        with silent.accept()[0]:
            errand.end()
            desk.conversation.hang_up()
            desk.connect(there)
            looking.look(Errand(lambda *_: None))
            assert desk.source is not None
            assert desk.destination is not None
            assert left.is_alive()
    left.join(60)
    assert (desk.source.endpoint, desk.destination.endpoint) == there
    for seek in (looking.look, looking.check, lambda errand: looking.compare(Level.COUNTS, errand)):
        before = (desk.source, desk.destination, desk.proofs(), desk.drafting.survey)
        ended = Errand(lambda *_: None)
        ended.end()
        with pytest.raises(Stopped):
            seek(ended)
        assert (desk.source, desk.destination, desk.proofs(), desk.drafting.survey) == before


def _look(look: Callable[[Errand], None], errand: Errand) -> None:
    with pytest.raises(FerryError):
        look(errand)
