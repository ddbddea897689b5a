"""What a transfer costs as it grows: a session more, a file more, and what is left behind to read.

python -m tests.bench.growth [SESSIONS ...]

For each number of sessions (10, 100 and 1,000 without any) of one scan of two small files: a plan and a run
against a practice server of its own. ``--replay`` writes journals as long as such runs would leave, and looks
at what reading them costs.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from msgspec.structs import replace

from tests.bench.legs import SOURCE, Leg, destination, world_of
from tests.bench.measuring import Taken, measure
from tests.bench.tools import Errand
from tests.bench.truth import copy_of
from xnat_ferry import events
from xnat_ferry.plan import read_plan
from xnat_ferry.practice.process import PracticeServer
from xnat_ferry.transfer.folder import TransferFolder, create, find_all
from xnat_ferry.transfer.journal import read_all

PATIENCE = 7200.0


def main() -> int:
    """Print a line for each size."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.growth", description=__doc__)
    parser.add_argument("sessions", type=int, nargs="*", default=[10, 100, 1000])
    parser.add_argument("--replay", type=int, nargs="*", default=[10_000, 100_000])
    options = parser.parse_args()
    print("| sessions | plan s | CPU s | peak MB | requests | run s | CPU s | peak MB | requests |")
    for sessions in options.sessions:
        _carried(sessions)
    print("| sessions | journal MB | events | status s | status CPU s | status peak MB |")
    for sessions in options.replay:
        _replayed(sessions)
    return 0


def _carried(sessions: int) -> None:
    leg = Leg("growth", "", sessions, 1, 2, 16)
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        world, place = Path(folder) / "world.toml", Path(folder) / "flight"
        world.write_text(world_of(leg))
        place.mkdir()
        with PracticeServer(str(world)) as server:
            errand = Errand(server, "ferry", leg.labels, place)
            asked, taken = [], []
            for name in ("plan", "run"):
                server.clear_log()
                taken.append(measure(errand.commands[name], place, errand.environment, patience=PATIENCE))
                asked.append(len([one for one in server.log() if not one["path"].startswith("/practice")]))
            if copy_of(server, destination("ferry")) != copy_of(server, SOURCE):
                sys.exit(f"{sessions:,} sessions: the copy is not exact")
            (transfer,) = find_all(place / "transfers")
            journal = transfer.journal.stat().st_size
            status = _status(place / "transfers", errand.environment, place)
    cells = [cell for one, number in zip(taken, asked, strict=True) for cell in (*_cells(one), f"{number:,}")]
    print(f"| {sessions:,} | {' | '.join(cells)} |", flush=True)
    print(
        f"  its journal: {journal / 1e6:.2f} MB, status {status.seconds:.2f} s, {status.cpu:.2f} s CPU",
        flush=True,
    )


def _replayed(sessions: int) -> None:
    """A journal such as a run of that many sessions leaves: the lines of one, told again for each."""
    leg = Leg("growth", "", 1, 1, 2, 16)
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        world, place = Path(folder) / "world.toml", Path(folder) / "flight"
        world.write_text(world_of(leg))
        place.mkdir()
        with PracticeServer(str(world)) as server:
            errand = Errand(server, "ferry", leg.labels, place)
            for name in ("plan", "run"):
                measure(errand.commands[name], place, errand.environment, patience=PATIENCE)
            environment = errand.environment
        (small,) = find_all(place / "transfers")
        large = _grown(small, Path(folder) / "large", sessions)
        status = _status(large.path.parent, environment, place)
        events_told = len(read_all(large.journal))
        size = large.journal.stat().st_size
    print(
        f"| {sessions:,} | {size / 1e6:.1f} | {events_told:,} | {' | '.join(_cells(status))} |",
        flush=True,
    )


def _grown(small: TransferFolder, place: Path, sessions: int) -> TransferFolder:
    plan = read_plan(small.worker_plan)
    (one,) = plan.sessions
    names = [f"{number:06d}_MR1" for number in range(sessions)]
    many = tuple(replace(one, session=name, id=f"E_{name}", to_session=name) for name in names)
    large = create(place, replace(plan, sessions=many))
    told = read_all(small.journal)
    with large.journal.open("wb") as file:
        for event in told:
            if not getattr(event, "session", ""):
                file.write(events.encode(event))
        for name in names:
            for event in told:
                if getattr(event, "session", ""):
                    file.write(events.encode(replace(event, session=name)))
    return large


def _status(transfers: Path, environment: dict[str, str], place: Path) -> Taken:
    command = [sys.executable, "-m", "xnat_ferry", "status", "--json", "--transfers", str(transfers)]
    return measure(command, place, environment, accept=(0, 1, 4), patience=PATIENCE)


def _cells(taken: Taken) -> tuple[str, str, str]:
    return f"{taken.seconds:.1f}", f"{taken.cpu:.1f}", f"{taken.peak / 1e6:.0f}"


if __name__ == "__main__":
    sys.exit(main())
