"""What a pane of many sessions costs: until the first lines, each key of area 2, and in memory.

    python -m tests.bench.pane [SESSIONS [SESSIONS AT THE DESTINATION]] [--keep]

Both projects have that many sessions, half of them of the same labels. The listings, what a session opens to
and a header are made here, so that no server's time is in the numbers; the listings' own memory is told
apart. The whole walk is taken several times, and the middle of each figure is shown. ``--keep`` writes the
table into the README beside this.
"""

import asyncio
import gc
import random
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

from textual.app import App

from tests.bench import report
from tests.bench.answering import HEAD, Acts, Held, felt, megabytes, middle, peak_megabytes, reached, worst
from tests.bench.measuring import machine
from xnat_ferry.dicom.header_lines import HeaderLine
from xnat_ferry.errors import NoCredentials
from xnat_ferry.listing import Listing
from xnat_ferry.model import Endpoint, FileRow, ScanRow, SessionDetail, SessionRow
from xnat_ferry.project import Rights
from xnat_ferry.settings.credentials import Credentials
from xnat_ferry.survey import ProjectView
from xnat_ferry_tui.app import FerryApp
from xnat_ferry_tui.desk import Desk
from xnat_ferry_tui.looking import Looking
from xnat_ferry_tui.opening import prepare_interpreter
from xnat_ferry_tui.screens.browse import BrowseArea
from xnat_ferry_tui.screens.browse.reading import Reading
from xnat_ferry_tui.widgets.lines import Lines

SESSIONS = 100_000
_ROUNDS = 3
_SESSIONS_A_SUBJECT, _SCANS, _FILES_A_SCAN, _ELEMENTS = 3, 12, 200, 300
_SIZE = (120, 40)

ACTS: Acts = {
    "down and up": [["j"], ["j"], ["k"]],
    "pages down and up": [["pagedown"], ["pagedown"], ["pageup"]],
    "to the end and to the beginning": [["G"], ["g"]],
    "a subject closed and opened": [["left"], ["right"]],
    "more and less room for a line": [["v"], ["v"]],
    "one marked": [["j"], ["space"]],
    "a subject marked": [["g"], ["space"]],
    "both taken back": [["u"], ["u"]],
    "all marked": [["a"]],
    "all unmarked": [["A"]],
    "taken back, and all unmarked": [["u"], ["a"]],
    "the other pane and back": [["tab"], ["tab"]],
    "all subjects closed and opened": [["z"], ["z"]],
    "a session opened": [["g"], ["j"], ["right"]],
    "a scan opened": [["j"], ["right"]],
    "a header shown": [["H"]],
    "in it a page, what identifies, a filter": [["pagedown"], ["i"], ["slash"], *([one] for one in "date")],
    "left again": [["escape"], ["escape"]],
    "scan and session closed": [["left"], ["left"], ["left"]],
    "by date": [["o"]],
    "by scans": [["o"]],
    "by size": [["o"]],
    "by state": [["o"]],
    "by label": [["o"]],
    "a filter, letter by letter": [["slash"], *([one] for one in "sub01 mr2")],
    "kept, a page down, all marked and unmarked": [["enter"], ["pagedown"], ["a"], ["A"]],
    "no filter, letter by letter": [["slash"], *[["backspace"]] * 9, ["enter"]],
    "apart": [["y"]],
    "there pages, by date, all closed, the other pane": [["pagedown"], ["o"], ["z"], ["tab"], ["pagedown"]],
    "a filter there": [["slash"], *([one] for one in "mr2"), ["escape"]],
    "in step again": [["y"]],
}
"""By what is done the keys for it, each of which is measured by itself; of several the worst is shown."""


def project(name: str, first: int, count: int) -> ProjectView:
    """A project of so many sessions, numbered from ``first``: they come as they lie in a server's tables, and
    are put in order as a listing is.
    """
    numbers = list(range(first, first + count))
    random.Random(count).shuffle(numbers)
    rows = sorted((_row(name, number) for number in numbers), key=lambda row: (row.subject, row.label))
    endpoint = Endpoint(f"https://{name.lower()}.example", name)
    return ProjectView(
        endpoint=endpoint, user="ada", version="1.9.2", rights=Rights(), sessions=Listing(rows), prearchive=()
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


class NoServer(Looking):
    """Reads sessions out of nothing."""

    def look(self, progress: object) -> None:
        """Both projects are listed already."""

    def read(self, side: int, session_id: str) -> None:
        """A session of many scans and files."""
        view = (self._desk.source, self._desk.destination)[side]
        assert view is not None
        row = next(one for one in view.sessions or () if one.id == session_id)
        scans = [ScanRow(id=str(one), uid=f"1.2.{one}", type="t1_mprage") for one in range(1, _SCANS + 1)]
        files = tuple(
            FileRow(scan=scan.id, path=f"{one:04}.dcm", resource="DICOM", size=100, digest="")
            for scan in scans
            for one in range(_FILES_A_SCAN)
        )
        self._desk.details[view.endpoint.server, session_id] = SessionDetail(
            id=row.id,
            label=row.label,
            project=view.endpoint.project,
            study_uid=row.study_uid or "",
            scans=tuple(scans),
            files=files,
        )


class AtHand(Reading):
    """Reads headers out of nothing."""

    def header(
        self, side: int, session_id: str, file: FileRow, then: Callable[[tuple[HeaderLine, ...], str], None]
    ) -> None:
        """A long one."""
        then(tuple(map(_element, range(_ELEMENTS))), "")


def _element(number: int) -> HeaderLine:
    keyword = ("StudyDate", "PatientName", "")[number % 3]
    return HeaderLine(
        tag=0x00080000 + number, keyword=keyword, vr="LO", value="x" * 40, identifying=number % 3 == 1
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
    """The application on area 2."""

    DEFAULT_MODE = "browse"


async def walk(desk: Desk, found: Callable[[str, Held], None]) -> float:
    """Through all keys once; megabytes in memory with the first lines."""
    source, destination = desk.source, desk.destination
    desk.source = desk.destination = None
    app = Browser(desk, looking=NoServer(desk))
    async with app.run_test(size=_SIZE) as pilot:
        await reached(pilot, lambda: isinstance(app.screen, BrowseArea) and not desk.busy)
        area(app).reading = AtHand(area(app))
        async with felt() as held:
            desk.source, desk.destination = source, destination
            area(app).redraw()
            await reached(pilot, lambda: bool(_lines(app)))
        found("from the listings to the first lines", held)
        shown = megabytes()
        for name, keys in ACTS.items():
            found(name, await worst(pilot, keys, lambda: _rests(app)))
    desk.details.clear()
    return shown


def _rests(app: App[None]) -> bool:
    return not isinstance(app.screen, BrowseArea) or app.screen.is_up_to_date


async def measure(here: int, there: int, rounds: int = _ROUNDS) -> str:
    """Walk about; the table of what it took."""
    prepare_interpreter()
    alone, first = megabytes(), (0.0, 0.0)
    held: dict[str, list[Held]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as folder:
        desk = desk_of(here, there, Path(folder))
        listed = megabytes()
        for _ in range(rounds):
            shown = await walk(desk, lambda name, one: held[name].append(one))
            first = (
                first if any(first) else (shown, peak_megabytes())
            )  # nobody opens one window after another
            gc.collect()
    return "\n".join(
        [
            f"{here:,} and {there:,} sessions. {machine()}.",
            "",
            *HEAD,
            *(middle(some).row(name) for name, some in held.items()),
            "",
            f"In memory: {alone:.0f} MB without any session, {listed - alone:.0f} MB for the listings, "
            f"{first[0]:.0f} MB with the first lines, {first[1]:.0f} MB at most.",
            "",
        ]
    )


def area(app: App[None]) -> BrowseArea:
    """The screen with the panes."""
    assert isinstance(app.screen, BrowseArea)
    return app.screen


def _lines(app: App[None]) -> int:
    return app.screen.query_one("#here-lines", Lines).count


def main() -> None:
    """Measure, print, and keep where that is asked for."""
    counts = [int(one) for one in sys.argv[1:] if one.isdigit()] or [SESSIONS]
    text = asyncio.run(measure(counts[0], counts[-1]))
    print(text)
    if "--keep" in sys.argv:
        report.put("pane", text)


if __name__ == "__main__":
    main()
