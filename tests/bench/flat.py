"""Whether memory grows with what is copied, and whether the spool keeps to its bound.

python -m tests.bench.flat [MEGABYTES ...] [--spool-size SIZE]

One session of each size is copied (200 MB and 4,000 MB without any), each on a practice server of its own.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from tests.bench.legs import LEGS, SOURCE, destination, sized, world_of
from tests.bench.measuring import Taken, measure
from tests.bench.tools import Errand
from tests.bench.truth import copy_of
from xnat_ferry.practice.process import PracticeServer
from xnat_ferry.transfer.pacing.wished_pace import parse_bytes

MOST = 20_000_000
"""Bytes by which the peak of the largest run may lie above that of the smallest."""


def main() -> int:
    """Print both proofs; 1 where one of them fails or a copy is not exact."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.flat", description=__doc__)
    parser.add_argument("megabytes", type=int, nargs="*", default=[200, 4000])
    parser.add_argument("--spool-size", default="1G")
    options = parser.parse_args()
    bound = parse_bytes(options.spool_size)
    taken = [_copied(megabytes, options.spool_size) for megabytes in options.megabytes]
    peaks, disk = [one.peak for one in taken], max(one.disk for one in taken)
    grown = max(peaks) - min(peaks)
    print(f"memory: {grown / 1e6:.1f} MB between the runs, at most {MOST / 1e6:.0f} MB are allowed")
    print(f"spool: {disk / 1e6:.1f} MB at most, its bound is {bound / 1e6:.0f} MB")
    return 0 if grown <= MOST and disk <= bound else 1


def _copied(megabytes: int, spool_size: str) -> Taken:
    """What ``run`` took for one session of this size; ends the program where the copy is not exact."""
    leg = sized(LEGS["large"], megabytes=megabytes, sessions=None, files=None)
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        world, place = Path(folder) / "world.toml", Path(folder) / "flight"
        world.write_text(world_of(leg))
        place.mkdir()
        with PracticeServer(str(world)) as server:
            errand = Errand(server, "ferry", leg.labels, place)
            measure(errand.commands["plan"], place, errand.environment, patience=3600)
            run = [*errand.commands["run"], "--spool-size", spool_size]
            taken = measure(run, place, errand.environment, patience=3600)
            if copy_of(server, destination("ferry")) != copy_of(server, SOURCE):
                sys.exit(f"{megabytes:,} MB: the copy is not exact")
    print(
        f"{megabytes:,} MB: {taken.seconds:.1f} s, {taken.cpu:.1f} s CPU, peak {taken.peak / 1e6:.1f} MB, "
        f"disk in flight {taken.disk / 1e6:.1f} MB",
        flush=True,
    )
    return taken


if __name__ == "__main__":
    sys.exit(main())
