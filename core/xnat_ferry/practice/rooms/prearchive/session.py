"""One waiting session: its row, its document, and what is in it (wire-write 2.1, 2.4)."""

from xnat_ferry.practice.http.bodies import NotInBody, body_of
from xnat_ferry.practice.http.ranges import in_part
from xnat_ferry.practice.http.replies import Refused, Reply, text, xml
from xnat_ferry.practice.http.request import Request
from xnat_ferry.practice.http.routing import Routes
from xnat_ferry.practice.http.tables import Cells, table
from xnat_ferry.practice.rooms.archiving.rebuilder import rebuild_idle
from xnat_ferry.practice.rooms.files.zips import stored_zip
from xnat_ferry.practice.rooms.prearchive.actions import act
from xnat_ferry.practice.rooms.prearchive.document import document_of
from xnat_ferry.practice.rooms.prearchive.removal import remove_row, remove_scan
from xnat_ferry.practice.rooms.waiting.log import entries
from xnat_ferry.practice.rooms.waiting.rows import NO_PERMISSION, may_work_on, rows_table
from xnat_ferry.practice.site.keeping import measure
from xnat_ferry.practice.site.records import UNASSIGNED, Resource, StoredFile, Waiting
from xnat_ferry.practice.site.site import Site

ROUTES = Routes()
_TABLES = ("json", "csv", "html")
_NO_DOCUMENT = (
    "The named session exists, but its XNAT session document is not available. "
    "The session is likely invalid or incomplete."
)


@ROUTES.at("/data/prearchive/projects/{project}/{timestamp}/{folder}", methods="GET PUT POST DELETE")
def one(request: Request, project: str, timestamp: str, folder: str) -> Reply:
    """Reading it, adding a file, an action, or removing it."""
    # ordinary users may act on what is unassigned, but neither see nor remove it (wire-read 13.7)
    acting = request.method == "POST" and project == UNASSIGNED and bool(request.user)
    if not acting and not may_work_on(request.site, request.user, project):
        raise Refused(403, NO_PERMISSION)
    rebuild_idle(request.site)
    row = request.site.waiting.get((project, timestamp, folder))
    parts = [part for part in request.rest.split("/") if part]
    match request.method:
        case "POST":
            return act(request, row)
        case "DELETE":
            return _remove(request, row, parts)
        case "PUT":
            return _put(request, _built(row), parts)
    return _inside(request, row, parts) if parts else _whole(request, row)


def _built(row: Waiting | None) -> Waiting:
    if row is None or not row.built:
        raise Refused(404, _NO_DOCUMENT)
    return row


def _remove(request: Request, row: Waiting | None, parts: list[str]) -> Reply:
    if len(parts) == 2 and parts[0] == "scans":
        return remove_scan(request.site, _built(row), parts[1])
    if parts:
        raise Refused(400)
    return remove_row(request.site, row)


def _whole(request: Request, row: Waiting | None) -> Reply:
    wanted = request.format("xml")
    if wanted in _TABLES:
        return rows_table(request, [row] if row is not None else [])
    if wanted == "zip":
        found = _built(row)
        compression = int(str(request.site.preferences["zipCompressionMethod"]))
        members = [
            (f"{found.folder}/{path.relative_to(found.place)}", path)
            for path in sorted(found.place.rglob("*"))
            if path.is_file()
        ]
        return Reply(200, stored_zip(members, compression), "application/zip")
    if wanted != "xml":
        raise Refused(400, f"Requested type {wanted} is not supported")
    return xml(document_of(_built(row)))


def _inside(request: Request, row: Waiting | None, parts: list[str]) -> Reply:
    if parts[0] == "logs":
        return _logs(request, row, parts[1:])
    found = _built(row)
    if parts == ["scans"]:
        cells: list[Cells] = [
            {"ID": scan.id, "xsiType": scan.xsi_type, "series_description": scan.description}
            for scan in found.scans.values()
        ]
        return table(request, cells, ["ID", "xsiType", "series_description"], total=False)
    if parts[0] == "resources":
        return _resources(request, found.resources, parts[1:])
    if len(parts) > 2 and parts[0] == "scans" and parts[1] in found.scans and parts[2] == "resources":
        return _resources(request, found.scans[parts[1]].resources, parts[3:])
    raise Refused(404)


def _resources(request: Request, resources: dict[str, Resource], parts: list[str]) -> Reply:
    """All of them; the files of one with name, size and address, without UID and digest; or one file."""
    if not parts:
        sizes: list[Cells] = [
            {"label": label, "file_count": len(one.files), "file_size": one.size}
            for label, one in resources.items()
        ]
        return table(request, sizes, ["label", "file_count", "file_size"], total=False)
    resource = resources.get(parts[0])
    if resource is None or (len(parts) > 1 and parts[1] != "files"):
        raise Refused(404)
    if len(parts) > 2:
        name = "/".join(parts[2:])
        if name not in resource.files:
            raise Refused(400, f"Unable to access the file at: {name}")
        return in_part(request, resource.files[name].on_disk(), {})
    base = request.path.rstrip("/")
    base = base if base.endswith("/files") else f"{base}/files"
    cells: list[Cells] = [
        {"Name": file.path, "Size": file.size, "URI": f"{base}/{file.path}"}
        for file in resource.files.values()
    ]
    return table(request, cells, ["Name", "Size", "URI"], total=False)


def _logs(request: Request, row: Waiting | None, parts: list[str]) -> Reply:
    """A table, or one entry as text: ``last`` or by its number."""
    log = row.log if row is not None else []
    if not parts:
        short = request.get("template") not in (None, "details")
        columns = ["id"] if short else ["id", "date", "entry"]
        return table(request, entries(row) if row is not None else [], columns, total=False)
    if parts[0] == "last":
        return text(log[-1] if log else "")
    if not parts[0].isdigit() or not 0 < int(parts[0]) <= len(log):
        raise Refused(404)
    return text(log[int(parts[0]) - 1])


def _put(request: Request, row: Waiting, parts: list[str]) -> Reply:
    """Files of the session itself can be added: ``resources/R/files/NAME``."""
    if len(parts) < 4 or parts[0] != "resources" or parts[2] != "files":
        raise Refused(405)
    try:
        sent = body_of(request).files
    except NotInBody as error:
        raise Refused(400, str(error)) from None
    label, name = parts[1], "/".join(parts[3:])
    for one_sent in sent[:1]:
        _store(request.site, row, label, name, one_sent.file.read())
    return Reply(200)


def _store(site: Site, row: Waiting, label: str, name: str, content: bytes) -> None:
    place = row.place / "RESOURCES" / label
    file = StoredFile(name, place / name)
    if not file.place.resolve().is_relative_to(place.resolve()):
        raise Refused(400)
    file.place.parent.mkdir(parents=True, exist_ok=True)
    file.place.write_bytes(content)
    measure(file, site.keeps_checksums)
    with site.lock:
        if label not in row.resources:
            row.resources[label] = site.new_resource(label, place)
        row.resources[label].files[name] = file
