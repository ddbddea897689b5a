"""A session's scans as a table, and the scan types in use (wire-read 2.2, 2.4)."""

from xnat_ferry.practice.http.negotiation import TABLE, negotiate
from xnat_ferry.practice.http.replies import STANDARD, Refused, Reply
from xnat_ferry.practice.http.request import Request
from xnat_ferry.practice.http.routing import Routes, under_sessions
from xnat_ferry.practice.http.tables import Cells, table
from xnat_ferry.practice.rooms.listings.kinds import Scans
from xnat_ferry.practice.rooms.listings.query import Query, broken
from xnat_ferry.practice.rules.access import (
    may_read,
    readable_session,
    readable_subject,
    visible_project,
)
from xnat_ferry.practice.site.records import Session

ROUTES = Routes()
_DEFAULT = ("xnat_imagescandata_id", "ID", "type", "quality", "xsiType", "note", "series_description")


@ROUTES.at(*under_sessions("/scans"))
@broken(silently=False)
def of_session(request: Request, session: str, project: str | None = None, subject: str = "") -> Reply:
    """The only filter is ``xsiType``; ``columns`` without ``ID`` breaks as soon as there is a row."""
    negotiate(request, *TABLE)
    found = _session(request, session, project, subject)
    query = Query(request, Scans(request.site, found), "xnat:imageScanData")
    described = query.fields()
    if described is not None:
        return described
    query.ask(_DEFAULT)
    lines = list(query.lines(list(found.scans.values()), filtered=False))
    if lines and "ID" not in query.shown:
        raise Refused(500, STANDARD[500])
    rows = query.cells(lines, f"/data/experiments/{found.id}/scans/")
    return table(request, rows, [*query.shown, "URI"])


def _session(request: Request, session: str, project: str | None, subject: str) -> Session:
    """404 unless the project has the subject and the session."""
    site, user = request.site, request.user
    if project is None:
        return readable_session(site, user, session)
    here = visible_project(site, user, project)
    if site.subject_in(here.id, readable_subject(site, user, subject, project).id) is None:
        raise Refused(404, "Unable to find the specified subject.")
    found = readable_session(site, user, session, project)
    if here.id != found.project and here.id not in found.shares:
        raise Refused(404, "Unable to find the specified experiment.")
    return found


@ROUTES.at("/data/scan_types", "/data/projects/{project}/scan_types")
def types(request: Request, project: str = "") -> Reply:
    """The scan types in use, as a table."""
    negotiate(request, *TABLE)
    site, user = request.site, request.user
    if project:
        sessions = site.sessions.of(visible_project(site, user, project).id)
    else:
        sessions = [one for one in site.sessions if may_read(site, user, one.project)]
    used = {scan.type for session in sessions for scan in session.filled().scans.values() if scan.type}
    rows: list[Cells] = [{"type": kind} for kind in sorted(used)]
    return table(request, rows, ["type"])
