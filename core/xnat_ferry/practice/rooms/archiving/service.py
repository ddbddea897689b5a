"""``POST /data/services/archive`` for one row or several (wire-write 2.5)."""

import threading

from xnat_ferry.practice.http.replies import STANDARD, Refused, Reply, page, uri_list
from xnat_ferry.practice.http.request import Request
from xnat_ferry.practice.http.routing import Routes
from xnat_ferry.practice.rooms.archiving import wishes
from xnat_ferry.practice.rooms.archiving.jobs import Job
from xnat_ferry.practice.rooms.archiving.reporting import Reporter, archived_address, listener_of
from xnat_ferry.practice.rooms.waiting.rows import rows_table
from xnat_ferry.practice.rooms.waiting.sources import Source, named_apart, parse_source
from xnat_ferry.practice.rules.access import may_edit
from xnat_ferry.practice.site.records import UNASSIGNED, Session, Waiting

ROUTES = Routes()
LOCKED = "Operation already in progress on this prearchive entry."
_PAGE = "/app/template/XDATScreen_prearchives.vm"


def failed(row: Waiting, error: Refused) -> Refused:
    """What any failure of the archiver becomes, conflicts included."""
    return Refused(500, f"FAILED: Unable to archive {row.folder}: Operation Failed: {error.message}")


def sources_of(request: Request) -> list[Waiting]:
    """The rows that the call means. Raises Refused."""
    given = request.query.get("src", [])
    sources = [_source(uri) for uri in given] or named_apart(request)
    if not sources:
        raise Refused(404, "Unknown prearchive session.")
    return [_row(request, source) for source in sources]


def _source(uri: str) -> Source:
    found = parse_source(uri)
    if found is not None:
        return found
    if not uri.startswith("/"):
        raise Refused(400, STANDARD[400])
    raise Refused(400, f"Invalid src URI ({uri})")


def _row(request: Request, source: Source) -> Waiting:
    if source.project == UNASSIGNED:
        raise Refused(400, "Cannot archive sessions from the Unassigned folder.")
    if not may_edit(request.site, request.user, source.project):
        raise Refused(403, source.uri)
    row = request.site.waiting.get(source)
    if row is None:
        raise Refused(404, f"{source.uri} not found.")
    return row


@ROUTES.at("/data/services/archive", methods="POST")
def archive(request: Request) -> Reply:
    """Several rows are answered at once, a single one when it is done."""
    rows = sources_of(request)
    if len(rows) > 1:
        return _several(request, rows)
    wanted = request.get("project")
    if wanted is not None and not may_edit(request.site, request.user, wanted):
        raise Refused(403, "Invalid permissions for new project.")
    return _single(request, rows[0])


def _single(request: Request, row: Waiting) -> Reply:
    listener = listener_of(request)
    with request.site.lock:
        if row.locked:
            raise Refused(403, LOCKED)
        reporter = Reporter(request, row)
        job = Job(request.site, row, wishes.single(request), reporter.done)
    job.start()
    if listener is not None:
        return Reply(303, b"", headers={"Location": _on_site(request, _PAGE)})
    try:
        session = job.wait()
    except Refused as error:
        raise (error if job.timed_out else failed(row, error)) from None
    return _archived(request, row, session)


def _archived(request: Request, row: Waiting, session: Session) -> Reply:
    address = "/data" + archived_address(request.site, row, session)
    code = request.site.projects[row.project].prearchive_code
    quiet = request.get("auto-archive", "AA") == "false"
    if request.get("redirect") == "true" or (code >= 4 and not quiet):
        return Reply(303, b"", headers={"Location": _on_site(request, address)})
    return uri_list(address)


def _on_site(request: Request, path: str) -> str:
    """On the address that the site believes in, which may not be the one that was used."""
    return str(request.site.preferences.get("siteUrl") or request.base).rstrip("/") + path


def _several(request: Request, rows: list[Waiting]) -> Reply:
    """The rows as they are queued; what becomes of them shows in their status only."""
    wish = wishes.one_of_several(request)
    with request.site.lock:
        free = [row for row in rows if not row.locked]
        jobs = [Job(request.site, row, wish, Reporter(request, row).done) for row in free]
        answer = rows_table(request, rows, default="xml")
    threading.Thread(target=_one_by_one, args=(jobs,), daemon=True).start()
    return answer if len(free) == len(rows) else page(403, LOCKED)


def _one_by_one(jobs: list[Job]) -> None:
    for job in jobs:
        job.run()
