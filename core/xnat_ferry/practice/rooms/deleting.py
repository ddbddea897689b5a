"""DELETE of projects, subjects, experiments, scans and assessors; what is only shared is un-shared.

The rows of wire-write 5.4 and 6; wire-read 0.2 says what a mistyped path does, wire-read 13.5 and 13.17 what
strangers and receiving projects meet.
"""

from collections.abc import Mapping

from xnat_ferry.practice.http.replies import STANDARD, Refused, Reply
from xnat_ferry.practice.http.request import Request
from xnat_ferry.practice.http.routing import Routes, under_sessions
from xnat_ferry.practice.rooms.creating.assessors import assessor_named
from xnat_ferry.practice.rooms.creating.scans import plain_id, session_named
from xnat_ferry.practice.rules import events, places
from xnat_ferry.practice.rules.access import may_delete, may_see, readable_session, readable_subject
from xnat_ferry.practice.rules.erasing import erase
from xnat_ferry.practice.site.records import Assessor, Project, Session, Subject
from xnat_ferry.practice.site.site import Site

ROUTES = Routes()
_PREVENT = "security.prevent-data-deletion"


def _named_project(request: Request, project: str | None, owner: str) -> str:
    """The project that the path means, at its end or else above; the owner by default. Raises Refused."""
    site, rest = request.site, request.rest.strip("/")
    if rest and not rest.startswith("projects/"):
        raise Refused(400, f"Illegal file path '{rest}' does not start with 'projects/'.")
    name = rest.removeprefix("projects/") if rest else project
    if name is None:
        return owner
    found = site.project_named(name)
    if found is None or not may_see(site, request.user, found):
        raise Refused(404, f"Unable to identify project: {name}")
    return found.id


@ROUTES.at("/data/projects/{project}/experiments/{session}", *under_sessions(""), methods="DELETE")
def delete_experiment(
    request: Request, session: str, project: str | None = None, subject: str | None = None
) -> Reply:
    """The session goes, or where the project named does not own it, its share."""
    found = readable_session(request.site, request.user, session, project)
    named = _named_project(request, project, found.project)
    _check_experiment(request, found.project, found.shares, named)
    if named != found.project:
        _unshare(request, found, named)
        return Reply(200)
    _remove_session(request, found)
    return Reply(200)


def _check_experiment(request: Request, owner: str, shares: Mapping[str, str], named: str) -> None:
    """The rights and rules for an experiment. Raises Refused."""
    site = request.site
    if site.preferences.get(_PREVENT):
        raise Refused(403, "User account cannot delete experiments")
    if named != owner and named not in shares:
        raise Refused(403, "User account doesn't have permission to delete this experiment.")
    if not may_delete(site, request.user, named):
        raise Refused(403, f"User cannot delete experiments for project {named}")
    events.require_reason(request)


def _unshare(request: Request, session: Session, project: str) -> None:
    if any(assessor.project == project for assessor in session.filled().assessors.values()):
        raise Refused(403, "This operation would delete an experiment (rather than un-share).")
    with request.site.lock:
        request.site.sessions.unshare(session, project)
        for scan in session.scans.values():
            scan.shares.pop(project, None)
    events.record(request, session.id, session.project, session.xsi_type, "Removed from project")


def _remove_session(request: Request, session: Session) -> None:
    with request.site.lock:
        request.site.sessions.remove(session)
    if request.flag("removeFiles"):
        erase(request.site, session.folder)
    events.record(request, session.id, session.project, session.xsi_type, f"Deleted {session.xsi_type}")


@ROUTES.at("/data/projects/{project}/subjects/{subject}", "/data/subjects/{subject}", methods="DELETE")
def delete_subject(request: Request, subject: str, project: str | None = None) -> Reply:
    """The subject with its experiments in the owner's project, or its share."""
    site = request.site
    found = readable_subject(site, request.user, subject, project)
    named = _named_project(request, project, found.project)
    if named not in (found.project, *found.shares):
        raise Refused(403, f"Subject is not assigned to specified project {named}")
    if not may_delete(site, request.user, named):
        raise Refused(403, f"User cannot delete subjects for project {named}")
    events.require_reason(request)
    if named == found.project:
        _remove_subject(request, found)
    else:
        with site.lock:
            site.subjects.unshare(found, named)
    events.record(request, found.id, found.project, "xnat:subjectData", "Deleted Subject")
    return Reply(200)


def _remove_subject(request: Request, subject: Subject) -> None:
    site = request.site
    own = [one for one in site.sessions if one.subject == subject.id]
    leave = site.unconfirmed["deleted_subject_leaves_foreign_sessions"]
    if site.preferences.get(_PREVENT):
        raise Refused(403, "User account cannot delete experiments")
    with site.lock:
        for session in own:
            if session.project == subject.project or not leave:
                _remove_session(request, session)
            else:
                session.subject = ""
        site.subjects.remove(subject)
    if request.flag("removeFiles"):
        erase(site, places.of_subject(site, subject).folder)


@ROUTES.at(*under_sessions("/scans/{scan}"), methods="DELETE")
def delete_scan(
    request: Request, session: str, scan: str, project: str | None = None, subject: str = ""
) -> Reply:
    """The scan with its folder, whatever ``removeFiles`` says; a share cannot be taken back here."""
    site = request.site
    if request.rest.strip("/"):
        raise Refused(400, STANDARD[400])
    parent = session_named(request, session, project)
    found = parent.filled().scans.get(plain_id(scan)) if parent else None
    if parent is None or found is None:
        raise Refused(404, "Unable to find the specified scan.")
    if not may_delete(site, request.user, parent.project) or site.preferences.get(_PREVENT):
        raise Refused(403, "User account doesn't have permission to modify this session.")
    events.require_reason(request)
    with site.lock:
        del parent.scans[found.id]
    erase(site, places.of_scan(parent, found).folder)
    events.record(request, parent.id, parent.project, parent.xsi_type, f"Deleted {found.xsi_type}")
    return Reply(200)


@ROUTES.at(*under_sessions("/assessors/{assessor}"), methods="DELETE")
def delete_assessor(
    request: Request, session: str, assessor: str, project: str | None = None, subject: str = ""
) -> Reply:
    """An assessor, or its share."""
    parent = session_named(request, session, project)
    found = assessor_named(parent, assessor) if parent else None
    if parent is None or found is None:
        raise Refused(404, "Unable to find the specified experiment.")
    # an assessor does not follow its session, so the project above it does not say which share is meant
    named = _named_project(request, None, found.project)
    _check_experiment(request, found.project, found.shares, named)
    if named != found.project:
        with request.site.lock:
            found.shares.pop(named, None)
        return Reply(200)
    _remove_assessor(request, parent, found)
    return Reply(200)


def _remove_assessor(request: Request, session: Session, assessor: Assessor) -> None:
    with request.site.lock:
        del session.assessors[assessor.label]
    if request.flag("removeFiles"):
        erase(request.site, places.of_assessor(session, assessor).folder.parent)
    events.record(request, assessor.id, assessor.project, assessor.xsi_type, f"Deleted {assessor.xsi_type}")


@ROUTES.at("/data/projects/{project}", methods="DELETE")
def delete_project(request: Request, project: str) -> Reply:
    """A project with all that it owns; its ID can never be used again."""
    site = request.site
    found = site.project_named(project)
    if found is None or not may_see(site, request.user, found) or request.rest.strip("/"):
        raise Refused(400, STANDARD[400])
    if not may_delete(site, request.user, found.id):
        raise Refused(403, STANDARD[403])
    events.require_reason(request)
    with site.lock:
        _remove_contents(site, found)
        del site.projects[found.id]
        site.burnt.add(found.id)
    if request.flag("removeFiles"):
        for folder in ("archive", "prearchive"):
            erase(site, site.data / folder / found.id)
    events.record(request, found.id, found.id, "xnat:projectData", "Deleted Project")
    return Reply(200)


def _remove_contents(site: Site, project: Project) -> None:
    for session in site.sessions.of(project.id):
        if session.project == project.id:
            site.sessions.remove(session)
        else:
            site.sessions.unshare(session, project.id)
    for subject in site.subjects.of(project.id):
        if subject.project == project.id:
            for session in site.sessions:
                session.subject = "" if session.subject == subject.id else session.subject
            site.subjects.remove(subject)
        else:
            site.subjects.unshare(subject, project.id)
    for key in [key for key in site.waiting if key[0] == project.id]:
        del site.waiting[key]
