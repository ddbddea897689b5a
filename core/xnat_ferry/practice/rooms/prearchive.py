"""What waits in the prearchive: reading it and acting on one session (wire-write 2)."""

import re
import shutil
from xml.sax.saxutils import escape, quoteattr

from xnat_ferry.practice.clock import written
from xnat_ferry.practice.http.ranges import in_part
from xnat_ferry.practice.http.replies import Refused, Reply, text, uri_list, xml
from xnat_ferry.practice.http.request import Request
from xnat_ferry.practice.http.routing import Routes
from xnat_ferry.practice.http.tables import Cells, table
from xnat_ferry.practice.rooms.access import is_admin, may_edit
from xnat_ferry.practice.rooms.archiving import archive_row, validate
from xnat_ferry.practice.site.records import UNASSIGNED, Waiting, session_type
from xnat_ferry.practice.site.site import Site

ROUTES = Routes()

COLUMNS = [
    "project",
    "timestamp",
    "lastmod",
    "uploaded",
    "scan_date",
    "scan_time",
    "subject",
    "folderName",
    "name",
    "tag",
    "status",
    "url",
    "autoarchive",
    "prevent_anon",
    "prevent_auto_commit",
    "SOURCE",
    "VISIT",
    "PROTOCOL",
    "TIMEZONE",
]
_PLACE = re.compile(r"/prearchive/projects/([^/]+)/([^/]+)/([^/]+)")


def build_row(site: Site, row: Waiting) -> None:
    """Write the session document: from here on the row can be looked into and archived."""
    row.status, row.built, row.last_modified = "READY", True, site.clock.now()


def rebuild_idle(site: Site) -> None:
    """The timed rebuilder: rows that have been idle for five minutes (wire-write 2.3)."""
    now = site.clock.now()
    with site.lock:
        for row in list(site.waiting.values()):
            idle = row.status == "RECEIVING" and now - row.last_modified >= 5 * 60
            if not idle or row.prevent_auto_commit or row.source == "uploader":
                continue
            build_row(site, row)
            project = site.projects.get(row.project)
            if project is not None and project.prearchive_code >= 4:
                try:
                    archive_row(site, row, merge=True, override=False, user="")
                except Refused as error:
                    row.log.append(error.message or "")


@ROUTES.at("/data/prearchive")
def rows(request: Request) -> Reply:
    """All rows of the projects that the caller may edit."""
    rebuild_idle(request.site)
    wanted = request.rest.strip("/").removeprefix("projects").strip("/")
    names = wanted.split(",") if wanted else None
    for name in names or ():
        if name != UNASSIGNED and name not in request.site.projects:
            raise Refused(500, f"No project named {name}")
        if not _may(request, name):
            raise Refused(403, "user does not have permission")
    found = [
        row
        for row in request.site.waiting.values()
        if (names is None and _may(request, row.project))
        or (names is not None and row.project in names)
        or (names is not None and row.project == UNASSIGNED and is_admin(request.site, request.user))
    ]
    return table(request, [_cells(request.site, row) for row in found], COLUMNS, total=False)


def _may(request: Request, project: str) -> bool:
    if project == UNASSIGNED:
        return is_admin(request.site, request.user)
    return may_edit(request.site, request.user, project)


def _cells(site: Site, row: Waiting) -> Cells:
    project = site.projects.get(row.project)
    code = project.prearchive_code if project else 0
    return {
        "project": row.project,
        "timestamp": row.timestamp,
        "lastmod": written(row.last_modified),
        "uploaded": written(row.uploaded),
        "scan_date": row.date,
        "subject": row.subject,
        "folderName": row.folder,
        "name": row.name,
        "tag": row.study_uid,
        "status": row.status,
        "url": row.path,
        "autoarchive": {4: "AutoArchive", 5: "AutoArchiveOverwrite"}.get(code, "Manual"),
        "prevent_anon": row.prevent_anon,
        "prevent_auto_commit": row.prevent_auto_commit,
        "SOURCE": row.source,
    }


@ROUTES.at("/data/prearchive/projects/{project}/{timestamp}/{folder}", methods="GET POST DELETE")
def one(request: Request, project: str, timestamp: str, folder: str) -> Reply:
    """One session: its row, its document, what is in it, or an action on it."""
    if not _may(request, project):
        raise Refused(403, "user does not have permission")
    row = request.site.waiting.get((project, timestamp, folder))
    rest = request.rest.strip("/")
    if request.method == "DELETE":
        return _delete(request, row, rest)
    if request.method == "POST":
        return _act(request, row)
    if rest:
        return _inside(request, row, rest.split("/"))
    if request.get("format") == "json":
        return table(request, [_cells(request.site, row)] if row else [], COLUMNS, total=False)
    return xml(_document(_built(row)))


def _built(row: Waiting | None) -> Waiting:
    if row is None or not row.built:
        words = "The named session exists, but its XNAT session document is not available. "
        raise Refused(404, words + "The session is likely invalid or incomplete.")
    return row


def _document(row: Waiting) -> str:
    kind = session_type({scan.modality for scan in row.scans.values()})
    name = kind.removeprefix("xnat:").removesuffix("SessionData")
    element = f"{name.upper() if len(name) == 2 else name.capitalize()}Session"
    scans = "".join(
        f"<xnat:scan ID={quoteattr(scan.id)} UID={quoteattr(scan.uid)} type={quoteattr(scan.type)} "
        f'xsi:type="{scan.xsi_type}"><xnat:series_description>{escape(scan.description)}'
        f"</xnat:series_description>"
        + "".join(
            f"<xnat:file label={quoteattr(label)} URI={quoteattr(f'SCANS/{scan.id}/{label}/catalog.xml')} "
            'content="RAW" format="DICOM" xsi:type="xnat:resourceCatalog"/>'
            for label in scan.resources
        )
        + "</xnat:scan>"
        for scan in row.scans.values()
    )
    spaces = 'xmlns:xnat="http://nrg.wustl.edu/xnat" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    return (
        f"<xnat:{element} project={quoteattr(row.project)} label={quoteattr(row.name)} "
        f"UID={quoteattr(row.study_uid)} {spaces}><xnat:date>{row.date}</xnat:date>"
        f"<xnat:scans>{scans}</xnat:scans></xnat:{element}>"
    )


def _inside(request: Request, row: Waiting | None, parts: list[str]) -> Reply:
    if parts[0] == "logs":
        return text("\n".join(row.log[-1:]) if row else "")
    found = _built(row)
    if parts == ["scans"]:
        cells: list[Cells] = [
            {"ID": scan.id, "xsiType": scan.xsi_type, "series_description": scan.description}
            for scan in found.scans.values()
        ]
        return table(request, cells, ["ID", "xsiType", "series_description"], total=False)
    if parts[0] != "scans" or parts[1] not in found.scans:
        raise Refused(404)
    resources = found.scans[parts[1]].resources
    if parts[2:] == ["resources"]:
        sizes: list[Cells] = [
            {"label": label, "file_count": len(one.files), "file_size": one.size}
            for label, one in resources.items()
        ]
        return table(request, sizes, ["label", "file_count", "file_size"], total=False)
    return _files(request, found, parts)


def _files(request: Request, row: Waiting, parts: list[str]) -> Reply:
    """Name, size and address; neither UID nor digest is told here."""
    resource = row.scans[parts[1]].resources.get(parts[3] if len(parts) > 3 else "")
    if resource is None or len(parts) < 5 or parts[4] != "files":
        raise Refused(404)
    name = "/".join(parts[5:])
    if name:
        if name not in resource.files:
            raise Refused(400, f"Unable to access the file at: {name}")
        return in_part(request, resource.files[name].place, {})
    cells: list[Cells] = [
        {"Name": file.path, "Size": file.size, "URI": f"{request.path}/{file.path}"}
        for file in resource.files.values()
    ]
    return table(request, cells, ["Name", "Size", "URI"], total=False)


def _delete(request: Request, row: Waiting | None, rest: str) -> Reply:
    """200 also where there is nothing, or where the row is locked (wire-write 2.4)."""
    if rest:
        raise Refused(400)
    if row is not None and not row.status.startswith("_"):
        with request.site.lock:
            request.site.waiting.pop(row.key, None)
            shutil.rmtree(row.place, ignore_errors=True)
    return Reply(200)


def _act(request: Request, row: Waiting | None) -> Reply:
    action = request.get("action")
    if action is None:
        raise Refused(400, f"No action parameter was specified for the request by user {request.user}")
    if row is None:
        raise Refused(404)
    if row.status.startswith("_"):
        raise Refused(409, "session document locked")
    with request.site.lock:
        if action in ("build", "reset-status"):
            build_row(request.site, row)
            return uri_list(f"/data{row.path}", end=False)
        if action == "commit":
            return _commit(request, row)
        if action == "move":
            return _move(request, row)
    raise Refused(400, f"User {request.user} requested an unsupported action on prearchive session: {action}")


def _commit(request: Request, row: Waiting) -> Reply:
    build_row(request.site, row)
    project = request.site.projects.get(row.project)
    if not (request.flag("AA") or request.flag("auto-archive") or (project and project.prearchive_code >= 4)):
        return uri_list(f"/data{row.path}", end=False)
    try:
        session = archive_row(request.site, row, merge=True, override=False, user=request.user)
    except Refused as error:
        raise Refused(
            500, f"FAILED: Unable to archive {row.folder}: Operation Failed: {error.message}"
        ) from None
    subject = request.site.subjects[session.subject].label
    # 301 without a Location, as the real one (wire-write 2.4)
    return text(f"/data/archive/projects/{row.project}/subjects/{subject}/experiments/{session.label}", 301)


def _move(request: Request, row: Waiting) -> Reply:
    target = request.get("newProject") or ""
    if target not in request.site.projects or not may_edit(request.site, request.user, target):
        raise Refused(403, "Unable to modify session data for destination project.")
    del request.site.waiting[row.key]
    row.project = target
    request.site.waiting[row.key] = row
    return uri_list(f"/data{row.path}", end=False, status=301)


def _sources(request: Request) -> list[Waiting]:
    sources = request.query.get("src", [])
    if not sources:
        raise Refused(404, "Unknown prearchive session.")
    found = []
    for source in sources:
        place = _PLACE.fullmatch(source.removeprefix("/data"))
        if place is None:
            raise Refused(400, f"Invalid src URI ({source})")
        if place[1] == UNASSIGNED:
            raise Refused(400, "Cannot archive sessions from the Unassigned folder.")
        if not may_edit(request.site, request.user, place[1]):
            raise Refused(403, source)
        row = request.site.waiting.get((place[1], place[2], place[3]))
        if row is None:
            raise Refused(404, f"{source} not found.")
        found.append(row)
    return found


@ROUTES.at("/data/services/validate-archive", methods="POST")
def validate_archive(request: Request) -> Reply:
    """A dry run of archiving, as a table of all that it would meet (wire-write 2.6)."""
    sources = _sources(request)
    if len(sources) > 1:
        raise Refused(400, "Cannot validate multiple sessions in one request.")
    rows: list[Cells] = [
        {"code": code, "type": kind, "message": message}
        for code, kind, message in sorted(validate(request.site, sources[0]))
    ]
    return table(request, rows, ["code", "type", "message"], total=False)


@ROUTES.at("/data/services/archive", methods="POST")
def archive(request: Request) -> Reply:
    """``services/archive`` for one session; any failure is a 500 with the reason in the headline."""
    rows = _sources(request)
    overwrite = request.get("overwrite") or ""
    if len(rows) > 1:
        for row in rows:
            _archive_quietly(request, row, overwrite)
        cells = [_cells(request.site, row) for row in rows]
        return table(request, cells, COLUMNS, total=False, default="xml")
    row = rows[0]
    if row.status.startswith("_"):
        raise Refused(403, "Operation already in progress on this prearchive entry.")
    override = overwrite in ("append", "delete")
    try:
        session = archive_row(request.site, row, merge=True, override=override, user=request.user)
    except Refused as error:
        raise Refused(
            500, f"FAILED: Unable to archive {row.folder}: Operation Failed: {error.message}"
        ) from None
    subject = request.site.subjects[session.subject].label
    address = f"/data/archive/projects/{row.project}/subjects/{subject}/experiments/{session.label}"
    code = request.site.projects[row.project].prearchive_code
    quiet = request.get("auto-archive") == "false" or request.get("AA") == "false"
    if request.get("redirect") == "true" or (code >= 4 and not quiet):
        return Reply(303, b"", headers={"Location": f"{request.base}{address}"})
    return uri_list(address)


def _archive_quietly(request: Request, row: Waiting, overwrite: str) -> None:
    merge = overwrite in ("append", "delete")
    try:
        archive_row(request.site, row, merge=merge, override=overwrite == "delete", user=request.user)
    except Refused as error:
        row.log.append(error.message or "")
