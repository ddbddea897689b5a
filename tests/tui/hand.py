"""A hand that presses keys and counts them; what a journey takes stands in the documentation."""

from pathlib import Path

from textual.pilot import Pilot

from tests.tui.looking import until, until_shown, until_told

JOURNEYS = Path(__file__).resolve().parents[2] / "docs" / "journeys.md"


class Hand:
    """Presses keys and counts them; words that are typed count as one."""

    def __init__(self, pilot: Pilot[None]) -> None:
        self.pilot, self.count = pilot, 0

    async def press(self, *keys: str) -> None:
        await self.rest()
        self.count += len(keys)
        await self.pilot.press(*keys)

    async def try_out(self, *keys: str) -> None:
        """Keys that the journey does not need."""
        await self.rest()
        await self.pilot.press(*keys)

    async def type(self, words: str) -> None:
        self.count += 1
        await self.pilot.press(*words)

    async def see(self, *words: str) -> str:
        return await until_shown(self.pilot, *words, seconds=60)

    async def read(self, *words: str) -> str:
        """Running text, wherever its lines are broken."""
        return await until_told(self.pilot, *words, seconds=60)

    async def stand_on(self, label: str) -> None:
        """Filter the first list of area 1 or 2 down to one session."""
        await self.press("slash")
        await self.type(label)
        await self.press("enter")

    async def told(self, journey: str) -> None:
        """See that the page says what it took, once nothing is under way: a request that is cut off leaves
        its socket open."""
        await self.rest()
        line = f"| {journey} | {self.count} |"
        assert line in JOURNEYS.read_text(encoding="utf-8"), line

    async def rest(self) -> None:
        """One thing is done at a time, and a key that comes meanwhile is only answered so."""
        desk = self.pilot.app.desk  # type: ignore[attr-defined]
        await until(self.pilot, lambda: not desk.busy, 60)
