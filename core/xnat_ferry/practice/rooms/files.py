"""Resources, catalogs, file listings, single files and zips (wire-read 2.4, 2.7 to 2.10)."""

import re
import zipfile
from collections.abc import Iterator
from urllib.parse import unquote
from xml.sax.saxutils import quoteattr

from msgspec import Struct

from xnat_ferry.practice.http.negotiation import negotiate
from xnat_ferry.practice.http.ranges import in_part
from xnat_ferry.practice.http.replies import PIECE, Refused, Reply, xml
from xnat_ferry.practice.http.request import Request
from xnat_ferry.practice.http.routing import Routes, under_sessions
from xnat_ferry.practice.http.tables import Cells, table
from xnat_ferry.practice.rooms.access import readable_session
from xnat_ferry.practice.rooms.zips import stored_zip
from xnat_ferry.practice.site.records import Resource, Scan, Session, StoredFile

ROUTES = Routes()


class Held(Struct, frozen=True):
    """A resource with the scan it belongs to, if any."""

    resource: Resource
    scan: Scan | None = None


@ROUTES.at(*under_sessions("/scans/{scan}/resources"))
def scan_resources(
    request: Request, session: str, scan: str, project: str | None = None, subject: str = ""
) -> Reply:
    held, _ = _select(request, session, scan, project, subject)
    columns = ["xnat_abstractresource_id", "label", "element_name", "category", "cat_id", "cat_desc"]
    columns += ["file_count", "file_size", "tags", "content", "format"]
    rows: list[Cells] = [
        {
            "xnat_abstractresource_id": one.resource.id,
            "label": one.resource.label,
            "element_name": "xnat:resourceCatalog",
            "category": "scans" if one.scan else "resources",
            "cat_id": one.scan.id if one.scan else "",
            "cat_desc": one.scan.type if one.scan else "",
            "file_count": len(one.resource.files),
            "file_size": one.resource.size,
            "content": one.resource.content,
            "format": one.resource.format,
        }
        for one in held
    ]
    return table(request, rows, columns, title="Resources")


@ROUTES.at(*under_sessions("/scans/{scan}/resources/{resource}"))
def scan_catalog(
    request: Request, session: str, scan: str, resource: str, project: str | None = None, subject: str = ""
) -> Reply:
    """Catalog XML, also with ``format=json``."""
    negotiate(request, "xml")
    held, _ = _select(request, session, scan, project, subject)
    chosen = _by_label(held, resource)
    if not chosen:
        raise Refused(404, "Unable to find the specified catalog.")
    return xml(_catalog(chosen[0]))


def _catalog(held: Held) -> str:
    entries = "".join(_entry(file) for file in held.resource.files.values())
    dicom = held.scan is not None and held.resource.label == "DICOM"
    name, uid = ("DCMCatalog", f" UID={quoteattr(held.scan.uid)}") if dicom and held.scan else ("Catalog", "")
    spaces = 'xmlns:cat="http://nrg.wustl.edu/catalog" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    return f"<cat:{name}{uid} {spaces}>\n<cat:entries>\n{entries}</cat:entries>\n</cat:{name}>\n"


def _entry(file: StoredFile) -> str:
    attributes = {
        "ID": file.path,
        "URI": file.path,
        "name": file.path.rpartition("/")[2],
        "createdBy": "admin",
    }
    if file.digest:
        attributes["digest"] = file.digest
    if file.uid:
        attributes |= {"UID": file.uid, "format": "DICOM", "instanceNumber": file.instance_number}
        attributes["xsi:type"] = "cat:dcmEntry"
    written = " ".join(f"{name}={quoteattr(value)}" for name, value in attributes.items())
    size = f'<cat:metaFields><cat:metaField name="size_in_bytes">{file.size}</cat:metaField></cat:metaFields>'
    return f"<cat:entry {written}>{size}</cat:entry>\n"


@ROUTES.at(
    *under_sessions("/scans/{scan}/resources/{resource}/files"), *under_sessions("/scans/{scan}/files")
)
def scan_files(
    request: Request,
    session: str,
    scan: str,
    resource: str = "",
    project: str | None = None,
    subject: str = "",
) -> Reply:
    """A listing, a zip, or with more path one file."""
    negotiate(request, "json", "html", "xml", "jpeg")
    held, found = _select(request, session, scan, project, subject)
    if resource:
        held = _by_label(held, resource)
    if request.rest.strip("/"):
        return _one_file(request, held, request.rest.lstrip("/"))
    if request.format("json") in ("zip", "tar", "tar.gz"):
        return _zip(request, held, found)
    return _listing(request, held, found)


@ROUTES.at(*under_sessions("/files"))
def session_files(request: Request, session: str, project: str | None = None, subject: str = "") -> Reply:
    """Session-level resources only, unless ``all=true`` (wire-read 2.5)."""
    negotiate(request, "json", "html", "xml", "jpeg")
    found = _session_or_500(request, session, project)
    held = [Held(one) for one in found.resources.values()]
    if request.flag("all"):
        held += [Held(one, scan) for scan in found.scans.values() for one in scan.resources.values()]
    if request.format("json") == "zip":
        return _zip(request, held, found)
    return _listing(request, held, found)


def _listing(request: Request, held: list[Held], found: Session) -> Reply:
    rows: list[Cells] = [_file_row(one, file, found) for one in held for file in one.resource.files.values()]
    columns = [
        "Name",
        "Size",
        "URI",
        "collection",
        "file_tags",
        "file_format",
        "file_content",
        "cat_ID",
        "digest",
    ]
    described = [{"key": name, **({"serverRoot": ""} if name == "URI" else {})} for name in columns]
    return table(request, rows, columns, title="Files", total=False, described=described)


def _file_row(held: Held, file: StoredFile, found: Session) -> Cells:
    within = f"/scans/{held.scan.id}" if held.scan else ""
    return {
        "Name": file.path.rpartition("/")[2],
        "Size": file.size,
        "URI": f"/data/experiments/{found.id}{within}/resources/{held.resource.id}/files/{file.path}",
        "collection": held.resource.label,
        "file_format": file.format,
        "file_content": held.resource.content,
        "cat_ID": held.resource.id,
        "digest": file.digest,
    }


def _session_or_500(request: Request, session: str, project: str | None) -> Session:
    try:
        return readable_session(request.site, request.user, session, project)
    except Refused:
        # with no project to hand the lookup breaks instead of saying 404 (wire-read 2.5)
        if project is None:
            raise Refused(500) from None
        raise


def _select(
    request: Request, session: str, scan: str, project: str | None, subject: str
) -> tuple[list[Held], Session]:
    """The resources of the scans that the selector means; nothing found falls through (wire-read 2.4)."""
    found = _session_or_500(request, session, project)
    wanted = {unquote(part).replace("[SLASH]", "/").replace("[COMMA]", ",") for part in scan.split(",")}
    scans = [
        one
        for one in found.scans.values()
        if "ALL" in wanted or "*" in wanted or one.id in wanted or one.type in wanted
    ]
    if not scans:
        if project is None:
            raise Refused(500)
        return [], found  # the subject's own resources, of which this server has none
    return [Held(resource, one) for one in scans for resource in one.resources.values()], found


def _by_label(held: list[Held], resource: str) -> list[Held]:
    wanted = {unquote(part) for part in resource.split(",")}
    return [one for one in held if one.resource.label in wanted or str(one.resource.id) in wanted]


def _one_file(request: Request, held: list[Held], path: str) -> Reply:
    for one in held:
        file = one.resource.files.get(unquote(path)) or one.resource.files.get(path)
        if file is not None and file.on_disk().exists():
            name = file.path.rpartition("/")[2]
            headers = {"Content-Disposition": f'attachment; filename="{name}";'}
            return in_part(request, file.on_disk(), headers)
    raise Refused(404)


def _zip(request: Request, held: list[Held], found: Session) -> Reply:
    wanted = request.headers.get("range", "")
    if wanted and not re.fullmatch(r"bytes=\d+-\d+", wanted):
        raise Refused(500)  # an open range of a body without a length (wire-read 0.6)
    layout = request.get("structure") or "default"
    # files that are gone from the disk are left out without a word
    members = [
        (_entry_path(layout, found, one, file), file.on_disk())
        for one in held
        for file in one.resource.files.values()
        if file.on_disk().exists()
    ]
    members = members[request.fault.skip_file :]
    if not members:
        raise Refused(404)
    headers = {"Content-Disposition": f'attachment; filename="{found.label}.zip";'}
    compression = zipfile.ZIP_DEFLATED if request.get("compression") == "8" else zipfile.ZIP_STORED
    return Reply(200, _pieces(stored_zip(members, compression)), "application/zip", headers)


def _pieces(parts: Iterator[bytes]) -> Iterator[bytes]:
    """Parts gathered into pieces of a sensible size."""
    held = bytearray()
    for part in parts:
        held += part
        if len(held) >= PIECE:
            yield bytes(held)
            held.clear()
    if held:
        yield bytes(held)


def _entry_path(layout: str, found: Session, held: Held, file: StoredFile) -> str:
    """Where a file stands in a zip, in the layouts of wire-read 2.10."""
    label, path = held.resource.label, file.path
    if held.scan is None:
        return f"{found.label}/resources/{label}/files/{path}"
    kind = re.sub(r"\W", "_", held.scan.type)
    if layout == "simplified":
        full = f"/scans/{held.scan.id}/resources/{label}/files/{path}"
        return found.label + full.replace("/resources", "").replace("/files", "")
    if layout == "improved":
        plain = re.sub(r'[\\/:*?"<>|]', "_", held.scan.type)
        return f"scans/{held.scan.id}_{plain}/{label}/{path}"
    if layout == "legacy":
        return f"{found.label}/SCANS/{held.scan.id}/{label}/{path}"
    named = f"{held.scan.id}-{kind}" if kind else held.scan.id
    full = f"/scans/{held.scan.id}/resources/{label}/files/{path}"
    return found.label + full.replace(f"/{held.scan.id}/", f"/{named}/")
