"""Opens the screen on the user's own projects, or on a practice server."""

import ctypes
import gc
import os
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace
from textual.scrollbar import ScrollBar

from xnat_ferry.errors import FerryError
from xnat_ferry.model import Endpoint
from xnat_ferry.plan import Plan
from xnat_ferry.plan.draft import Draft
from xnat_ferry.settings.credentials import Credentials, find_credentials
from xnat_ferry.settings.paths import draft_file, spool_folder, transfers_folder
from xnat_ferry.settings.preferences import Window, read_preferences
from xnat_ferry.transfer.lock import Holder
from xnat_ferry.verify.verification import SessionVerification
from xnat_ferry_tui.app import FerryApp
from xnat_ferry_tui.desk import Desk
from xnat_ferry_tui.entry import Options, theme_without_colours
from xnat_ferry_tui.keyboard.key_map import key_map_file, read_key_map
from xnat_ferry_tui.read_only import by_address
from xnat_ferry_tui.terminal.glyphs import PlainScrollBar

if TYPE_CHECKING:
    from xnat_ferry.practice.process import PracticeServer

_MMAP_THRESHOLD = -3
"""What glibc's ``malloc.h`` calls M_MMAP_THRESHOLD."""


def open_screen(options: Options) -> int:
    """The screen, with whatever transfers there are; projects are named on it."""
    desk = Desk(
        transfers=transfers_folder(),
        spool=spool_folder(),
        find=lambda server: find_credentials(server, may_ask=False),
        draft_file=draft_file(),
    )
    return _run(desk, options)


def open_demo(options: Options) -> int:
    """The screen on a practice server that lives as long as the screen."""
    from xnat_ferry.practice.errors import PracticeError
    from xnat_ferry.practice.process import PracticeServer

    print("Starting a practice server; that takes a moment.", file=sys.stderr, flush=True)  # noqa: T201
    try:
        with (
            PracticeServer("tour") as server,
            tempfile.TemporaryDirectory(prefix="xnat-ferry-demo-") as folder,
        ):
            return _run(demo_desk(server, Path(folder)), options, tour=True)
    except PracticeError as error:
        return _say(str(error), 1)


def demo_desk(server: "PracticeServer", folder: Path) -> Desk:
    """A desk with both projects of a practice server laid out."""
    login = Credentials(server.user, server.password)
    desk = Desk(transfers=folder / "transfers", spool=folder / "spool", find=lambda _: login)
    desk.names = {server.url: "practice"}
    desk.ends = (Endpoint(server.url, server.projects[0]), Endpoint(server.url, server.projects[1]))
    return desk


def window_of(options: Options, settings: Window) -> Window:
    """The settings, with what the command line wants otherwise; NO_COLOR leaves the terminal's own themes."""
    wanted = {name: getattr(options, name) for name in ("theme", "read_only", "mouse", "ascii")}
    window = replace(settings, **{name: value for name, value in wanted.items() if value is not None})
    if "TEXTUAL_THEME" in os.environ and "NO_COLOR" in os.environ:
        return replace(window, theme=theme_without_colours(window.theme))
    return window


def prepare_interpreter() -> None:
    """Keep keys from waiting for what is done aside.

    Long work in a thread hands over twice as often as it would. What was made until now stays for good, so
    that the collector need not walk through it each time. And what threads read from disk has its types
    prepared: msgspec looks at a type when it is first wanted, and two threads that want it at once crash it.
    """
    sys.setswitchinterval(0.002)
    _give_back_large_blocks()
    for kind in (Holder, Plan, SessionVerification, Draft):
        msgspec.json.Decoder(kind)
    gc.freeze()


def _give_back_large_blocks() -> None:
    """Have the system take back at once what is freed and larger than a megabyte, such as a long answer.

    Once one of 20 MB was freed, glibc would keep the next ones for itself, in pieces (mallopt(3)). With
    another library nothing is done.
    """
    with suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).mallopt(_MMAP_THRESHOLD, 1024 * 1024)


def _run(desk: Desk, options: Options, *, tour: bool = False) -> int:
    try:
        window = by_address(window_of(options, read_preferences().screen))
    except FerryError as error:
        return _say(f"{error} {error.advice}", error.exit_code)
    app = FerryApp(desk, window=window, key_map=read_key_map(key_map_file()), tour=tour)
    if app.ascii_only:
        ScrollBar.renderer = PlainScrollBar
    prepare_interpreter()
    app.run(mouse="SSH_CONNECTION" not in os.environ if window.mouse is None else window.mouse)
    _wait_for_changes(app)
    return app.return_code or 0


def _wait_for_changes(app: FerryApp) -> None:
    """What only looks ends with the window; what may be changing something comes to its end."""
    if under_way := app.doing.changing:
        words = f"{under_way} The window is closed; this still comes to its end. Ctrl-C does not wait for it."
        print(f"xnat-ferry: {words}", file=sys.stderr)  # noqa: T201  the screen is not there any more
        with suppress(KeyboardInterrupt):
            app.doing.wait()


def _say(words: str, code: int) -> int:
    print(f"xnat-ferry: {words}", file=sys.stderr)  # noqa: T201  the screen is not there to say it
    return code
