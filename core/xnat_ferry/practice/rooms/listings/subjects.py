"""Subjects as tables (wire-read 2.3)."""

from xnat_ferry.practice.http.negotiation import TABLE, negotiate
from xnat_ferry.practice.http.replies import STANDARD, Refused, Reply
from xnat_ferry.practice.http.request import Request
from xnat_ferry.practice.http.routing import Routes
from xnat_ferry.practice.rooms.listings.kinds import Subjects
from xnat_ferry.practice.rooms.listings.query import Query, broken
from xnat_ferry.practice.rules.access import may_read, may_read_session, readable_project, visible_project

ROUTES = Routes()
_DEFAULT = ("ID", "project", "label", "insert_date", "insert_user")
_URI = "/data/subjects/"


@ROUTES.at("/data/projects/{project}/subjects")
@broken(silently=False)
def of_project(request: Request, project: str) -> Reply:
    """Owned and shared-in subjects, with the label they have here; the project column stays the owner's."""
    negotiate(request, *TABLE)
    site = request.site
    found = visible_project(site, request.user, project)
    query = _query(request, found.id)
    described = query.fields()
    if described is not None:
        return described
    readable_project(site, request.user, project, "subjects")
    with site.lock:
        subjects = site.subjects.of(found.id)
    return query.answer(query.paged(subjects), _URI)


@ROUTES.at("/data/subjects")
@broken(silently=False)
def everywhere(request: Request) -> Reply:
    """All that the caller can read; whoever can read no project at all gets a 500."""
    negotiate(request, *TABLE)
    site, user = request.site, request.user
    query = _query(request, "")
    described = query.fields()
    if described is not None:
        return described
    if not any(may_read(site, user, project) for project in list(site.projects)):
        raise Refused(500, STANDARD[500])
    # rights are looked at after the page was cut out, so that a page may be short
    lines = (line for line in query.paged(site.subjects) if may_read_session(site, user, line[0]))
    return query.answer(lines, _URI)


def _query(request: Request, project: str) -> Query:
    query = Query(request, Subjects(request.site, project), "xnat:subjectData")
    query.ask(_DEFAULT)
    return query
