"""Makes the pictures of the README: the real screen, led through the tour on a practice server.

python screenshots/make.py [FOLDER]

Every step at 80x24 and 120x40, four of them for the README, and the whole walk as an asciinema cast.
"""

import asyncio
import html
import json
import os
import re
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from xnat_ferry_tui.app import FerryApp
    from xnat_ferry_tui.desk import Desk

HERE = Path(__file__).resolve().parent
SIZES = ((80, 24), (120, 40))
IN_README = ("conflicts", "browse", "transfer", "verify")
_PAUSE = 2.5
"""Seconds that each picture stays in the recorded walk."""


class Walk:
    """Presses keys, waits for what comes of them, and keeps a picture of each step."""

    def __init__(self, app: "FerryApp", pilot: "Pilot[None]", keep: Callable[[str], None]) -> None:
        self._app, self._pilot, self._keep = app, pilot, keep

    @property
    def desk(self) -> "Desk":
        return self._app.desk

    def is_listed_as_it_is(self) -> bool:
        """Whether the list of all transfers has come to what the one in view says of itself."""
        listed, watched = self._app.following.transfers, self.desk.watched
        return bool(listed) and watched is not None and listed[0].phase == watched.phase

    async def press(self, *keys: str) -> None:
        """Press keys one by one and wait until the work that they begin has ended."""
        for key in keys:
            await self._pilot.press(key)
            await self._pilot.pause(0.05)
        await self.until(lambda: not self.desk.busy)

    async def until(self, true: Callable[[], object]) -> None:
        end = time.monotonic() + 90
        while not true():
            if time.monotonic() > end:
                raise TimeoutError("the screen never came to that")
            await self._pilot.pause(0.05)

    async def picture(self, name: str) -> None:
        """Keep what is on the screen once it has come to rest."""
        await self.until(lambda: not self.desk.busy)
        await self._pilot.pause(0.3)
        self._keep(name)


async def tour(walk: Walk) -> None:
    """From the first screen to the archived and proven sessions."""
    from xnat_ferry.transfer.pacing.pace import Pace

    desk = walk.desk
    await walk.until(lambda: desk.source and not desk.busy)
    await walk.picture("choose")
    await walk.press("s", *"t1", "space", *"mprage", "comma", *"dwi", "enter")
    await walk.press("c")
    await walk.until(lambda: desk.drafting.judged)
    await walk.picture("checklist")
    await walk.press("c")
    await walk.picture("conflicts")
    await walk.press("s", "c")
    await walk.picture("labels")
    await walk.press("c")
    await walk.picture("review")
    desk.workers.pace = Pace(at_once=1)  # side by side, sessions would come in another order each time
    await walk.press("c", "y")
    await walk.until(lambda: desk.watched and desk.watched.state.finished and not desk.watched.alive)
    await walk.until(walk.is_listed_as_it_is)
    await walk.picture("transfer")
    await walk.press("@")
    await walk.picture("requests")
    await walk.press("@", "A", "y")
    await walk.until(_archived(desk))
    await walk.press("2", "r", "down", "right")
    await walk.picture("browse")
    await walk.press("4", "e")
    await walk.picture("verify")
    await walk.press("enter", "enter")
    await walk.picture("files")
    await walk.press("f1")
    await walk.picture("help")
    await walk.press("escape", "colon")
    await walk.picture("palette")


def _archived(desk: "Desk") -> Callable[[], object]:
    def all_are() -> bool:
        if desk.watched is None or desk.watched.alive:
            return False
        sessions = desk.watched.state.sessions.values()
        return all(one.archived or one.phase == "skipped" for one in sessions)

    return all_are


async def take_pictures(size: tuple[int, int], keep: Callable[[str, str], None]) -> None:
    """Walk the tour in a terminal of this size; ``keep`` gets each step's name and drawing."""
    from xnat_ferry.practice.process import PracticeServer
    from xnat_ferry_tui.app import FerryApp
    from xnat_ferry_tui.opening import demo_desk

    with PracticeServer("tour") as server, tempfile.TemporaryDirectory() as place:
        desk = demo_desk(server, Path(place))
        app = FerryApp(desk, tour=True)

        def kept(name: str) -> None:
            drawn = app.export_screenshot(title="xnat-ferry")
            keep(name, _steady(drawn, server.url))

        async with app.run_test(size=size) as pilot:
            await tour(Walk(app, pilot, kept))


def _moment(found: re.Match[str]) -> str:
    """One moment for all, as far as the column has room for it."""
    return "20260102_104400000"[: len(found[0])]


def _took(found: re.Match[str]) -> str:
    """One duration for all, at the right of its column."""
    return "12 ms".rjust(len(html.unescape(found[0]))).replace(" ", "&#160;")


def _worker(found: re.Match[str]) -> str:
    """One worker on one machine for all, in a line that stays as long as it is."""
    line = html.unescape(found[0]).replace("\xa0", " ")
    told = re.sub(r"worker \d+ on \S+", "worker 4711 on login01", line.rstrip())
    return html.escape(told.ljust(len(line))[: len(line)]).replace(" ", "&#160;")


def _steady(drawn: str, url: str) -> str:
    """Ports, hosts, IDs, times and paces change from run to run and from machine to machine."""
    port = url.rpartition(":")[2]
    for what, instead in (
        (url, "https://xnat.example"),
        (f"127.0.0.1:{port}", "xnat.example"),
        (r"\b\d{8}-(NEURO_01-TRIAL_B)-[0-9a-f]{4}", r"20260102-\1-7f3a"),
        (r"\b20\d{6}_\d{1,9}", _moment),
        (r"\b20\d{6}(?=-)", "20260102"),
        (r"(?<=/TRIAL_B/)20\d+(?=[.…])", _moment),  # cut before its underscore
        (r"(_B)-[0-9a-f]{4}\b", r"\1-7f3a"),  # an ID that a column has cut
        (r"(?:&#160;){2,}\d+(?:\.\d)?&#160;m?s\b", _took),
        (r"\b\d\d:\d\d:\d\d\b", "10:44:00"),
        (r"(since|looked&#160;at&#160;[\d-]+)&#160;\d\d:\d\d", r"\1&#160;10:44"),
        (r"looked&#160;at&#160;[\d-]+", "looked&#160;at&#160;2026-01-02"),
        (r"worker&#160;\d+&#160;on&#160;[^<]+", _worker),
        (r"\b\d+(&#160;ms)\b", r"12\1"),
        (r"\b\d+\.\d(&#160;s)\b", r"0.4\1"),
        (r"(?<=B&#160;up,&#160;)\d+", "41"),  # requests; the line may be cut after the number
        (r"terminal-\d+", "terminal"),
    ):
        pattern = what if "\\" in what else re.escape(what)
        drawn = re.sub(pattern, instead, drawn)
    return drawn


class Cast:
    """The walk as an asciinema recording (version 2): each picture as text, as long as it takes to read."""

    def __init__(self, size: tuple[int, int]) -> None:
        head = {"version": 2, "width": size[0], "height": size[1], "title": "xnat-ferry demo"}
        self._lines, self._at = [json.dumps(head)], 0.5

    def add(self, text: str) -> None:
        """One more picture."""
        shown = "\x1b[2J\x1b[H" + text.replace("\n", "\r\n")
        self._lines.append(json.dumps([round(self._at, 2), "o", shown]))
        self._at += _PAUSE

    def write(self, path: Path) -> None:
        """Keep it for ``asciinema play``."""
        path.write_text("\n".join(self._lines) + "\n", encoding="utf-8")


class Moving:
    """The same walk as an animated SVG without colours, for where no cast can be played."""

    def __init__(self, size: tuple[int, int]) -> None:
        self._width, self._height = size[0] * 8 + 16, size[1] * 17 + 16
        self._pictures: list[str] = []

    def add(self, text: str) -> None:
        """One more picture."""
        self._pictures.append(text)

    def write(self, path: Path) -> None:
        """Every picture is seen for as long as the others, one after the other, without end."""
        count = len(self._pictures)
        frames = "\n".join(self._frame(number, text) for number, text in enumerate(self._pictures))
        seen = f"@keyframes seen{{0%{{opacity:1}}{100 / count:.3f}%{{opacity:0}}}}"
        style = (
            "text{font:13.3px monospace;fill:#d8d8d8}"
            f"g{{opacity:0;animation:seen {count * _PAUSE}s step-end infinite}}{seen}"
        )
        box = f'width="{self._width}" height="{self._height}"'
        path.write_text(
            f'<svg xmlns="http://www.w3.org/2000/svg" {box}><style>{style}</style>\n'
            f'<rect {box} rx="6" fill="#16191d"/>\n{frames}\n</svg>\n',
            encoding="utf-8",
        )

    @staticmethod
    def _frame(number: int, text: str) -> str:
        lines = "".join(
            _drawn(line, 20 + place * 17) for place, line in enumerate(text.splitlines()) if line.strip()
        )
        return f'<g style="animation-delay:{number * _PAUSE}s">{lines}</g>'


def _drawn(line: str, y: int) -> str:
    """A line as it is drawn; its blanks stand also where white-space in a style is not heeded."""
    words = line.strip()
    x = 8 + 8 * (len(line) - len(line.lstrip()))
    kept = html.escape(words).replace(" ", "\xa0")
    return f'<text x="{x}" y="{y}" textLength="{len(words) * 8}">{kept}</text>'


def _text_of(drawn: str) -> str:
    """The rows of a drawing, in the order in which they stand."""
    rows: dict[float, list[tuple[float, str]]] = {}
    drawn = re.sub(r'<text class="[^"]*-title".*?</text>', "", drawn)  # the window's own
    for x, y, text in re.findall(r'<text[^>]* x="([\d.]+)" y="([\d.]+)"[^>]*>([^<]*)</text>', drawn):
        rows.setdefault(float(y), []).append((float(x), html.unescape(text).replace("\xa0", " ")))
    return "\n".join(_row(rows[y]) for y in sorted(rows))


def _row(pieces: list[tuple[float, str]]) -> str:
    line = ""
    for x, text in sorted(pieces):
        line = line.ljust(round(x / 12.2)) + text
    return line.rstrip()


async def main(folder: Path) -> None:
    """Write all pictures."""
    steps = folder / "steps"
    steps.mkdir(parents=True, exist_ok=True)
    for size in SIZES:
        cast, moving = Cast(size), Moving(size)

        def keep(
            name: str,
            drawn: str,
            size: tuple[int, int] = size,
            walks: tuple[Cast, Moving] = (cast, moving),
        ) -> None:
            (steps / f"{name}-{size[0]}x{size[1]}.svg").write_text(drawn, encoding="utf-8")
            for walk in walks:
                walk.add(_text_of(drawn))
            if size == SIZES[0] and name in IN_README:
                (folder / f"{name}.svg").write_text(drawn, encoding="utf-8")

        await take_pictures(size, keep)
        if size == SIZES[0]:
            cast.write(folder / "walk.cast")
            moving.write(folder / "walk.svg")


if __name__ == "__main__":
    for package in ("core", "tui"):
        sys.path.insert(0, str(HERE.parent / package))
    os.environ["TZ"] = "UTC"
    asyncio.run(main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE))
