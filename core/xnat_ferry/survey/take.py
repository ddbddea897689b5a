"""Takes a survey: both ends side by side, then the chosen sessions."""

from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor

from xnat_ferry.errors import NothingChosen, UnknownSessions
from xnat_ferry.model import Endpoint, SessionRow
from xnat_ferry.settings.redact import plain
from xnat_ferry.settings.room import Room
from xnat_ferry.survey.narrow import only_scans
from xnat_ferry.survey.projects import (
    list_destination,
    read_projects,
    view_source,
    with_owners,
    with_rights,
)
from xnat_ferry.survey.seen import AS_USUAL, Chosen, Depth, Headers, ProjectView, Survey
from xnat_ferry.survey.sessions import Progress, read_chosen, read_counterparts, read_headers
from xnat_ferry.xnat.client import XnatClient


def take_survey(
    source: tuple[XnatClient, Endpoint],
    destination: tuple[XnatClient, Endpoint],
    wanted: Collection[str] | None = None,
    *,
    scans: Collection[str] = (),
    depth: Depth = AS_USUAL,
    rooms: tuple[Room, ...] = (),
    progress: Progress = lambda what, done, total: None,
) -> Survey:
    """Survey both projects; ``wanted`` are session labels or accession IDs, None for all.

    ``scans`` are IDs or types of the scans that are wanted of them; without any, all are.
    On one server it takes 15 requests, login included, and two a session with its scan's header; more where a
    project has configurations of its own, rights that no membership explains, or lacks some. Raises
    UnknownSessions for labels the source does not have, NothingChosen when there is no session to take. A
    project that cannot be listed raises nothing: the survey says so, and the checks judge it.
    """
    from_view, to_view, rows = _both_ends(source, destination, wanted)
    client = source[0]
    headers = Headers.NONE
    if depth.sessions:
        files = depth.files or depth.headers == Headers.ALL
        chosen = only_scans(read_chosen(client, rows, files=files, progress=progress), scans)
        chosen, headers = read_headers(client, chosen, depth.headers, progress)
        chosen = read_counterparts(destination[0], chosen, to_view, progress)
        if any(one.refused for one in chosen):
            from_view = with_owners(client, from_view)
    else:
        chosen = tuple(Chosen(row=row, detail=None) for row in rows)
    return Survey(
        source=from_view,
        destination=to_view,
        chosen=chosen,
        rooms=rooms,
        depth=depth,
        headers=headers,
    )


def _both_ends(
    source: tuple[XnatClient, Endpoint],
    destination: tuple[XnatClient, Endpoint],
    wanted: Collection[str] | None,
) -> tuple[ProjectView, ProjectView, Sequence[SessionRow]]:
    """Both projects side by side, and the rows that are chosen."""
    from_client, to_client = source[0], destination[0]
    projects = read_projects(from_client)
    to_projects = projects if to_client is from_client else read_projects(to_client)
    with ThreadPoolExecutor(1) as pool:
        looking = pool.submit(list_destination, *destination, to_projects)
        from_view = view_source(*source, projects)
        to_view = looking.result()
    rows = choose_rows(from_view, wanted)
    types = {row.xsi_type for row in rows}
    return from_view, with_rights(to_client, to_view, types, to_projects), rows


def choose_rows(view: ProjectView, wanted: Collection[str] | None) -> Sequence[SessionRow]:
    """The rows of the wanted labels or accession IDs, all for None; raises UnknownSessions, NothingChosen."""
    if view.sessions is None:
        return ()
    rows: Sequence[SessionRow] = view.sessions
    if wanted is not None:
        names = set(wanted)
        rows = tuple(row for row in view.sessions if row.label in names or row.id in names)
        unknown = names - {row.label for row in rows} - {row.id for row in rows}
        if unknown:
            raise UnknownSessions(
                project=view.endpoint.project, labels=", ".join(plain(name, 60) for name in sorted(unknown))
            )
    if not rows:
        why = "no session was named" if wanted is not None else f"{view.endpoint} has no imaging sessions"
        raise NothingChosen(why=why)
    return rows
