"""What was done to an object: its history and the audit (wire-read 6)."""

import re
from datetime import datetime

from xnat_ferry.practice.http.negotiation import ITEM, negotiate
from xnat_ferry.practice.http.replies import STANDARD, Refused, Reply, as_json, html_page
from xnat_ferry.practice.http.request import Request
from xnat_ferry.practice.http.routing import Routes, under_sessions
from xnat_ferry.practice.rules.access import may_read, may_read_session, may_see, readable_session
from xnat_ferry.practice.site.records import Assessor, Workflow
from xnat_ferry.practice.site.site import Site

ROUTES = Routes()

_PARENTS = ("xnat:imageSessionData", "xnat:subjectAssessorData", "xnat:experimentData")
_JAVA = re.compile(r"'([^']*)'|yyyy|yy|MMM|MM|dd|HH|mm|ss|SSS|EEE|.", re.DOTALL)
_PARTS = {
    "yyyy": "%Y",
    "yy": "%y",
    "MMM": "%b",
    "MM": "%m",
    "dd": "%d",
    "HH": "%H",
    "mm": "%M",
    "ss": "%S",
    "EEE": "%a",
}


@ROUTES.at("/data/projects/{project}/experiments/{session}/history", *under_sessions("/history"))
def history(request: Request, session: str, project: str | None = None, subject: str | None = None) -> Reply:
    """A session's; JSON, though the address is an item's and so takes no ``Accept: application/json``."""
    negotiate(request, *ITEM)
    found = readable_session(request.site, request.user, session, project)
    return _events(request, found.id)


@ROUTES.at("/data/services/audit")
def audit(request: Request) -> Reply:
    """The same for anything that has an ID: ``/data/services/audit/xnat:subjectData/XNAT_S00001``."""
    xsi_type, slash, key = request.rest.strip("/").partition("/")
    if not slash:
        raise Refused(500, STANDARD[500])
    _check_audit(request, xsi_type, key)
    negotiate(request, "json", "html")
    if request.format("json") == "html":
        return html_page(f"History of {key}")
    return _events(request, key)


def _check_audit(request: Request, xsi_type: str, key: str) -> None:
    """404 for a key that never was one of this type, 403 for what may not be read. Raises Refused."""
    site, user = request.site, request.user
    if xsi_type == "xnat:projectData" and key in site.projects:
        allowed = may_see(site, user, site.projects[key])
    elif xsi_type == "xnat:subjectData" and key in site.subjects:
        subject = site.subjects[key]
        allowed = any(may_read(site, user, one) for one in (subject.project, *subject.shares))
    elif key in site.sessions and xsi_type in (site.sessions[key].xsi_type, *_PARENTS):
        allowed = may_read_session(site, user, site.sessions[key])
    else:
        # what was deleted is still found in the history, and so is an assessor
        owner = _owner(site, xsi_type, key)
        if owner is None:
            raise Refused(404, STANDARD[404])
        allowed = may_read(site, user, owner)
    if not allowed:
        raise Refused(403, STANDARD[403])


def _owner(site: Site, xsi_type: str, key: str) -> str | None:
    """The project of an assessor, or of anything that the history knows by this ID and type."""
    for session in site.sessions:
        for one in session.assessors.values():
            if one.id == key and xsi_type in _types_of(one):
                return one.project
    known = [one for one in site.workflows if one.item == key and one.data_type == xsi_type]
    return known[-1].project if known else None


def _types_of(assessor: Assessor) -> tuple[str, ...]:
    return (assessor.xsi_type, "xnat:imageAssessorData", "xnat:derivedData", "xnat:experimentData")


def _events(request: Request, item: str) -> Reply:
    found = [one for one in request.site.workflows if one.item == item]
    return as_json({"events": [_event(request, one) for one in reversed(found)]})


def _event(request: Request, one: Workflow) -> dict[str, object]:
    return {
        "event_id": one.id,
        "event_action": one.name,
        "event_date": _date(request, one.launched),
        "event_user": one.user,
        "event_type": one.kind,
        "event_reason": one.reason,
        "event_category": "PROJECT_ADMIN" if one.data_type == "xnat:projectData" else "DATA",
        "event_status": one.status,
        "changesets": [],
    }


def _date(request: Request, seconds: float) -> int | str:
    """Milliseconds since 1970, or as ``dateFormat`` has it in Java's letters."""
    wanted = request.get("dateFormat")
    if not wanted:
        return int(seconds * 1000)
    moment = datetime.fromtimestamp(seconds)  # noqa: DTZ006  XNAT prints local time
    milliseconds = f"{moment.microsecond // 1000:03d}"

    def part(found: re.Match[str]) -> str:
        if found[0] == "SSS":
            return milliseconds
        if found[0].startswith("'") and found[1] is not None:
            return found[1] or "'"
        return moment.strftime(_PARTS[found[0]]) if found[0] in _PARTS else found[0]

    return _JAVA.sub(part, wanted)
