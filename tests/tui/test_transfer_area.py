"""Area 3: what transfers do is told as their journals tell it, whoever started them."""

from pathlib import Path

import pytest

from tests.core.making import plan_of, planned
from tests.tui.looking import screen_text, until, until_shown
from tests.tui.transfers import STARTED, finished, hold, tell, transfer, verified
from xnat_ferry import events
from xnat_ferry.cli.telling.following import status_lines
from xnat_ferry.errors import Stopped
from xnat_ferry.model import Where
from xnat_ferry.plan import Fate
from xnat_ferry.settings.preferences import Window
from xnat_ferry.transfer import folder as transfer_folders
from xnat_ferry.transfer.folder import TransferFolder
from xnat_ferry.transfer.status import status_of
from xnat_ferry_tui.app import FerryApp
from xnat_ferry_tui.desk import Desk
from xnat_ferry_tui.keyboard.key_map import KeyMap
from xnat_ferry_tui.screens.transfer.standing import bar
from xnat_ferry_tui.watching.calls import RequestReader
from xnat_ferry_tui.widgets.lines import Lines


def sent(label: str, unit: str, at: float = 0.0) -> events.UnitSent:
    return events.UnitSent(at=at, session=label, unit=unit, files=2, bytes=200, seconds=1, row="r")


def again(label: str, unit: str) -> events.TriedAgain:
    return events.TriedAgain(session=label, unit=unit, attempt=2, message="time-out")


def moving(label: str, count: int) -> events.UnitProgressed:
    return events.UnitProgressed(session=label, unit="1", moving="up", bytes=count)


def plainly(folder: TransferFolder) -> str:
    """What the plain face says of it."""
    return "\n".join(line.text for line in status_lines(status_of(folder), 80))


def log_of(app: FerryApp) -> Lines:
    return app.screen.query_one("#log", Lines)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_what_runs_is_told_with_totals_and_that_the_window_may_be_closed(
    empty_desk: Desk, size: tuple[int, int]
) -> None:
    folder = transfer(empty_desk, STARTED, events.SessionStarted(session="A"), labels=("A", "B"))
    hold(folder)
    app = FerryApp(empty_desk)
    async with app.run_test(size=size) as pilot:
        await pilot.press("3")
        await until_shown(pilot, "RUNNING", folder.id, "You may close this window", "All  [", "Now  [")
        tell(folder, sent("A", "1"))
        text = await until_shown(pilot, "scan 1  2 files", "2 of 4 files sent", "50%")
        assert ("transfer" in text and "state" in text) == (size[0] >= 110)
        tell(folder, events.SessionFinished(session="A", where=Where.ARCHIVE))
        await until_shown(pilot, "1 of 2 sessions done", "done, in the archive")
        tell(folder, events.SessionStarted(session="B"), moving("B", 100))
        await until_shown(pilot, "]  75%  300 B of 400 B", "]  50%  100 B of 200 B")
        assert "2 of 4 files, 300 B of 400 B" in plainly(folder)
        tell(folder, again("B", "1"))
        await until_shown(pilot, "]  50%  200 B of 400 B", "]   0%  0 B of 200 B")
        tell(folder, moving("B", 100))
        await until_shown(pilot, " 75%")
        folder.lock.unlink()  # what was leaving is lost with its worker
        text = await until_shown(pilot, "STOPPED", "]  50%  200 B of 400 B")
        assert "75%" not in text
        assert "2 of 4 files, 200 B of 400 B" in plainly(folder)


async def test_what_failed_stands_whole_below_the_log_and_what_is_skipped_is_not_done(
    empty_desk: Desk,
) -> None:
    plan = plan_of(planned("A", id="XNAT_1"), planned("B", id="XNAT_2", fate=Fate.SKIP, why="it is there"))
    folder = transfer_folders.create(empty_desk.transfers, plan)
    failed = events.SessionFailed(session="A", message="The server said " + "no " * 120, advice="Again!")
    tell(folder, STARTED, events.SessionSkipped(session="B", why="it is there"), failed, finished(failed=1))
    async with FerryApp(empty_desk).run_test(size=(80, 24)) as pilot:
        await pilot.press("3")
        await until_shown(pilot, "FAILED", "0 of 1 session done, 1 failed, 1 skipped")
        # the title is of the transfer that is looked at; nothing is on the desk
        assert "SRC @ a.example -> DST @ b.example" in screen_text(pilot.app).splitlines()[0]
        await pilot.press("n")
        await until_shown(pilot, "FAILED: The server said", "Again!")
        await pilot.press("tab")
        await until_shown(pilot, "SRC -> DST", "0 of 1 session")


async def test_the_newest_line_is_followed_until_one_leaves_it(empty_desk: Desk) -> None:
    folder = transfer(empty_desk, STARTED, *(sent("A", str(number)) for number in range(5)))
    hold(folder)
    app = FerryApp(empty_desk)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("3")
        await until_shown(pilot, "scan 4", "the newest line is followed")
        await pilot.press("j", "j")
        await until_shown(pilot, "the log stands still: f follows again")
        tell(folder, sent("A", "5"))
        await until(pilot, lambda: log_of(app).highlighted == 3)
        await pilot.press("f")
        await until_shown(pilot, "the newest line is followed")
        assert log_of(app).highlighted == 0


async def test_problems_alone_one_after_the_other_with_what_to_do(empty_desk: Desk) -> None:
    failed = events.SessionFailed(session="A", message="A did not arrive.", advice="Send it again.")
    again = events.TriedAgain(session="A", unit="1", attempt=2, message="time-out")
    folder = transfer(empty_desk, STARTED, again, sent("A", "1"), failed, finished(1))
    app = FerryApp(empty_desk)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("3")
        await until_shown(pilot, "FAILED", "1 session failed: n goes to the next problem, s sends again")
        empty_desk.problem = Stopped()
        await pilot.press("n")
        app.redraw()
        await until_shown(pilot, "Stopped on request.", "1 session failed: n goes to the next problem")
        await until_shown(pilot, "A did not arrive. Send it again.")
        assert log_of(app).highlighted == 1
        await pilot.press("n", "n")
        assert log_of(app).highlighted == 3
        await pilot.press("N")
        assert log_of(app).highlighted == 1
        await pilot.press("e")
        text = await until_shown(pilot, "problems only (e)")
        assert "scan 1  2 files" not in text
        assert log_of(app).count == 2
        line = "2026-01-02T10:00:01.000+00:00 https://x.example GET /data/projects 200 12 ms\n"
        folder.calls.write_text(line * 2)
        await pilot.press("@")
        await until(pilot, lambda: log_of(app).count == 2 and "GET /data/projects" in screen_text(app))
        await pilot.press("j")
        await until_shown(pilot, "the log stands still: f follows again, requests (@)")
        await pilot.press("e")
        await until_shown(pilot, "the newest line is followed, problems only (e)")
        await pilot.press("s")
        await until_shown(pilot, "Go on with", "y Yes   n No")


async def test_the_requests_of_the_workers_are_shown(empty_desk: Desk) -> None:
    folder = transfer(empty_desk, STARTED)
    line = "2026-01-02T10:00:{}.000+00:00 https://x.example GET /data/projects {} 12 ms\n"
    folder.calls.write_text(line.format("01", 200) + line.format("02", 502))
    app = FerryApp(empty_desk)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("3", "@")
        text = await until_shown(pilot, "GET /data/projects", "502", "requests (@)")
        assert "! 10:00:02" in text
        with folder.calls.open("a") as file:
            file.write(line.format("03", 200))
        await until_shown(pilot, "10:00:03", "the newest line is followed")
        await pilot.press("n")
        await until_shown(pilot, "-> 502", "the log stands still")
        with folder.calls.open("a") as file:
            file.write(line.format("04", 200))
        await until_shown(pilot, "10:00:04", "-> 502")
        assert log_of(app).highlighted == 2
        await pilot.press("e")
        await until_shown(pilot, "No problems.")
        await pilot.press("@", "e")
        await until_shown(pilot, "No problems.", "problems only (e)")
        await pilot.press("e")
        await until_shown(pilot, "takes the transfer up")
        await pilot.press("tab", "tab", "enter")
        await until_shown(pilot, "what happened", "A only (Escape ends that)")
        await pilot.press("tab", "@")  # one list at a time: what the log shall show stands there at once
        text = await until_shown(pilot, "GET /data/projects", "requests (@)")
        assert "A only" not in text  # requests are of all sessions
        assert app.focused is log_of(app)
        await pilot.press("j")
        await until_shown(pilot, "the log stands still")
        await pilot.press("escape")
        await until_shown(pilot, "the newest line is followed, A only")
        await pilot.press("escape")
        text = await until_shown(pilot, "takes the transfer up")
        assert "A only" not in text


def test_a_request_log_that_begins_anew_is_read_from_its_beginning(tmp_path: Path) -> None:
    path, line = tmp_path / "calls.log", "2026-01-02T10:00:00.000+00:00 https://x GET /a b {} 3 ms\n"
    reader = RequestReader(path)
    assert reader.read_new() == []
    path.write_text(line.format(200) * 3)
    assert [(one.path, one.status, one.took) for one in reader.read_new()] == [("/a b", "200", "3 ms")] * 3
    path.write_text(line.format("lost") + line[:20])
    (one,) = reader.read_new()
    assert (one.status, one.refused) == ("lost", True)


async def test_the_log_of_one_session_alone(empty_desk: Desk) -> None:
    told = (sent("A", "1"), sent("B", "7"), again("A", "2"), again("B", "8"))
    transfer(empty_desk, STARTED, *told, labels=("A", "B"))
    app = FerryApp(empty_desk)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("3")
        await until_shown(pilot, "scan 1", "scan 7")
        await pilot.press("shift+tab", "j", "enter")
        text = await until_shown(pilot, "B only", "scan 7", "scan 8")
        assert "scan 1 " not in text
        await pilot.press("e")
        text = await until_shown(pilot, "problems only", "scan 8")
        assert "scan 2" not in text
        assert "scan 7" not in text
        await pilot.press("e", "enter")
        await until_shown(pilot, "scan 1 ", "scan 7")


async def test_a_long_past_is_told_whole(empty_desk: Desk) -> None:
    folder = transfer(empty_desk, STARTED)
    with folder.journal.open("ab") as journal:
        journal.writelines(events.encode(sent("A", str(unit))) for unit in range(1200))
        journal.write(events.encode(finished()))
    app = FerryApp(empty_desk)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("3")
        await until_shown(pilot, "DONE", "scan 1199", "2,400 of")
        assert log_of(app).count == 1202
        # until all of it is known nothing is said that may be long over
        watched = app.desk.watched
        assert watched is not None
        watched.take((), False, more=True)
        app.redraw()
        text = await until_shown(pilot, f"READING  {folder.id}", "is still being read.")
        assert "DONE" not in text
        for key in ("s", "x", "U"):
            await pilot.press(key)
            await until_shown(pilot, "What has happened to it is still being read")
            await pilot.press("enter")
        await pilot.press("4")
        await until_shown(pilot, f"What has happened to {folder.id} is still being read.")
        await pilot.press("D")
        await until_shown(pilot, "What has happened to it is still being read")


async def test_sentences_name_the_keys_of_ones_own_key_map(empty_desk: Desk) -> None:
    folder = transfer(empty_desk, STARTED, events.WorkerStopped(why="It was asked to."))
    mine = {"transfer.resume": "f8", "transfer.requests": "f9", "verify.only-differences": "f6"}
    async with FerryApp(empty_desk, key_map=KeyMap(mine)).run_test(size=(80, 24)) as pilot:
        await pilot.press("3")
        await until_shown(pilot, "It was asked to. F8 goes on with it.", "F8 Again")
        await pilot.press("f9")
        await until_shown(pilot, "requests (F9)")
        verified(folder, "A")
        await pilot.press("4")
        await until_shown(pilot, "(only what differs: F6)", "Nothing differs. F6 shows what is equal.")


@pytest.mark.parametrize("key", ["x", "s", "A"])
async def test_a_read_only_window_says_why_it_changes_nothing(empty_desk: Desk, key: str) -> None:
    folder = transfer(empty_desk, STARTED)
    hold(folder)
    app = FerryApp(empty_desk, window=Window(read_only=True))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("3")
        await until_shown(pilot, "RUNNING", "READ-ONLY")
        await pilot.press(key)
        text = await until_shown(pilot, "not from this window, which is read-only", "without --read-only")
        assert "y Yes" not in text
        await pilot.press("escape")
        await until(pilot, lambda: len(app.screen_stack) == 1)
        assert "RUNNING" in screen_text(app)


@pytest.mark.parametrize(("share", "drawn"), [(-1, "[....]"), (0.5, "[##..]"), (1, "[####]"), (7, "[####]")])
def test_a_bar_is_never_longer_than_itself(share: float, drawn: str) -> None:
    assert bar(share, 4) == drawn
