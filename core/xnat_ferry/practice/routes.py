"""Which handler answers which path: the longest route that is a prefix (wire-read 0.2)."""

from collections.abc import Callable
from functools import partial
from urllib.parse import unquote

from xnat_ferry.practice import files, items, listings, prearchive, settings
from xnat_ferry.practice.http import Refused, Reply, Request
from xnat_ferry.practice.imports import Import
from xnat_ferry.practice.login import LoginRoom

Handle = Callable[..., Reply]

_EXPERIMENT = "/data/projects/{project}/subjects/{subject}/experiments/{session}"
_SHORT = "/data/experiments/{session}"


def table_of_routes(login: LoginRoom) -> list[tuple[list[str], Handle, tuple[str, ...]]]:
    """Every route as its parts, its handler and its methods, longest first."""
    get, change = ("GET", "HEAD"), ("GET", "HEAD", "PUT")
    routes: dict[str, tuple[Handle, tuple[str, ...]]] = {
        "/": (login.home, get),
        "/app": (login.login_page, get),
        "/data/services/auth": (login.authenticate, ("PUT", "POST")),
        "/data/JSESSION": (login.session, ("GET", "HEAD", "POST", "DELETE")),
        "/data/auth": (login.who, get),
        "/xapi/users/username": (login.username, get),
        "/xapi/siteConfig/buildInfo": (login.build_info, get),
        "/xapi/siteConfig": (settings.site_config, get),
        "/xapi/access/projects": (listings.memberships, get),
        "/xapi/anonymize/site": (settings.site_script, get),
        "/xapi/anonymize/projects/{project}": (settings.project_script, get),
        "/data/projects": (listings.projects, get),
        "/data/projects/{project}": (items.project, get),
        "/data/projects/{project}/accessibility": (listings.accessibility, get),
        "/data/projects/{project}/prearchive_code": (settings.prearchive_code, change),
        "/data/projects/{project}/config": (settings.config, get),
        "/data/projects/{project}/users": (listings.users, get),
        "/data/projects/{project}/subjects": (listings.subjects, get),
        "/data/projects/{project}/subjects/{subject}": (items.subject, (*get, "DELETE")),
        "/data/projects/{project}/subjects/{subject}/experiments": (listings.experiments, get),
        "/data/projects/{project}/experiments": (listings.experiments, get),
        "/data/projects/{project}/experiments/{session}": (items.session, (*get, "DELETE")),
        "/data/subjects/{subject}": (items.subject, (*get, "DELETE")),
        "/data/experiments": (listings.all_experiments, get),
        "/data/prearchive": (prearchive.rows, get),
        "/data/prearchive/projects/{project}/{timestamp}/{folder}": (
            prearchive.one,
            (*get, "POST", "DELETE"),
        ),
        "/data/services/import": (lambda request, drop=0: Import(request, drop).run(), ("POST",)),
        "/data/services/archive": (prearchive.archive, ("POST",)),
        "/data/services/validate-archive": (prearchive.validate_archive, ("POST",)),
    }
    for start in (_EXPERIMENT, _SHORT):
        routes |= {
            start: (items.session, (*get, "DELETE")),
            f"{start}/files": (files.session_files, get),
            f"{start}/scans": (_without_subject(listings.scans), get),
            f"{start}/scans/{{scan}}": (_without_subject(items.scan), get),
            f"{start}/scans/{{scan}}/resources": (files.scan_resources, get),
            f"{start}/scans/{{scan}}/resources/{{resource}}": (files.scan_catalog, get),
            f"{start}/scans/{{scan}}/resources/{{resource}}/files": (files.scan_files, get),
            f"{start}/scans/{{scan}}/files": (files.scan_files, get),
        }
    parsed = [(path.strip("/").split("/"), *what) for path, what in routes.items()]
    return sorted(parsed, key=lambda route: (-len(route[0]), sum("{" in part for part in route[0])))


def _without_subject(handler: Handle) -> Handle:
    return lambda request, subject="", **names: handler(request, **names)


def find(routes: list[tuple[list[str], Handle, tuple[str, ...]]], request: Request) -> Callable[[], Reply]:
    """The handler for a request, its names taken from the path; sets ``rest``. Raises Refused."""
    parts = [part for part in _canonical(request.path).split("/") if part]
    for wanted, handler, methods in routes:
        names = _match(wanted, parts)
        if names is None:
            continue
        if request.method not in methods:
            raise Refused(405)
        request.rest = "/".join(parts[len(wanted) :]) if wanted != [""] else ""
        return partial(handler, request, **names)
    raise Refused(404)


def _match(wanted: list[str], parts: list[str]) -> dict[str, str] | None:
    if wanted == [""]:
        return {} if not parts else None
    if len(parts) < len(wanted):
        return None
    names = {}
    for pattern, part in zip(wanted, parts, strict=False):
        if pattern.startswith("{"):
            name = pattern.strip("{}")
            # scan selectors and file names decode for themselves (wire-read 0.4)
            names[name] = part if name in ("scan", "resource") else unquote(part)
        elif pattern != part:
            return None
    if "scan" in names and len(wanted) == len(parts) and wanted[-1] == "{scan}":
        names["scan"] = unquote(names["scan"])
    return names


def _canonical(path: str) -> str:
    """``/REST`` is ``/data``, and most of ``/data/archive`` is ``/data`` again."""
    if path.startswith("/REST/"):
        path = "/data/" + path.removeprefix("/REST/")
    if path.startswith(("/data/archive/projects", "/data/archive/experiments", "/data/archive/subjects")):
        path = "/data/" + path.removeprefix("/data/archive/")
    return path
