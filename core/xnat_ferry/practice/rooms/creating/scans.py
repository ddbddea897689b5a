"""Scans by PUT and POST: 200 without a body, new or not (wire-write 4.3)."""

from urllib.parse import unquote

from xnat_ferry.practice.http.replies import Refused, Reply
from xnat_ferry.practice.http.request import Request
from xnat_ferry.practice.http.routing import Routes, under_sessions
from xnat_ferry.practice.rooms.creating.applying import created_in_list, fill_scan, new_scan, take_parameters
from xnat_ferry.practice.rooms.creating.headers import pull_scan
from xnat_ferry.practice.rooms.creating.incoming import Incoming, incoming
from xnat_ferry.practice.rooms.moving.share import share_scan
from xnat_ferry.practice.rules import events
from xnat_ferry.practice.rules.access import may_edit, may_read, may_read_session
from xnat_ferry.practice.rules.types import kind_of
from xnat_ferry.practice.site.records import Scan, Session

ROUTES = Routes()
_MANY = (
    "Multiple scan modalities can be associated here.  Please retry with the specification of a particular "
    "modality (i.e. ?xsiType=xnat:mrScanData)."
)


@ROUTES.at(*under_sessions("/scans/{scan}"), methods="PUT")
def put_scan(
    request: Request, session: str, scan: str, project: str | None = None, subject: str = ""
) -> Reply:
    """Create or change one, or share it."""
    found = session_named(request, session, project)
    identifier = plain_id(scan)
    if request.rest.strip("/"):
        return share_scan(request, found, found.filled().scans.get(identifier) if found else None)
    _save(request, found, identifier)
    return Reply(200)


@ROUTES.at(*under_sessions("/scans"), methods="POST")
def post_scan(request: Request, session: str, project: str | None = None, subject: str = "") -> Reply:
    """One more; without an ID it gets the next free number."""
    saved = _save(request, session_named(request, session, project), "")
    return created_in_list(request, saved.id)


def plain_id(scan: str) -> str:
    """An ID from a URL, where ``/`` and ``,`` are spelt out."""
    return unquote(scan).replace("[SLASH]", "/").replace("[COMMA]", ",")


def session_named(request: Request, name: str, project: str | None) -> Session | None:
    """By ID, with a project only if it has it, else by label there; None where it is not readable."""
    site = request.site
    known = site.project_named(project) if project is not None else None
    found = site.sessions.get(name)
    if found is not None and known is not None and known.id not in (found.project, *found.shares):
        found = None
    if found is None and known is not None and may_read(site, request.user, known.id):
        found = site.session_in(known.id, name)
    return found if found is not None and may_read_session(site, request.user, found) else None


def _save(request: Request, session: Session | None, identifier: str) -> Scan:
    given = incoming(request, "scan")
    there = session.filled().scans.get(identifier) if session and identifier else None
    xsi_type = given.xsi_type if request.get("xsiType") or given.is_document else ""
    xsi_type = xsi_type or (there.xsi_type if there else given.xsi_type)
    _check_type(xsi_type)
    take_parameters(given, "scan", xsi_type)
    if session is None:
        named = given.values.get("image_session_ID")
        if named is None:
            raise Refused(417, "Specified scan must reference a valid image session.")
        session = request.site.sessions.get(named)
        if session is None or not may_read_session(request.site, request.user, session):
            raise Refused(404, "Specified image session doesn't exist.")
    # a new scan's ID may stand among its fields, whatever the path says: xnatpy puts the type there
    named = identifier if there else given.values.get("ID", identifier)
    return _store(request, session, named, xsi_type, given)


def _check_type(xsi_type: str) -> None:
    if not xsi_type:
        raise Refused(417, "Need PUT Contents")
    if xsi_type == "xnat:imageScanData":
        raise Refused(400, _MANY)
    if kind_of(xsi_type) != "scan":
        words = "Only Scan documents can be PUT to this address. Expected: xnat:imageScanData Received:"
        raise Refused(400, f"{words} {xsi_type}")


def _store(request: Request, session: Session, identifier: str, xsi_type: str, given: Incoming) -> Scan:
    site, new = request.site, request.method == "POST"
    known = session.filled().scans.get(identifier)
    if not may_edit(site, request.user, session.project):
        words = f"Specified user account has insufficient {'edit' if known else 'create'} privileges"
        raise Refused(403, f"{words} for sessions in this project.")
    if known is not None and new:
        raise Refused(409, "Specified scan already exists.")
    if known is not None and known.xsi_type != xsi_type:
        raise Refused(409, "Specified xsiType differs from existing xsiType")
    events.require_reason(request)
    with site.lock:
        if known is None:
            known = new_scan(site, identifier or _free(session), xsi_type)
            session.scans[known.id] = known
        fill_scan(known, given)
    if request.flag("pullDataFromHeaders"):
        pull_scan(site, session, known, overwrite=False)
    events.record(request, session.id, session.project, session.xsi_type, f"Modified {xsi_type}")
    return known


def _free(session: Session) -> str:
    number = 1
    while str(number) in session.scans:
        number += 1
    return str(number)
