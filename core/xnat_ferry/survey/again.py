"""Looks at one thing again and leaves the rest of a survey as it was."""

from msgspec.structs import replace

from xnat_ferry.survey.projects import list_destination, read_projects, view_source, with_rights
from xnat_ferry.survey.seen import Survey
from xnat_ferry.survey.sessions import Progress, read_counterparts, read_headers
from xnat_ferry.xnat.client import XnatClient


def projects_again(survey: Survey, source: XnatClient, destination: XnatClient, progress: Progress) -> Survey:
    """Both lists, the rights, the settings, the prearchive, and what is there of the chosen studies.

    A fixed number of requests, and one for each chosen study that is there already.
    """
    projects = read_projects(source)
    to_projects = projects if destination is source else read_projects(destination)
    from_view = view_source(source, survey.source.endpoint, projects)
    there = list_destination(destination, survey.destination.endpoint, to_projects)
    types = {one.row.xsi_type for one in survey.chosen}
    to_view = with_rights(destination, there, types, to_projects)
    chosen = read_counterparts(destination, survey.chosen, to_view, progress)
    from_view = replace(from_view, owners=survey.source.owners)
    return replace(survey, source=from_view, destination=to_view, chosen=chosen)


def headers_again(survey: Survey, source: XnatClient, progress: Progress) -> Survey:
    """The headers of the chosen sessions, as many of them as before."""
    chosen, headers = read_headers(source, survey.chosen, survey.depth.headers, progress)
    return replace(survey, chosen=chosen, headers=headers)
