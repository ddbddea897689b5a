"""``services/prearchive/move | delete | rebuild``: queued, and answered at once (wire-write 2.7)."""

import threading
from collections.abc import Callable

from xnat_ferry.practice.http.replies import STANDARD, Refused, Reply, page
from xnat_ferry.practice.http.request import Request
from xnat_ferry.practice.http.routing import Routes
from xnat_ferry.practice.rooms.prearchive.relocation import move_row
from xnat_ferry.practice.rooms.prearchive.removal import discard
from xnat_ferry.practice.rooms.waiting.building import build_row
from xnat_ferry.practice.rooms.waiting.log import write_log
from xnat_ferry.practice.rooms.waiting.rows import may_work_on, rows_table
from xnat_ferry.practice.rooms.waiting.sources import Source, parse_source
from xnat_ferry.practice.rules.access import may_edit
from xnat_ferry.practice.site.records import UNASSIGNED, Waiting
from xnat_ferry.practice.site.site import Site

ROUTES = Routes()
Work = Callable[[Site, Waiting], None]


@ROUTES.at("/data/services/prearchive/move", methods="POST")
def move(request: Request) -> Reply:
    """Into ``newProject``."""
    site, target = request.site, request.get("newProject")
    sources, gone = _sources(request, moving=True)
    if not target:
        raise Refused(400, STANDARD[400])
    if target not in site.projects or not may_edit(site, request.user, target):
        raise Refused(403, "Unable to modify session data for destination project.")
    for source in sources:
        if source not in site.waiting:
            raise Refused(
                404,
                f"No prearchive resource with session {source.folder} and timestamp {source.timestamp} "
                f"exists in the project {source.project}",
            )
        if (target, source.timestamp, source.folder) in site.waiting:
            raise Refused(409, f"Session {source.folder} already exists in the prearchive of {target}.")
    return _queue(request, sources, gone, "MOVING", lambda site, row: move_row(site, row, target))


@ROUTES.at("/data/services/prearchive/delete", methods="POST")
def delete(request: Request) -> Reply:
    """For good."""
    sources, gone = _sources(request)
    return _queue(request, sources, gone, "DELETING", _delete)


@ROUTES.at("/data/services/prearchive/rebuild", methods="POST")
def rebuild(request: Request) -> Reply:
    """The documents again; never archives. ``overrideLock`` takes locked rows too."""
    sources, gone = _sources(request)
    override = request.flag("overrideLock")
    return _queue(request, sources, gone, "BUILDING", _build, override=override)


def _sources(request: Request, moving: bool = False) -> tuple[list[Source], list[str]]:
    """The sources in projects that exist, and the projects that do not. Raises Refused."""
    given = request.query.get("src", [])
    parsed = [(uri, parse_source(uri)) for uri in given]
    malformed = [uri for uri, source in parsed if source is None]
    if malformed:
        words = "One or more source values contained a malformed URL: "
        raise Refused(500, words + ", ".join(malformed))
    sources = [source for _, source in parsed if source is not None]
    refused = {one.project for one in sources if not _may(request, one.project, moving)}
    if refused:
        raise Refused(
            403,
            f"Invalid permissions for user {request.user} to delete prearchive sessions in one or more "
            f"projects: {', '.join(sorted(refused))}",
        )
    known = [one for one in sources if _exists(request.site, one.project)]
    gone = sorted({one.project for one in sources} - {one.project for one in known})
    return known, gone


def _exists(site: Site, project: str) -> bool:
    return project == UNASSIGNED or project in site.projects


def _may(request: Request, project: str, moving: bool) -> bool:
    site = request.site
    if not _exists(site, project):
        return True
    free = moving and project == UNASSIGNED and not site.unconfirmed["batch_move_of_unassigned_needs_admin"]
    return free or may_work_on(site, request.user, project)


def _queue(
    request: Request,
    sources: list[Source],
    gone: list[str],
    doing: str,
    work: Work,
    *,
    override: bool = False,
) -> Reply:
    """The answer shows the rows as they are queued; projects that do not exist do not stop the others."""
    site = request.site
    with site.lock:
        rows = [site.waiting[source] for source in sources if source in site.waiting]
        queued = [row for row in rows if override or not row.locked]
        for row in queued:
            row.status = f"QUEUED_{doing}"
        answer = rows_table(request, rows, default="xml")
    arguments = (site, queued, doing, work, request.fault.hold)
    threading.Thread(target=_work_off, args=arguments, daemon=True).start()
    if gone:
        return page(404, f"One or more specified projects does not exist: {', '.join(gone)}")
    return answer


def _work_off(site: Site, rows: list[Waiting], doing: str, work: Work, hold: float) -> None:
    for row in rows:
        row.status = f"_{doing}"
        site.closing.wait(hold)
        try:
            work(site, row)
        except Refused as error:
            row.status = "ERROR"
            write_log(site, row, error.message or "")
            continue
        if row.locked:
            row.status = "READY" if row.built else "RECEIVING"


def _delete(site: Site, row: Waiting) -> None:
    with site.lock:
        site.waiting.pop(row.key, None)
        site.routing.pop(row.study_uid, None)
    discard(site, row.project, row.place)


def _build(site: Site, row: Waiting) -> None:
    with site.lock:
        build_row(site, row)
