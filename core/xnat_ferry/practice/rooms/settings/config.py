"""The configuration service: texts with versions, by tool and path (wire-read 4.2, 13.6)."""

import json
from urllib.parse import unquote

from xnat_ferry.practice.http.bodies import NotInBody, body_of, media_type
from xnat_ferry.practice.http.negotiation import TABLE, negotiate
from xnat_ferry.practice.http.replies import STANDARD, Refused, Reply, text
from xnat_ferry.practice.http.request import Request
from xnat_ferry.practice.http.routing import Routes
from xnat_ferry.practice.http.tables import Cells, table
from xnat_ferry.practice.rooms.settings import scripts
from xnat_ferry.practice.rules.access import is_admin, may_delete, readable_project

ROUTES = Routes()

Version = dict[str, str]
_COLUMNS = [
    *("tool", "path", "project", "user", "create_date", "reason", "contents"),
    *("unversioned", "version", "status"),
]
_STATUS = {"enabled": "enabled", "true": "enabled", "disabled": "disabled", "false": "disabled"}


@ROUTES.at("/data/config", methods="GET PUT DELETE")
def site_config(request: Request) -> Reply:
    """The site's: any login reads, admins write."""
    return _answer(request, "")


@ROUTES.at("/data/projects/{project}/config", methods="GET PUT DELETE")
def project_config(request: Request, project: str) -> Reply:
    """A project's: who may read its subjects reads, owners write."""
    if request.method == "GET":
        readable_project(request.site, request.user, project, "configuration")
    found = request.site.project_named(project)
    return _answer(request, found.id if found is not None else project)


def _answer(request: Request, project: str) -> Reply:
    tool, _, path = unquote(request.rest).strip("/").partition("/")
    if request.method == "GET":
        negotiate(request, *TABLE)
        return _show(request, project, tool, _stored(project, tool, path))
    allowed = may_delete(request.site, request.user, project) or is_admin(request.site, request.user)
    if not allowed:
        raise Refused(403, "User does not have privileges to modify config for this project")
    if project and project not in request.site.projects:
        raise Refused(404, STANDARD[404])
    if not tool or not path:
        raise Refused(400)
    place = (project, tool, _stored(project, tool, path))
    with request.site.lock:
        if request.method == "PUT":
            return _put(request, place)
        _switch(request, place, "disabled", "Disabling this setting")
        return Reply(200)


def _stored(project: str, tool: str, path: str) -> str:
    """A project's script is kept under a path that begins with a slash, and asked for without."""
    return "/" + path if project and (tool, path) == (scripts.TOOL, f"projects/{project}") else path


def _is_script(project: str, tool: str, path: str) -> bool:
    return tool == scripts.TOOL and path == scripts.path_of(project)


def _versions(request: Request, project: str, tool: str, path: str) -> list[Version]:
    if _is_script(project, tool, path):
        return scripts.versions(request.site, project)
    return request.site.configs.get((project, tool, path), [])


def _show(request: Request, project: str, tool: str, path: str) -> Reply:
    if not path:
        return _listing(request, project, tool)
    known = _versions(request, project, tool, path)
    if not known and project and request.flag("defaultToSiteWide"):
        known = _versions(request, "", tool, path)
    if (request.get("action") or "").lower() == "gethistory":
        return _rows(request, project, known)
    chosen = _chosen(request, known)
    if request.flag("contents") and not request.flag("meta"):
        if chosen is None or chosen["status"] == "disabled":
            return _missing(request, project, tool, path)
        return text(chosen["contents"])
    if chosen is None:
        return _missing(request, project, tool, path)
    if request.flag("meta") and not request.flag("contents"):
        chosen = {**chosen, "contents": ""}
    return _rows(request, project, [chosen])


def _chosen(request: Request, known: list[Version]) -> Version | None:
    """The version asked for, else the newest."""
    wanted = request.get("version") or ""
    if not wanted.isdigit():
        return known[-1] if known else None
    return next((one for one in known if one["version"] == wanted), None)


def _listing(request: Request, project: str, tool: str) -> Reply:
    """The tools, or one tool's entries as they are now."""
    scripts.versions(request.site, project)
    here = {key: known for key, known in request.site.configs.items() if key[0] == project and known}
    if tool:
        return _rows(request, project, [known[-1] for key, known in here.items() if key[1] == tool])
    rows: list[Cells] = [{"tool": name} for name in dict.fromkeys(key[1] for key in here)]
    return table(request, rows, ["tool"], total=False) if rows else _missing(request, project, tool, "")


def _rows(request: Request, project: str, versions: list[Version]) -> Reply:
    """The project is the one that was asked, also where the site's value stands in for it."""
    if not versions:
        return _missing(request, project, "", "")
    rows: list[Cells] = [{**one, "project": project} for one in versions]
    return table(request, rows, _COLUMNS, total=False)


def _missing(request: Request, project: str, tool: str, path: str) -> Reply:
    if request.flag("accept-not-found"):
        return Reply(204)
    where = f"project {project}" if project else "the site"
    raise Refused(404, f"Config not found for user {request.user} and {where} on tool [{tool}] path [{path}]")


def _put(request: Request, place: tuple[str, str, str]) -> Reply:
    status, sent, contents = _sent(request)
    if status is None and not sent:
        raise Refused(
            400,
            "You must specify either the status querystring parameter or a configuration object in the "
            "request body.",
        )
    if status is not None and status.lower() not in _STATUS:
        raise Refused(
            400,
            "Only valid values for the status flag are enabled or true and disabled or false: " + status,
        )
    wanted = _STATUS[status.lower()] if status is not None else "enabled"
    if not sent:
        _switch(request, place, wanted, "")
        return Reply(200)
    if not contents.strip():
        raise Refused(500, "No contents provided")
    known = _versions(request, *place)
    existed = bool(known)
    # the same again changes nothing, and makes no version
    if not known or (known[-1]["contents"], known[-1]["status"]) != (contents, wanted):
        _store(request, place, contents, wanted)
    return Reply(200 if existed else 201)


def _sent(request: Request) -> tuple[str | None, bool, str]:
    """The status, whether there is a text at all, and the text."""
    body = request.body.read()
    request.body.seek(0)
    if body and media_type(request) == "application/json":
        try:
            given = json.loads(body)
            return given.get("status"), "contents" in given, str(given.get("contents") or "")
        except (ValueError, AttributeError):
            raise Refused(500, STANDARD[500]) from None
    if not body:
        return request.get("status"), False, ""
    try:
        files = body_of(request).files
    except NotInBody:
        files = []
    contents = files[0].file.read().decode(errors="replace") if len(files) == 1 else ""
    return request.get("status"), True, contents


def _store(request: Request, place: tuple[str, str, str], contents: str, status: str) -> None:
    if _is_script(*place):
        scripts.put(request.site, request.user, place[0], contents)
        scripts.switch(request.site, request.user, place[0], enable=status == "enabled")
        return
    unversioned = (request.get("unversioned") or "").lower() == "true"
    request.site.configure(request.user, *place, contents, status=status, unversioned=unversioned)


def _switch(request: Request, place: tuple[str, str, str], status: str, reason: str) -> None:
    """On or off; 500 for what was never set (wire-read 13.15)."""
    site, known = request.site, _versions(request, *place)
    if not known:
        raise Refused(500, STANDARD[500])
    if _is_script(*place):
        scripts.switch(site, request.user, place[0], enable=status == "enabled")
    elif known[-1]["status"] != status:
        site.configure(request.user, *place, known[-1]["contents"], status=status, reason=reason)
