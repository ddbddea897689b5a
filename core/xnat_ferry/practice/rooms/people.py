"""Users, groups and roles, and who may see a project (wire-read 2.13, 3.3, 3.5)."""

from xnat_ferry.practice.http.negotiation import TABLE, negotiate
from xnat_ferry.practice.http.replies import STANDARD, Refused, Reply, as_json, text
from xnat_ferry.practice.http.request import Request
from xnat_ferry.practice.http.routing import Routes
from xnat_ferry.practice.http.tables import Cells, table
from xnat_ferry.practice.rules import events
from xnat_ferry.practice.rules.access import (
    ROLES,
    is_admin,
    may_delete,
    may_edit,
    reads_all,
    role,
    visible_project,
)
from xnat_ferry.practice.site.site import Site

ROUTES = Routes()
_GROUPS = tuple(ROLES)
_OWNERS_ONLY = "Access Denied: Only project owners and site managers can access user resources."
_ACCESSIBILITIES = ("private", "protected", "public")


def number_of(site: Site, user: str) -> int:
    """A user's number, ``xdat_user_id``; 0 for nobody."""
    return list(site.users).index(user) + 1 if user in site.users else 0


def _person(site: Site, login: str) -> Cells:
    return {
        "xdat_user_id": number_of(site, login),
        "login": login,
        "firstname": login.capitalize(),
        "lastname": "Example",
        "email": f"{login}@example.org",
    }


@ROUTES.at("/data/users")
def users(request: Request) -> Reply:
    """Everybody with an account."""
    negotiate(request, *TABLE)
    site = request.site
    if site.preferences.get("restrictUserListAccessToAdmins") and not is_admin(site, request.user):
        raise Refused(403, STANDARD[403])
    rows = [_person(site, login) for login in site.users]
    return table(request, rows, ["xdat_user_id", "login", "firstname", "lastname", "email"])


@ROUTES.at("/data/user")
def settings(request: Request) -> Reply:
    """A user's settings, for administrators only."""
    site = request.site
    login, _, what = request.rest.strip("/").partition("/")
    if not is_admin(site, request.user):
        raise Refused(403, STANDARD[403])
    if login not in site.users:
        raise Refused(404, STANDARD[404])
    return as_json(_roles(site, login) if what == "roles" else _person(site, login))


@ROUTES.at("/data/projects/{project}/users")
def members(request: Request, project: str) -> Reply:
    """One row per user and group; those who may read everything only when asked for."""
    negotiate(request, *TABLE)
    site = request.site
    found = visible_project(site, request.user, project)
    restricted = site.preferences.get("restrictUserListAccessToAdmins")
    if restricted and not may_delete(site, request.user, found.id):
        raise Refused(403, _OWNERS_ONLY)
    rows = [
        {"GROUP_ID": f"{found.id}_{name}", "displayname": ROLES[name], **_person(site, login)}
        for login, name in list(found.members.items())
    ]
    if request.flag("includeAllDataAccess"):
        rows += [
            {"GROUP_ID": group, "displayname": group, **_person(site, login)}
            for login in site.users
            if (group := _data_group(site, login))
        ]
    columns = ["GROUP_ID", "displayname", "login", "firstname", "lastname", "email"]
    return table(request, rows, columns, title="Projects")


def _data_group(site: Site, login: str) -> str:
    if not reads_all(site, login):
        return ""
    return "ALL_DATA_ACCESS" if site.users[login].all_data == "access" else "ALL_DATA_ADMIN"


@ROUTES.at("/data/projects/{project}/groups")
def groups(request: Request, project: str) -> Reply:
    """The project's groups with the number of their users."""
    negotiate(request, *TABLE)
    site = request.site
    found = visible_project(site, request.user, project)
    first = list(site.projects).index(found.id) * len(_GROUPS)
    rows: list[Cells] = [
        {
            "id": f"{found.id}_{name}",
            "displayname": ROLES[name],
            "tag": found.id,
            "xdat_usergroup_id": first + place,
            "users": sum(1 for one in found.members.values() if one == name),
        }
        for place, name in enumerate(_GROUPS, 1)
    ]
    return table(request, rows, ["id", "displayname", "tag", "xdat_usergroup_id", "users"])


@ROUTES.at("/data/projects/{project}/accessibility")
def accessibility(request: Request, project: str) -> Reply:
    """One word."""
    negotiate(request, "text")
    return text(visible_project(request.site, request.user, project).accessibility)


@ROUTES.at("/data/projects/{project}/accessibility", methods="PUT")
def set_accessibility(request: Request, project: str) -> Reply:
    """For whoever may delete the project, which is the right that is looked at."""
    site = request.site
    found = visible_project(site, request.user, project)
    wanted = request.rest.strip("/")
    if wanted not in _ACCESSIBILITIES:
        raise Refused(400, STANDARD[400])
    open_ones = site.preferences.get("securityAllowNonPrivateProjects", True)
    if not may_delete(site, request.user, found.id) or (wanted != "private" and not open_ones):
        raise Refused(403, STANDARD[403])
    events.require_reason(request)
    with site.lock:
        found.accessibility = wanted
        events.record(request, found.id, found.id, "xnat:projectData", "Modified Project Accessibility")
    return text(wanted)


@ROUTES.at("/xapi/access/projects")
def memberships(request: Request) -> Reply:
    """The caller's memberships as a bare JSON list; no public, protected or all-data access shows."""
    mine = [
        (project, project.members[request.user])
        for project in list(request.site.projects.values())
        if request.user in project.members
    ]
    return as_json(
        [
            {
                "ID": project.id,
                "secondary_ID": project.fields.get("secondary_ID", project.id),
                "name": project.fields.get("name", project.id),
                "role": ROLES[name],
                "URI": f"/data/projects/{project.id}",
                "group_id": f"{project.id}_{name}",
                "description": project.fields.get("description", ""),
            }
            for project, name in mine
        ]
    )


@ROUTES.at("/xapi/access/cache/flush", "/xapi/access/cache/flush/{login}", methods="DELETE")
def flush(request: Request, login: str = "") -> Reply:
    """Forget what is cached of rights: one's own, or another's for administrators."""
    if login:
        _self_or_admin(request, login)
    return Reply(200)


@ROUTES.at("/xapi/users/projects")
def editable(request: Request) -> Reply:
    """The IDs of the projects that the caller can edit data in."""
    site = request.site
    return as_json([name for name in list(site.projects) if may_edit(site, request.user, name)])


@ROUTES.at("/xapi/users/{login}/groups")
def groups_of(request: Request, login: str) -> Reply:
    """The IDs of a user's groups."""
    _self_or_admin(request, login)
    site = request.site
    own = [f"{name}_{role(site, login, name)}" for name in list(site.projects) if role(site, login, name)]
    everywhere = _data_group(site, login)
    return as_json([*own, everywhere] if everywhere else own)


@ROUTES.at("/xapi/users/{login}/roles")
def roles_of(request: Request, login: str) -> Reply:
    """A user's roles on the site."""
    _self_or_admin(request, login)
    return as_json(_roles(request.site, login))


def _roles(site: Site, login: str) -> list[str]:
    """Roles on the site, as opposed to groups of projects."""
    return ["Administrator", "DataManager"] if is_admin(site, login) else []


def _self_or_admin(request: Request, login: str) -> None:
    """403 without a word for others, 404 for an unknown user. Raises Refused."""
    if login != request.user and not is_admin(request.site, request.user):
        raise Refused(403)
    if login not in request.site.users:
        raise Refused(404)
