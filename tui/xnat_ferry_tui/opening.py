"""Opens the screen on the user's own projects, or on a practice server."""

import os
import sys
import tempfile
from pathlib import Path

from textual.scrollbar import ScrollBar

from xnat_ferry.model import Endpoint
from xnat_ferry.practice.errors import PracticeError
from xnat_ferry.practice.process import PracticeServer
from xnat_ferry.settings.credentials import Credentials, find_credentials
from xnat_ferry.settings.paths import spool_folder, transfers_folder
from xnat_ferry_tui.app import FerryApp
from xnat_ferry_tui.desk import Desk
from xnat_ferry_tui.glyphs import PlainScrollBar


def open_screen() -> int:
    """The screen, with whatever transfers there are; projects are named on it."""
    desk = Desk(
        transfers=transfers_folder(),
        spool=spool_folder(),
        find=lambda server: find_credentials(server, may_ask=False),
    )
    return _run(desk)


def open_demo() -> int:
    """The screen on a practice server that lives as long as the screen."""
    try:
        with (
            PracticeServer("demo") as server,
            tempfile.TemporaryDirectory(prefix="xnat-ferry-demo-") as folder,
        ):
            return _run(demo_desk(server, Path(folder)))
    except PracticeError as error:
        print(f"xnat-ferry: {error}", file=sys.stderr)  # noqa: T201  the screen is not there to say it
        return 1


def demo_desk(server: PracticeServer, folder: Path) -> Desk:
    """A desk with both projects of a practice server laid out."""
    login = Credentials(server.user, server.password)
    desk = Desk(transfers=folder / "transfers", spool=folder / "spool", find=lambda _: login)
    desk.names = {server.url: "practice"}
    desk.ends = (Endpoint(server.url, server.projects[0]), Endpoint(server.url, server.projects[1]))
    return desk


def _run(desk: Desk) -> int:
    app = FerryApp(desk)
    if app.ascii_only:
        ScrollBar.renderer = PlainScrollBar
    app.run(mouse="SSH_CONNECTION" not in os.environ)
    return app.return_code or 0
