"""Moves: another project becomes the owner, and the files go there (wire-write 5.3)."""

import shutil
from pathlib import Path

from xnat_ferry.practice.http.replies import STANDARD, Refused, Reply, html_page
from xnat_ferry.practice.http.request import Request
from xnat_ferry.practice.rooms.moving import folders, scripts
from xnat_ferry.practice.rules import events
from xnat_ferry.practice.rules.access import may_delete, may_edit
from xnat_ferry.practice.site.records import Assessor, Session, Subject

_ACTION = "Modified project"


def _require_rights(request: Request, owner: str, dest: str, what: str) -> None:
    """Delete where it is, create where it goes. Raises Refused."""
    site = request.site
    if not may_delete(site, request.user, owner):
        raise Refused(403, f"Specified user account has insufficient privileges for {what} in this project.")
    if owner == dest:
        raise Refused(409, f"Already assigned to project: {dest}")
    if not may_edit(site, request.user, dest):
        if site.unconfirmed["move_without_create_right_is_500"]:
            raise Refused(500, STANDARD[500])
        raise Refused(403, STANDARD[403])
    events.require_reason(request)


def relocate_session(request: Request, session: Session, dest: str, source: str | None) -> Reply:
    """200 without a body; where the URL has no project the move is done and the answer is still 500."""
    site = request.site
    _require_rights(request, session.project, dest, "experiments")
    label = request.get("label") or session.label
    staying = _staying(request, session)
    old, new = session.filled().folder, _folder(request, dest, label)
    match = site.session_in(dest, label)
    if match is not None and match is not session:
        # noticed before, but nothing stops: the files go, and only the save fails
        if not new.exists():
            _move_files(old, new, staying)
            folders.forget_promises(session)
        raise Refused(409, "Conflict: Duplicate experiment label")
    folders.require_empty(new)
    _move_files(old, new, staying)
    with site.lock:
        folders.rebase_session(session, new, staying)
        site.sessions.move(session, dest, label)
        for assessor in session.assessors.values():
            if assessor.id not in staying:
                assessor.project = dest
                assessor.shares.pop(dest, None)
    scripts.run_again(site, session)
    events.record(request, session.id, dest, session.xsi_type, _ACTION)
    if source is None:
        raise Refused(500, STANDARD[500])
    return Reply(200)


def _staying(request: Request, session: Session) -> set[str]:
    """The assessors that were not named, which keep their owner and their place."""
    named = set((request.get("moveAssessors") or "").split(","))
    return {one.id for one in session.assessors.values() if one.id not in named}


def _folder(request: Request, dest: str, label: str) -> Path:
    return request.site.archive_folder(dest, label)


def _move_files(old: Path, new: Path, staying: set[str]) -> None:
    if not old.exists():
        return
    kept = [old / "ASSESSORS" / one for one in staying if (old / "ASSESSORS" / one).exists()]
    if not kept:
        new.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(old, new)
        return
    shutil.copytree(old, new, ignore=lambda folder, names: [n for n in names if Path(folder) / n in kept])
    for folder in old.iterdir():
        if folder.name == "ASSESSORS":
            for one in folder.iterdir():
                if one not in kept:
                    shutil.rmtree(one)
        elif folder.is_dir():
            shutil.rmtree(folder)
        else:
            folder.unlink()


def relocate_subject(request: Request, subject: Subject, dest: str) -> Reply:
    """The subject alone: its sessions stay where they are and keep pointing at it."""
    site = request.site
    _require_rights(request, subject.project, dest, "subjects")
    label = request.get("label") or subject.label
    match = site.subjects.labelled(dest, label)
    if match is not None and match is not subject:
        raise Refused(409, "Specified label is already in use.")
    with site.lock:
        folders.move_subject_files(site, subject, dest, label)
        site.subjects.move(subject, dest, label)
    events.record(request, subject.id, dest, "xnat:subjectData", _ACTION)
    return html_page(f"Subject {subject.label}")


def relocate_assessor(
    request: Request, session: Session, assessor: Assessor, dest: str, label: str | None
) -> Reply:
    """An assessor alone; its files stay in the folder of its session."""
    _require_rights(request, assessor.project, dest, "experiments")
    with request.site.lock:
        del session.assessors[assessor.label]
        assessor.project, assessor.label = dest, label or assessor.label
        assessor.shares.pop(dest, None)
        session.assessors[assessor.label] = assessor
    events.record(request, assessor.id, dest, assessor.xsi_type, _ACTION)
    return Reply(200)
