"""Keys that come all at once, as over a slow line or from tmux: each reaches what the last one opened."""

from textual.events import AppBlur, Key, Paste
from textual.pilot import Pilot

from tests.core.making import DESTINATION, SOURCE, session_row, view
from tests.tui.looking import until, until_shown
from tests.tui.transfers import STARTED, hold, transfer
from xnat_ferry_tui.app import FerryApp
from xnat_ferry_tui.aside.errand import Errand
from xnat_ferry_tui.desk import Desk
from xnat_ferry_tui.dialogs.help import Help
from xnat_ferry_tui.looking import Looking

NAMES = {"\x1b": "escape", "\r": "enter", ":": "colon", "/": "slash", "?": "question_mark"}


class NoServer(Looking):
    """Finds both projects as they lie on the desk."""

    def look(self, errand: Errand) -> None:
        """They are listed already."""


def burst(pilot: Pilot[None], keys: str) -> None:
    """None of them waits for what the one before has done."""
    for key in keys:
        pilot.app.post_message(Key(NAMES.get(key, key), key if key.isprintable() else None))


async def test_what_is_typed_or_pasted_before_a_dialog_or_an_area_is_there_waits_for_it(
    empty_desk: Desk,
) -> None:
    empty_desk.ends = (SOURCE, DESTINATION)
    empty_desk.source = view(SOURCE, (session_row("ONE"), session_row("TWO"), session_row("TWO_2")))
    app = FerryApp(empty_desk, looking=NoServer(empty_desk))
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "6 CHOOSE", "TWO_2")
        burst(pilot, ":")
        app.post_message(Paste("oth"))
        burst(pilot, "er co")
        await until_shown(pilot, "other co", ">           Theme")
        await pilot.press("escape")
        burst(pilot, "6/two")
        await until_shown(pilot, "/two: 2 of 3 shown.")
        await pilot.press("enter")
        burst(pilot, "2/one")
        await until_shown(pilot, "2 BROWSE", "1 of 3")
        await pilot.press("enter")
        burst(pilot, "1F~/x")
        await until_shown(pilot, "A folder", "~/x")


async def test_two_escapes_close_two(empty_desk: Desk) -> None:
    app = FerryApp(empty_desk)
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "5 CONNECT")
        await pilot.press("C", "f1")
        await until(pilot, lambda: isinstance(app.screen, Help))
        burst(pilot, "\x1b\x1b")
        await until(pilot, lambda: len(app.screen_stack) == 1)


async def test_what_follows_an_enter_or_an_escape_is_for_what_it_leads_to(empty_desk: Desk) -> None:
    empty_desk.ends = (SOURCE, DESTINATION)
    empty_desk.source = view(SOURCE, (session_row("ONE"), session_row("TWO"), session_row("TWO_2")))
    app = FerryApp(empty_desk, looking=NoServer(empty_desk))
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "6 CHOOSE", "TWO_2")
        burst(pilot, ":name source\r\x1b:name source\rP@lab")
        await until_shown(pilot, "P@lab")
        await pilot.press("escape")
        burst(pilot, "/two\r:")
        await until_shown(pilot, "a word of what you want to do")
        await pilot.press("escape")
        await until_shown(pilot, "/two: 2 of 3 shown.")
        burst(pilot, "/x\x1b/_")
        await until_shown(pilot, "/two_: 1 of 3 shown.")
        app.post_message(AppBlur())
        burst(pilot, "q")
        await until_shown(pilot, "/two_q: 0 of 3 shown.")


async def test_what_means_nothing_does_not_answer_the_question_that_comes_after_it(empty_desk: Desk) -> None:
    hold(transfer(empty_desk, STARTED))
    app = FerryApp(empty_desk)
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "A transfer is under way")
        burst(pilot, "yq:")
        await until_shown(pilot, "Close this window?")
        await pilot.press("n")
        burst(pilot, ":oth")
        await until_shown(pilot, "oth")
        assert app.is_running
