"""Subjects by PUT and POST (wire-write 4.1)."""

from xnat_ferry.practice.http.replies import Refused, Reply, text
from xnat_ferry.practice.http.request import Request
from xnat_ferry.practice.http.routing import Routes
from xnat_ferry.practice.rooms.creating.applying import (
    created_in_list,
    set_fields,
    take_parameters,
)
from xnat_ferry.practice.rooms.creating.incoming import Incoming, incoming
from xnat_ferry.practice.rooms.moving.rename import rename_subject
from xnat_ferry.practice.rooms.moving.share import share_subject
from xnat_ferry.practice.rules import events
from xnat_ferry.practice.rules.access import may_edit, may_read, may_see
from xnat_ferry.practice.rules.identifiers import checked_label, valid
from xnat_ferry.practice.site.records import Subject
from xnat_ferry.practice.site.site import Site

ROUTES = Routes()
_TYPE = "xnat:subjectData"
_ELSEWHERE = "Project must be modified through separate URI."


@ROUTES.at("/data/projects/{project}/subjects/{subject}", "/data/subjects/{subject}", methods="PUT")
def put_subject(request: Request, subject: str, project: str | None = None) -> Reply:
    """Create, change, rename or, with ``/projects/DEST`` behind it, share."""
    found = _find(request.site, project, subject)
    if request.rest.strip("/"):
        if found is None:
            raise Refused(404, "Unable to find the specified subject.")
        return share_subject(request, found)
    given = _given(request)
    into = _project(request, project or given.values.get("project") or (found.project if found else ""))
    found = found or _find(request.site, into, given.values.get("ID") or given.values.get("label") or "")
    if found is None:
        made = _create(request, into, given, given.values.get("label") or subject)
        return text(made.id, 201)
    return _change(request, found, into, given)


@ROUTES.at("/data/projects/{project}/subjects", methods="POST")
def post_subject(request: Request, project: str) -> Reply:
    """A new one in a collection; without a label its ID serves."""
    given = _given(request)
    into = _project(request, project)
    label = given.values.get("label", "")
    if label and _find(request.site, into, label) is not None:
        raise Refused(409, "Subject already exists.")
    return created_in_list(request, _create(request, into, given, label).id)


def _find(site: Site, project: str | None, name: str) -> Subject | None:
    if project is None:
        return site.subjects.get(name)
    known = site.project_named(project)
    return site.subject_in(known.id, name) if known is not None and name else None


def _given(request: Request) -> Incoming:
    given = incoming(request, "subject")
    take_parameters(given, "subject", _TYPE)
    if given.xsi_type not in ("", _TYPE):
        raise Refused(422, "Only xnat:Subject documents can be PUT to this address.")
    return given


def _project(request: Request, name: str) -> str:
    found = request.site.project_named(name)
    if found is None or not may_see(request.site, request.user, found):
        raise Refused(422, "Submitted subject record must include the project attribute.")
    return found.id


def insufficient(verb: str) -> Refused:
    """What is said to somebody who may not do that."""
    words = f"Specified user account has insufficient {verb} privileges for subjects in this project."
    return Refused(403, words)


def _create(request: Request, project: str, given: Incoming, label: str) -> Subject:
    site = request.site
    if not may_edit(site, request.user, project):
        raise insufficient("create")
    if given.values.get("project", project) != project:
        raise Refused(409, _ELSEWHERE)
    events.require_reason(request)
    identifier = given.values.get("ID", "")
    if identifier and not valid(identifier):
        raise Refused(417, "Invalid character in subject label.")
    checked_label(label or identifier or "new")
    with site.lock:
        identifier = identifier or site.next_id("S")
        if label and site.subjects.labelled(project, label) is not None:
            raise Refused(409, "Conflict: Duplicate subject label")
        made = Subject(identifier, label or identifier, project, site.now(), request.user)
        _fill(made, given)
        site.subjects.add(made)
    events.record(request, made.id, project, _TYPE, "Added Subject")
    return made


def _fill(subject: Subject, given: Incoming) -> None:
    set_fields(subject.fields, given.values)
    subject.variables.update(given.variables)


def _change(request: Request, found: Subject, into: str, given: Incoming) -> Reply:
    site = request.site
    owner = given.values.get("project") or found.project
    if into != found.project or owner != found.project:
        raise Refused(409, _ELSEWHERE)
    if not may_read(site, request.user, found.project) or not may_edit(site, request.user, found.project):
        raise insufficient("edit")
    if request.get("label"):
        # rename or nothing: whatever else was sent is dropped
        return rename_subject(request, found, into, request.get("label") or "")
    if given.values.get("ID", found.id) != found.id:
        raise Refused(400, "ID cannot be modified")
    events.require_reason(request)
    label = given.values.get("label", found.label)
    with site.lock:
        if label != found.label:
            site.subjects.relabel(found, found.project, checked_label(label))
        if request.flag("allowDataDeletion") and (request.get("loadExisting") or "").lower() in (
            "false",
            "0",
        ):
            found.fields.clear()
            found.variables.clear()
        _fill(found, given)
    events.record(request, found.id, found.project, _TYPE, "Modified Subject")
    return text(found.id)
