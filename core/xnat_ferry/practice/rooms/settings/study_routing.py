"""The table that says which project a study is to go to (wire-read 4.5)."""

from urllib.parse import parse_qs

from xnat_ferry.practice.http.bodies import media_type
from xnat_ferry.practice.http.replies import Refused, Reply
from xnat_ferry.practice.http.request import Request
from xnat_ferry.practice.http.routing import Routes
from xnat_ferry.practice.http.tables import Cells, table
from xnat_ferry.practice.rules.access import is_admin, may_edit

ROUTES = Routes()

_COLUMNS = ["studyInstanceUID", "projectId", "subjectId", "userId", "created", "accessed", "label"]
_FORM = "application/x-www-form-urlencoded"


@ROUTES.at("/data/routing", methods="GET DELETE")
def routings(request: Request) -> Reply:
    """The caller's own entries, all for an admin; only an admin deletes them all."""
    site, admin = request.site, is_admin(request.site, request.user)
    if request.method == "DELETE":
        if not admin:
            raise Refused(403, "You must be a site administrator to delete all study routings for this site.")
        with site.lock:
            site.routing.clear()
        return Reply(200)
    rows: list[Cells] = [dict(one) for one in site.routing.values() if admin or one["userId"] == request.user]
    return table(request, rows, _COLUMNS)


@ROUTES.at("/data/routing/{study}", methods="GET PUT DELETE")
def routing(request: Request, study: str) -> Reply:
    """One study's; whoever may edit in its project."""
    site = request.site
    if request.method == "PUT":
        return _assign(request, study)
    found = site.routing.get(study)
    if found is None:
        raise Refused(404, f"Couldn't find a routing for the study instance UID: {study}")
    if not may_edit(site, request.user, found["projectId"]):
        doing = "view the routing for this study instance UID"
        if request.method == "DELETE":
            doing = "delete study routings for this project"
        raise Refused(403, f"You do not have sufficient privileges to {doing}.")
    if request.method == "DELETE":
        with site.lock:
            site.routing.pop(study, None)
        return Reply(200)
    row: Cells = dict(found)
    return table(request, [row], _COLUMNS)


def _assign(request: Request, study: str) -> Reply:
    site = request.site
    form = parse_qs(request.body.read().decode(errors="replace")) if media_type(request) == _FORM else {}
    if "subjectId" in form or "label" in form:
        raise Refused(400, "This restlet currently only supports assigning to project, not subject or label.")
    project = form.get("projectId", [""])[-1]
    if not project:
        raise Refused(
            400, "You must specify both a study instance UID and the project ID that you wish to assign."
        )
    found = site.routing.get(study)
    for concerned in filter(None, (project, found["projectId"] if found else "")):
        if not may_edit(site, request.user, concerned):
            raise Refused(
                403, "You do not have sufficient privileges to modify study routings for this project."
            )
    with site.lock:
        row = {"studyInstanceUID": study, "userId": request.user, "created": site.now()}
        row |= {"subjectId": "", "label": "", **(found or {})}
        site.routing[study] = row | {"projectId": project, "accessed": site.now()}
    return Reply(200)
