"""``python -m tests.contract.chaos --seeds 2000 --first 0``: runs seeds, prints what broke and the totals."""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from tests.contract.chaos.running import Nursery, lane
from tests.contract.chaos.scenario import scenario_of, server_settings

_BLOCK = 50
"""Seeds that share a server."""

Broken = dict[int, list[str]]


def run_seeds(seeds: list[int], nursery: Nursery) -> tuple[Broken, Counter[str]]:
    """Run seeds that ask for the same server settings, on one server; what broke, and what was met."""
    scenarios = [scenario_of(seed) for seed in seeds]
    broken: Broken = {}
    with lane(scenarios, nursery) as running:
        for scenario in scenarios:
            found = running.run(scenario)
            if found:
                broken[scenario.seed] = found
                print(tell(scenario.seed, found), flush=True)
        return broken, running.met


def _run_blocks(waiting: Iterator[list[int]]) -> tuple[Broken, Counter[str]]:
    """Take blocks until there is none left: what one lane does."""
    broken: Broken = {}
    met: Counter[str] = Counter()
    with Nursery() as nursery:
        for seeds in waiting:
            more, happened = run_seeds(seeds, nursery)
            broken |= more
            met += happened
    return broken, met


def blocks(seeds: range, size: int = _BLOCK) -> Iterator[list[int]]:
    """Seeds by the server settings they ask for, in blocks."""
    for settings in sorted({server_settings(seed) for seed in seeds}):
        alike = [seed for seed in seeds if server_settings(seed) == settings]
        yield from (alike[start : start + size] for start in range(0, len(alike), size))


def tell(seed: int, found: list[str]) -> str:
    """A seed's broken rules, and the command that runs it again."""
    rules = "".join(f"\n  {text}" for text in found)
    return f"seed {seed}:{rules}\n  again: python -m tests.contract.chaos --seeds 1 --first {seed}"


def main() -> int:
    """Run them all; 1 when a rule was broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.contract.chaos", description=__doc__)
    parser.add_argument("--seeds", type=int, default=2000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--lanes", type=int, default=2, help="servers side by side")
    options = parser.parse_args()
    began = time.monotonic()
    waiting = iter(list(blocks(range(options.first, options.first + options.seeds))))
    with ThreadPoolExecutor(options.lanes) as pool:
        done = list(pool.map(_run_blocks, [waiting] * options.lanes))
    met: Counter[str] = sum((one for _, one in done), Counter())
    broken = sum(len(one) for one, _ in done)
    for name, count in sorted(met.items()):
        print(f"{count:7,} {name}")
    print(f"{options.seeds:,} seeds, {broken} broke a rule, {time.monotonic() - began:.0f} s")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
