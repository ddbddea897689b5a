"""Files by PUT, POST and DELETE (wire-write 4.5)."""

from urllib.parse import unquote

from xnat_ferry.practice.http.bodies import NotInBody, body_of
from xnat_ferry.practice.http.replies import Refused, Reply, as_json
from xnat_ferry.practice.http.request import Request
from xnat_ferry.practice.http.routing import Routes
from xnat_ferry.practice.rooms.writing.addresses import file_templates, place_of, resource_at
from xnat_ferry.practice.rooms.writing.resources import NOT_ALLOWED, new_resource, record
from xnat_ferry.practice.rooms.writing.storing import Storing
from xnat_ferry.practice.rules import events
from xnat_ferry.practice.rules.access import may_delete, may_edit
from xnat_ferry.practice.rules.erasing import erase_file
from xnat_ferry.practice.rules.places import Place
from xnat_ferry.practice.site.records import Resource

ROUTES = Routes()


@ROUTES.at(*file_templates(), methods="PUT POST")
def put_files(request: Request, resource: str = "", **names: str) -> Reply:
    """Store what came; who may not edit gets the same empty 200, and nothing is stored."""
    place = place_of(request, names)
    found = resource_at(request, place, resource) if resource else _first(place)
    if not may_edit(request.site, request.user, place.project):
        return Reply(200)
    events.require_reason(request)
    try:
        files = body_of(request).files
    except NotInBody as error:
        raise Refused(500, str(error)) from None
    if not files:
        raise Refused(400, _no_data(request))
    with request.site.lock:
        if found is None:
            found = new_resource(request, place, resource)
            place.resources[resource] = found
    storing = Storing(request, place, found)
    path = unquote(request.rest.lstrip("/"))
    for one in files:
        storing.take(one, path)
    storing.finish()
    record(request, place, "Uploaded file")
    if storing.duplicates:
        reply = as_json({"duplicates": storing.duplicates})
        reply.kind = "text/html"
        return reply
    # unlike an answer that nobody gave, this one has a type though it is empty
    return Reply(200, b"", "text/plain;charset=UTF-8")


def _first(place: Place) -> Resource | None:
    """Without a label the files go into the first resource there is."""
    return next(iter(place.resources.values()), None)


def _no_data(request: Request) -> str:
    if request.length == 0:
        return (
            f"You tried to {request.method} to this service, but didn't provide any data (found request "
            "entity size of 0). Please check the format of your service request."
        )
    return (
        f"You tried to {request.method} a payload of {request.length} bytes to this service, but didn't "
        "provide any data. Send it with inbody=true or as multipart/form-data."
    )


@ROUTES.at(*file_templates(), methods="DELETE")
def delete_files(request: Request, resource: str = "", **names: str) -> Reply:
    """Every entry whose path begins like this; a star at the end changes nothing, no path means all."""
    site, place = request.site, place_of(request, names)
    found = resource_at(request, place, resource) if resource else None
    if found is None:
        raise Refused(400, "Unable to determine resource, parent, or security.")
    if not may_delete(site, request.user, place.project):
        raise Refused(403, NOT_ALLOWED)
    if place.session is not None and place.session.status not in ("active", "quarantine"):
        raise Refused(403, "Item locked or is not active and not quarantined")
    events.require_reason(request)
    beginning = unquote(request.rest.lstrip("/")).removesuffix("*")
    matched = [path for path in found.files if path.startswith(beginning)]
    if not matched:
        if request.flag("accept-not-found"):
            return Reply(204)
        raise Refused(404, "No matched files")
    keep = request.get("removeFiles") is not None and not request.flag("removeFiles")
    with site.lock:
        for path in matched:
            file = found.files.pop(path)
            if not keep:
                erase_file(site, file.place, found.place)
        found.revision += 1
    record(request, place, "Removed file")
    return Reply(200)
