"""Who may call what under ``/xapi``: refusals without a word (wire-read 1.8)."""

from collections.abc import Callable

from xnat_ferry.practice.http.replies import Refused, Reply, as_json
from xnat_ferry.practice.http.request import Request
from xnat_ferry.practice.rules.access import is_admin, reads_all
from xnat_ferry.practice.site.records import Project
from xnat_ferry.practice.site.site import Site

EMPTY = ""
"""A message that leaves the body empty."""


def logged_in(request: Request) -> None:
    """403 for a guest of an open site; on a closed one the gate has answered 401 before. Raises Refused."""
    if not request.user:
        raise Refused(403, EMPTY)


def admins_only(request: Request) -> None:
    """Raises Refused."""
    if not is_admin(request.site, request.user):
        raise Refused(403, EMPTY)


def project_for(request: Request, name: str, allowed: Callable[[Site, str, str], bool]) -> Project:
    """A project that the caller may, say, read (``access.may_read``).

    The unknown and the forbidden are both 403; only administrators and all-data users learn that
    there is none (404).
    Raises Refused.
    """
    found = request.site.project_named(name)
    if found is None:
        knows = is_admin(request.site, request.user) or reads_all(request.site, request.user)
        raise Refused(404 if knows else 403, EMPTY)
    if not allowed(request.site, request.user, found.id):
        raise Refused(403, EMPTY)
    return found


def yes_or_no(allowed: bool, value: bool) -> Reply:
    """A method that returns a plain truth value says ``false`` with its 403."""
    return as_json(value) if allowed else as_json(False, 403)
