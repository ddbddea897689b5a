"""Experiments as tables: a project's, a subject's, and all that one can read (wire-read 2.3, 13.1, 13.2)."""

from collections.abc import Iterable
from typing import Any

from xnat_ferry.practice.http.negotiation import TABLE, negotiate
from xnat_ferry.practice.http.replies import Refused, Reply
from xnat_ferry.practice.http.request import Request
from xnat_ferry.practice.http.routing import Routes
from xnat_ferry.practice.rooms.listings.kinds import Experiments
from xnat_ferry.practice.rooms.listings.query import Query, broken
from xnat_ferry.practice.rooms.listings.recent import recent
from xnat_ferry.practice.rules import model
from xnat_ferry.practice.rules.access import may_read_session, readable_project, visible_project
from xnat_ferry.practice.site.records import Assessor, Session
from xnat_ferry.practice.site.site import Site

ROUTES = Routes()
_DEFAULT = ("ID", "project", "date", "xsiType", "label", "insert_date")
_URI = "/data/experiments/"
_IMAGES = "xnat:imageSessionData"


@ROUTES.at("/data/projects/{project}/subjects/{subject}/experiments", "/data/projects/{project}/experiments")
@broken(silently=True)
def of_project(request: Request, project: str, subject: str | None = None) -> Reply:
    """A project's or a subject's experiments, owned and shared in."""
    negotiate(request, *TABLE)
    site = request.site
    here = visible_project(site, request.user, project)
    known = site.subject_in(here.id, subject) if subject is not None else None
    if subject is not None and (known is None or not may_read_session(site, request.user, known)):
        raise Refused(404, f"Unable to identify subject {subject}")
    query = _query(request, here.id, "xnat:subjectAssessorData", _DEFAULT)
    described = query.fields()
    if described is not None:
        return described
    readable_project(site, request.user, project, "experiments")
    with site.lock:
        found = site.sessions.of(here.id)
    if known is not None:
        found = [session for session in found if session.subject == known.id]
    return query.answer(query.paged(found), _URI, raw=True)


@ROUTES.at("/data/experiments")
@broken(silently=False)
def everywhere(request: Request) -> Reply:
    """All that the caller can read: rights are looked at after the page was cut out."""
    negotiate(request, *TABLE)
    site, user = request.site, request.user
    kind = Experiments(site)
    query = Query(request, kind, "xnat:experimentData")
    described = query.fields()
    if described is not None:
        return described
    if request.get("recent") is not None:
        return recent(request)
    defaults = list(_DEFAULT)
    if model.is_a(query.root, "xnat:subjectAssessorData"):
        defaults += ["subject_ID", "subject_label"]
    if model.is_a(query.root, "xnat:imageAssessorData"):
        defaults += ["session_ID", "session_label"]
    query = _query(request, "", "xnat:experimentData", defaults)
    lines = (line for line in query.paged(_all(site)) if may_read_session(site, user, line[0]))
    return query.answer(lines, _URI, title="Matching experiments", raw=True)


def _query(request: Request, project: str, root: str, defaults: Iterable[str]) -> Query:
    kind = Experiments(request.site, project)
    query = Query(request, kind, root)
    # where rights are not given on the type itself, what they are checked by comes along
    query.ask(defaults, *(() if model.secured(query.root) else ("xsiType", "project")))
    if query.root == _IMAGES:
        # the key is called session_ID then, and nothing is called ID (wire-read 13.1)
        query.columns = [column for column in query.columns if column.shown != "ID"]
    kind.rewritten = project if "label" in query.shown else ""
    return query


def _all(site: Site) -> list[Any]:
    """Sessions and, behind them, what was derived from them."""
    with site.lock:
        sessions: list[Session] = list(site.sessions)
    assessors: list[Assessor] = [one for session in sessions for one in list(session.assessors.values())]
    return [*sessions, *assessors]
