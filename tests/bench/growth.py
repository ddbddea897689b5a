"""What a transfer costs as it grows: a session more, and what is left behind to read.

    python -m tests.bench.growth [--carried SESSIONS ...] [--planned SESSIONS ...] [--replayed SESSIONS ...]

Sessions of one scan of two small files. ``--carried``: a plan and a run against a practice server of its own,
and whether the copy is exact. ``--planned`` stops at the plan. ``--replayed`` writes journals as long as such
runs would leave, and looks at what reading them costs and what the screen needs until it shows them. Without
any of these: all of them, in sizes of their own. ``--keep`` puts each line into ``docs/growth.md``.
"""

import argparse
import re
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from msgspec.structs import replace

from tests.bench.legs import SOURCE, destination
from tests.bench.measuring import Taken, measure
from tests.bench.tools import ROOT, Errand
from tests.bench.truth import copy_of
from tests.tui.wire import Wire
from xnat_ferry import events
from xnat_ferry.plan import read_plan
from xnat_ferry.practice.process import PracticeServer
from xnat_ferry.transfer.folder import TransferFolder, create, find_all
from xnat_ferry.transfer.journal import read_all

PATIENCE = 7200.0
_SHORT = 1800.0
PAGE = ROOT / "docs" / "growth.md"
FILES = 2
SIZES = {"carried": (10, 100, 1000), "planned": (10_000,), "replayed": (1000, 10_000, 100_000)}
HEADS = {
    "plan": "| sessions | requests | CPU s | peak MB |",
    "run": "| sessions | requests | CPU s | peak MB | journal MB | `status` CPU s |",
    "journal": "| sessions | events | journal MB | `status` CPU s | peak MB | screen CPU s | peak MB |",
}


def main() -> int:
    """Print a line for each size."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.growth", description=__doc__)
    for name in SIZES:
        parser.add_argument(f"--{name}", type=int, nargs="*", default=[])
    parser.add_argument("--keep", action="store_true")
    options = parser.parse_args()
    wanted = {name: getattr(options, name) for name in SIZES}
    for name, sessions, cells in _rows(**(wanted if any(wanted.values()) else SIZES)):
        print(f"{name}: {_line(sessions, cells)}", flush=True)
        if options.keep:
            keep(name, sessions, cells)
    return 0


Row = tuple[str, int, Sequence[str]]


def _rows(carried: Sequence[int], planned: Sequence[int], replayed: Sequence[int]) -> Iterator[Row]:
    for sessions in carried:
        yield from _carried(sessions)
    for sessions in planned:
        with _server(sessions) as (server, errand):
            yield "plan", sessions, _planned(server, errand)
    for sessions in replayed:
        yield "journal", sessions, _replayed(sessions)


@contextmanager
def _server(sessions: int) -> Iterator[tuple[PracticeServer, Errand]]:
    project = destination("ferry")
    world = f'[[users]]\nlogin = "ada"\nprojects = {{ {SOURCE} = "owner", {project} = "owner" }}\n'
    world += f'[[projects]]\nid = "{SOURCE}"\n[[projects]]\nid = "{project}"\n'
    world += f'[[many]]\nproject = "{SOURCE}"\nsessions = {sessions}\nscans = 1\nfiles = {FILES}\n'
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        place = Path(folder) / "flight"
        place.mkdir()
        (Path(folder) / "world.toml").write_text(world)
        with PracticeServer(str(Path(folder) / "world.toml")) as server:
            yield server, Errand(server, "ferry", (), place)


def _planned(server: PracticeServer, errand: Errand) -> Sequence[str]:
    asked, taken = _asked(server, errand, "plan")
    return f"{asked:,}", *_cells(taken)


def _carried(sessions: int) -> Iterator[Row]:
    with _server(sessions) as (server, errand):
        yield "plan", sessions, _planned(server, errand)
        asked, taken = _asked(server, errand, "run")
        if copy_of(server, destination("ferry")) != copy_of(server, SOURCE):
            sys.exit(f"{sessions:,} sessions: the copy is not exact")
        (transfer,) = find_all(errand.place / "transfers")
        size = transfer.journal.stat().st_size
        status = _status(transfer.path.parent, errand)
    yield "run", sessions, (f"{asked:,}", *_cells(taken), f"{size / 1e6:.2f}", f"{status.cpu:.1f}")


def _asked(server: PracticeServer, errand: Errand, name: str) -> tuple[int, Taken]:
    server.clear_log()
    taken = measure(errand.commands[name], errand.place, errand.environment, patience=PATIENCE)
    return len([one for one in server.log() if not one["path"].startswith("/practice")]), taken


def _replayed(sessions: int) -> Sequence[str]:
    """A journal such as a run of that many sessions leaves: the lines of one, told again for each."""
    with _server(1) as (_, errand):
        for name in ("plan", "run"):
            measure(errand.commands[name], errand.place, errand.environment, patience=PATIENCE)
        (small,) = find_all(errand.place / "transfers")
        large = _grown(small, errand.place.parent / "large", sessions)
        with large.journal.open("rb") as file:
            told = sum(1 for _ in file)
        status = _status(large.path.parent, errand)
        screen = _screen(large.path.parent, errand.place)
        size = large.journal.stat().st_size
    return f"{told:,}", f"{size / 1e6:.1f}", *_cells(status), *screen


def _grown(small: TransferFolder, place: Path, sessions: int) -> TransferFolder:
    plan = read_plan(small.worker_plan)
    (one,) = plan.sessions
    names = [f"{number:06d}_MR1" for number in range(sessions)]
    many = tuple(replace(one, session=name, id=f"E_{name}", to_session=name) for name in names)
    large = create(place, replace(plan, sessions=many))
    told = read_all(small.journal)
    last = told[-1]
    with large.journal.open("wb") as file:
        for event in told[:-1]:
            if not getattr(event, "session", ""):
                file.write(events.encode(event))
        for name in names:
            for event in told:
                if getattr(event, "session", ""):
                    file.write(events.encode(replace(event, session=name)))
        file.write(events.encode(last))
    return large


def _status(transfers: Path, errand: Errand) -> Taken:
    command = [sys.executable, "-m", "xnat_ferry", "status", "--json", "--transfers", str(transfers)]
    return measure(command, errand.place, errand.environment, accept=(0, 1, 4), patience=PATIENCE)


def _screen(transfers: Path, home: Path) -> Sequence[str]:
    """CPU seconds and peak MB of the screen until it shows a transfer's end."""
    with Wire(environment={"HOME": str(home), "XNAT_FERRY_TRANSFERS": str(transfers)}) as wire:
        wire.until("CHECKS", "Help", seconds=_SHORT)
        wire.send(b"3")
        wire.until(" DONE ", seconds=_SHORT)
        used = Path(f"/proc/{wire.process.pid}/stat").read_text().rpartition(")")[2].split()
        peak = re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{wire.process.pid}/status").read_text())
        wire.process.kill()
    ticks = int(used[11]) + int(used[12])
    return f"{ticks / 100:.1f}", f"{int(peak[1]) / 1000:.0f}" if peak else "?"


def _cells(taken: Taken) -> tuple[str, str]:
    return f"{taken.cpu:.1f}", f"{taken.peak / 1e6:.0f}"


def _line(sessions: int, cells: Sequence[str]) -> str:
    return f"| {sessions:,} | {' | '.join(cells)} |"


def keep(name: str, sessions: int, cells: Sequence[str], page: Path = PAGE) -> None:
    """Put one line into a table of the page, in place of the one of this size."""
    text = page.read_text("utf-8")
    begin, end = f"<!-- {name} -->\n", f"<!-- end of {name} -->"
    before, _, rest = text.partition(begin)
    table, _, after = rest.partition(end)
    rows = {_size(line): line for line in table.splitlines() if _size(line)}
    rows[sessions] = _line(sessions, cells)
    head = [HEADS[name], "|" + "---:|" * HEADS[name].count(" | ") + "---:|"]
    lines = [*head, *(rows[size] for size in sorted(rows))]
    page.write_text(before + begin + "\n".join(lines) + "\n" + end + after, "utf-8")


def _size(line: str) -> int:
    first = line.split("|")[1].strip().replace(",", "") if line.startswith("|") else ""
    return int(first) if first.isdecimal() else 0


if __name__ == "__main__":
    sys.exit(main())
