"""Rows as a table, and who may see and change them (wire-write 2.1)."""

from collections.abc import Iterable

from xnat_ferry.practice.clock import written
from xnat_ferry.practice.http.replies import Reply
from xnat_ferry.practice.http.request import Request
from xnat_ferry.practice.http.tables import Cells, table
from xnat_ferry.practice.rooms.waiting.building import auto_archive_of
from xnat_ferry.practice.rules.access import is_data_admin, may_edit
from xnat_ferry.practice.site.records import UNASSIGNED, Waiting
from xnat_ferry.practice.site.site import Site

COLUMNS = ["project", "timestamp", "lastmod", "uploaded", "scan_date", "scan_time", "subject", "folderName"]
COLUMNS += ["name", "tag", "status", "url", "autoarchive", "prevent_anon", "prevent_auto_commit"]
COLUMNS += ["SOURCE", "VISIT", "PROTOCOL", "TIMEZONE"]
NO_PERMISSION = "user does not have permission"


def may_work_on(site: Site, user: str, project: str) -> bool:
    """Whoever may edit the project; for what is unassigned only those who may everything."""
    if project == UNASSIGNED:
        return is_data_admin(site, user)
    return may_edit(site, user, project)


def rows_table(request: Request, rows: Iterable[Waiting], default: str = "json") -> Reply:
    """These rows, without a total (wire-write 0.4)."""
    cells = [_cells(request.site, row) for row in rows]
    return table(request, cells, COLUMNS, total=False, default=default)


def _cells(site: Site, row: Waiting) -> Cells:
    return {
        "project": row.project,
        "timestamp": row.timestamp,
        "lastmod": written(row.last_modified),
        "uploaded": written(row.uploaded),
        "scan_date": row.date,
        "scan_time": row.fields.get("time"),
        "subject": row.subject,
        "folderName": row.folder,
        "name": row.name,
        "tag": row.study_uid,
        "status": row.status,
        "url": row.path,
        "autoarchive": auto_archive_of(site, row),
        "prevent_anon": row.prevent_anon,
        "prevent_auto_commit": row.prevent_auto_commit,
        "SOURCE": row.source,
        "VISIT": row.visit,
        "PROTOCOL": row.protocol,
        "TIMEZONE": row.time_zone,
    }
