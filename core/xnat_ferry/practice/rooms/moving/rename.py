"""Rename: another label in the project that was named (wire-write 5.1)."""

from xnat_ferry.practice.http.replies import Refused, Reply
from xnat_ferry.practice.http.request import Request
from xnat_ferry.practice.rooms.moving import folders, scripts
from xnat_ferry.practice.rules import autorun, events
from xnat_ferry.practice.rules.identifiers import valid
from xnat_ferry.practice.site.records import Assessor, Session, Subject

_IN_USE = "Specified label is already in use."


def _require_valid(label: str) -> None:
    if not valid(label):
        # what a rename fails with is passed through, unlike at an ordinary save
        raise Refused(500, "Identifiers cannot use special characters.")


def rename_session(request: Request, session: Session, project: str, label: str) -> Reply:
    """200 and nothing else; where the project only shares it, the share's label is meant."""
    site = request.site
    if label == site.sessions.label_in(session, project):
        return Reply(200)
    match = site.session_in(project, label)
    if match is not None and match is not session:
        raise Refused(409, _IN_USE)
    _require_valid(label)
    events.require_reason(request)
    pipeline = autorun.running(site, session.id)
    if pipeline:
        raise Refused(409, f"Specified session is being processed ({pipeline}).")
    if project == session.project:
        _move_session(request, session, label)
    else:
        with site.lock:
            site.sessions.relabel(session, project, label)
    events.record(request, session.id, session.project, session.xsi_type, "Renamed")
    return Reply(200)


def _move_session(request: Request, session: Session, label: str) -> None:
    site = request.site
    old, was, new = session.folder, session.label, session.folder.with_name(label)
    folders.require_empty(new)
    folders.copy_tree(old, new)
    with site.lock:
        folders.rebase_session(session, new)
        site.sessions.relabel(session, session.project, label)
    folders.put_aside(site, session.project, old, was)
    scripts.run_again(site, session)


def rename_subject(request: Request, subject: Subject, project: str, label: str) -> Reply:
    """A subject's own folder moves, its sessions' do not."""
    site = request.site
    if label == site.subjects.label_in(subject, project):
        return Reply(200)
    match = site.subjects.labelled(project, label)
    if match is not None and match is not subject:
        raise Refused(409, _IN_USE)
    _require_valid(label)
    events.require_reason(request)
    folder = site.data / "archive" / subject.project / "subjects" / label
    folders.require_empty(folder)
    with site.lock:
        folders.move_subject_files(site, subject, subject.project, label)
        site.subjects.relabel(subject, project, label)
    events.record(request, subject.id, subject.project, "xnat:subjectData", "Renamed")
    return Reply(200)


def rename_assessor(request: Request, session: Session, assessor: Assessor, label: str) -> Reply:
    """An assessor's folder is named by its ID and stays."""
    if label == assessor.label:
        return Reply(200)
    if any(one.label.casefold() == label.casefold() for one in session.assessors.values()):
        raise Refused(409, _IN_USE)
    _require_valid(label)
    events.require_reason(request)
    with request.site.lock:
        del session.assessors[assessor.label]
        assessor.label = label
        session.assessors[label] = assessor
    events.record(request, assessor.id, assessor.project, assessor.xsi_type, "Renamed")
    return Reply(200)
