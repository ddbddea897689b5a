"""What a key costs in the wizard's last steps, with very many sessions and a conflict for every second one.

    python -m tests.bench.wizard [SESSIONS]

The survey is made here, so that no server's time is in the numbers. What is said is thought over aside: the
table tells for how long nobody was answered meanwhile, and the work of it all.
"""

import asyncio
import sys
import tempfile
from pathlib import Path

from msgspec.structs import replace

import xnat_ferry_tui
from tests.bench.answering import HEAD, felt, megabytes, press, reached
from tests.core.making import DESTINATION, SOURCE, chosen, session_row, survey_of
from xnat_ferry.errors import NoCredentials
from xnat_ferry.plan.draft import Draft
from xnat_ferry.settings.credentials import Credentials
from xnat_ferry.survey import Survey
from xnat_ferry_tui.app import FerryApp
from xnat_ferry_tui.desk import Desk
from xnat_ferry_tui.opening import prepare_interpreter

SESSIONS = 10_000
_STEPS = {
    "conflicts": {
        "the conflicts": ["8"],
        "down": ["j"],
        "to the end": ["G"],
        "one skipped": ["g", "s"],
        "taken back": ["u"],
        "the class gets other labels": ["L"],
        "only open ones": ["f"],
        "all of them": ["f"],
    },
    "labels": {
        "the labels": ["9"],
        "down": ["j"],
        "a rule, typed": ["l", *"prefix=X_"],
        "and taken": ["enter"],
    },
    "review": {"the review": ["0"], "to the archive": ["t"], "another level": ["v"]},
}


def survey(count: int) -> Survey:
    """So many sessions; each second label is another study's at the destination."""
    rows = [
        session_row(f"S{one // 2:05}_MR{one % 2 + 1}", f"S{one // 2:05}", study_uid=f"1.2.{one}")
        for one in range(count)
    ]
    there = tuple(
        replace(row, id=f"XNAT_D{one}", study_uid=f"1.3.{one}") for one, row in enumerate(rows) if one % 2
    )
    return survey_of(*(chosen(row) for row in rows), there=there)


class Wizard(FerryApp):
    """The application on area 1, without any server."""

    CSS_PATH = str(Path(xnat_ferry_tui.__file__).parent / FerryApp.CSS_PATH)

    def on_mount(self) -> None:
        """Nothing is asked of anybody."""


async def measure(count: int) -> None:
    """Walk through the steps, and print what it took."""
    prepare_interpreter()

    def nobody(server: str) -> Credentials:
        raise NoCredentials(server=server)

    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        desk = Desk(transfers=place / "t", spool=place / "s", find=nobody, draft_file=place / "draft.json")
        taken = survey(count)
        desk.ends = (SOURCE, DESTINATION)
        desk.source, desk.destination = taken.source, taken.destination
        ids = tuple(one.row.id for one in taken.chosen)
        draft = Draft(source=SOURCE, destination=DESTINATION, sessions=ids)
        desk.drafting.begin(desk.ends, draft)
        app = Wizard(desk)
        async with app.run_test(size=(120, 40)) as pilot:
            await pilot.pause()
            print(f"{count:,} sessions:\n")
            print(*HEAD, sep="\n")
            async with felt() as held:
                app.do("Judging.", lambda: desk.drafting.take(taken, draft))
                await reached(pilot, lambda: not desk.busy)
            print(held.row("the first judgement"))
            for step, acts in _STEPS.items():
                for name, keys in acts.items():
                    held = await press(pilot, *keys, until=lambda: not desk.drafting.must_judge)
                    print(held.row(f"{step}: {name}"))
        print(f"\n{megabytes():.0f} MB in memory, the survey included.")


if __name__ == "__main__":
    asyncio.run(measure(int(sys.argv[1]) if len(sys.argv) > 1 else SESSIONS))
