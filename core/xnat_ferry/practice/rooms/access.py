"""Who may do what (wire-read 3.1)."""

from xnat_ferry.practice.http.replies import Refused
from xnat_ferry.practice.site.records import Project, Session
from xnat_ferry.practice.site.site import Site

ROLES = {"owner": "Owners", "member": "Members", "collaborator": "Collaborators"}


def is_admin(site: Site, user: str) -> bool:
    return user in site.users and site.users[user].admin


def role(site: Site, user: str, project: str) -> str:
    """owner, member, collaborator or ""."""
    found = site.projects.get(project)
    return found.members.get(user, "") if found else ""


def may_see(site: Site, user: str, project: Project) -> bool:
    """Whether the project itself is visible."""
    return project.accessibility != "private" or bool(role(site, user, project.id)) or is_admin(site, user)


def may_read(site: Site, user: str, project: str) -> bool:
    """Whether the data in it are readable."""
    found = site.projects.get(project)
    if found is None:
        return False
    return found.accessibility == "public" or bool(role(site, user, project)) or is_admin(site, user)


def may_edit(site: Site, user: str, project: str) -> bool:
    """Create and change: owners and members."""
    return role(site, user, project) in ("owner", "member") or is_admin(site, user)


def may_delete(site: Site, user: str, project: str) -> bool:
    return role(site, user, project) == "owner" or is_admin(site, user)


def may_read_session(site: Site, user: str, session: Session) -> bool:
    """Through the owner's project or any that it is shared into."""
    return any(may_read(site, user, project) for project in (session.project, *session.shares))


def visible_project(site: Site, user: str, project: str) -> Project:
    """404 hides private projects from strangers (wire-read 3.2)."""
    found = site.projects.get(project)
    if found is None or not may_see(site, user, found):
        raise Refused(404, f"Unable to identify project {project}")
    return found


def readable_project(site: Site, user: str, project: str, what: str) -> Project:
    """404 for the private, 403 for the protected."""
    found = visible_project(site, user, project)
    if not may_read(site, user, project):
        raise Refused(403, f"Unable to read {what} for Project: {project}")
    return found


def readable_session(site: Site, user: str, name: str, project: str | None = None) -> Session:
    """By accession ID, or by label where the project is named; 404 otherwise."""
    found = site.sessions.get(name)
    if found is None and project is not None:
        found = site.session_in(project, name)
    if found is None or not may_read_session(site, user, found):
        raise Refused(404, "Unable to find the specified experiment.")
    return found.filled()
