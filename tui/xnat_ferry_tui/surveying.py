"""The survey for what is drafted: all of it, or only what one check rests on. No Textual.

All of it may take its time: use a thread.
"""

from typing import TYPE_CHECKING

from msgspec.structs import replace

from xnat_ferry.checks.belongings import CHECK as BELONGINGS
from xnat_ferry.model import Road
from xnat_ferry.plan.draft import Draft
from xnat_ferry.settings.room import Room
from xnat_ferry.survey import Depth, Headers, Survey
from xnat_ferry_tui.here import survey_here, survey_to_here

if TYPE_CHECKING:
    from xnat_ferry.local.scanning import Scanned
    from xnat_ferry.survey.sessions import Progress
    from xnat_ferry.xnat.client import XnatClient


def survey_all(
    draft: Draft,
    clients: tuple["XnatClient", "XnatClient"],
    rooms: tuple[Room, ...],
    here: "Scanned | None",
    progress: "Progress",
) -> Survey:
    """The chosen sessions, or all; ``here`` is what a place on this machine holds that is the source.

    Raises UnknownSessions, NothingChosen, RoadClosed, and what ``progress`` raises.
    """
    from xnat_ferry.survey.staying import with_road
    from xnat_ferry.survey.subjects import with_subject_ids
    from xnat_ferry.survey.take import take_survey

    from_client, to_client = clients
    if here is not None:
        return survey_here(here, to_client, draft, rooms, progress)
    if draft.destination.local:
        return survey_to_here(from_client, draft, rooms, progress)
    survey = take_survey(
        (from_client, draft.source),
        (to_client, draft.destination),
        draft.sessions or None,
        scans=draft.scans,
        # a header tells of images, and none travels where it is about resources alone
        depth=Depth(headers=Headers.NONE) if draft.road == Road.RESOURCES else Depth(files=True),
        rooms=rooms,
        progress=progress,
    )
    survey = with_subject_ids(to_client, survey_belongings(draft, clients, survey), draft.rules())
    return with_road(from_client, survey, draft.road)


def survey_belongings(draft: Draft, clients: tuple["XnatClient", "XnatClient"], survey: Survey) -> Survey:
    """The same with what else belongs to the sessions, as far as it shall travel."""
    from xnat_ferry.survey.belongings import with_belongings

    survey, wish = replace(survey, belongings=None), draft.wish
    return with_belongings(*clients, survey, wish, draft.existing, draft.rules())


def survey_for(
    check: str,
    draft: Draft,
    clients: tuple["XnatClient", "XnatClient"],
    rooms: tuple[Room, ...],
    survey: Survey,
    progress: "Progress",
) -> Survey:
    """The same with what one check rests on looked at again."""
    from xnat_ferry.survey.again import headers_again, projects_again
    from xnat_ferry.survey.subjects import with_subject_ids

    if check == BELONGINGS:
        return survey_belongings(draft, clients, survey)
    if check == "room":
        return replace(survey, rooms=rooms)
    if check in ("metadata", "anonymization"):
        return headers_again(survey, clients[0], progress)
    return with_subject_ids(clients[1], projects_again(survey, *clients, progress), draft.rules())


def in_parts(draft: Draft) -> bool:
    """Whether a part of its survey may be taken alone."""
    at_once = draft.road.stays or draft.road == Road.RESOURCES
    return not (at_once or draft.source.local or draft.destination.local)
