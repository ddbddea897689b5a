"""Shares: the owner stays, a further project shows the object (wire-write 5.2)."""

from xnat_ferry.practice.http.replies import STANDARD, Refused, Reply, html_page, text
from xnat_ferry.practice.http.request import Request
from xnat_ferry.practice.rooms.moving.relocate import relocate_assessor, relocate_session, relocate_subject
from xnat_ferry.practice.rules import events
from xnat_ferry.practice.rules.access import may_edit, may_read, may_read_session, may_see
from xnat_ferry.practice.site.records import Assessor, Project, Scan, Session, Subject

_ACTION = "Configured project sharing"
_PREFIX = "projects/"


def destination(request: Request, owner: str) -> Project:
    """The project at the end of the path; the owner's project must allow shares. Raises Refused."""
    tail = request.rest.strip("/")
    if not tail.startswith(_PREFIX):
        raise Refused(400, STANDARD[400])
    source = request.site.projects.get(owner)
    if source is not None and not source.sharing:
        raise Refused(403, "Sharing is not allowed.")
    name = tail.removeprefix(_PREFIX)
    found = request.site.projects.get(name)
    if found is None or not may_see(request.site, request.user, found):
        raise Refused(404, f"Unable to identify project: {name}")
    return found


def _require_create(request: Request, project: str, what: str) -> None:
    if not may_edit(request.site, request.user, project):
        words = "Specified user account has insufficient create privileges"
        raise Refused(403, f"{words} for {what} in the {project} project.")
    events.require_reason(request)


def share_session(request: Request, session: Session, source: str | None, *, by_subject: bool) -> Reply:
    """Share or move. ``source`` is the project in the URL, if any; ``by_subject`` says the long form."""
    site = request.site
    dest = destination(request, session.project).id
    if not may_read_session(site, request.user, session):
        raise Refused(404, _unreadable("experiments"))
    primary, label = request.get("primary") == "true", request.get("label")
    if session.project == dest and (by_subject or not primary):
        raise Refused(409, f"Already assigned to project:{dest}")
    if dest in session.shares and label is not None:
        _relabel_share(request, session, dest, label)
    if primary:
        return relocate_session(request, session, dest, source)
    if dest in session.shares:
        # also when the label has just been changed
        raise Refused(409, f"Already assigned to project:{dest}")
    if label is not None and site.session_in(dest, label) is not None:
        raise Refused(409, f"Label already in use:{label}")
    _require_create(request, dest, "experiments")
    with site.lock:
        site.sessions.share(session, dest, label or "")
        for scan in session.filled().scans.values():
            scan.shares.setdefault(dest, scan.id)
    events.record(request, session.id, session.project, session.xsi_type, _ACTION)
    return text(session.id, 200 if by_subject or _known_by_label(request, session, source) else 201)


def _known_by_label(request: Request, session: Session, source: str | None) -> bool:
    """Whether the URL named the session by project and label, and not by its ID."""
    if source is None:
        return False
    name = request.path.split("/projects/")[1].partition("/experiments/")[2].partition("/")[0]
    return request.site.session_in(source, name) is session


def _relabel_share(request: Request, session: Session, dest: str, label: str) -> None:
    known = session.shares[dest]
    if not known:
        raise Refused(500, STANDARD[500])  # a share without a label has none to compare with
    if known != label:
        _require_save(request, dest)
        with request.site.lock:
            request.site.sessions.relabel(session, dest, label)


def _require_save(request: Request, dest: str) -> None:
    """A share that the caller may not change is found out by the save alone. Raises Refused."""
    if not may_edit(request.site, request.user, dest):
        raise Refused(500, STANDARD[500])
    events.require_reason(request)


def _unreadable(what: str) -> str:
    return f"Specified user account has insufficient privileges for {what} in this project."


def share_subject(request: Request, subject: Subject) -> Reply:
    """Share or move a subject, or give its share another label."""
    site = request.site
    if not any(may_read(site, request.user, one) for one in (subject.project, *subject.shares)):
        raise Refused(403, _unreadable("subjects"))
    dest = destination(request, subject.project).id
    label, primary = request.get("label"), request.flag("primary")
    if subject.project == dest and not primary:
        raise Refused(409, f"Already assigned to project:{dest}")
    if subject.project != dest and label is not None:
        _require_free(request, subject, dest, label)
    if primary:
        return relocate_subject(request, subject, dest)
    if dest not in subject.shares:
        _require_create(request, dest, "subjects")
    elif label in (None, subject.shares[dest]):
        raise Refused(409, f"Already assigned to project:{dest}")
    else:
        _require_save(request, dest)
    with site.lock:
        if dest in subject.shares:
            site.subjects.relabel(subject, dest, label or "")
        else:
            site.subjects.share(subject, dest, label or "")
    events.record(request, subject.id, subject.project, "xnat:subjectData", _ACTION)
    return _shown(f"Subject {subject.label}")


def _require_free(request: Request, subject: Subject, dest: str, label: str) -> None:
    match = request.site.subjects.labelled(dest, label)
    if match is not None and match is not subject:
        raise Refused(409, f"Label already in use:{label}")


def share_scan(request: Request, session: Session | None, scan: Scan | None) -> Reply:
    """One scan; its session is shared first where it is not yet."""
    site = request.site
    dest = destination(request, session.project if session else "").id
    if session is None:
        raise Refused(417, "Could not load session")
    if scan is None:
        raise Refused(417, "Could not load scan")
    if dest in scan.shares:
        raise Refused(409, f"Already assigned to project: {dest}")
    _require_create(request, dest, "experiments")
    with site.lock:
        if dest not in session.shares:
            site.sessions.share(session, dest, session.label)
        scan.shares[dest] = scan.id
    events.record(request, session.id, session.project, session.xsi_type, _ACTION)
    return _shown(f"Scan {scan.id}")


def share_assessor(request: Request, session: Session, assessor: Assessor) -> Reply:
    """Assessors do not follow their session; each is shared or moved by itself."""
    site = request.site
    dest = destination(request, assessor.project).id
    label = request.get("label")
    if assessor.project == dest:
        raise Refused(409, f"Already assigned to project:{dest}")
    if request.get("primary") == "true":
        return relocate_assessor(request, session, assessor, dest, label)
    if dest in assessor.shares:
        if label and assessor.shares[dest] != label:
            assessor.shares[dest] = label
        raise Refused(409, f"Already assigned to project:{dest}")
    _require_create(request, dest, "experiments")
    with site.lock:
        assessor.shares[dest] = label or ""
    events.record(request, assessor.id, assessor.project, assessor.xsi_type, _ACTION)
    return text(assessor.id)


def _shown(what: str) -> Reply:
    """The item's page. It begins with an empty line, as templates do.

    Clients that take a body beginning with a document type for an error share subjects on real servers:
    xnatpy does, and pyxnat, whose own tests do it.
    """
    page = html_page(what).body
    assert isinstance(page, bytes)
    return Reply(200, b"\n" + page, "text/html")
