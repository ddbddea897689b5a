"""Asking how far some work is (wire-read 7.1)."""

from xnat_ferry.practice.http.replies import Reply, as_json, text
from xnat_ferry.practice.http.request import Request
from xnat_ferry.practice.http.routing import Routes
from xnat_ferry.practice.site.tracking import Tracked

ROUTES = Routes()


@ROUTES.at("/xapi/event_tracking/{key}")
def tracked(request: Request, key: str) -> Reply:
    """How it stands; 404 without a word for an unknown key and for another user's."""
    found = _find(request, key)
    if found is None:
        return Reply(404)
    return as_json(
        {
            "key": found.key,
            "payload": found.payload,
            "succeeded": found.succeeded,
            "finalMessage": found.final_message,
        }
    )


@ROUTES.at("/xapi/event_tracking/{key}/payload")
def payload(request: Request, key: str) -> Reply:
    """The entries alone."""
    found = _find(request, key)
    return Reply(404) if found is None else text(found.payload or "")


def _find(request: Request, key: str) -> Tracked | None:
    if "/" in key:  # an archiving without a listener: its key fits into no such address (wire-write 0.7)
        return None
    return request.site.tracking.find(key, request.user)
