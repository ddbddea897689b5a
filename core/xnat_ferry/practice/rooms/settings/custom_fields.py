"""Custom fields: a JSON object on each project, subject, session, scan, assessor (wire-read 4.5, 13.10)."""

import json
from typing import NamedTuple

from xnat_ferry.practice.http.bodies import media_type
from xnat_ferry.practice.http.replies import Refused, Reply, as_json, text
from xnat_ferry.practice.http.request import Request
from xnat_ferry.practice.http.routing import Routes
from xnat_ferry.practice.rules import events
from xnat_ferry.practice.rules.access import may_delete, may_edit, may_read, may_read_session
from xnat_ferry.practice.rules.xapi import EMPTY, project_for
from xnat_ferry.practice.site.records import Assessor, Project, Scan, Session, Subject

ROUTES = Routes()

_SESSIONS = (
    "/xapi/custom-fields/projects/{project}/subjects/{subject}/experiments/{session}",
    "/xapi/custom-fields/projects/{project}/experiments/{session}",
    "/xapi/custom-fields/experiments/{session}",
)
_PLACES = (
    "/xapi/custom-fields/projects/{project}",
    "/xapi/custom-fields/projects/{project}/subjects/{subject}",
    "/xapi/custom-fields/subjects/{subject}",
    *_SESSIONS,
    *(f"{place}/scans/{{scan}}" for place in _SESSIONS),
    *(f"{place}/assessors/{{assessor}}" for place in _SESSIONS),
)


class _Place(NamedTuple):
    """What the fields are of."""

    holder: Project | Subject | Session | Scan | Assessor
    item: str
    """The ID that the history is kept under."""
    project: str
    data_type: str


@ROUTES.at(*(f"{place}/fields" for place in _PLACES), methods="GET PUT")
def fields(request: Request, **names: str) -> Reply:
    """All, or those of ``fieldNames``; PUT merges and answers with all."""
    place = _find(request, names)
    if request.method == "PUT":
        _check_edit(request, place)
        given = _object(request)
        with request.site.lock:
            place.holder.custom_fields.update(given)
        _record(request, place)
        return as_json(place.holder.custom_fields)
    wanted = {name for value in request.query.get("fieldNames", []) for name in value.split(",")}
    kept = place.holder.custom_fields
    return as_json({name: kept[name] for name in kept if not wanted or name in wanted})


@ROUTES.at(*(f"{place}/fields/{{name}}" for place in _PLACES), methods="GET DELETE")
def field(request: Request, name: str, **names: str) -> Reply:
    """One value as text; DELETE answers with what is left."""
    place = _find(request, names)
    if request.method == "DELETE":
        _check_edit(request, place)
    if name not in place.holder.custom_fields:
        raise _not_found(f"Field {name} not found")
    if request.method == "GET":
        value = place.holder.custom_fields[name]
        return text(value if isinstance(value, str) else json.dumps(value))
    with request.site.lock:
        place.holder.custom_fields.pop(name, None)
    _record(request, place)
    return as_json(place.holder.custom_fields)


def _not_found(message: str) -> Refused:
    return Refused(404, message)


def _find(request: Request, names: dict[str, str]) -> _Place:
    """What the address means; 404 for the unknown and for what the caller may not read."""
    if "session" in names:
        return _below_session(request, names)
    if "subject" in names:
        found = _subject(request, names)
        return _Place(found, found.id, found.project, "xnat:subjectData")
    return _project(request, names["project"])


def _project(request: Request, name: str) -> _Place:
    """403 for the unknown and for strangers, also to a protected project whose record they may read."""
    found = project_for(request, name, may_read)
    return _Place(found, found.id, found.id, "xnat:projectData")


def _subject(request: Request, names: dict[str, str]) -> Subject:
    site, name = request.site, names["subject"]
    found = site.subject_in(names["project"], name) if "project" in names else site.subjects.get(name)
    if found is None or not any(may_read(site, request.user, one) for one in (found.project, *found.shares)):
        raise _not_found(f"Subject {name} not found")
    return found


def _below_session(request: Request, names: dict[str, str]) -> _Place:
    site, name = request.site, names["session"]
    found = site.sessions.get(name)
    if found is None and "project" in names:
        found = site.session_in(names["project"], name)
    if found is None or not may_read_session(site, request.user, found):
        raise _not_found(f"Experiment {name} not found")
    found.filled()
    if "scan" in names:
        scan = found.scans.get(names["scan"])
        if scan is None:
            raise _not_found(f"Scan {names['scan']} not found")
        return _Place(scan, found.id, found.project, found.xsi_type)
    if "assessor" in names:
        assessor = _assessor(found, names["assessor"])
        return _Place(assessor, assessor.id, assessor.project, assessor.xsi_type)
    return _Place(found, found.id, found.project, found.xsi_type)


def _assessor(session: Session, name: str) -> Assessor:
    for one in session.assessors.values():
        if name in (one.id, one.label):
            return one
    raise _not_found(f"Assessor {name} not found")


def _check_edit(request: Request, place: _Place) -> None:
    """403: a project's belong to its owners, all else to who may edit in the owning project."""
    allowed = may_delete if isinstance(place.holder, Project) else may_edit
    if not allowed(request.site, request.user, place.project):
        raise Refused(403, EMPTY)


def _object(request: Request) -> dict[str, object]:
    if media_type(request) not in ("", "application/json"):
        raise Refused(415, EMPTY)
    try:
        given = json.loads(request.body.read())
    except ValueError:
        given = None
    if not isinstance(given, dict):
        raise Refused(400, "A JSON object of fields is needed.")
    return given


def _record(request: Request, place: _Place) -> None:
    events.record(request, place.item, place.project, place.data_type, "Modified custom fields")
