"""Makes the pictures of the README: the real screen, driven through a real transfer on a practice server.

python screenshots/make.py [FOLDER]
"""

import asyncio
import os
import re
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xnat_ferry.transfer.state import TransferState

HERE = Path(__file__).resolve().parent
SIZE = (100, 30)


async def take_pictures(folder: Path) -> None:
    """Walk the four areas and keep a picture of each."""
    from textual.pilot import Pilot

    from xnat_ferry.practice.process import PracticeServer
    from xnat_ferry.transfer.state import Phase
    from xnat_ferry_tui.app import FerryApp
    from xnat_ferry_tui.opening import demo_desk

    async def until(pilot: Pilot[None], true: Callable[[], object]) -> None:
        end = time.monotonic() + 60
        while not true():
            if time.monotonic() > end:
                raise TimeoutError("the screen never came to that")
            await pilot.pause(0.05)

    with PracticeServer("demo") as server, tempfile.TemporaryDirectory() as place:
        desk = demo_desk(server, Path(place))
        app = FerryApp(desk)

        async def picture(area: str) -> None:
            await pilot.pause()
            # ports and host names change from run to run and from machine to machine
            drawn = app.export_screenshot(title="xnat-ferry").replace(server.url, "the practice server")
            drawn = re.sub(rf"(account|as)&#160;{re.escape(server.user)}\b", r"\1&#160;you", drawn)
            drawn = re.sub(r"(worker)&#160;\d+&#160;on&#160;[^&<]+", r"\1", drawn)
            (folder / f"{area}.svg").write_text(drawn, encoding="utf-8")

        async with app.run_test(size=SIZE) as pilot:
            await until(pilot, lambda: desk.checklist and not desk.busy)
            await picture("checks")
            await pilot.press("2", "space", "space", "space")
            await pilot.press("c")
            await until(pilot, lambda: len(app.screen_stack) > 1)
            await pilot.press("y")
            await until(pilot, lambda: desk.watched and desk.watched.state.phase == Phase.DONE)
            await until(pilot, lambda: app.current_mode == "transfer")
            await picture("transfer")
            await pilot.press("3", "A", "y")
            await until(pilot, lambda: desk.watched and _archived(desk.watched.state))
            await pilot.press("2", "r")
            await until(pilot, lambda: desk.destination and len(desk.destination.sessions or ()) > 1)
            await picture("browse")
            await pilot.press("4")
            await picture("verify")


def _archived(state: "TransferState") -> bool:
    return state.finished is not None and all(one.archived for one in state.sessions.values())


if __name__ == "__main__":
    for package in ("core", "tui"):
        sys.path.insert(0, str(HERE.parent / package))
    os.environ["TZ"] = "UTC"
    asyncio.run(take_pictures(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE))
