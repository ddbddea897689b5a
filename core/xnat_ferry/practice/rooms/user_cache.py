"""Every user's own drawer for files, from which imports can be made later (wire-write 4.8)."""

import shutil
from pathlib import Path
from typing import IO
from urllib.parse import unquote

from xnat_ferry.practice.http.bodies import body_of
from xnat_ferry.practice.http.ranges import in_part
from xnat_ferry.practice.http.replies import PIECE, Refused, Reply, text
from xnat_ferry.practice.http.request import Request
from xnat_ferry.practice.http.routing import Routes
from xnat_ferry.practice.http.tables import Cells, table
from xnat_ferry.practice.site.site import Site

ROUTES = Routes()
_ROOT = "/data/user/cache/resources"
_BAD_PLACE = "Please use HTTP PUT request to specify a file name in the URL."
_MISSING = "User directory not found or is not a directory."


def cached(site: Site, user: str, resource: str, path: str = "") -> Path:
    """Where a file of that user's lies, whether it is there or not. Raises Refused for a path that leaves."""
    drawer = site.data / "cache" / "users" / user
    wanted = drawer / resource / path
    if not wanted.resolve().is_relative_to(drawer.resolve()):
        raise Refused(400, "Invalid Operation.")
    return wanted


@ROUTES.at(_ROOT + "/{resource}/files", methods="PUT")
def put_file(request: Request, resource: str) -> Reply:
    """A file under the name that the path gives it."""
    path = unquote(request.rest.strip("/"))
    place = cached(request.site, request.user, unquote(resource), path)
    if request.flag("inbody"):
        if not path:
            raise Refused(400, _BAD_PLACE)
        _write(request.body, place)
        return Reply(200)
    for sent in body_of(request).files:
        _write(sent.file, place if path else place / sent.name)
    return Reply(200)


@ROUTES.at(_ROOT + "/{resource}/files", _ROOT + "/{resource}", methods="POST")
def post_files(request: Request, resource: str) -> Reply:
    """Files under their own names."""
    if request.rest.strip("/") or request.flag("inbody"):
        raise Refused(400, _BAD_PLACE)
    for sent in body_of(request).files:
        _write(sent.file, cached(request.site, request.user, unquote(resource), sent.name))
    return text("File(s) successfully uploaded", 201)


@ROUTES.at(_ROOT + "/{resource}", methods="PUT")
def put_resource(request: Request, resource: str) -> Reply:
    """An empty drawer; 412 where there is one."""
    place = cached(request.site, request.user, unquote(resource), unquote(request.rest.strip("/")))
    if place.exists():
        raise Refused(412, "Resource with this name already exists.")
    place.mkdir(parents=True)
    return Reply(200)


@ROUTES.at(_ROOT, methods="GET")
def list_resources(request: Request) -> Reply:
    drawer = cached(request.site, request.user, "")
    names = sorted(one.name for one in drawer.iterdir()) if drawer.exists() else []
    rows: list[Cells] = [{"Resource": name, "URI": f"{_ROOT}/{name}"} for name in names]
    return table(request, rows, ["Resource", "URI"])


@ROUTES.at(_ROOT + "/{resource}", _ROOT + "/{resource}/files", methods="GET DELETE")
def resource(request: Request, resource: str) -> Reply:
    """What is in one, or with more path one file; DELETE takes it away."""
    path = unquote(request.rest.strip("/"))
    place = cached(request.site, request.user, unquote(resource), path)
    if not place.exists():
        raise Refused(404, _MISSING)
    if request.method == "DELETE":
        shutil.rmtree(place) if place.is_dir() else place.unlink()
        return Reply(200)
    if place.is_file():
        return in_part(request, place, {})
    files = sorted(one for one in place.rglob("*") if one.is_file())
    rows: list[Cells] = [_row(one, place, resource) for one in files]
    return table(request, rows, ["Name", "Size", "URI"])


def _row(file: Path, place: Path, resource: str) -> Cells:
    name = file.relative_to(place).as_posix()
    return {"Name": name, "Size": file.stat().st_size, "URI": f"{_ROOT}/{resource}/files/{name}"}


def _write(file: IO[bytes], place: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    with place.open("wb") as out:
        while piece := file.read(PIECE):
            out.write(piece)
