"""Keys that come all at once, as over a slow line or from tmux: each reaches what the last one opened."""

from textual.events import Key, Paste
from textual.pilot import Pilot

from tests.core.making import DESTINATION, SOURCE, session_row, view
from tests.tui.looking import until, until_shown
from xnat_ferry_tui.app import FerryApp
from xnat_ferry_tui.desk import Desk
from xnat_ferry_tui.dialogs.help import Help
from xnat_ferry_tui.errand import Errand
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
