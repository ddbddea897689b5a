"""Projects by what one may do there: ``permissions=``, ``creatableTypes=`` (wire-read 2.2, 3.4, 13.4)."""

from xnat_ferry.practice.http.replies import STANDARD, Refused, Reply
from xnat_ferry.practice.http.request import Request
from xnat_ferry.practice.http.tables import Cells, table
from xnat_ferry.practice.rules import model
from xnat_ferry.practice.rules.access import ACTIONS, is_data_admin, role, role_allows
from xnat_ferry.practice.site.records import Project
from xnat_ferry.practice.site.site import Site

_GUEST = ("read", "active")
"""What a public project allows everybody."""


def permitted(request: Request) -> Reply:
    """Where the caller's groups or the guest hold a right on a data type; all projects for a data admin."""
    action, data_type = request.get("permissions") or "", request.get("dataType") or ""
    if action not in ACTIONS or not model.secured(data_type):
        raise Refused(500, STANDARD[500])
    site, user = request.site, request.user
    rows: list[Cells] = [
        {"id": project.id, "secondary_id": project.fields.get("secondary_ID", project.id)}
        for project in list(site.projects.values())
        if _holds(site, user, project, action, model.spelled(data_type))
    ]
    return table(request, rows, ["id", "secondary_id"], total=False)


def _holds(site: Site, user: str, project: Project, action: str, data_type: str) -> bool:
    if is_data_admin(site, user):
        return True
    if project.accessibility == "public" and action in _GUEST:
        return True
    return role_allows(role(site, user, project.id), action, data_type)


def creatable(request: Request) -> Reply:
    """Where one of the caller's groups may create anything, or what ``data-type`` names."""
    site, user = request.site, request.user
    data_type = request.get("data-type") or "xnat:subjectData"
    known = model.spelled(data_type) in model.creatable()
    found = [
        project
        for project in list(site.projects.values())
        if known
        and (is_data_admin(site, user) or role_allows(role(site, user, project.id), "create", data_type))
    ]
    columns = ["id", "name", "description", "secondary_id"]
    return table(request, [_row(project) for project in found], columns, total=False)


def _row(project: Project) -> Cells:
    return {
        "id": project.id,
        "name": project.fields.get("name", project.id),
        "description": project.fields.get("description", ""),
        "secondary_id": project.fields.get("secondary_ID", project.id),
    }
