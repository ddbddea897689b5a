"""Which single place an address means when something is to be written there (wire-write 4.4, 4.5)."""

from xnat_ferry.practice.http.replies import Refused
from xnat_ferry.practice.http.request import Request
from xnat_ferry.practice.http.routing import under_sessions
from xnat_ferry.practice.rules import places
from xnat_ferry.practice.rules.access import may_read, may_read_session, may_see
from xnat_ferry.practice.rules.places import Place
from xnat_ferry.practice.site.records import Assessor, Project, Resource, Session, Subject

_FULL = (
    "/data/projects/{project}",
    "/data/projects/{project}/subjects/{subject}",
    "/data/subjects/{subject}",
    *under_sessions(""),
    *under_sessions("/scans/{scan}"),
    *under_sessions("/assessors/{assessor}"),
    *under_sessions("/assessors/{assessor}/out"),
    *under_sessions("/assessors/{assessor}/in"),
)
_SHORT = "/data/projects/{project}/experiments/{session}"
"""This form has resources, but no ``files`` of its own (wire-read 0.2)."""


def resource_templates(rest: str = "") -> list[str]:
    """Where a resource's address may stand, with what follows."""
    return [f"{base}/resources/{{resource}}{rest}" for base in (*_FULL, _SHORT)]


def list_templates() -> list[str]:
    """Where the list of resources may stand."""
    return [f"{base}/resources" for base in (*_FULL, _SHORT)]


def file_templates() -> list[str]:
    """Where ``files`` may stand, with or without a resource's label."""
    return [*resource_templates("/files"), *(f"{base}/files" for base in _FULL)]


def place_of(request: Request, names: dict[str, str]) -> Place:
    """The one place that the names of the path mean; 404 for none or several. Raises Refused."""
    project = _project(request, names["project"]) if "project" in names else None
    if "session" in names:
        session = _session(request, names, project)
        return _within(request, session, names)
    if "subject" in names:
        return places.of_subject(request.site, _subject(request, names["subject"], project))
    assert project is not None
    return places.of_project(request.site, project)


def _unknown(what: str, name: str) -> Refused:
    return Refused(404, f"Unable to identify {what} {name}")


def _project(request: Request, name: str) -> Project:
    found = request.site.project_named(name)
    if found is None or not may_see(request.site, request.user, found):
        raise _unknown("project", name)
    return found


def _subject(request: Request, name: str, project: Project | None) -> Subject:
    site = request.site
    found = site.subject_in(project.id, name) if project is not None else site.subjects.get(name)
    if found is None or not any(may_read(site, request.user, one) for one in (found.project, *found.shares)):
        raise _unknown("subject", name)
    return found


def _session(request: Request, names: dict[str, str], project: Project | None) -> Session:
    site, name = request.site, names["session"]
    found = None
    if project is not None and may_read(site, request.user, project.id):
        found = site.session_in(project.id, name)
    found = found or site.sessions.get(name)
    if found is None or not may_read_session(site, request.user, found):
        inside = "scan" in names or "assessor" in names
        raise _unknown("image session" if inside else "experiment", name)
    return found.filled()


def _within(request: Request, session: Session, names: dict[str, str]) -> Place:
    if "scan" in names:
        scans = places.selected_scans(session, names["scan"])
        if len(scans) != 1:
            raise _unknown("scan", names["scan"])
        return places.of_scan(session, scans[0])
    if "assessor" in names:
        side = "in" if f"/assessors/{names['assessor']}/in/" in request.path else "out"
        return places.of_assessor(session, _assessor(session, names["assessor"]), side)
    return places.of_session(session)


def _assessor(session: Session, name: str) -> Assessor:
    for one in session.assessors.values():
        if name in (one.label, one.id):
            return one
    raise _unknown("assessor", name)


def resource_at(request: Request, place: Place, label: str) -> Resource | None:
    """The resource of that label or number; digits are always taken for a number. Raises Refused."""
    if not label.isdigit():
        return place.resources.get(label)
    for resource in place.resources.values():
        if str(resource.id) == label:
            return resource
    elsewhere = places.numbered(request.site, label)
    if elsewhere is not None and may_read(request.site, request.user, elsewhere.place.project):
        raise Refused(403, "User account doesn't have permission to modify this session.")
    raise Refused(404)


def security_of(place: Place) -> tuple[str, str]:
    """The ID and type of the object whose history a change there belongs to."""
    if place.session is not None:
        return place.session.id, place.session.xsi_type
    kind = "xnat:subjectData" if isinstance(place.holder, Subject) else "xnat:projectData"
    return str(place.holder.id), kind
