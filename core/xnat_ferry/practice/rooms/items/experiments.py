"""One session, scan or assessor, and the pseudo paths of experiments (wire-read 2.3, 2.4, 2.6)."""

from urllib.parse import unquote

from xnat_ferry.practice.http.replies import Refused, Reply
from xnat_ferry.practice.http.request import Request
from xnat_ferry.practice.http.routing import Routes, under_sessions
from xnat_ferry.practice.rooms.items.item import Item, of_assessor, of_scan, of_session
from xnat_ferry.practice.rooms.items.shown import projects, show, status
from xnat_ferry.practice.rules.access import may_read_session, readable_session, visible_project
from xnat_ferry.practice.site.records import Assessor, Session
from xnat_ferry.practice.site.site import Site

ROUTES = Routes()
_LONG, _BARE = under_sessions()


@ROUTES.at("/data/projects/{project}/experiments/{session}", _LONG, _BARE)
def experiment(
    request: Request, session: str, project: str | None = None, subject: str | None = None
) -> Reply:
    """By accession ID whatever stands above it in the path, else by label in the project.

    Where the path names a subject too, its project has to be visible, but nobody looks at the subject.
    """
    site, user = request.site, request.user
    if project is not None and subject is not None:
        visible_project(site, user, project)
    if not _is_session(site, session, project):
        derived = _derived(site, session)
        if derived is not None and may_read_session(site, user, derived[1]):
            return _shown(request, *derived)
        if project is not None:
            visible_project(site, user, project)
    return _shown(request, readable_session(site, user, session, project))


def _is_session(site: Site, name: str, project: str | None) -> bool:
    here = site.project_named(project) if project is not None else None
    return name in site.sessions or (here is not None and site.session_in(here.id, name) is not None)


def _derived(site: Site, identifier: str) -> tuple[Session, Assessor] | None:
    """An assessor is an experiment too, by its accession ID."""
    for session in site.sessions:
        for assessor in list(session.assessors.values()):
            if assessor.id == identifier:
                return session, assessor
    return None


def _shown(request: Request, session: Session, assessor: Assessor | None = None) -> Reply:
    found = assessor or session
    if request.rest == "/status":
        return status(request, session.status)
    if request.rest == "/projects":
        return projects(request, found.project, found.label, found.shares)

    def build() -> Item:
        return of_session(session) if assessor is None else of_assessor(session, assessor)

    return show(request, build, found.label)


@ROUTES.at(*under_sessions("/assessors/{assessor}"))
def assessor(
    request: Request, session: str, assessor: str, project: str | None = None, subject: str | None = None
) -> Reply:
    """By accession ID or label."""
    found = _parent(request, session, project)
    for one in list(found.assessors.values()):
        if assessor in (one.id, one.label) and may_read_session(request.site, request.user, one):
            return _shown(request, found, one)
    raise Refused(404, "Unable to find the specified experiment.")


@ROUTES.at(*under_sessions("/scans/{scan}"))
def scan(
    request: Request, session: str, scan: str, project: str | None = None, subject: str | None = None
) -> Reply:
    """By its ID."""
    found = _parent(request, session, project)
    one = found.scans.get(unquote(scan))
    if one is None:
        raise Refused(404, "Unable to find the specified scan.")
    return show(request, lambda: of_scan(found, one), f"Scan {one.id}")


def _parent(request: Request, session: str, project: str | None) -> Session:
    if project is not None:
        visible_project(request.site, request.user, project)
    return readable_session(request.site, request.user, session, project)
