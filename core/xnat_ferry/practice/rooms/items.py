"""Single objects: a page for people, item JSON for programs, deletion (wire-read 2.6, wire-write 6)."""

import shutil
from datetime import datetime

from xnat_ferry.practice.http.negotiation import negotiate
from xnat_ferry.practice.http.replies import Refused, Reply, as_json, html_page
from xnat_ferry.practice.http.request import Request
from xnat_ferry.practice.http.routing import Routes, under_sessions
from xnat_ferry.practice.rooms.access import may_delete, may_read, readable_session, visible_project
from xnat_ferry.practice.site.records import Resource, Scan, Session, Subject

ROUTES = Routes()

Fields = dict[str, object]


@ROUTES.at("/data/projects/{project}")
def project(request: Request, project: str) -> Reply:
    found = visible_project(request.site, request.user, project)
    if request.rest.strip("/"):
        raise Refused(400, f"Unknown project setting {request.rest.strip('/')}")
    fields: Fields = {"ID": found.id, "secondary_ID": found.id, "name": found.id, "active": "true"}
    return _show(request, _item("xnat:projectData", fields, {}), f"Project {found.id}")


@ROUTES.at("/data/projects/{project}/subjects/{subject}", "/data/subjects/{subject}", methods="GET DELETE")
def subject(request: Request, subject: str, project: str | None = None) -> Reply:
    site = request.site
    found = site.subjects.get(subject) or (site.subject_in(project, subject) if project else None)
    if found is None or not any(may_read(site, request.user, one) for one in (found.project, *found.shares)):
        raise Refused(404, "Unable to find the specified subject.")
    if request.method == "DELETE":
        return _delete_subject(request, found)
    fields: Fields = {"ID": found.id, "label": found.label, "project": found.project}
    return _show(request, _item("xnat:subjectData", fields, {}), f"Subject {found.label}")


@ROUTES.at("/data/projects/{project}/experiments/{session}", *under_sessions(""), methods="GET DELETE")
def session(request: Request, session: str, project: str | None = None, subject: str | None = None) -> Reply:
    """By accession ID whatever stands above it in the path, else by label (wire-read 2.3)."""
    if project is not None and session not in request.site.sessions:
        visible_project(request.site, request.user, project)
    found = readable_session(request.site, request.user, session, project)
    if request.method == "DELETE":
        return _delete_session(request, found, project)
    return _show(
        request, _item(found.xsi_type, _session_fields(found), _session_children(request, found)), found.label
    )


@ROUTES.at(*under_sessions("/scans/{scan}"))
def scan(request: Request, session: str, scan: str, project: str | None = None) -> Reply:
    found = readable_session(request.site, request.user, session, project)
    if scan not in found.scans:
        raise Refused(404, "Unable to find the specified scan.")
    one = found.scans[scan]
    return _show(request, _scan_item(one, found.id), f"Scan {one.id}")


def _show(request: Request, item: Fields, title: str) -> Reply:
    negotiate(request, "html", "xml")
    if request.format("html") == "json":
        return as_json({"items": [item]})
    return html_page(title)


def _item(xsi_type: str, fields: Fields, children: dict[str, list[Fields]]) -> Fields:
    start = datetime(2024, 3, 5, 10, 11, 12).strftime("%a %b %d %H:%M:%S UTC %Y")  # noqa: DTZ001
    return {
        "meta": {"create_event_id": 1, "xsi:type": xsi_type, "isHistory": False, "start_date": start},
        "data_fields": {key: value for key, value in fields.items() if value not in ("", None)},
        "children": [{"field": name, "items": items} for name, items in children.items() if items],
    }


def _session_fields(found: Session) -> Fields:
    return {
        "ID": found.id,
        "label": found.label,
        "project": found.project,
        "subject_ID": found.subject,
        "UID": found.study_uid,
        "date": found.date,
        "modality": found.xsi_type.removeprefix("xnat:").removesuffix("SessionData").upper(),
    }


def _session_children(request: Request, found: Session) -> dict[str, list[Fields]]:
    shares = [
        _item("xnat:experimentData_share", {"project": p, "label": name}, {})
        for p, name in found.shares.items()
    ]
    variables = [
        _item("xnat:experimentData_field", {"name": k, "field": v}, {}) for k, v in found.variables.items()
    ]
    return {
        "scans/scan": [_scan_item(scan, found.id) for scan in found.scans.values()],
        "sharing/share": shares,
        "resources/resource": [_resource_item(resource) for resource in found.resources.values()],
        "fields/field": variables,
    }


def _scan_item(scan: Scan, session_id: str) -> Fields:
    fields: Fields = {
        "ID": scan.id,
        "UID": scan.uid,
        "type": scan.type,
        "series_description": scan.description,
        "modality": scan.modality,
        "quality": "usable",
        "frames": sum(1 for _ in scan.files()),
        "image_session_ID": session_id,
    }
    return _item(scan.xsi_type, fields, {"file": [_resource_item(one) for one in scan.resources.values()]})


def _resource_item(resource: Resource) -> Fields:
    fields: Fields = {
        "label": resource.label,
        "file_count": len(resource.files),
        "file_size": resource.size,
        "URI": str(resource.place / "catalog.xml"),
        "content": resource.content,
        "format": resource.format,
        "xnat_abstractresource_id": resource.id,
    }
    return _item("xnat:resourceCatalog", fields, {})


def _delete_session(request: Request, found: Session, project: str | None) -> Reply:
    site = request.site
    if request.rest.strip("/"):
        raise Refused(400, f"Illegal file path '{request.rest.strip('/')}' does not start with 'projects/'.")
    if project is not None and project != found.project and project in found.shares:
        site.sessions.unshare(found, project)
        return Reply(200)
    if not may_delete(site, request.user, found.project):
        raise Refused(403, f"User cannot delete experiments for project {found.project}")
    with site.lock:
        site.sessions.remove(found)
        if request.flag("removeFiles"):
            shutil.rmtree(found.folder, ignore_errors=True)
    return Reply(200)


def _delete_subject(request: Request, found: Subject) -> Reply:
    site = request.site
    if not may_delete(site, request.user, found.project):
        raise Refused(403, f"User cannot delete subjects for project {found.project}")
    with site.lock:
        for session in [one for one in site.sessions if one.subject == found.id]:
            _delete_session(request, session, None)
        site.subjects.remove(found)
    return Reply(200)
