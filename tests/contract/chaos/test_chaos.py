"""Seeds of chaos: nothing lost, nothing twice, nothing claimed that is not so. ``make chaos`` runs more."""

from collections import Counter
from collections.abc import Iterator

import pytest

from tests.contract.chaos.__main__ import blocks, run_seeds, tell
from tests.contract.chaos.running import Nursery
from tests.contract.chaos.scenario import scenario_of

SEEDS = range(200)
BLOCK = 25
"""Seeds of one test: small enough that two processes end together, large enough to pay for a server."""


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    with Nursery() as made:
        yield made


@pytest.mark.timeout(900)
@pytest.mark.parametrize("seeds", list(blocks(SEEDS, BLOCK)), ids=lambda seeds: f"from-{seeds[0]}")
def test_what_is_claimed_is_so_whatever_happens(seeds: list[int], nursery: Nursery) -> None:
    broken, met = run_seeds(seeds, nursery)
    assert not broken, "\n".join(tell(seed, found) for seed, found in broken.items())
    # chaos that never strikes proves nothing
    assert met["seeds"] == len(seeds)
    assert met["killed"] >= len(seeds) // 5
    assert sum(count for name, count in met.items() if name.startswith("fault")) >= len(seeds)
    assert met["late uploads"] >= 1
    assert met["units"] > met["session done archive"] + met["session done prearchive"]
    assert met["session done archive"] >= 1
    assert met["session done prearchive"] >= 1


def test_the_seeds_meet_every_kind_of_fault_and_of_death() -> None:
    scenarios = [scenario_of(seed) for seed in SEEDS]
    kinds = {name for one in scenarios for fault in one.faults for name in fault}
    assert kinds >= {
        *("status", "body", "cut_after", "delay", "bytes_per_second", "truncate", "skip_file", "flip_byte"),
        *("login_page", "expire_login", "no_space", "hold", "drop_file", "reset", "nth", "every", "times"),
        "larger_than",
    }
    deaths = Counter(death.by for one in scenarios for death in one.deaths if death)
    assert set(deaths) == {"calls", "write", "sync", "seconds"}
    sessions = [session for one in scenarios for session in one.sessions]
    assert {session.taken for session in sessions} == {"", "archived", "waiting", "same study", "half"}


def test_a_seed_is_the_same_every_time() -> None:
    assert [scenario_of(seed) for seed in SEEDS] == [scenario_of(seed) for seed in SEEDS]
