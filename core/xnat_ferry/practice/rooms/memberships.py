"""Who belongs to a project: put into a group of it, and taken out again.

Neither of our notes describes these two calls; xnatpy (``set_access``) and pyxnat (``add_user``) make them.
"""

from xnat_ferry.practice.http.replies import STANDARD, Refused, Reply
from xnat_ferry.practice.http.request import Request
from xnat_ferry.practice.http.routing import Routes
from xnat_ferry.practice.rooms.people import members
from xnat_ferry.practice.rules import events
from xnat_ferry.practice.rules.access import ROLES, may_delete, visible_project
from xnat_ferry.practice.site.records import Project

ROUTES = Routes()


@ROUTES.at("/data/projects/{project}/users/{group}/{login}", methods="PUT DELETE")
def membership(request: Request, project: str, group: str, login: str) -> Reply:
    """One user in one group, for owners to change; the answer is the table of all users."""
    site = request.site
    found = visible_project(site, request.user, project)
    if not may_delete(site, request.user, found.id):
        raise Refused(403, STANDARD[403])
    name = _role_named(found, group)
    if login not in site.users or not name:
        raise Refused(404, STANDARD[404])
    events.require_reason(request)
    with site.lock:
        if request.method == "PUT":
            found.members[login] = name
        elif found.members.get(login) == name:
            del found.members[login]
        events.record(request, found.id, found.id, "xnat:projectData", "Modified Project Access")
    return members(request, found.id)


def _role_named(project: Project, group: str) -> str:
    """By a group's name for people or its ID, in whatever case; "" where there is none."""
    for role, shown in ROLES.items():
        if group.lower() in (shown.lower(), f"{project.id}_{role}".lower()):
            return role
    return ""
