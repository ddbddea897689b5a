"""Area 1 at one of its steps, with a survey as if it had just been taken: no server is asked."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from textual.pilot import Pilot

from tests.core.making import chosen, session_row
from tests.tui.looking import until_shown
from xnat_ferry.errors import NoCredentials
from xnat_ferry.model import ScanRow, SessionRow
from xnat_ferry.settings.credentials import Credentials
from xnat_ferry.survey import Chosen, Survey
from xnat_ferry_tui.app import FerryApp
from xnat_ferry_tui.desk import Desk
from xnat_ferry_tui.screens.wizard.steps import KEYS


def one(label: str) -> Chosen:
    """A session that meets nothing by itself."""
    return chosen(session_row(label), ScanRow(id="1", uid=f"1.2.3.{label}", type="t1"))


def there(label: str) -> SessionRow:
    """The same study under the same label, in the destination's archive."""
    return session_row(label, id=f"THERE_{label}", owner="DST")


def keeping_desk(folder: Path) -> Desk:
    """A desk that keeps its draft."""
    return Desk(
        transfers=folder / "transfers",
        spool=folder / "spool",
        find=no_login,
        draft_file=folder / "draft.json",
    )


def no_login(server: str) -> Credentials:
    raise NoCredentials(server=server)


@asynccontextmanager
async def wizard(
    desk: Desk, survey: Survey, step: str, size: tuple[int, int] = (80, 24)
) -> AsyncIterator[Pilot[None]]:
    """The screen at one step, with a survey as if it had just been taken."""
    app = FerryApp(desk)
    async with app.run_test(size=size, notifications=True) as pilot:
        lay(desk, survey)
        await pilot.press(KEYS[step])
        await until_shown(pilot, step.upper())
        yield pilot
    desk.drafting.keeper.wait()


def lay(desk: Desk, survey: Survey) -> None:
    """Lay both projects and the survey on the desk."""
    if desk.ends is None:
        desk.ends = (survey.source.endpoint, survey.destination.endpoint)
    assert desk.drafting.draft is not None
    desk.source, desk.destination = survey.source, survey.destination
    desk.drafting.take(survey, desk.drafting.draft)
