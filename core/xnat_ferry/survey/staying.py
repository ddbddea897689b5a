"""Looks at what matters to sharing and relocating, beside the survey of both projects."""

from msgspec.structs import replace

from xnat_ferry.errors import RoadClosed, ServerAnswer
from xnat_ferry.listing import Listing
from xnat_ferry.model import Endpoint, Road
from xnat_ferry.survey.seen import Survey
from xnat_ferry.survey.seen_staying import StayingSeen
from xnat_ferry.xnat import sharing
from xnat_ferry.xnat.client import XnatClient
from xnat_ferry.xnat.project_settings import read_rerun
from xnat_ferry.xnat.rights import may_delete
from xnat_ferry.xnat.subjects import list_subjects


def refuse_apart(road: Road, source: Endpoint, destination: Endpoint) -> None:
    """Raises RoadClosed for a road within one server between two."""
    if road.stays and source.server != destination.server:
        why = "the two projects are on different servers, so their sessions have to travel"
        raise RoadClosed(road=road.value, why=why)


def with_road(client: XnatClient, survey: Survey, road: Road) -> Survey:
    """The survey for a road within one server, in four requests at most; the same survey for any other.

    The chosen sessions themselves, where the destination shows them already, are nothing that they could
    meet there. Raises RoadClosed.
    """
    source, destination = survey.source.endpoint, survey.destination.endpoint
    refuse_apart(road, source, destination)
    if not road.stays:
        return survey
    chosen = {one.row.id for one in survey.chosen}
    there = survey.destination.sessions
    seen = StayingSeen(
        road=road,
        sharing=sharing.read_sharing(client, source.project),
        may_delete=may_delete(client, source.project, survey.source.rights.role),
        subjects=_subjects(client, destination.project),
        runs_again=read_rerun(client) if road == Road.RELOCATE else False,
        already={row.id: row.label for row in there or () if row.id in chosen},
    )
    others = None if there is None else Listing(row for row in there if row.id not in chosen)
    return replace(survey, staying=seen, destination=replace(survey.destination, sessions=others))


def _subjects(client: XnatClient, project: str) -> dict[str, str] | None:
    try:
        return list_subjects(client, project)
    except ServerAnswer:
        return None
