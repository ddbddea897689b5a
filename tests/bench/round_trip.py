"""A backup and a restore of very many files: every pixel digest and UID equal, and what memory that takes.

``python -m tests.bench.round_trip [FILES ...]``. Each number of files is a session on a practice server of
its own: it is downloaded into a folder, uploaded from there into another project, and what lies on the
server's disk is compared. Between the smallest and the largest, memory may grow by what is known of each.
"""

import argparse
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from tests.bench.legs import LEGS, SOURCE, destination, sized, world_of
from tests.bench.measuring import Taken, measure
from tests.bench.tools import Errand
from tests.bench.truth import copy_of
from xnat_ferry.practice.process import PracticeServer

MOST_A_FILE = 800
"""Bytes by which the peak may grow with each file."""
_PATIENCE = 3600


def main() -> int:
    """Print each step; 1 where memory grows by more, or what came back is not the same."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.round_trip", description=__doc__)
    parser.add_argument("files", type=int, nargs="*", default=[3500, 35_000])
    counts = sorted(parser.parse_args().files)
    print("| files | step | seconds | CPU, s | peak, MB | spool, MB |\n|---:|---|---:|---:|---:|---:|")
    peaks = [_there_and_back(count) for count in counts]
    if len(counts) < 2:
        return 0
    grown = (peaks[-1] - peaks[0]) / (counts[-1] - counts[0])
    print(f"memory: {grown:,.0f} bytes a file more, at most {MOST_A_FILE:,} are allowed")
    return 0 if grown <= MOST_A_FILE else 1


def _there_and_back(count: int) -> int:
    """The largest peak of both ways, in bytes; ends the program where the restored session is another."""
    leg = replace(sized(LEGS["tiny"], megabytes=None, sessions=None, files=count), scans=10)
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        base = Path(folder)
        world, place, backup = base / "world.toml", base / "flight", base / "backup"
        world.write_text(world_of(leg))
        place.mkdir()
        with PracticeServer(str(world)) as server:
            errand = Errand(server, "ferry", leg.labels, place)

            def step(name: str, *arguments: object) -> Taken:
                command = [sys.executable, "-m", "xnat_ferry", *map(str, arguments), "--yes"]
                taken = measure(command, place, errand.environment, patience=_PATIENCE)
                cells = (
                    f"{taken.seconds:.1f} | {taken.cpu:.1f} | {taken.peak / 1e6:.1f} | {taken.disk / 1e6:.1f}"
                )
                print(f"| {leg.total_files:,} | {name} | {cells} |", flush=True)
                return taken

            down = step("download", "download", SOURCE, backup)
            up = step("upload", "upload", backup, destination("ferry"), "--to", "archive")
            if copy_of(server, destination("ferry")) != copy_of(server, SOURCE):
                sys.exit(f"{leg.total_files:,} files: what came back is not the same")
    return max(down.peak, up.peak)


if __name__ == "__main__":
    sys.exit(main())
