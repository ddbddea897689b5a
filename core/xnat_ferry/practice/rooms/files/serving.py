"""``…/files`` at every level: a listing, a download, or with more path one file (wire-read 2.8 to 2.10)."""

from collections.abc import Iterator

from xnat_ferry.practice.http.negotiation import negotiate
from xnat_ferry.practice.http.replies import STANDARD, Refused, Reply
from xnat_ferry.practice.http.request import Request
from xnat_ferry.practice.http.routing import Routes
from xnat_ferry.practice.rooms.files.addresses import base_of, own_base
from xnat_ferry.practice.rooms.files.choosing import Chosen, choose, held_at, places_of
from xnat_ferry.practice.rooms.files.listing import Found, accepted, list_files
from xnat_ferry.practice.rooms.files.packing import PACKED, list_addresses, pack, send_packed
from xnat_ferry.practice.rooms.files.single import (
    entry_at,
    not_found,
    send_file,
    send_from,
    wanted_path,
)
from xnat_ferry.practice.rooms.writing.addresses import file_templates
from xnat_ferry.practice.rules.places import Held
from xnat_ferry.practice.site.records import StoredFile

ROUTES = Routes()


@ROUTES.at(*file_templates())
def files(request: Request, resource: str = "", **names: str) -> Reply:
    """Without a project an unknown session breaks the look-up, instead of being said (wire-read 2.5)."""
    negotiate(request, "json", "html", "xml", "jpeg")
    chosen = choose(request, names)
    held = held_at(request, places_of(request, chosen, _missing(request, names.get("session", ""))), resource)
    if any(one.resource.lost for one in held):
        return not_found(request)
    single = held[0] if resource and len(held) == 1 else None
    path = wanted_path(request)
    if path:
        return _below(request, chosen, held, single, path)
    found = _filtered(request, held)
    if request.get("index") is not None:
        return _nth(request, list(found))
    return _all(request, chosen, found, single)


def _missing(request: Request, session: str) -> Refused:
    """What is said where nothing is left to look at; of a hidden session it is open (wire-read 3.2)."""
    hidden = session in request.site.sessions
    if hidden and not request.site.unconfirmed["files_of_hidden_sessions_are_500"]:
        return Refused(404, "Unable to find the specified experiment.")
    return Refused(500, STANDARD[500])


def _filtered(request: Request, held: list[Held]) -> Found:
    fits = accepted(request)
    return [(one, file) for one in held for file in list(one.resource.files.values()) if fits(file)]


def _all(request: Request, chosen: Chosen, found: Found, single: Held | None) -> Reply:
    wanted = request.format("json")
    if wanted in PACKED:
        return pack(request, chosen, found)
    if wanted == "xcat":
        return list_addresses(request, chosen, found)
    return _listed(request, chosen, found, single)


def _listed(request: Request, chosen: Chosen, found: Found, single: Held | None) -> Reply:
    """One resource that was asked for has the address of the request, of several each has its own."""
    if single is not None:
        base = base_of(chosen)
        return list_files(request, found, lambda held: base)
    return list_files(request, found, lambda held: own_base(request.site, held))


def _nth(request: Request, found: list[tuple[Held, StoredFile]]) -> Reply:
    index = request.get("index") or ""
    if not index.isdigit():
        raise Refused(500, STANDARD[500])
    if int(index) >= len(found):
        return not_found(request)
    return send_file(request, found[int(index)][1])


def _below(request: Request, chosen: Chosen, held: list[Held], single: Held | None, path: str) -> Reply:
    """One file or the files of a folder."""
    wanted = request.format("json")
    if wanted in PACKED:
        return _pack_below(request, chosen, held, path)
    if single is not None and path.endswith("/"):
        return _listed(request, chosen, list(_in_folder(request, single, path)), single)
    if single is not None:
        return send_from(request, single.resource, path)
    for one in held:
        file = entry_at(one.resource, path)
        if file is not None and file.on_disk().exists():
            return send_file(request, file)
    if request.flag("accept-not-found"):
        return Reply(204)
    raise Refused(404, "Unable to find file.")


def _in_folder(request: Request, held: Held, folder: str) -> Iterator[tuple[Held, StoredFile]]:
    """``recursive=false`` keeps what lies deeper, and not what lies here."""
    fits = accepted(request)
    deeper_only = request.get("recursive") is not None and not request.flag("recursive")
    for file in list(held.resource.files.values()):
        deeper = "/" in file.path[len(folder) + 1 :]
        if file.path.startswith(folder) and (deeper or not deeper_only) and fits(file):
            yield held, file


def _pack_below(request: Request, chosen: Chosen, held: list[Held], path: str) -> Reply:
    """A file under its bare name, unless it is packed already, or a folder under its files' paths."""
    for one in held:
        file = entry_at(one.resource, path)
        if file is not None and file.on_disk().exists():
            name = file.path.rpartition("/")[2]
            if name.lower().endswith(f".{request.format('zip')}"):
                return send_file(request, file)
            return send_packed(request, chosen, [(name, file.place)])
    within = [pair for one in held if path.endswith("/") for pair in _in_folder(request, one, path)]
    return send_packed(
        request, chosen, [(file.path, file.place) for _, file in within if file.on_disk().exists()]
    )
