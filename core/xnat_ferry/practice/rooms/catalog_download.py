"""Downloads chosen beforehand: a catalog of resources, their sizes, one zip (wire-read 2.11)."""

import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote_plus

from xnat_ferry.practice.http.replies import Refused, Reply, as_json, text, xml
from xnat_ferry.practice.http.request import Request
from xnat_ferry.practice.http.routing import Routes
from xnat_ferry.practice.http.xml_text import quoteattr
from xnat_ferry.practice.rooms.files.catalogs import NAMESPACES
from xnat_ferry.practice.rooms.files.zips import stored_zip
from xnat_ferry.practice.rules.access import may_read, may_read_session
from xnat_ferry.practice.rules.xapi import EMPTY
from xnat_ferry.practice.site.downloads import Download, Part, Picked
from xnat_ferry.practice.site.records import Resource, Session

ROUTES = Routes()
Wish = dict[str, list[str]]


@ROUTES.at("/xapi/archive/download", methods="POST")
def download(request: Request) -> Reply:
    """The ID of a new catalog."""
    return text(_new(request).id)


@ROUTES.at("/xapi/archive/downloadwithsize", methods="POST")
def download_with_size(request: Request) -> Reply:
    """The same with the bytes that it comes to."""
    made = _new(request)
    sizes = [_resource(request, part).size for one in made.picked for part in one.parts]
    return as_json({"id": made.id, "size": str(sum(sizes)), "resourcesOfUnknownSize": "0"})


def _new(request: Request) -> Download:
    wish = _wish(request)
    if not wish["sessions"] or not wish["projectIds"]:
        raise Refused(204, EMPTY)
    picked = [_pick(request, wish, one) for one in wish["sessions"]]
    site = request.site
    with site.lock:
        made = Download(
            f"{request.user or 'guest'}-{site.clock.stamp()}", request.user, wish["options"], picked
        )
        site.downloads[made.id] = made
    return made


def _wish(request: Request) -> Wish:
    try:
        sent = json.loads(request.body.read())
    except ValueError:
        sent = None
    if not isinstance(sent, dict):
        raise Refused(400, "A JSON object is wanted.")
    names = ("projectIds", "sessions", "scan_types", "scan_formats", "resources", "assessors", "options")
    return {name: [str(one) for one in sent.get(name) or []] for name in names}


def _pick(request: Request, wish: Wish, name: str) -> Picked:
    """A session as ``P:SUBJECT:LABEL:XNAT_E…``; 403 unless the project has it and both may be read."""
    site = request.site
    project, subject, label, identifier = [*name.split(":"), "", "", ""][:4]
    found = site.sessions.get(identifier)
    if found is None or not (found.project == project or project in found.shares):
        raise Refused(403, EMPTY)
    if not may_read(site, request.user, project) or not may_read_session(site, request.user, found):
        raise Refused(403, EMPTY)
    above = [project, subject] if "projectIncludedInPath" in wish["options"] else []
    if not above and "subjectIncludedInPath" in wish["options"]:
        above = [subject]
    about = f"Project: {project}, subject: {subject}, label: {label}"
    parts = list(_parts(request, found.filled(), wish))
    simple = "simplified" in wish["options"]
    for part in parts:
        part.name = "/".join([*above, label, *_shortened(part.folders, simple)])
    return Picked(found.id, about, parts)


def _shortened(folders: list[str], simple: bool) -> list[str]:
    """``simplified`` leaves out ``scans`` and ``resources``."""
    return folders[1::2] if simple else folders


def _parts(request: Request, session: Session, wish: Wish) -> Iterator[Part]:
    yield from _scan_parts(session, wish)
    for label in session.resources:
        if label in wish["resources"]:
            yield Part("RESOURCES", session.id, "", label, ["resources", quote_plus(label)])
    for one in session.assessors.values():
        if one.xsi_type in wish["assessors"] and may_read_session(request.site, request.user, one):
            for label in one.resources:
                folders = ["assessors", quote_plus(one.label), "resources", quote_plus(label)]
                yield Part("ASSESSORS", session.id, f"/assessors/{one.id}/out", label, folders)


def _scan_parts(session: Session, wish: Wish) -> Iterator[Part]:
    """A scan's resources by their labels, which are the formats that were asked for."""
    simple = "simplified" in wish["options"]
    for scan in session.scans.values():
        for label in scan.resources:
            if scan.type in wish["scan_types"] and label in wish["scan_formats"]:
                kind = "" if simple or not scan.type else "-" + re.sub(r"[\\/(), ]", "_", scan.type)
                folders = ["scans", scan.id + kind, "resources", quote_plus(label)]
                yield Part("RAW", session.id, f"/scans/{scan.id}", label, folders)


@ROUTES.at("/xapi/archive/download/{catalog}")
def show_catalog(request: Request, catalog: str) -> Reply:
    """XML, for which the request has to say that it sends JSON."""
    if not request.headers.get("content-type", "").startswith("application/json"):
        raise Refused(415, EMPTY)
    reply = xml(_document(_known(request, catalog)))
    reply.kind = "application/xml"
    return reply


@ROUTES.at("/xapi/archive/download/{catalog}/xml")
def send_catalog(request: Request, catalog: str) -> Reply:
    """The same as a file."""
    reply = xml(_document(_known(request, catalog)))
    reply.kind = "application/xml"
    reply.headers["Content-Disposition"] = f'attachment; filename="{catalog}.xml"'
    return reply


@ROUTES.at("/xapi/archive/download/{catalog}/zip")
def send_zip(request: Request, catalog: str) -> Reply:
    """All files of all its resources, compressed."""
    members = list(_members(request, _known(request, catalog)))[request.fault.skip_file :]
    headers = {"Content-Disposition": f'attachment; filename="{catalog}.zip"'}
    return Reply(200, stored_zip(members, zipfile.ZIP_DEFLATED), "application/zip", headers)


@ROUTES.at("/xapi/archive/download/{catalog}/test")
def try_out(request: Request, catalog: str) -> Reply:
    """Goes through everything and sends none of it."""
    for _ in _members(request, _known(request, catalog)):
        pass
    return Reply(200)


def _known(request: Request, catalog: str) -> Download:
    """403 for what there is not, and for another's. Raises Refused."""
    found = request.site.downloads.get(catalog)
    if found is None or found.user != request.user:
        raise Refused(403, EMPTY)
    return found


def _members(request: Request, made: Download) -> Iterator[tuple[str, Path]]:
    inside = "" if "simplified" in made.options else "files/"
    for part in (part for one in made.picked for part in one.parts):
        for file in list(_resource(request, part).files.values()):
            if file.on_disk().exists():
                yield f"{part.name}/{inside}{file.path}", file.place


def _resource(request: Request, part: Part) -> Resource:
    """The resource as it is now; an empty one where it has gone since."""
    session = request.site.sessions.get(part.session)
    _, kind, name, *_ = [*part.below.split("/"), "", ""]
    held: dict[str, Resource] = {}
    if session is not None and kind == "scans" and name in session.filled().scans:
        held = session.scans[name].resources
    elif session is not None and kind == "assessors":
        held = next((one.resources for one in session.assessors.values() if one.id == name), held)
    elif session is not None and not kind:
        held = session.resources
    return held.get(part.label) or Resource(0, part.label, Path())


def _document(made: Download) -> str:
    sets = "".join(_session_set(one) for one in made.picked)
    about = quoteattr(", ".join(made.options))
    head = f"<cat:Catalog ID={quoteattr(made.id)} description={about} {NAMESPACES}>"
    return f"{head}\n{_sets(sets)}</cat:Catalog>\n"


def _sets(inner: str) -> str:
    return f"<cat:sets>\n{inner}</cat:sets>\n" if inner else ""


def _session_set(one: Picked) -> str:
    """An entry a resource, in one set for each kind of them."""
    inner = ""
    for kind in dict.fromkeys(part.kind for part in one.parts):
        entries = "".join(
            f"<cat:entry URI={quoteattr(part.uri)} name={quoteattr(part.name)}/>\n"
            for part in one.parts
            if part.kind == kind
        )
        about = quoteattr(f"{one.about} {kind}")
        inner += f'<cat:entrySet ID="{kind}" description={about}>\n'
        inner += f"<cat:entries>\n{entries}</cat:entries>\n</cat:entrySet>\n"
    about = quoteattr(one.about)
    return f"<cat:entrySet ID={quoteattr(one.session)} description={about}>\n{_sets(inner)}</cat:entrySet>\n"
