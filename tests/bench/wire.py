"""What the screen sends to a terminal: bytes an action, bytes a second of a live log, and the first picture.

    python -m tests.bench.wire [--keep]

The program runs behind a pseudo-terminal as over SSH; its practice is a transfer folder to which this process
writes 200 events a second, as a worker of 400 sessions would. ``--keep`` writes the table into the README
beside this.
"""

import contextlib
import os
import resource
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from tests.bench import report
from tests.bench.measuring import machine
from tests.core.making import plan_of, planned
from tests.tui.transfers import STARTED, hold, tell
from tests.tui.wire import Wire
from xnat_ferry import events
from xnat_ferry.transfer import folder as transfer_folders
from xnat_ferry.transfer.folder import TransferFolder
from xnat_ferry.transfer.journal import Journal

_SSH = {"SSH_CONNECTION": "10.0.0.1 50000 10.0.0.2 22"}
_SESSIONS = 400
_A_SECOND = 200
_SECONDS = 10
_ROUNDS = 5
_REST = 1.5
"""Seconds without a byte after which an action is over."""
_ACTIONS = {
    "one line down": b"j",
    "to the other list": b"\t",
    "a page down": b"\x1b[6~",
    "and back to the log": b"\x1b[Z",
    "the palette": b"\x10",
    "closed again": b"\x1b",
    "help": b"?",
    "closed": b"\x1b",
    "area 1": b"1",
    "area 2": b"2",
    "area 4": b"4",
    "back to area 3": b"3",
}
_SIZES = ((80, 24), (120, 40))


def main() -> None:
    """Measure, print, and keep where that is asked for."""
    with tempfile.TemporaryDirectory() as place:
        folder = _transfer(Path(place) / "transfers")
        environment = {"HOME": place, "XNAT_FERRY_TRANSFERS": str(Path(place) / "transfers")} | _SSH
        start = _start(environment)
        columns = [_bytes(environment, folder, size) for size in _SIZES]
    lines = [
        f"{start} {machine()}.",
        "",
        "| what is done | " + " | ".join(f"{width}x{height}" for width, height in _SIZES) + " |",
        "|---|---:|---:|",
        *(f"| {name} | {' | '.join(column[name] for column in columns)} |" for name in columns[0]),
        "",
    ]
    text = "\n".join(lines)
    print(text)
    if "--keep" in sys.argv:
        report.put("wire", text)


def _start(environment: dict[str, str]) -> str:
    walls, works = [], []
    for _ in range(_ROUNDS):
        before, start = _work_of_children(), time.perf_counter()
        with Wire(environment=environment) as wire:
            wire.until("CHECKS", "Help")
            walls.append(time.perf_counter() - start)
            wire.send(b"\x11")
            wire.process.wait(20)
        works.append(_work_of_children() - before)
    return (
        f"First picture, warm: {median(walls):.2f} s by the clock, {min(walls):.2f} s the fastest "
        f"of {_ROUNDS}; {min(works):.2f} s of the processor, leaving included."
    )


def _bytes(environment: dict[str, str], folder: TransferFolder, size: tuple[int, int]) -> dict[str, str]:
    found = {}
    with Wire(environment=environment, size=size) as wire:
        wire.until("CHECKS", "Help")
        wire.until_quiet(_REST)
        found["first picture"] = _said(len(wire.came))
        wire.send(b"3")
        wire.until("since")
        wire.until_quiet(_REST)
        for name, keys in _ACTIONS.items():
            wire.send(keys)
            found[name] = _said(wire.until_quiet(_REST))
        found["a second of waiting"] = _said(wire.until_quiet(1.0))
        wire.send(b"f")
        wire.until("the newest line is followed")
        with _working(folder):
            wire.drain(1.0)
            before = len(wire.came)
            wire.drain(_SECONDS)
            came = wire.came[before:]
        found[f"a second of a live log, {_A_SECOND} events"] = _said(round(len(came) / _SECONDS))
        found["memory then"] = f"{_resident(wire.process.pid):.0f} MB"
        wire.send(b"\x11")
        wire.process.wait(20)
    return found


def _said(count: int) -> str:
    return f"{count / 1000:.1f} kB"


def _transfer(place: Path) -> TransferFolder:
    sessions = [planned(f"SUB{one:04}_MR1", id=f"X_{one}") for one in range(_SESSIONS)]
    folder = transfer_folders.create(place, plan_of(*sessions))
    tell(folder, STARTED)
    return folder


@contextlib.contextmanager
def _working(folder: TransferFolder) -> Iterator[None]:
    """Be its worker for a while."""
    over = threading.Event()

    def work() -> None:
        journal, one, start = Journal(folder.journal), 0, time.monotonic()
        while not over.is_set():
            session = f"SUB{one // 6 % _SESSIONS:04}_MR1"
            journal.write(_event(session, one))
            one += 1
            over.wait(max(start + one / _A_SECOND - time.monotonic(), 0))
        journal.close()

    hold(folder)
    writing = threading.Thread(target=work)
    writing.start()
    try:
        yield
    finally:
        over.set()
        writing.join()
        folder.lock.unlink()


def _event(session: str, one: int) -> events.AnyEvent:
    """A step of one session after the other; most of them have words of their own in the log."""
    unit = str(one % 6)
    if one % 6 == 0:
        return events.SessionStarted(session=session)
    if one % 6 == 5:
        return events.TriedAgain(session=session, unit=unit, attempt=2, message="The server took too long.")
    return events.UnitSent(session=session, unit=unit, files=96, bytes=1_900_000, seconds=0.1, row="")


def _work_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _resident(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


if __name__ == "__main__":
    main()
