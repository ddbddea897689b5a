"""One subject, and its pseudo paths (wire-read 2.3, 2.6)."""

from xnat_ferry.practice.http.replies import Reply
from xnat_ferry.practice.http.request import Request
from xnat_ferry.practice.http.routing import Routes
from xnat_ferry.practice.rooms.items.item import of_subject
from xnat_ferry.practice.rooms.items.shown import projects, show, status
from xnat_ferry.practice.rules.access import readable_subject

ROUTES = Routes()


@ROUTES.at("/data/projects/{project}/subjects/{subject}", "/data/subjects/{subject}")
def subject(request: Request, subject: str, project: str | None = None) -> Reply:
    """By accession ID whatever project the path names, else by label there; other rests change nothing."""
    found = readable_subject(request.site, request.user, subject, project)
    if request.rest == "/status":
        return status(request, "active")
    if request.rest == "/projects":
        return projects(request, found.project, found.label, found.shares)
    return show(request, lambda: of_subject(request.site, request.user, found), f"Subject {found.label}")
