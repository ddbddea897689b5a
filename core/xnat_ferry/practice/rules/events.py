"""What every changing call leaves behind, and the reason a site may ask for (wire-read 6, wire-write 0.3)."""

from xnat_ferry.practice.http.replies import Refused
from xnat_ferry.practice.http.request import Request


def require_reason(request: Request) -> None:
    """403 where the site asks for a reason or a name of what is done, and it is missing. Raises Refused.

    A reason must be given only if people are shown the question, too (wire-write 0.3).
    """
    values = request.site.preferences
    asked = values["requireChangeJustification"] and values["showChangeJustification"]
    if asked and not request.get("event_reason"):
        raise Refused(403, "Justification required.")
    if values["requireEventName"] and not request.get("event_action"):
        raise Refused(403, "Action name required.")


def record(request: Request, item: str, project: str, data_type: str, action: str) -> None:
    """Write a change into the history of the object with this ID; the caller may word it by ``event_*``."""
    request.site.note(
        request.user,
        item,
        project,
        data_type,
        request.get("event_action") or action,
        reason=request.get("event_reason") or "",
        comment=request.get("event_comment") or "",
        kind=request.get("event_type") or "WEB_SERVICE",
    )
