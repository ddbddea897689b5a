"""What a pane of many sessions costs: seconds to the first lines, milliseconds a key, and memory.

    python -m tests.bench.pane [SESSIONS [SESSIONS AT THE DESTINATION]]

Both projects have that many sessions, half of them of the same labels. The listings are made here, so that no
server's time is in the numbers; their own memory is told apart.
"""

import asyncio
import gc
import resource
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from textual.app import App
from textual.pilot import Pilot

import xnat_ferry_tui
from xnat_ferry.errors import NoCredentials
from xnat_ferry.model import Endpoint, SessionRow
from xnat_ferry.project import Rights
from xnat_ferry.settings.credentials import Credentials
from xnat_ferry.survey import ProjectView
from xnat_ferry_tui.app import FerryApp
from xnat_ferry_tui.desk import Desk

SESSIONS = 100_000
_SESSIONS_A_SUBJECT = 3
_KEYS = ("j", "k", "pagedown", "G", "g", "left", "right", "space", "u", "a", "A", "tab", "z", "z", "enter")
_LONG = (("sort", ["o"]), ("filter", ["slash", "m", "r", "2"]), ("apart", ["enter", "y"]))
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


def megabytes() -> float:
    """What the process has in memory now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


async def measure(here: int, there: int) -> None:
    """Walk about, and print what it took."""
    before = megabytes()
    with tempfile.TemporaryDirectory() as folder:
        desk = desk_of(here, there, Path(folder))
        gc.collect()
        listed = megabytes()
        print(f"{here:,} and {there:,} sessions; the two listings {listed - before:.0f} MB")
        app = Browser(desk)
        start = time.perf_counter()
        async with app.run_test(size=_SIZE) as pilot:
            while not _lines(app):
                await pilot.pause()
            print(f"first lines after {time.perf_counter() - start:.2f} s, with the screen's own start")
            await pilot.pause()
            print(f"in memory {megabytes():.0f} MB then")
            for key in _KEYS:
                print(f"{key:>9}  {await _held_up(pilot, [key], pauses=2)}")
            for name, keys in _LONG:
                print(f"{name:>9}  {await _held_up(pilot, keys, pauses=40)}")
            gc.collect()
            print(f"in memory {megabytes():.0f} MB after all of that")


async def _held_up(pilot: Pilot[None], keys: Sequence[str], *, pauses: int) -> str:
    """The longest time for which the screen's thread answered nobody, and the processor's time of it all."""
    longest = 0.0
    over = asyncio.Event()

    async def feel() -> None:
        nonlocal longest
        last = time.perf_counter()
        while not over.is_set():
            await asyncio.sleep(0.001)
            now = time.perf_counter()
            longest, last = max(longest, now - last), now

    feeling = asyncio.create_task(feel())
    busy = time.thread_time()
    await pilot.press(*keys)
    busy = time.thread_time() - busy
    for _ in range(pauses):
        await pilot.pause(0.05)
    over.set()
    await feeling
    return f"{1000 * longest:6.1f} ms without an answer, {1000 * busy:6.1f} ms of work"


def _lines(app: App[None]) -> int:
    from xnat_ferry_tui.widgets.lines import Lines

    return app.screen.query_one("#here-lines", Lines).count if app.screen.query("#here-lines") else 0


if __name__ == "__main__":
    counts = [int(one) for one in sys.argv[1:]] or [SESSIONS]
    asyncio.run(measure(counts[0], counts[-1]))
