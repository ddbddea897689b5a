"""Names made to break a screen are only text: in every list, title, dialog, message and log."""

import ast
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len
from textual.app import App
from textual.containers import Container, ScrollableContainer
from textual.pilot import Pilot
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Input, Static

from tests.core.making import DESTINATION, SOURCE, chosen, session_row, survey_of, view
from tests.tui.looking import screen_text, until_shown
from tests.tui.transfers import STARTED, finished, item, transfer, verified
from xnat_ferry import events
from xnat_ferry.dicom.header_lines import HeaderLine
from xnat_ferry.model import Mark, Where
from xnat_ferry.verify.header_lines import lay_beside
from xnat_ferry.verify.verification import What
from xnat_ferry_tui.app import FerryApp
from xnat_ferry_tui.desk import Desk
from xnat_ferry_tui.dialogs.ask import Ask, Tell
from xnat_ferry_tui.dialogs.beside import BesideView
from xnat_ferry_tui.dialogs.choose import Choose
from xnat_ferry_tui.dialogs.connect import Connect
from xnat_ferry_tui.dialogs.form import Field, Form
from xnat_ferry_tui.dialogs.login import LogIn
from xnat_ferry_tui.dialogs.page import Page
from xnat_ferry_tui.dialogs.tick import Tick
from xnat_ferry_tui.dialogs.type_name import TypeName
from xnat_ferry_tui.screens.wizard.steps import KEYS
from xnat_ferry_tui.widgets.lines import Lines

HOSTILE = {
    "markup": "T1[red]w bad[/x] @click=app.quit",
    "control characters": "up\x1b[2J\none\rtwo\tthree\x1b]0;title\x07down",
    "long": "x" * 300,
    "other scripts": "a\u202egnp.exe\u202c\u200fb Z̸̨̛͝ä Пациент_Иванов",
    "wide": "患者の名前" * 20,
}
"""Several of a kind in one name: a walk through all areas takes its time."""
HERE = Path(__file__).resolve().parents[2] / "tui" / "xnat_ferry_tui"


def nothing_commands(text: str, width: int) -> None:
    """No character that a terminal obeys, and no line that is longer than the screen."""
    for line in text.splitlines():
        assert cell_len(line) <= width
        assert not [one for one in line if unicodedata.category(one) in {"Cc", "Cf", "Co", "Cs", "Zl", "Zp"}]


def every_widget_is_safe(app: App[None]) -> None:
    """Whatever shows text is of a kind that never takes it for markup."""
    for widget in app.screen.walk_children(Widget):
        if isinstance(widget, Static):
            assert widget._render_markup is False, widget
        else:
            assert isinstance(widget, Lines | Input | Container | ScrollableContainer | Widget)


async def look(pilot: Pilot[None]) -> None:
    await pilot.pause()
    nothing_commands(screen_text(pilot.app), pilot.app.size.width)
    every_widget_is_safe(pilot.app)


def laid_out(desk: Desk, name: str) -> None:
    """Both projects, a judgement, and a transfer that has failed, all with this name."""
    row = session_row(name)
    survey = survey_of(chosen(row), there=(row,))
    desk.connect((SOURCE, DESTINATION))
    desk.source = view(SOURCE, (row,))
    desk.destination = view(DESTINATION, (row,), problem=f"problem {name}")
    assert desk.drafting.draft is not None
    desk.drafting.take(survey, desk.drafting.draft)
    told = (
        STARTED,
        events.LoggedIn(server="https://x.example", user=name, server_version=name),
        events.TriedAgain(session=name, unit=name, attempt=2, message=name),
        events.FileLeftOut(session=name, scan=name, name=name, why=name),
        events.SessionArchived(session=name, uri=name, seconds=1),
        events.SessionFinished(session=name, where=Where.ARCHIVE),
        events.SessionFailed(session=name, message=name, advice=name),
        finished(1),
    )
    folder = transfer(desk, *told, labels=(name,))
    folder.calls.write_text(f"2026-01-02T10:00:00.000+00:00 https://x GET /{name!r} 200 3 ms\n")
    verified(folder, name, item(name, "1", name, Mark.DIFFERS, What.UID), item(name, name, name))


@pytest.mark.parametrize(
    ("kind", "size"),
    [*((kind, (80, 24)) for kind in HOSTILE), ("markup", (120, 40)), ("wide", (120, 40))],
)
async def test_in_every_area(empty_desk: Desk, kind: str, size: tuple[int, int]) -> None:
    laid_out(empty_desk, HOSTILE[kind])
    app = FerryApp(empty_desk)
    async with app.run_test(size=size, notifications=True) as pilot:
        await pilot.press("escape")
        for key in ("3", "@", "@", "e", "tab", "tab", "tab", "4", "n", "backspace", "e", "enter", "enter"):
            await pilot.press(key)
            await look(pilot)
        for key in (
            "1",
            *KEYS.values(),
            "9",
            "enter",
            "escape",
            "2",
            "right",
            "right",
            "down",
            "f3",
            "f1",
            "escape",
            "colon",
            "escape",
        ):
            await pilot.press(key)
            await look(pilot)


def dialogs(name: str) -> Iterator[ModalScreen[Any]]:
    line = HeaderLine(tag=0x00100010, keyword=name, vr="PN", value=name)
    yield Ask(name)
    yield Tell(name)
    yield LogIn(f"https://{name}")
    yield Choose([name], {name: name})
    yield TypeName(name, name=name, whose=name)
    yield Tick([name], {name: name}, {name})
    yield Form([name], [Field("one", name, name)], {"one": name}, lambda _: name)
    yield Connect([name, name], name)
    yield Page([name], [name])
    yield BesideView(name, lay_beside([line], []))


@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE)
async def test_in_every_dialog_and_message(empty_desk: Desk, name: str) -> None:
    app = FerryApp(empty_desk)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        for dialog in dialogs(name):
            await app.push_screen(dialog)
            await look(pilot)
        empty_desk.busy = name
        app.still_busy()
        await until_shown(pilot, "Not yet.")
        nothing_commands(screen_text(app), 80)


def calls(named: str) -> Iterator[tuple[str, ast.Call]]:
    """Every call of a function or method with this name in the screen's own code."""
    for path in sorted(HERE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                function = node.func
                called = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
                if called == named:
                    yield f"{path.name}:{node.lineno}", node


def test_no_message_reads_markup() -> None:
    told = [
        place
        for place, call in calls("notify")
        if not any(
            keyword.arg == "markup" and ast.unparse(keyword.value) == "False" for keyword in call.keywords
        )
    ]
    assert told == []


@pytest.mark.parametrize(
    "widget", ["Label", "DataTable", "Tree", "OptionList", "SelectionList", "Markdown", "Static"]
)
def test_no_widget_is_used_that_would_take_a_name_for_markup(widget: str) -> None:
    assert [place for place, _ in calls(widget)] == []
