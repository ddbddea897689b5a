"""What a pane of many sessions costs: until the first lines, a key, and in memory.

    python -m tests.bench.pane [SESSIONS [SESSIONS AT THE DESTINATION]]

Both projects have that many sessions, half of them of the same labels. The listings are made here, so that no
server's time is in the numbers; their own memory is told apart.
"""

import asyncio
import gc
import sys
import tempfile
from pathlib import Path

from textual.app import App

import xnat_ferry_tui
from tests.bench.answering import HEAD, felt, megabytes, peak_megabytes, press, reached
from xnat_ferry.errors import NoCredentials
from xnat_ferry.model import Endpoint, SessionRow
from xnat_ferry.project import Rights
from xnat_ferry.settings.credentials import Credentials
from xnat_ferry.survey import ProjectView
from xnat_ferry_tui.app import FerryApp
from xnat_ferry_tui.desk import Desk
from xnat_ferry_tui.opening import prepare_interpreter
from xnat_ferry_tui.screens.browse import BrowseArea
from xnat_ferry_tui.widgets.lines import Lines

SESSIONS = 100_000
_SESSIONS_A_SUBJECT = 3
_KEYS = {
    "down": ["j"],
    "page down": ["pagedown"],
    "to the end": ["G"],
    "to the beginning": ["g"],
    "a subject closed": ["left"],
    "and opened": ["right"],
    "one marked": ["space"],
    "taken back": ["u"],
    "all marked": ["a"],
    "all unmarked": ["A"],
    "the other pane": ["tab"],
    "all subjects closed": ["z"],
    "all opened": ["z"],
    "a session opened": ["j", "right"],
}
_LONG = {"sorted by date": ["o"], "filtered": ["slash", "m", "r", "2"], "apart": ["enter", "y"]}
_SIZE = (120, 40)


def project(name: str, first: int, count: int) -> ProjectView:
    """A project of so many sessions, numbered from ``first``, as a listing would bring it."""
    endpoint = Endpoint(f"https://{name.lower()}.example", name)
    rows = tuple(_row(name, number) for number in range(first, first + count))
    return ProjectView(
        endpoint=endpoint, user="ada", version="1.9.2", rights=Rights(), sessions=rows, prearchive=()
    )


def _row(project: str, number: int) -> SessionRow:
    subject = sys.intern(f"SUB{number // _SESSIONS_A_SUBJECT:06}")
    return SessionRow(
        id=f"XNAT_{project}_{number:06}",
        label=f"{subject}_MR{number % _SESSIONS_A_SUBJECT + 1}",
        subject=subject,
        xsi_type=sys.intern("xnat:mrSessionData"),
        date=sys.intern(f"20{number % 25:02}-{number % 12 + 1:02}-{number % 28 + 1:02}"),
        study_uid=f"1.2.826.0.1.{number}",
    )


def desk_of(here: int, there: int, folder: Path) -> Desk:
    """A desk with two such projects."""

    def nobody(server: str) -> Credentials:
        raise NoCredentials(server=server)

    desk = Desk(transfers=folder / "transfers", spool=folder / "spool", find=nobody)
    source, destination = project("SRC", 0, here), project("DST", here // 2, there)
    desk.ends = (source.endpoint, destination.endpoint)
    desk.source, desk.destination = source, destination
    return desk


class Browser(FerryApp):
    """The application on area 2, without any server."""

    CSS_PATH = str(Path(xnat_ferry_tui.__file__).parent / FerryApp.CSS_PATH)
    DEFAULT_MODE = "browse"

    def on_mount(self) -> None:
        """Nothing is asked of anybody."""


async def measure(here: int, there: int) -> None:
    """Walk about, and print what it took."""
    prepare_interpreter()
    alone = megabytes()
    with tempfile.TemporaryDirectory() as folder:
        desk = desk_of(here, there, Path(folder))
        listed, (source, destination) = megabytes(), (desk.source, desk.destination)
        desk.source = desk.destination = None
        app = Browser(desk)
        async with app.run_test(size=_SIZE) as pilot:
            await pilot.pause()
            print(f"{here:,} and {there:,} sessions:\n")
            print(*HEAD, sep="\n")
            async with felt() as held:
                desk.source, desk.destination = source, destination
                area(app).redraw()
                await reached(pilot, lambda: bool(_lines(app)))
            print(held.row("from the listings to the first lines"))
            shown = megabytes()
            for name, keys in _KEYS.items():
                print((await press(pilot, *keys)).row(name))
            for name, keys in _LONG.items():
                held = await press(pilot, *keys, until=lambda: area(app).is_up_to_date)
                print(held.row(name))
            gc.collect()
            print(
                f"\nIn memory: {alone:.0f} MB without any session, {listed - alone:.0f} MB for the listings, "
                f"{shown:.0f} MB with the first lines, {megabytes():.0f} MB after all that, "
                f"{peak_megabytes():.0f} MB at most."
            )


def area(app: App[None]) -> BrowseArea:
    """The screen with the panes."""
    assert isinstance(app.screen, BrowseArea)
    return app.screen


def _lines(app: App[None]) -> int:
    return app.screen.query_one("#here-lines", Lines).count


if __name__ == "__main__":
    counts = [int(one) for one in sys.argv[1:]] or [SESSIONS]
    asyncio.run(measure(counts[0], counts[-1]))
