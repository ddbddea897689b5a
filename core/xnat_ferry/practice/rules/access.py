"""Who may do what (wire-read 3.1)."""

from xnat_ferry.practice.http.replies import Refused
from xnat_ferry.practice.site.records import Assessor, Project, Session, Subject
from xnat_ferry.practice.site.site import Site

ROLES = {"owner": "Owners", "member": "Members", "collaborator": "Collaborators"}
ACTIONS = ("read", "create", "edit", "delete", "active")
"""What a right can be for."""
_ON_DATA = {
    "owner": ACTIONS,
    "member": ("read", "create", "edit", "active"),
    "collaborator": ("read", "active"),
}
_ON_PROJECT = {"owner": ("read", "edit", "delete"), "member": ("read",), "collaborator": ("read",)}


def role_allows(role: str, action: str, data_type: str) -> bool:
    """Whether a role's group holds a right on a data type in its project."""
    rights = _ON_PROJECT if data_type == "xnat:projectData" else _ON_DATA
    return action in rights.get(role, ())


def is_admin(site: Site, user: str) -> bool:
    return user in site.users and site.users[user].admin


def is_data_admin(site: Site, user: str) -> bool:
    """ALL_DATA_ADMIN: may change everything; an administrator belongs to it unless the world says no."""
    found = site.users.get(user)
    return found is not None and (found.all_data == "admin" or (found.admin and not found.all_data))


def reads_all(site: Site, user: str) -> bool:
    """ALL_DATA_ACCESS or more."""
    found = site.users.get(user)
    return found is not None and (found.all_data == "access" or is_data_admin(site, user))


def role(site: Site, user: str, project: str) -> str:
    """owner, member, collaborator or ""."""
    found = site.projects.get(project)
    return found.members.get(user, "") if found else ""


def may_see(site: Site, user: str, project: Project) -> bool:
    """Whether the project itself is visible."""
    if sees_without_admin(site, user, project):
        return True
    return is_admin(site, user) or reads_all(site, user)


def sees_without_admin(site: Site, user: str, project: Project) -> bool:
    """Whether the project is visible by accessibility or role alone."""
    return project.accessibility != "private" or bool(role(site, user, project.id))


def may_read(site: Site, user: str, project: str) -> bool:
    """Whether the data in it are readable."""
    found = site.projects.get(project)
    if found is None:
        return False
    if found.accessibility == "public" or bool(role(site, user, found.id)):
        return True
    return is_admin(site, user) or reads_all(site, user)


def may_edit(site: Site, user: str, project: str) -> bool:
    """Create and change: owners and members."""
    if role(site, user, project) in ("owner", "member"):
        return True
    return is_admin(site, user) or is_data_admin(site, user)


def may_delete(site: Site, user: str, project: str) -> bool:
    if role(site, user, project) == "owner":
        return True
    return is_admin(site, user) or is_data_admin(site, user)


def may_edit_project(site: Site, user: str, project: str) -> bool:
    """Change the project itself and its settings: owners."""
    return may_delete(site, user, project)


def may_read_session(site: Site, user: str, session: Session | Subject | Assessor) -> bool:
    """Through the owner's project or any that it is shared into."""
    return any(may_read(site, user, project) for project in (session.project, *session.shares))


def visible_project(site: Site, user: str, project: str) -> Project:
    """404 hides private projects from strangers (wire-read 3.2)."""
    found = site.project_named(project)
    if found is None or not may_see(site, user, found):
        raise Refused(404, f"Unable to identify project {project}")
    return found


def readable_project(site: Site, user: str, project: str, what: str) -> Project:
    """404 for the private, 403 for the protected."""
    found = visible_project(site, user, project)
    if not may_read(site, user, found.id):
        raise Refused(403, f"Unable to read {what} for Project: {found.id}")
    return found


def readable_session(site: Site, user: str, name: str, project: str | None = None) -> Session:
    """By accession ID, or by label where the project is named; 404 otherwise.

    A label is looked up in the project and with the rights there: what one reads by a share is not found
    through its owner's project (wire-read 2.5).
    """
    found = site.sessions.get(name)
    if found is not None and may_read_session(site, user, found):
        return found.filled()
    here = site.project_named(project) if found is None and project is not None else None
    if here is not None and may_read(site, user, here.id):
        found = site.session_in(here.id, name)
        if found is not None:
            return found.filled()
    raise Refused(404, "Unable to find the specified experiment.")


def readable_subject(site: Site, user: str, name: str, project: str | None = None) -> Subject:
    """By accession ID, or by label where the project is named; 404 otherwise."""
    found = site.subjects.get(name)
    if found is not None and may_read_session(site, user, found):
        return found
    here = site.project_named(project) if found is None and project is not None else None
    if here is not None and may_read(site, user, here.id):
        found = site.subject_in(here.id, name)
        if found is not None:
            return found
    raise Refused(404, "Unable to find the specified subject.")
