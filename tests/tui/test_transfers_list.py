"""Area 3: the list of all transfers, and what the one under its cursor is good for."""

import os

from textual.events import Key

from tests.tui.looking import until, until_shown
from tests.tui.transfers import STARTED, finished, hold, tell, transfer
from xnat_ferry import events
from xnat_ferry.model import Where
from xnat_ferry_tui.app import FerryApp
from xnat_ferry_tui.desk import Desk
from xnat_ferry_tui.watching.listed import Listing
from xnat_ferry_tui.widgets.lines import Lines


async def test_all_transfers_are_listed_with_their_state_and_any_can_be_seen(empty_desk: Desk) -> None:
    first = transfer(empty_desk, STARTED, events.WorkerStopped(why="asked"), labels=("OLD",))
    os.utime(first.worker_plan, (1, 1))  # two of one moment would be in either order
    second = transfer(empty_desk, STARTED, finished(), labels=("NEW",))
    torn = transfer(empty_desk, labels=("TORN",))
    torn.worker_plan.write_bytes(b"{torn")
    app = FerryApp(empty_desk)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await pilot.press("3")
        await until_shown(pilot, "DONE", second.id)
        await pilot.press("tab")
        text = await until_shown(pilot, "stopped", "unreadable", "0 of 1 session")
        assert text.count("SRC -> DST") == 2
        lines = app.screen.query_one("#transfers", Lines)
        places = [one.folder.id for one in app.following.transfers]
        lines.highlighted = places.index(first.id)
        transfer(
            empty_desk,
            STARTED,
            events.SessionStarted(session="NEWEST"),
            events.TriedAgain(session="NEWEST", unit="1", attempt=2, message="time-out"),
            labels=("NEWEST",),
        )
        app.following.list_all()
        await until(pilot, lambda: lines.count == 4)
        await pilot.press("s")  # the cursor stayed with its transfer, which is not the one in view
        await until_shown(pilot, "STOPPED", "s goes on with it", "press the key again")
        await pilot.press("s")
        await until_shown(pilot, f"Go on with {first.id}?")
        await pilot.press("n", "home", "enter")
        await until_shown(pilot, "NEWEST", "takes the transfer up")
        assert app.focused is app.screen.query_one("#log", Lines)


async def test_several_that_run_are_told_as_several_and_two_keys_at_once_lead_two_further(
    empty_desk: Desk,
) -> None:
    oldest, older, newest = (transfer(empty_desk, STARTED, labels=(label,)) for label in "ABC")
    for age, folder in enumerate((newest, older, oldest)):
        os.utime(folder.worker_plan, (9 - age, 9 - age))
    hold(newest)
    hold(oldest)
    app = FerryApp(empty_desk)
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "2 transfers are under way: 3 shows them.")
        await pilot.press("3")
        await until_shown(pilot, f"RUNNING  {newest.id}")
        for _ in range(2):
            app.post_message(Key("t", "t"))
        await until_shown(pilot, f"RUNNING  {oldest.id}")
        await pilot.press("t")
        await until_shown(pilot, f"RUNNING  {newest.id}")


def test_a_listing_reads_again_only_what_has_changed(empty_desk: Desk) -> None:
    folder = transfer(empty_desk, STARTED)
    listing = Listing(empty_desk.transfers)
    (before,) = listing.read()
    assert listing.read()[0] is before
    tell(folder, finished())
    assert [one.phase for one in listing.read()] == ["done"]


def test_what_runs_is_listed_as_far_as_it_is(empty_desk: Desk) -> None:
    folder = transfer(empty_desk, STARTED, labels=("A", "B"))
    listing = Listing(empty_desk.transfers)

    def listed() -> tuple[str, str]:
        (one,) = listing.read()
        return one.phase, one.done

    hold(folder)
    assert listed() == ("running", "0 of 2")
    tell(folder, events.SessionFinished(session="A", where=Where.ARCHIVE))
    assert listed() == ("running", "1 of 2")
    folder.lock.unlink()
    assert listed() == ("stopped", "1 of 2")
    hold(folder)
    tell(folder, STARTED, events.SessionFinished(session="B", where=Where.ARCHIVE))
    assert listed() == ("running", "2 of 2")
    tell(folder, finished())
    folder.lock.unlink()
    assert listed() == ("done", "2 of 2")
    hold(folder)
    tell(folder, STARTED, events.SessionFailed(session="B", message="", advice=""), finished(1))
    folder.lock.unlink()
    assert listed() == ("failed", "1 failed, 1 of 2")
