"""Catalogs brought in line with what lies on the disk (wire-write 4.7)."""

import hashlib
import json
import re

from xnat_ferry.practice.http.replies import Refused, Reply
from xnat_ferry.practice.http.request import Request
from xnat_ferry.practice.http.routing import Routes
from xnat_ferry.practice.rooms.creating.headers import read_resource
from xnat_ferry.practice.rules import events, places
from xnat_ferry.practice.rules.access import may_edit, may_read
from xnat_ferry.practice.rules.places import Held, Place
from xnat_ferry.practice.site.records import DICOM, Session, StoredFile
from xnat_ferry.practice.site.site import Site

ROUTES = Routes()
_ALL = ("append", "delete", "checksum", "populateStats")
_ID = "[^/]+"
_ADDRESS = re.compile(
    rf"/archive(?:/projects/(?P<project>{_ID}))?(?:/subjects/(?P<subject>{_ID}))?"
    rf"(?:/experiments/(?P<session>{_ID}))?(?:/scans/(?P<scan>{_ID}))?"
    rf"(?:/assessors/(?P<assessor>{_ID}))?(?:(?:/in|/out)?/resources/(?P<resource>{_ID}))?"
)
Names = dict[str, str | None]


@ROUTES.at("/data/services/refresh/catalog", methods="POST")
def refresh_catalogs(request: Request) -> Reply:
    """The catalogs at some addresses; without options everything is done."""
    addresses = request.query.get("resource", [])
    named = [part for value in request.query.get("options", []) for part in value.split(",")]
    options = {option for option in _ALL if option in named or request.flag(option)}
    _refresh(request, addresses, options or set(_ALL))
    return Reply(200)


@ROUTES.at(
    "/xapi/archive/catalogs/refresh", "/xapi/archive/catalogs/refresh/{operations}", methods="PUT POST"
)
def refresh_by_list(request: Request, operations: str = "") -> Reply:
    """The same by a list of addresses as JSON."""
    try:
        addresses = json.loads(request.body.read())
    except ValueError:
        addresses = None
    if not isinstance(addresses, list):
        return Reply(400, b"A list of addresses is wanted.")
    wanted = {option.casefold() for option in operations.split(",")}
    options = {option for option in _ALL if option.casefold() in wanted}
    try:
        _refresh(request, [str(one) for one in addresses], options or set(_ALL))
    except Refused as error:
        return Reply(error.status, (error.message or "").encode())
    return Reply(200)


def _refresh(request: Request, addresses: list[str], options: set[str]) -> None:
    site = request.site
    # all addresses are understood before the first is touched
    for held, address in [(held, one) for one in addresses for held in _held_at(request, one)]:
        if not may_edit(site, request.user, held.place.project):
            words = f"The user {request.user} does not have permission to edit the resource"
            raise Refused(403, f"{words} {address}")
        _bring_up_to_date(site, held, options, request.user)
        holder = held.place.session or held.place.holder
        kind = getattr(holder, "xsi_type", "xnat:resourceCatalog")
        events.record(request, str(holder.id), held.place.project, kind, "Refreshed catalog")


def _held_at(request: Request, address: str) -> list[Held]:
    """The resources that an address covers. Raises Refused."""
    path = address.removeprefix("/data").removeprefix("/REST")
    if not path.startswith("/"):
        raise Refused(400, f"Malformed URI: {address}")
    found = _ADDRESS.fullmatch(path if path.startswith("/archive") else "/archive" + path)
    if found is None or not any(found.groups()):
        raise Refused(400, f"Invalid URI: {address}")
    within = _places(request, found.groupdict())
    if not within:
        raise Refused(400, f"Cannot locate archivable item securing {address}")
    return places.held_in(within, found["resource"] or "")


def _places(request: Request, names: Names) -> list[Place]:
    site, project = request.site, names["project"]
    if names["session"]:
        return _in_session(request, names)
    if names["subject"]:
        subject = (
            site.subject_in(project, names["subject"]) if project else site.subjects.get(names["subject"])
        )
        if subject is None or not may_read(site, request.user, subject.project):
            return []
        return [places.of_subject(site, subject)]
    known = site.project_named(project or "")
    return [places.of_project(site, known)] if known and may_read(site, request.user, known.id) else []


def _in_session(request: Request, names: Names) -> list[Place]:
    site, project, name = request.site, names["project"], names["session"] or ""
    found = (site.session_in(project, name) if project else None) or site.sessions.get(name)
    if found is None or not may_read(site, request.user, found.project):
        return []
    if names["scan"]:
        return [places.of_scan(found, scan) for scan in places.selected_scans(found, names["scan"])]
    if names["assessor"]:
        return _assessor(found, names["assessor"])
    if names["resource"]:
        return [places.of_session(found)]
    return places.all_in(found)


def _assessor(session: Session, name: str) -> list[Place]:
    known = [one for one in session.filled().assessors.values() if name in (one.id, one.label)]
    return [places.of_assessor(session, one, side) for one in known for side in ("out", "in")]


def _bring_up_to_date(site: Site, held: Held, options: set[str], user: str) -> None:
    files = held.resource.files
    if "append" in options:
        for path in sorted(held.resource.place.rglob("*")):
            name = path.relative_to(held.resource.place).as_posix()
            if path.is_file() and name not in files and not name.endswith("_catalog.xml"):
                with site.lock:
                    size = path.stat().st_size
                    files[name] = StoredFile(name, path, size, created=site.now(), created_by=user)
    for name, file in list(files.items()):
        there = file.place.exists() or file.make is not None
        if "delete" in options and not there:
            with site.lock:
                files.pop(name, None)
        elif there and options & {"checksum", "populateStats"}:
            _measure(file, "checksum" in options)
    if held.resource.label == DICOM and site.unconfirmed["refresh_fills_uids"]:
        read_resource(held.resource)


def _measure(file: StoredFile, digest: bool) -> None:
    place = file.on_disk()
    file.size = place.stat().st_size
    if digest:
        with place.open("rb") as content:
            file.digest = hashlib.file_digest(content, "md5").hexdigest()
