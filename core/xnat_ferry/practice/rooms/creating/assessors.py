"""Assessors by PUT (wire-write 4.2, 5.2)."""

from xnat_ferry.practice.http.replies import STANDARD, Refused, Reply, text
from xnat_ferry.practice.http.request import Request
from xnat_ferry.practice.http.routing import Routes, under_sessions
from xnat_ferry.practice.rooms.creating.applying import set_fields, take_parameters
from xnat_ferry.practice.rooms.creating.incoming import Incoming, incoming
from xnat_ferry.practice.rooms.creating.scans import session_named
from xnat_ferry.practice.rooms.moving.rename import rename_assessor
from xnat_ferry.practice.rooms.moving.share import share_assessor
from xnat_ferry.practice.rules import events
from xnat_ferry.practice.rules.access import may_edit
from xnat_ferry.practice.rules.identifiers import checked_label, valid
from xnat_ferry.practice.rules.types import kind_of
from xnat_ferry.practice.site.records import Assessor, Session

ROUTES = Routes()


@ROUTES.at(*under_sessions("/assessors/{assessor}"), methods="PUT")
def put_assessor(
    request: Request, session: str, assessor: str, project: str | None = None, subject: str = ""
) -> Reply:
    """Create, change, rename, share or move."""
    parent = session_named(request, session, project)
    if parent is None:
        raise Refused(404, STANDARD[404])
    known = assessor_named(parent, assessor)
    if request.rest.strip("/"):
        if known is None:
            raise Refused(417, "Need PUT Contents")
        return share_assessor(request, parent, known)
    given = incoming(request, "assessor")
    xsi_type = known.xsi_type if known else given.xsi_type
    if not xsi_type:
        raise Refused(417, "Need PUT Contents")
    if not kind_of(xsi_type):
        raise Refused(400, STANDARD[400])
    take_parameters(given, "assessor", xsi_type)
    _require_rights(request, parent, known)
    if known is not None and request.get("label"):
        return rename_assessor(request, parent, known, request.get("label") or "")
    events.require_reason(request)
    saved = _save(request, parent, known, assessor, xsi_type, given)
    return text(saved.id, 200 if known else 201)


def assessor_named(session: Session, name: str) -> Assessor | None:
    """By label or by ID."""
    session.filled()
    if name in session.assessors:
        return session.assessors[name]
    return next((one for one in session.assessors.values() if one.id == name), None)


def _require_rights(request: Request, session: Session, known: Assessor | None) -> None:
    if not may_edit(request.site, request.user, known.project if known else session.project):
        verb = "edit" if known else "create"
        words = f"Specified user account has insufficient {verb} privileges for experiments in this project."
        raise Refused(403, words)


def _save(
    request: Request, session: Session, known: Assessor | None, name: str, xsi_type: str, given: Incoming
) -> Assessor:
    site, identifier = request.site, given.values.get("ID", "")
    if identifier and not valid(identifier):
        raise Refused(417, "Invalid character in experiment label.")
    if known is not None and identifier not in ("", known.id):
        raise Refused(400, "ID cannot be modified")
    with site.lock:
        if known is None:
            label = checked_label(given.values.get("label") or name)
            known = Assessor(
                identifier or site.next_id("E"), label, session.project, session.id, xsi_type, site.now()
            )
            session.assessors[label] = known
        set_fields(known.fields, given.values)
    events.record(request, known.id, known.project, xsi_type, f"Modified {xsi_type}")
    return known
