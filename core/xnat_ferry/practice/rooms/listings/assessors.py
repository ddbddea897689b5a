"""What was derived from a session, as a table (wire-read 0.2, 2.3)."""

from xnat_ferry.practice.http.negotiation import TABLE, negotiate
from xnat_ferry.practice.http.replies import Refused, Reply
from xnat_ferry.practice.http.request import Request
from xnat_ferry.practice.http.routing import Routes, under_sessions
from xnat_ferry.practice.rooms.listings.kinds import Experiments
from xnat_ferry.practice.rooms.listings.query import Query, broken
from xnat_ferry.practice.rules.access import may_read_session, readable_session, readable_subject

ROUTES = Routes()
_DEFAULT = ("ID", "project", "label", "date", "xsiType", "insert_date", "session_ID", "session_label")


@ROUTES.at(*under_sessions("/assessors"))
@broken(silently=True)
def of_session(request: Request, session: str, project: str | None = None, subject: str = "") -> Reply:
    """A session's assessors, each with the label it has in the project that is named."""
    negotiate(request, *TABLE)
    site, user = request.site, request.user
    here = site.project_named(project) if project else None
    if project and here is None:
        raise Refused(404, "Unable to find project.")
    if project:
        readable_subject(site, user, subject, project)
    found = readable_session(site, user, session, project)
    kind = Experiments(site, here.id if here else "", context="assessor")
    query = Query(request, kind, "xnat:imageAssessorData")
    described = query.fields()
    if described is not None:
        return described
    query.ask(_DEFAULT)
    lines = query.lines(one for one in list(found.assessors.values()) if may_read_session(site, user, one))
    return query.answer(lines, "/data/experiments/", raw=True)
