"""Workflows: what is running or was done, one by one and as lists (wire-read 6, 13.13)."""

from collections.abc import Callable
from datetime import datetime
from urllib.parse import unquote

from xnat_ferry.practice.clock import written
from xnat_ferry.practice.http.negotiation import TABLE, negotiate
from xnat_ferry.practice.http.replies import Refused, Reply, as_json, xml
from xnat_ferry.practice.http.request import Request
from xnat_ferry.practice.http.routing import Routes
from xnat_ferry.practice.http.tables import Cells, table
from xnat_ferry.practice.http.xml_text import quoteattr
from xnat_ferry.practice.rules.access import is_admin, may_edit, may_read, may_read_session
from xnat_ferry.practice.site.records import Session, Workflow
from xnat_ferry.practice.site.site import Site

ROUTES = Routes()

_PREFIX = "wrk:workflowData/"
_FIELDS: dict[str, Callable[[Workflow], str]] = {
    "wrk_workflowData_id": lambda one: str(one.id),
    "ID": lambda one: one.item,
    "ExternalID": lambda one: one.project,
    "data_type": lambda one: one.data_type,
    "pipeline_name": lambda one: one.name,
    "status": lambda one: one.status,
    "launch_time": lambda one: written(one.launched),
    "type": lambda one: one.kind,
    "justification": lambda one: one.reason,
    "comments": lambda one: one.comment,
}
_LISTED = [
    *("label", "id", "externalid", "pipeline_name", "launch_time", "jobid", "status"),
    *("current_step_launch_time", "current_step_id"),
]


@ROUTES.at("/data/workflows", methods="GET PUT")
def by_fields(request: Request) -> Reply:
    """The one that has these fields; PUT changes it, or makes it."""
    given = _given(request)
    if request.method == "PUT":
        return _put(request, given)
    if not given:
        raise Refused(400)
    found = _newest(request.site, lambda one: all(_has(one, name, value) for name, value in given.items()))
    return _show(request, found)


@ROUTES.at("/data/workflows/{workflow}", methods="GET PUT")
def by_number(request: Request, workflow: str) -> Reply:
    """By its number; XML unless JSON is asked for."""
    found = _newest(request.site, lambda one: str(one.id) == workflow)
    if request.method == "GET":
        return _show(request, found)
    if found is None:
        raise Refused(404, "Unable to find the specified workflow.")
    return _change(request, found, _given(request))


@ROUTES.at("/data/services/workflows", "/data/services/workflows/{pipeline}")
def services(request: Request, pipeline: str = "") -> Reply:
    """The newest of an experiment as an item, or a list where ``display=ALL`` or no experiment is named."""
    negotiate(request, *TABLE)
    site, status = request.site, request.get("status")
    names = [name.lower() for name in pipeline.split(",") if name]

    def fits(one: Workflow) -> bool:
        named = not names or any(name in one.name.lower() for name in names)
        return named and status in (None, one.status)

    everything = (request.get("display") or "LATEST").upper() != "LATEST"
    if request.get("experiment") is not None:
        session = _experiment(request)
        mine = [one for one in reversed(site.workflows) if one.item == session.id and fits(one)]
        if not mine:
            text = f"Unable to find workflow entry for pipeline {pipeline} and experiment.{session.id}"
            raise Refused(404, text)
        return _list(request, mine, "All workflows") if everything else _item(request, mine[0], "html")
    project = request.get("project")
    found = [
        one
        for one in reversed(site.workflows)
        if fits(one) and project in (None, one.project) and _readable(request, one)
    ]
    if not everything:
        # sorted from new to old, so that the first of an object is its latest
        newest: dict[str, Workflow] = {}
        for one in found:
            newest.setdefault(one.item, one)
        found = list(newest.values())
    return _list(request, found, f"All {status or 'null'} workflows")


def _experiment(request: Request) -> Session:
    site, name, project = request.site, request.get("experiment") or "", request.get("project")
    found = site.sessions.get(name) or (site.session_in(project, name) if project else None)
    if found is None:
        raise Refused(404, f"Unable to find workflow entry for the experiment {name}")
    if not may_read_session(site, request.user, found):
        raise Refused(403, "You are not allowed to see the workflows of this experiment.")
    return found


def _list(request: Request, found: list[Workflow], title: str) -> Reply:
    rows: list[Cells] = [
        {
            "label": _label(request.site, one),
            "id": one.item,
            "externalid": one.project,
            "pipeline_name": one.name,
            "launch_time": written(one.launched),
            "status": one.status,
        }
        for one in found
    ]
    return table(request, rows, _LISTED, title=title)


def _label(site: Site, one: Workflow) -> str:
    session = site.sessions.get(one.item)
    return session.label if session is not None else ""


def _given(request: Request) -> dict[str, str]:
    """Fields by their names, whatever their case; 400 for what is no field. Raises Refused."""
    given: dict[str, str] = {}
    for key, values in request.query.items():
        if not key.startswith(_PREFIX):
            continue
        name = next((one for one in _FIELDS if one.lower() == key.removeprefix(_PREFIX).lower()), None)
        if name is None:
            raise Refused(400, f"Unknown field: {key}")
        # clients are known to encode the blank in a time twice
        given[name] = unquote(values[-1]) if name == "launch_time" else values[-1]
    return given


def _has(one: Workflow, name: str, value: str) -> bool:
    return _FIELDS[name](one) == value


def _newest(site: Site, fits: Callable[[Workflow], bool]) -> Workflow | None:
    return next((one for one in reversed(site.workflows) if fits(one)), None)


def _readable(request: Request, one: Workflow) -> bool:
    """Through its project, or any that the session is shared into."""
    session = request.site.sessions.get(one.item)
    if session is not None:
        return may_read_session(request.site, request.user, session)
    return may_read(request.site, request.user, one.project)


def _show(request: Request, found: Workflow | None) -> Reply:
    negotiate(request, "xml")
    if found is None:
        raise Refused(404, "Unable to find the specified workflow.")
    if not _readable(request, found):
        raise Refused(403, "You are not allowed to see this workflow.")
    return _item(request, found, "xml")


def _item(request: Request, one: Workflow, default: str) -> Reply:
    fields = {name: value for name, read in _FIELDS.items() if (value := read(one))}
    if request.format(default) == "json":
        numbered: dict[str, object] = {**fields, "wrk_workflowData_id": one.id}
        meta = {"xsi:type": "wrk:workflowData", "isHistory": False}
        return as_json({"items": [{"meta": meta, "data_fields": numbered, "children": []}]})
    attributes = "".join(
        f" {name}={quoteattr(value)}" for name, value in fields.items() if name != "wrk_workflowData_id"
    )
    return xml(f'<wrk:Workflow xmlns:wrk="http://nrg.wustl.edu/workflow"{attributes}/>')


def _put(request: Request, given: dict[str, str]) -> Reply:
    """What has this name, time and object is changed, else made where all that it needs is given."""
    site = request.site
    key = {name: given[name] for name in ("pipeline_name", "ID", "launch_time") if name in given}
    found = _newest(site, lambda one: all(_has(one, name, value) for name, value in key.items()))
    if found is not None and len(key) == 3:
        return _change(request, found, given)
    if len(key) < 3 or "data_type" not in given:
        raise Refused(
            400,
            "Id, launch_time, data_type and pipeline_name are all required (scan_id may be specified when "
            "appropriate but is not required).",
        )
    session = site.sessions.get(given["ID"])
    project = given.get("ExternalID") or (session.project if session is not None else "")
    if not may_edit(site, request.user, project):
        raise Refused(403, "You are not allowed to make changes to this workflow.")
    made = site.note(
        request.user,
        given["ID"],
        project,
        given["data_type"],
        given["pipeline_name"],
        status=given.get("status", "Queued"),
    )
    return _change(request, made, given)


def _change(request: Request, one: Workflow, given: dict[str, str]) -> Reply:
    """The user who made it, or an admin."""
    if one.user != request.user and not is_admin(request.site, request.user):
        raise Refused(403, "You are not allowed to make changes to this workflow.")
    with request.site.lock:
        one.status = given.get("status", one.status)
        one.reason = given.get("justification", one.reason)
        one.comment = given.get("comments", one.comment)
        if "launch_time" in given:
            one.launched = _moment(given["launch_time"])
    return Reply(200)


def _moment(text: str) -> float:
    try:
        return datetime.fromisoformat(text).timestamp()
    except ValueError:
        raise Refused(400, f"Not a time: {text}") from None
