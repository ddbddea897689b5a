"""Projects as tables: of the handlers whose trigger is there the last one wins (wire-read 2.2)."""

from collections.abc import Callable

from xnat_ferry.practice.http.negotiation import TABLE, negotiate
from xnat_ferry.practice.http.replies import Reply
from xnat_ferry.practice.http.request import Request
from xnat_ferry.practice.http.routing import Routes
from xnat_ferry.practice.rooms.listings.filtered import filtered, wants_filtered
from xnat_ferry.practice.rooms.listings.kinds import Projects
from xnat_ferry.practice.rooms.listings.permitted import creatable, permitted
from xnat_ferry.practice.rooms.listings.query import Query, broken
from xnat_ferry.practice.rules.access import (
    is_admin,
    is_data_admin,
    may_delete,
    may_edit_project,
    may_see,
    reads_all,
    sees_without_admin,
)
from xnat_ferry.practice.site.records import Project

ROUTES = Routes()
_DEFAULT = ("ID", "secondary_ID", "name", "description", "pi_firstname", "pi_lastname")


@ROUTES.at("/data/projects")
@broken(silently=False)
def projects(request: Request) -> Reply:
    """The projects that the caller may see, in one of four shapes."""
    negotiate(request, *TABLE)
    described = Query(request, Projects(request.site), "xnat:projectData").fields()
    if described is not None:
        return described
    handlers: list[tuple[bool, Callable[[Request], Reply]]] = [
        (True, _readable),
        (wants_filtered(request), filtered),
        (request.get("permissions") is not None, permitted),
        (request.flag("creatableTypes"), creatable),
    ]
    return [handler for wanted, handler in handlers if wanted][-1](request)


def _readable(request: Request) -> Reply:
    """What the caller may see; ``restrict`` narrows it to what may be edited or deleted."""
    site, user = request.site, request.user
    query = Query(request, Projects(site), "xnat:projectData")
    query.ask(_DEFAULT)
    everything = is_data_admin(site, user) or (is_admin(site, user) and request.flag("allDataOverride"))
    found = [
        project
        for project in list(site.projects.values())
        if everything or reads_all(site, user) or sees_without_admin(site, user, project)
    ]
    restrict = request.get("restrict")
    if restrict in ("edit", "delete"):
        found = [project for project in found if _allowed(request, project)]
    # only where everything is shown anyway does nothing take the filters' place
    lines = query.lines(found, filtered=everything and not restrict)
    return query.answer(lines, "/data/projects/", pages=False)


def _allowed(request: Request, project: Project) -> bool:
    right = may_edit_project if request.get("restrict") == "edit" else may_delete
    return may_see(request.site, request.user, project) and right(request.site, request.user, project.id)
