"""F1 explains every dialog: what it asks, what each of its keys does; and goes back with nothing lost."""

from collections.abc import Iterator
from typing import Any

from textual.events import Key
from textual.widgets import Input

from tests.core.making import DESTINATION, SOURCE
from tests.tui.dialogs import all_dialogs
from tests.tui.looking import screen_text, until, until_shown
from xnat_ferry.dicom.header_lines import HeaderLine
from xnat_ferry.transfer.pacing.pace import Pace
from xnat_ferry.transfer.session_state import Problem
from xnat_ferry.verify.header_lines import lay_beside
from xnat_ferry.xnat.rights import ProjectRow
from xnat_ferry_tui.app import FerryApp
from xnat_ferry_tui.desk import Desk
from xnat_ferry_tui.dialogs.adding import Adding
from xnat_ferry_tui.dialogs.ask import Ask, Tell
from xnat_ferry_tui.dialogs.beside import BesideView
from xnat_ferry_tui.dialogs.choose import Choose
from xnat_ferry_tui.dialogs.connect import RECEIVER, STORE, Connect
from xnat_ferry_tui.dialogs.dialog import Dialog
from xnat_ferry_tui.dialogs.form import Form
from xnat_ferry_tui.dialogs.help import Help
from xnat_ferry_tui.dialogs.login import LogIn
from xnat_ferry_tui.dialogs.pace import ask_pace
from xnat_ferry_tui.dialogs.page import Page
from xnat_ferry_tui.dialogs.palette import Palette
from xnat_ferry_tui.dialogs.tick import Tick
from xnat_ferry_tui.dialogs.type_name import TypeName
from xnat_ferry_tui.explaining.help_texts import HELP
from xnat_ferry_tui.keyboard import keys
from xnat_ferry_tui.keyboard.key_map import KeyMap
from xnat_ferry_tui.screens.browse.header import HeaderView
from xnat_ferry_tui.screens.browse.project import ProjectChoice
from xnat_ferry_tui.widgets.facts import Facts

LINE = HeaderLine(tag=0x00100010, keyword="PatientName", vr="PN", value="Doe")
CHOICES = {"one": "the first of two meanings", "two": "the second of two meanings"}


def each() -> Iterator[tuple[Dialog[Any], str]]:
    """One of every kind, with words that only its help needs to say."""
    yield Ask("Do it?"), "Do it?"
    yield Tell("It is not done.", "Because."), "It is not done."
    yield TypeName("Delete it?", name="P", whose="the project"), "Delete it?"
    yield Choose(["Which of them?"], CHOICES), "one           the first of two meanings"
    yield Tick(["Which may it be?"], CHOICES, ["one"]), "two           the second of two meanings"
    yield ask_pace(Pace()), "Sessions at once   carried side by side; 2"
    yield Connect(["", ""]), "destination: the same"
    yield Connect(["", ""], asked=STORE), "Which server, under which short name?"
    yield Connect(["", "", ""], asked=RECEIVER), "its AE title, such as XNAT"
    yield LogIn("https://x.example"), "Who are you at https://x.example?"
    yield Adding([Problem("A", "", "There is one.", "")]), "These were not archived"
    yield BesideView("A scan 1", lay_beside([LINE], [])), "A scan 1"
    yield Page(["Kept as record.md"], ["Text."]), "Kept as record.md"
    yield Palette(["browse"], {}), "All that can be done here"
    yield HeaderView("source: A scan 1", [LINE]), "source: A scan 1"
    yield (
        ProjectChoice("source", "https://x.example", {"P": ProjectRow(role="")}),
        "Which project is the source?",
    )


def test_every_dialog_has_a_help_and_keys_in_the_table() -> None:
    places = [one.PLACE for one in all_dialogs()]
    assert sorted(places) == sorted(keys.DIALOGS)
    assert [place for place in places if place not in HELP] == [Help.PLACE]
    assert {type(dialog) for dialog, _ in each()} == {*all_dialogs()} - {Help}


async def test_f1_explains_every_dialog(empty_desk: Desk) -> None:
    app = FerryApp(empty_desk)
    async with app.run_test(size=(80, 24)) as pilot:
        for dialog, words in each():
            await app.push_screen(dialog)
            assert "F1 Help" in screen_text(app)
            await pilot.press("f1")
            assert fits(screen_text(app))
            text = told(app)
            assert words in text
            assert HELP[dialog.PLACE] in text
            for key in keys.at([dialog.PLACE]):
                assert keys.shown(key, all_of_them=True) in text
                assert key.help in " ".join(text.split())
            assert "close this window" not in text  # what works over an area does not work here
            await app.pop_screen()
            assert app.screen is dialog
            await app.pop_screen()


async def test_a_dialog_stands_however_many_keys_come_at_once(empty_desk: Desk) -> None:
    app = FerryApp(empty_desk)
    async with app.run_test(size=(80, 24)) as pilot:
        for burst in ("CEE", "CFEE", "CXX"):
            for letter in burst:  # as a slow line hands them over: all before the first is heeded
                name = {"E": "enter", "F": "f1", "X": "escape"}.get(letter, letter)
                app.post_message(Key(name, "C" if letter == "C" else None))
            await pilot.pause()
            await until(pilot, lambda: not empty_desk.busy)
            while len(app.screen_stack) > 1:
                await app.pop_screen()


async def test_a_dialog_is_closed_once(empty_desk: Desk) -> None:
    app = FerryApp(empty_desk)
    async with app.run_test(size=(80, 24)) as pilot:
        dialog, said = Connect(["a", "b"]), list[object]()
        await app.push_screen(Tell("Beneath."))
        await app.push_screen(dialog, said.append)
        dialog.dismiss(["a", "b"])
        dialog.dismiss(["a", "b"])
        await until_shown(pilot, "Beneath.")
        await until(pilot, lambda: said)
        await pilot.pause()
        assert said == [["a", "b"]]


async def test_a_meaning_goes_on_below_itself(empty_desk: Desk) -> None:
    app = FerryApp(empty_desk)
    async with app.run_test(size=(80, 24)) as pilot:
        await app.push_screen(Choose(["Which?"], {"one": " ".join(["meaning"] * 12)}))
        await pilot.press("f1")
        first, second = (
            line for line in (await until_shown(pilot, "Which?")).splitlines() if "meaning meaning" in line
        )
        assert first.index("meaning") == second.index("meaning")
        for height in (10, 15, 16, 17, 20):
            await pilot.resize_terminal(60, height)
            await until_shown(pilot, "Arrows and PgDn: more   Escape: back")


async def test_nothing_that_was_typed_is_lost(empty_desk: Desk) -> None:
    app = FerryApp(empty_desk)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("C", *"a:P?", "enter", *"b:Q")
        await until_shown(pilot, "Which projects?", "F1 Help")
        await pilot.press("f1")
        await until_shown(
            pilot, "ALIAS:PROJECT or https://", "In a field ? is a letter like", "from the last one"
        )
        await pilot.press("f1")  # the help has none itself: it closes
        text = await until_shown(pilot, "Which projects?", "a:P?", "b:Q")
        assert "In a field" not in text
        await pilot.press("f1", "question_mark")
        text = await until_shown(pilot, "Which projects?", "a:P?", "b:Q")
        assert "In a field" not in text
        await pilot.press(*"R")
        assert [field.value for field in app.screen.query(Input)] == ["a:P?", "b:QR"]
        await pilot.press("escape")
        await until(pilot, lambda: len(app.screen_stack) == 1)


async def test_of_a_line_that_is_typed_in_an_area_it_explains_the_line(empty_desk: Desk) -> None:
    empty_desk.ends = (SOURCE, DESTINATION)
    app = FerryApp(empty_desk)
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "Who are you at https://a.example?")
        await pilot.press("escape", "6", "slash", "x", "f1")
        text = await until_shown(pilot, "Words in subject or session label", "One line to type in.")
        assert "Area 1" not in text
        assert "mark or unmark" not in text
        await pilot.press("escape", "y")
        await until_shown(pilot, "\n xy\n", "Enter Take what is typed")
        await pilot.press("escape", "2", "slash", "f1")
        text = await until_shown(pilot, "words in label or subject", "Only sessions with all these words")
        assert "Area 2" not in text


async def test_the_letter_opens_it_where_no_field_has_the_focus_and_a_key_map_holds(empty_desk: Desk) -> None:
    app = FerryApp(empty_desk, key_map=KeyMap({"everywhere.help": "f2,H", "ask.yes": "J"}))
    said: list[bool | None] = []
    async with app.run_test(size=(80, 24)) as pilot:
        app.push_screen(Ask("Do it?"), said.append)
        await until_shown(pilot, "Do it?", "J Yes   n No   F2 Help")
        await pilot.press("H")
        await until_shown(pilot, "do what is asked")
        await pilot.press("H", "y")
        await until_shown(pilot, "F2 Help")
        await pilot.press("J")
        await until(pilot, lambda: said == [True])


async def test_a_form_is_taken_from_any_field_without_a_function_key(empty_desk: Desk) -> None:
    app = FerryApp(empty_desk)
    said: list[object] = []
    form = ask_pace(Pace())
    async with app.run_test(size=(80, 24)) as pilot:
        app.push_screen(form, said.append)
        await until_shown(pilot, "F5 Take")
        await pilot.press("down", "f1", "escape", "up", "backspace", "9", "ctrl+o")
        await until(pilot, lambda: said)
    assert isinstance(form, Form)
    assert isinstance(said[0], dict)
    assert said[0]["at_once"] == "9"


def told(app: FerryApp) -> str:
    """All of the help, also what lies below the screen's edge."""
    return "\n".join(app.screen.query_one("#text-of-help", Facts).lines)


def fits(text: str) -> bool:
    return len(text.splitlines()) <= 24 and all(len(line) <= 80 for line in text.splitlines())
