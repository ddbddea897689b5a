"""Resource folders by PUT, POST and DELETE (wire-write 4.4)."""

from xnat_ferry.practice.http.replies import Refused, Reply
from xnat_ferry.practice.http.request import Request
from xnat_ferry.practice.http.routing import Routes
from xnat_ferry.practice.rooms.writing.addresses import place_of, resource_at, resource_templates, security_of
from xnat_ferry.practice.rules import events
from xnat_ferry.practice.rules.access import may_delete, may_edit
from xnat_ferry.practice.rules.erasing import erase, erase_file
from xnat_ferry.practice.rules.places import Place
from xnat_ferry.practice.site.records import Resource

ROUTES = Routes()
NOT_ALLOWED = "User account doesn't have permission to modify this session."
_ONLY_CATALOGS = (
    "This resource works at the catalog level only and does not accept file paths.  "
    "To work with the resource files, append '/files' after the resource ID."
)


@ROUTES.at(*resource_templates(), methods="PUT POST")
def put_resource(request: Request, resource: str, **names: str) -> Reply:
    """An empty folder, described by the parameters."""
    _require_no_path(request)
    place = place_of(request, names)
    if not may_edit(request.site, request.user, place.project):
        raise Refused(403, NOT_ALLOWED)
    if resource_at(request, place, resource) is not None:
        raise Refused(409, "Specified resource already exists.")
    events.require_reason(request)
    with request.site.lock:
        place.resources[resource] = new_resource(request, place, resource)
    record(request, place, "Created resource")
    return Reply(200)


def _require_no_path(request: Request) -> None:
    if request.rest.strip("/"):
        raise Refused(400, _ONLY_CATALOGS)


def new_resource(request: Request, place: Place, label: str) -> Resource:
    """A folder as the parameters describe it; a scan's first is RAW unless they say otherwise."""
    first = place.scan is not None and not place.resources
    return Resource(
        request.site.next_number("R"),
        label,
        place.folder / label,
        format=request.get("format") or "",
        content=request.get("content") or ("RAW" if first else ""),
        description=request.get("description") or "",
        tags=request.get("tags") or "",
    )


def record(request: Request, place: Place, action: str) -> None:
    """A change of files belongs to the history of the session, subject or project."""
    item, xsi_type = security_of(place)
    events.record(request, item, place.project, xsi_type, action)


@ROUTES.at(*resource_templates(), methods="DELETE")
def delete_resource(request: Request, resource: str, **names: str) -> Reply:
    """The catalog and all its files; 200 also where there was none."""
    _require_no_path(request)
    place = place_of(request, names)
    found = resource_at(request, place, resource)
    if found is None:
        return Reply(200)
    if not may_delete(request.site, request.user, place.project):
        raise Refused(403, NOT_ALLOWED)
    events.require_reason(request)
    site, failed = request.site, 0
    with site.lock:
        place.resources.pop(found.label, None)
        for file in found.files.values():
            try:
                erase_file(site, file.place, found.place)
            except OSError:
                failed += 1
        if not failed:
            erase(site, found.place)
    record(request, place, "Removed resource")
    if failed:
        return _partly(failed, len(found.files))
    return Reply(200)


def _partly(failed: int, all_files: int) -> Reply:
    words = f"{failed} of {all_files} files could not be removed"
    if failed == all_files:
        raise Refused(500, words)
    return Reply(207, words.encode())
