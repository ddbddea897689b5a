"""What a key costs in areas 3 and 4, with a long transfer and very many files that differ.

    python -m tests.bench.transfers [SESSIONS [EVENTS [DIFFERING FILES]]] [--keep]

The transfer lies in a folder, as its worker would have left it; half of the files that differ are in one
scan, the others everywhere. Told apart are opening the window on it, which reads all that, and each key.
``--keep`` writes the table into the README beside this.
"""

import asyncio
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import msgspec
from textual.app import App

from tests.bench import report
from tests.bench.answering import HEAD, Acts, Held, felt, megabytes, peak_megabytes, reached, worst
from tests.bench.measuring import machine
from tests.core.making import plan_of, planned
from tests.tui.transfers import STARTED, finished, item
from xnat_ferry import events
from xnat_ferry.errors import NoCredentials
from xnat_ferry.model import Level, Mark, Where
from xnat_ferry.settings.credentials import Credentials
from xnat_ferry.transfer import folder as transfer_folders
from xnat_ferry.transfer.folder import TransferFolder
from xnat_ferry.verify.verification import SessionVerification, What, count_marks
from xnat_ferry_tui.app import FerryApp
from xnat_ferry_tui.desk import Desk
from xnat_ferry_tui.opening import prepare_interpreter
from xnat_ferry_tui.widgets.lines import Lines

SESSIONS, EVENTS, DIFFERING = 2_000, 100_000, 50_000
_SIZE = (120, 40)

ACTS: Acts = {
    "area 3: down, pages, the end, the newest": [["j"], ["pagedown"], ["G"], ["f"]],
    "area 3: next and previous problem": [["n"], ["n"], ["N"]],
    "area 3: only problems, and all": [["e"], ["e"]],
    "area 3: requests, and back": [["at"], ["at"]],
    "area 3: the lists": [["tab"], ["tab"]],
    "area 3: to the last session": [["G"]],
    "area 3: only its events, and all": [["enter"], ["enter"]],
    "area 4": [["4"]],
    "area 4: down, pages, the end": [["j"], ["pagedown"], ["G"], ["g"]],
    "area 4: all, and only what differs": [["e"], ["e"]],
    "area 4: into a session": [["enter"]],
    "area 4: into its scan of very many": [["enter"]],
    "area 4: in it down, pages, the end": [["j"], ["pagedown"], ["G"]],
    "area 4: next and previous difference": [["N"], ["n"], ["N"]],
    "area 4: all of it, and only what differs": [["e"], ["e"]],
    "area 4: out of both": [["left"], ["left"]],
    "area 4: next difference from there": [["n"]],
    "area 3 again": [["3"]],
}
"""By what is done the keys for it, each of which is measured by itself; of several the worst is shown."""


def transfer(place: Path, sessions: int, count: int, differing: int) -> TransferFolder:
    """So many sessions whose journal has so many lines, and a verification."""
    labels = [f"SUB{one:05}_MR1" for one in range(sessions)]
    folder = transfer_folders.create(
        place, plan_of(*(planned(label, id=f"XNAT_{label}", to_session=label) for label in labels))
    )
    each = max(count // sessions - 2, 1)
    with folder.journal.open("wb") as journal:
        journal.write(events.encode(STARTED))
        for label in labels:
            journal.write(events.encode(events.SessionStarted(session=label)))
            journal.writelines(events.encode(_event(label, one)) for one in range(each))
            journal.write(events.encode(events.SessionFinished(session=label, where=Where.ARCHIVE)))
        journal.write(events.encode(finished()))
    spread = differing // 2 // sessions
    for number, label in enumerate(labels):
        many = differing - differing // 2 if number == 0 else spread
        kept = folder.verification(f"XNAT_{label}")
        kept.write_bytes(msgspec.json.encode(_verified(label, many)))
    return folder


def _verified(label: str, many: int) -> SessionVerification:
    items = tuple(item(label, "1", f"{one:06}.dcm", Mark.DIFFERS, What.SIZE) for one in range(many))
    return SessionVerification(
        source=label,
        destination=label,
        where=Where.ARCHIVE,
        level=Level.IDENTITY,
        counts=count_marks([one.mark for one in items]),
        items=items,
        destination_id="X_1",
    )


def _event(session: str, one: int) -> events.AnyEvent:
    if one % 6 == 5:
        return events.TriedAgain(
            session=session, unit=str(one), attempt=2, message="The server took too long."
        )
    return events.UnitSent(session=session, unit=str(one), files=96, bytes=1_900_000, seconds=0.1, row="")


class Watcher(FerryApp):
    """The application on area 3, without any server."""

    DEFAULT_MODE = "transfer"


async def walk(desk: Desk, found: Callable[[str, Held], None]) -> None:
    """Through all keys once."""
    app = Watcher(desk)
    async with app.run_test(size=_SIZE) as pilot:
        async with felt() as held:
            await reached(pilot, lambda: _log(app) > 0)
        found("from nothing to the first lines of the log", held)
        async with felt() as held:
            await reached(pilot, lambda: desk.watched is not None and desk.watched.state.finished is not None)
            await reached(pilot, lambda: desk.verification() is not None)
        found("from there until all of it is read", held)
        for name, keys in ACTS.items():
            found(name, await worst(pilot, keys, lambda: True))


def _log(app: App[None]) -> int:
    found = app.screen.query("#log").results(Lines)
    return next((one.count for one in found), 0)


async def measure(sessions: int, count: int, differing: int) -> str:
    """Walk about; the table of what it took."""
    prepare_interpreter()
    alone = megabytes()
    rows: dict[str, Held] = {}

    def nobody(server: str) -> Credentials:
        raise NoCredentials(server=server)

    with tempfile.TemporaryDirectory() as place:
        desk = Desk(transfers=Path(place) / "transfers", spool=Path(place) / "spool", find=nobody)
        transfer(desk.transfers, sessions, count, differing)
        await walk(desk, rows.__setitem__)
    return "\n".join(
        [
            f"{sessions:,} sessions, {count:,} lines of the journal, {differing:,} files that differ. "
            f"{machine()}.",
            "",
            *HEAD,
            *(held.row(name) for name, held in rows.items()),
            "",
            f"In memory: {alone:.0f} MB without it, {peak_megabytes():.0f} MB at most.",
            "",
        ]
    )


def main() -> None:
    """Measure, print, and keep where that is asked for."""
    counts = [int(one) for one in sys.argv[1:] if one.isdigit()]
    sessions, count, differing = [*counts, *(SESSIONS, EVENTS, DIFFERING)[len(counts) :]]
    text = asyncio.run(measure(sessions, count, differing))
    print(text)
    if "--keep" in sys.argv:
        report.put("transfers", text)


if __name__ == "__main__":
    main()
