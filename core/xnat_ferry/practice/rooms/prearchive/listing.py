"""The list of what waits (wire-write 2.1)."""

import re

from xnat_ferry.practice.http.negotiation import TABLE, negotiate
from xnat_ferry.practice.http.replies import STANDARD, Refused, Reply
from xnat_ferry.practice.http.request import Request
from xnat_ferry.practice.http.routing import Routes
from xnat_ferry.practice.rooms.archiving.rebuilder import rebuild_idle
from xnat_ferry.practice.rooms.prearchive.recovery import rebuild_from_disk
from xnat_ferry.practice.rooms.waiting.rows import NO_PERMISSION, may_work_on, rows_table
from xnat_ferry.practice.rules.access import is_data_admin, reads_all
from xnat_ferry.practice.site.records import UNASSIGNED, Waiting

ROUTES = Routes()
_RECENT = 10
"""Rows that ``recent=true`` gives."""


@ROUTES.at("/data/prearchive", methods="GET PUT")
def rows(request: Request) -> Reply:
    """All rows of some projects, or of all that the caller may edit; PUT reads the disk again."""
    negotiate(request, *TABLE)
    if request.method == "PUT":
        return _rebuild(request)
    rebuild_idle(request.site)
    wanted = request.rest.strip("/").removeprefix("projects").strip("/")
    found = _of(request, wanted.split(",")) if wanted else _editable(request)
    tag = request.get("tag")
    if tag is not None:
        if not reads_all(request.site, request.user):
            raise Refused(403, NO_PERMISSION)
        found = [row for row in found if row.study_uid == tag]
    return rows_table(request, found)


@ROUTES.at("/data/prearchive/experiments")
def recent(request: Request) -> Reply:
    """The latest sessions."""
    wanted = request.get("recent") or "true"
    number = int(wanted) if re.fullmatch(r"\d+", wanted) else _RECENT
    found = sorted(_editable(request), key=lambda row: row.uploaded, reverse=True)
    return rows_table(request, found[:number])


def _editable(request: Request) -> list[Waiting]:
    site = request.site
    return [row for row in list(site.waiting.values()) if may_work_on(site, request.user, row.project)]


def _of(request: Request, projects: list[str]) -> list[Waiting]:
    """Who may everything gets the unassigned rows too, asked for or not."""
    site = request.site
    for project in projects:
        if project != UNASSIGNED and project not in site.projects:
            raise Refused(500, f"No project named {project}")
        if not may_work_on(site, request.user, project):
            thrown = site.unconfirmed["prearchive_list_refusal_is_404"]
            raise Refused(404, STANDARD[404]) if thrown else Refused(403, NO_PERMISSION)
    wanted = {*projects, UNASSIGNED} if reads_all(site, request.user) else {*projects}
    return [row for row in list(site.waiting.values()) if row.project in wanted]


def _rebuild(request: Request) -> Reply:
    if not is_data_admin(request.site, request.user):
        raise Refused(403, STANDARD[403])
    rebuild_from_disk(request.site)
    return Reply(200)
