"""``python -m tests.contract.chaos --seeds 2000 --from 0``: runs seeds, prints what broke and the totals."""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from tests.contract.chaos.running import lane
from tests.contract.chaos.scenario import scenario_of, server_settings

_BLOCK = 50
"""Seeds that share a server."""

Broken = dict[int, list[str]]


def run_seeds(seeds: list[int]) -> tuple[Broken, Counter[str]]:
    """Run seeds that ask for the same server settings, on one server; what broke, and what was met."""
    scenarios = [scenario_of(seed) for seed in seeds]
    broken: Broken = {}
    with lane(scenarios) as running:
        for scenario in scenarios:
            found = running.run(scenario)
            if found:
                broken[scenario.seed] = found
                print(tell(scenario.seed, found), flush=True)
        return broken, running.met


def blocks(seeds: range, size: int = _BLOCK) -> Iterator[list[int]]:
    """Seeds by the server settings they ask for, in blocks."""
    for settings in sorted({server_settings(seed) for seed in seeds}):
        alike = [seed for seed in seeds if server_settings(seed) == settings]
        yield from (alike[start : start + size] for start in range(0, len(alike), size))


def tell(seed: int, found: list[str]) -> str:
    """A seed's broken rules, and the command that runs it again."""
    rules = "".join(f"\n  {text}" for text in found)
    return f"seed {seed}:{rules}\n  again: python -m tests.contract.chaos --seeds 1 --from {seed}"


def main() -> int:
    """Run them all; 1 when a rule was broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.contract.chaos", description=__doc__)
    parser.add_argument("--seeds", type=int, default=2000)
    parser.add_argument("--from", type=int, default=0, dest="first")
    parser.add_argument("--lanes", type=int, default=2, help="servers side by side")
    options = parser.parse_args()
    began = time.monotonic()
    with ThreadPoolExecutor(options.lanes) as pool:
        done = list(pool.map(run_seeds, blocks(range(options.first, options.first + options.seeds))))
    met: Counter[str] = sum((one for _, one in done), Counter())
    broken = sum(len(one) for one, _ in done)
    for name, count in sorted(met.items()):
        print(f"{count:7,} {name}")
    print(f"{options.seeds:,} seeds, {broken} broke a rule, {time.monotonic() - began:.0f} s")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
