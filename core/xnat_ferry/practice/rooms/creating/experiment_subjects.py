"""Which subject an experiment belongs to; one that is not known is made on the fly (wire-write 4.2)."""

from xnat_ferry.practice.http.replies import STANDARD, Refused
from xnat_ferry.practice.http.request import Request
from xnat_ferry.practice.rooms.moving.scripts import run_again
from xnat_ferry.practice.rules import events
from xnat_ferry.practice.rules.access import may_edit
from xnat_ferry.practice.rules.identifiers import checked_label
from xnat_ferry.practice.site.records import Session, Subject

_VISIT = ("visit", "visit_id", "protocol")


def subject_for(request: Request, project: str, name: str) -> Subject | None:
    """The project's subject of that label or ID, made if there is none. Raises Refused."""
    site = request.site
    if not name:
        return None
    found = site.subject_in(project, name)
    if found is not None:
        return found
    if name in site.subjects:
        raise Refused(500, STANDARD[500])  # of another project: only the save finds that out
    if not may_edit(site, request.user, project):
        words = "has insufficient create privileges for subjects in this project."
        raise Refused(403, f"User {request.user} {words}")
    with site.lock:
        made = site.make_subject(project, checked_label(name))
        made.inserted_by = request.user
    events.record(request, made.id, project, "xnat:subjectData", "Added Subject")
    return made


def change_subject(request: Request, project: str, session: Session, name: str, *, create: bool) -> None:
    """Another subject takes the experiment over without a word; visit and protocol go (wire-write 4.2)."""
    site = request.site
    found = subject_for(request, project, name) if create else site.subject_in(project, name)
    if not name or found is None or found.id == session.subject:
        return
    with site.lock:
        session.subject = found.id
        for field in _VISIT:
            session.fields.pop(field, None)
    run_again(site, session)
