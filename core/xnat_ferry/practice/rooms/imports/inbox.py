"""``inbox``: a folder on the server's own disk, imported after the answer (wire-write 1.11)."""

import threading
from pathlib import Path

from xnat_ferry.practice.faults import Fault
from xnat_ferry.practice.http.replies import Refused, Reply, as_json
from xnat_ferry.practice.http.request import Request
from xnat_ferry.practice.http.routing import Routes
from xnat_ferry.practice.rooms.imports.call import Call
from xnat_ferry.practice.rooms.imports.receive import Receiver
from xnat_ferry.practice.rooms.imports.wanted import Wanted, wanted_by
from xnat_ferry.practice.rules.access import is_admin, may_edit
from xnat_ferry.practice.site.records import Inboxed
from xnat_ferry.practice.site.site import Site

ROUTES = Routes()
_WHERE = (
    "You must specify a valid path to a file or directory. It must be under the main inbox directory within "
    "a subdirectory whose name matches the ID of a project you have edit access to."
)


@ROUTES.at("/xapi/dicom/{number}")
def progress(request: Request, number: str) -> Reply:
    """How an import from the inbox stands; its owner and administrators may ask."""
    found = request.site.inboxed.get(int(number)) if number.isdigit() else None
    if found is None:
        raise Refused(404, f"No import request {number}")
    if found.user != request.user and not is_admin(request.site, request.user):
        return Reply(403)
    return as_json(
        {
            "id": found.id,
            "username": found.user,
            "projectId": found.project,
            "sessionPath": found.path,
            "status": found.status,
            "resolution": found.resolution,
        }
    )


def inbox_of(site: Site, project: str) -> Path:
    """The folder whose content a project's members may import."""
    return site.data / "inbox" / project


def import_inbox(call: Call) -> list[str]:
    """Start the import and say where its progress is told. Raises Refused."""
    project = call.parameters.get("PROJECT_ID", "project") or ""
    place = _place(call, project)
    wanted = wanted_by(call.parameters, None)
    if wanted.session and call.site.session_in(project, wanted.session) is not None:
        raise Refused(409, "Experiment with that label already exists in that project.")
    with call.site.lock:
        if any((row.project, row.name) == (project, wanted.session) for row in call.site.waiting.values()):
            raise Refused(409, "Session already exists in that project.")
        made = Inboxed(call.site.next_number("inbox"), call.user, project, str(place))
        call.site.inboxed[made.id] = made
    threading.Thread(target=_import, args=(call.site, wanted, made), daemon=True).start()
    return [f"/xapi/dicom/{made.id}"]


def _place(call: Call, project: str) -> Path:
    given = call.parameters.get("path")
    root = inbox_of(call.site, project).resolve()
    place = Path(given or "").resolve()
    if not given or not project or not may_edit(call.site, call.user, project):
        raise Refused(400, _WHERE)
    if not place.is_relative_to(root) or not place.exists():
        raise Refused(400, _WHERE)
    return place


def _import(site: Site, wanted: Wanted, made: Inboxed) -> None:
    made.status = "Importing"
    receiver = Receiver(site, made.user, wanted, Fault(match=""))
    place = Path(made.path)
    files = sorted(one for one in place.rglob("*") if one.is_file()) if place.is_dir() else [place]
    skipped = 0
    for path in files:
        try:
            with path.open("rb") as file:
                receiver.take(path.name, file)
        except Refused:
            skipped += 1
    made.resolution = f"{len(files) - skipped} of {len(files)} files imported"
    made.status = "Imported" if receiver.rows else "Failed"
