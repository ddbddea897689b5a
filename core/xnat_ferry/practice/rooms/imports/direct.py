"""Committing, reading and dropping what was received straight into the archive (wire-write 1.8)."""

import json
import shutil
from functools import partial

from xnat_ferry.practice.clock import written
from xnat_ferry.practice.dicom.anonymise import anonymise
from xnat_ferry.practice.http.replies import Refused, Reply, as_json
from xnat_ferry.practice.http.request import Request
from xnat_ferry.practice.http.routing import Routes
from xnat_ferry.practice.rooms.imports.direct_rows import named_so
from xnat_ferry.practice.rooms.settings.scripts import script_id
from xnat_ferry.practice.rooms.waiting.log import write_log
from xnat_ferry.practice.rules.access import may_delete, may_edit, may_read
from xnat_ferry.practice.site.keeping import read_header
from xnat_ferry.practice.site.records import Session, StoredFile, Waiting, session_type
from xnat_ferry.practice.site.site import Site

ROUTES = Routes()


@ROUTES.at("/xapi/direct-archive/{project}/{tag}/{name}", methods="GET POST")
def record(request: Request, project: str, tag: str, name: str) -> Reply:
    """GET reads a record, POST commits it: 200 without a word."""
    if not may_read(request.site, request.user, project):
        return Reply(403)
    found = named_so(request.site, project, tag, name)
    if not found:
        raise Refused(404, f"No direct archive session {project}/{tag}/{name}")
    ((number, row),) = found
    if request.method == "GET":
        return as_json(_told(number, row))
    if not may_edit(request.site, request.user, project):
        return Reply(403, f"User cannot trigger archive for project {project}".encode())
    _commit(request, number, row)
    return Reply(200)


@ROUTES.at("/xapi/direct-archive/{number}", methods="DELETE")
def drop(request: Request, number: str) -> Reply:
    """The record and its files, for whoever may delete in the project."""
    row = request.site.direct.get(int(number)) if number.isdigit() else None
    if row is None:
        raise Refused(404, f"No direct archive session {number}")
    if not may_delete(request.site, request.user, row.project):
        return Reply(403)
    with request.site.lock:
        del request.site.direct[int(number)]
        shutil.rmtree(row.place, ignore_errors=True)
    return Reply(200)


@ROUTES.at("/xapi/direct-archive", methods="POST")
def listing(request: Request) -> Reply:
    """The records that the caller may see, a page at a time: ``{"page": 1, "size": 50}``."""
    asked = json.loads(request.body.read() or b"{}")
    page, size = int(asked.get("page", 1)), int(asked.get("size", 50))
    seen = [
        _told(number, row)
        for number, row in request.site.direct.items()
        if may_read(request.site, request.user, row.project)
    ]
    return as_json(seen[(page - 1) * size : page * size])


def _told(number: int, row: Waiting) -> dict[str, object]:
    return {
        "id": number,
        "project": row.project,
        "subject": row.subject,
        "name": row.name,
        "folderName": row.folder,
        "tag": row.study_uid,
        "status": row.status,
        "timestamp": row.timestamp,
        "uploadDate": int(row.uploaded * 1000),
        "lastBuiltDate": int(row.last_modified * 1000),
        "source": row.source or None,
        "visit": row.visit or None,
        "protocol": row.protocol or None,
        "scan_date": row.date or None,
    }


def _commit(request: Request, number: int, row: Waiting) -> None:
    """The files stay where they are; the project's script goes over them, then the session is there."""
    site = request.site
    with site.lock:
        if row.locked or site.session_in(row.project, row.name) is not None:
            raise Refused(500, "Unable to archive: a session of that label exists or is being archived")
        row.status = "_ARCHIVING"
    _anonymise(site, row)
    with site.lock:
        subject = site.make_subject(row.project, row.subject)
        modalities = {scan.modality for scan in row.scans.values()}
        session = Session(
            site.next_id("E"),
            row.name,
            row.project,
            subject.id,
            session_type(modalities),
            row.date,
            row.study_uid,
            row.place,
            written(site.clock.now()),
            scans=row.scans,
        )
        site.sessions.add(session)
        del site.direct[number]
        site.note(request.user, session.id, session.project, session.xsi_type, "Transferred", kind="PROCESS")


def _anonymise(site: Site, row: Waiting) -> None:
    project = site.projects[row.project]
    if not (project.script and project.script_enabled) or row.prevent_anon:
        return
    names = {"project": row.project, "subject": row.subject, "session": row.name}
    for scan in row.scans.values():
        for file in scan.files():
            _anonymise_file(site, row, file, project.script, names)


def _anonymise_file(site: Site, row: Waiting, file: StoredFile, script: str, names: dict[str, str]) -> None:
    part = file.place.with_name(f".{file.place.name}.part")
    tell = partial(write_log, site, row)
    done = anonymise(
        file.place, part, script, names, script_id(site, row.project), tell, digest=site.keeps_checksums
    )
    part.replace(file.place)
    file.size, file.digest = done.size, done.digest
    read_header(file)
