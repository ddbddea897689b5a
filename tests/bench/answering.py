"""How long a screen answers nobody, by the clock and by what the processor did for it meanwhile.

On a machine that has other things to do the two are far apart, and only the second tells of the program: it
counts all of its threads, so work done aside that keeps the interpreter to itself is in it.
"""

import asyncio
import resource
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from textual.pilot import Pilot

Acts = Mapping[str, Sequence[Sequence[str]]]
"""By what is done the keys for it, each of which is measured by itself; of several the worst is shown."""

HEAD = (
    "| what is done | longest without an answer, by the clock | of that at work | all its work |",
    "|---|---:|---:|---:|",
)
_BEAT = 0.004
"""Seconds between two looks; a key may wait less by up to this than what is told. More often, and they would
be the work that is measured."""


@dataclass
class Held:
    """Milliseconds."""

    longest: float = 0.0
    """In which the screen's thread came to nothing else."""
    busiest: float = 0.0
    """The most that the processor did for the program from one moment in which it answered to the next."""
    work: float = 0.0
    """Of the processor, all in all, until the screen came to rest."""

    def row(self, name: str) -> str:
        """A line of a table."""
        return f"| {name} | {self.longest:.0f} ms | {self.busiest:.0f} ms | {self.work:.0f} ms |"


@asynccontextmanager
async def felt() -> AsyncIterator[Held]:
    """Feel the screen's pulse for as long as this lasts."""
    held, over = Held(), asyncio.Event()

    async def feel() -> None:
        last, worked = time.perf_counter(), time.process_time()
        while not over.is_set():
            await asyncio.sleep(_BEAT)
            now, work = time.perf_counter(), time.process_time()
            held.longest = max(held.longest, 1000 * (now - last))
            held.busiest = max(held.busiest, 1000 * (work - worked))
            last, worked = now, work

    feeling, before = asyncio.create_task(feel()), time.process_time()
    try:
        yield held
    finally:
        over.set()
        await feeling
        held.work = 1000 * (time.process_time() - before)


async def press(pilot: Pilot[None], *keys: str, until: Callable[[], bool] = lambda: True) -> Held:
    """Press keys and wait until what they lead to is there."""
    async with felt() as held:
        await pilot.press(*keys)
        await reached(pilot, until)
    return held


async def worst(pilot: Pilot[None], keys: Sequence[Sequence[str]], until: Callable[[], bool]) -> Held:
    """Press one after the other, each until what it leads to is there; of each figure the worst."""
    return _each(max, [await press(pilot, *one, until=until) for one in keys])


def middle(some: Sequence[Held]) -> Held:
    """Of each figure the middle one."""
    return _each(median, some)


def _each(choose: Callable[[list[float]], float], some: Sequence[Held]) -> Held:
    names = ("longest", "busiest", "work")
    return Held(*(choose([getattr(one, name) for one in some]) for name in names))


async def reached(pilot: Pilot[None], until: Callable[[], bool]) -> None:
    """Wait for it for a minute at most, and for the screen to come to rest."""
    end = time.monotonic() + 60
    while not until() and time.monotonic() < end:
        await pilot.pause(0.005)
    await pilot.pause()


def megabytes() -> float:
    """What the process has in memory now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


def peak_megabytes() -> float:
    """The most that it ever had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
