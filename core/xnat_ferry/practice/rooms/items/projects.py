"""``/data/projects/P``, and what one may create in it (wire-read 2.2, 2.6)."""

from xnat_ferry.practice.http.negotiation import TABLE, negotiate
from xnat_ferry.practice.http.replies import Refused, Reply
from xnat_ferry.practice.http.request import Request
from xnat_ferry.practice.http.routing import Routes
from xnat_ferry.practice.http.tables import Cells, table
from xnat_ferry.practice.rooms.items.item import of_project
from xnat_ferry.practice.rooms.items.shown import show
from xnat_ferry.practice.rules import model
from xnat_ferry.practice.rules.access import role, role_allows, visible_project
from xnat_ferry.practice.site.records import Project

ROUTES = Routes()


@ROUTES.at("/data/projects/{project}")
def project(request: Request, project: str) -> Reply:
    """The project; a rest that it does not know is 400."""
    found = visible_project(request.site, request.user, project)
    if request.rest.strip("/"):
        raise Refused(400)
    if request.flag("creatableTypes"):
        return _creatable(request, found)
    return show(request, lambda: of_project(found), f"Project {found.id}")


def _creatable(request: Request, project: Project) -> Reply:
    """By the caller's group only: whoever may do everything without one gets nothing."""
    negotiate(request, *TABLE)
    held = role(request.site, request.user, project.id)
    rows: list[Cells] = [
        {"element_name": name} for name in model.creatable() if role_allows(held, "create", name)
    ]
    return table(request, rows, ["element_name"], total=False)
