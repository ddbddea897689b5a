"""Stores experiments, and what the request wants done once they are stored (wire-write 4.2)."""

from xnat_ferry.practice.http.replies import Refused
from xnat_ferry.practice.http.request import Request
from xnat_ferry.practice.rooms.creating.applying import fill_scan, fill_session, new_scan
from xnat_ferry.practice.rooms.creating.headers import pull_session
from xnat_ferry.practice.rooms.creating.incoming import Incoming
from xnat_ferry.practice.rules import autorun, events
from xnat_ferry.practice.rules.identifiers import checked_label
from xnat_ferry.practice.site.records import Session, Subject

_STATES = (
    ("activate", "active"),
    ("quarantine", "quarantine"),
    ("_lock", "locked"),
    ("_unlock", "active"),
    ("_obsolete", "obsolete"),
)


def create_session(
    request: Request, project: str, subject: Subject, xsi_type: str, label: str, given: Incoming
) -> Session:
    """A new one; its label has to be one that can be saved. Raises Refused."""
    site = request.site
    checked_label(label or "new")
    events.require_reason(request)
    with site.lock:
        identifier = given.values.get("ID") or site.next_id("E")
        label = label or identifier
        if site.session_in(project, label) is not None:
            raise Refused(409, "Conflict: Duplicate experiment label")
        folder = site.archive_folder(project, label)
        made = Session(identifier, label, project, subject.id, xsi_type, "", "", folder, site.now())
        fill_session(made, given)
        _take_scans(request, made, given)
        for share in given.parts.get("sharing/share", []):
            if share.values.get("project", project) != project:
                made.shares[share.values["project"]] = share.values.get("label", "")
        site.sessions.add(made)
    events.record(request, made.id, project, xsi_type, f"Added {xsi_type}")
    return made


def update_session(request: Request, session: Session, given: Incoming, *, replace: bool) -> None:
    """Add to it, or with ``replace`` take away what the document does not name."""
    events.require_reason(request)
    with request.site.lock:
        session.filled()
        if replace:
            session.fields.clear()
            session.variables.clear()
            session.study_uid = session.date = ""
            named = {scan.values.get("ID") for scan in given.parts.get("scans/scan", [])}
            session.scans = {key: scan for key, scan in session.scans.items() if key in named}
        fill_session(session, given)
        _take_scans(request, session, given)
    events.record(request, session.id, session.project, session.xsi_type, f"Modified {session.xsi_type}")


def _take_scans(request: Request, session: Session, given: Incoming) -> None:
    for part in given.parts.get("scans/scan", []):
        identifier = part.values.get("ID") or str(len(session.scans) + 1)
        if identifier not in session.scans:
            session.scans[identifier] = new_scan(request.site, identifier, part.xsi_type)
        fill_scan(session.scans[identifier], part)


def after_save(request: Request, session: Session) -> None:
    """Its state, its headers, its pipeline."""
    site = request.site
    if site.projects[session.project].quarantine_code == 1:
        session.status = "quarantine"
    for parameter, state in _STATES:
        if request.flag(parameter):
            session.status = state
    if request.flag("fixScanTypes"):
        for scan in session.filled().scans.values():
            scan.type = scan.type or scan.description
    if request.flag("pullDataFromHeaders"):
        pull_session(site, session, overwrite=request.flag("overwrite"))
        events.record(request, session.id, session.project, session.xsi_type, "Pulled data from DICOM")
    if request.flag("triggerPipelines"):
        autorun.start(request, session)
