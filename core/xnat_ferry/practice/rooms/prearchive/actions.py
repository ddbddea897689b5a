"""``POST …?action=`` on one waiting session (wire-write 2.4, wire-read 13.7)."""

from collections.abc import Callable

from xnat_ferry.practice.http.replies import Refused, Reply, text, uri_list
from xnat_ferry.practice.http.request import Request
from xnat_ferry.practice.rooms.archiving.jobs import Job
from xnat_ferry.practice.rooms.archiving.reporting import Reporter, archived_address, listener_of
from xnat_ferry.practice.rooms.archiving.service import failed
from xnat_ferry.practice.rooms.archiving.wishes import by_commit, fields_of, paths_of
from xnat_ferry.practice.rooms.prearchive.relocation import move_row
from xnat_ferry.practice.rooms.waiting.building import auto_archive_of, build_row
from xnat_ferry.practice.rooms.waiting.parameters import read_parameters
from xnat_ferry.practice.rules.access import may_edit
from xnat_ferry.practice.site.records import Waiting, session_type
from xnat_ferry.practice.site.site import Site
from xnat_ferry.practice.world.description import STATUSES


def act(request: Request, row: Waiting | None) -> Reply:
    """The action that the parameters name. Raises Refused."""
    new_project = request.get("newProject")  # of the query only
    read_parameters(request)
    action = request.get("action")
    if action is None:
        raise Refused(400, f"No action parameter was specified for the request by user {request.user}")
    if action == "move":
        return _move(request, row, new_project)
    if action not in _ACTIONS:
        words = f"User {request.user} requested an unsupported action on prearchive session: {action}"
        raise Refused(400, words)
    if row is None:
        raise Refused(500 if action == "reset-status" else 404)
    return _ACTIONS[action](request, row)


def _address(row: Waiting) -> Reply:
    return uri_list(f"/data{row.path}", end=False)


def _require_unlocked(row: Waiting) -> None:
    if row.locked:
        raise Refused(409, "session document locked")


def _describe(request: Request, row: Waiting) -> None:
    row.visit = request.get("VISIT") or row.visit
    row.protocol = request.get("PROTOCOL") or row.protocol
    row.time_zone = request.get("TIMEZONE") or row.time_zone
    row.source = request.get("SOURCE") or row.source


def _build(request: Request, row: Waiting) -> Reply:
    _require_unlocked(row)
    with request.site.lock:
        _describe(request, row)
        build_row(request.site, row)
    return _address(row)


def _reset_status(request: Request, row: Waiting) -> Reply:
    """A lock does not stop it: that is what it is for."""
    tag = request.get("tag")
    with request.site.lock:
        row.status = "READY" if row.built else "RECEIVING"
        row.study_uid = tag or row.study_uid
    return _address(row)


def _set_status(request: Request, row: Waiting) -> Reply:
    wanted = request.get("status") or ""
    if wanted not in STATUSES:
        raise Refused(400, f"Status {wanted} is not a legal status.")
    with request.site.lock:
        if row.locked:
            raise Refused(400, "session document locked")
        row.status = wanted
    return Reply(200)


def _move(request: Request, row: Waiting | None, target: str | None) -> Reply:
    site = request.site
    if target not in site.projects or not may_edit(site, request.user, target or ""):
        raise Refused(403, "Unable to modify session data for destination project.")
    if row is None:
        raise Refused(404)
    if row.locked:
        return Reply(200)
    move_row(site, row, target or "")
    return uri_list(f"/data{row.path}", end=False, status=301)


def _commit(request: Request, row: Waiting) -> Reply:
    _require_unlocked(row)
    listener = listener_of(request)
    site = request.site
    with site.lock:
        _describe(request, row)
        build_row(site, row)
        if not _archives(request, site, row):
            kind = session_type({scan.modality for scan in row.scans.values()})
            _write_fields(row, fields_of(paths_of(request), kind))
            return _address(row)
        job = Job(site, row, by_commit(request), Reporter(request, row).done)
    job.start()
    if listener is not None:
        return Reply(200)
    try:
        session = job.wait()
    except Refused as error:
        raise (error if job.timed_out else failed(row, error)) from None
    # 301 without a Location, as the real one
    return text("/data" + archived_address(site, row, session), 301)


def _archives(request: Request, site: Site, row: Waiting) -> bool:
    """The row's word, then the parameter's, then the project's; a row's cannot be vetoed."""
    if row.auto_archive.startswith("AutoArchive"):
        return True
    asked = request.get("AA", "auto-archive")
    if asked is not None:
        return asked.lower() not in ("false", "0")
    return auto_archive_of(site, row).startswith("AutoArchive") or (
        row.project in site.projects and site.projects[row.project].prearchive_code >= 4
    )


def _write_fields(row: Waiting, fields: dict[str, str]) -> None:
    """Into the session document."""
    told = dict(fields)
    row.date = told.pop("date", row.date)
    row.study_uid = told.pop("UID", row.study_uid)
    row.fields.update(told)


_ACTIONS: dict[str, Callable[[Request, Waiting], Reply]] = {
    "build": _build,
    "reset-status": _reset_status,
    "set-status": _set_status,
    "commit": _commit,
}
