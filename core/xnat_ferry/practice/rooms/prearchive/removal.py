"""Removing a waiting session, or a scan of it (wire-write 2.1, 2.4)."""

import shutil
from pathlib import Path

from xnat_ferry.practice.http.replies import Refused, Reply
from xnat_ferry.practice.site.records import Waiting
from xnat_ferry.practice.site.site import Site


def remove_row(site: Site, row: Waiting | None) -> Reply:
    """200 also where there is nothing, or where the row is locked and stays."""
    with site.lock:
        if row is None or row.locked:
            return Reply(200)
        row.status = "DELETING"
        site.waiting.pop(row.key, None)
        site.routing.pop(row.study_uid, None)
    discard(site, row.project, row.place)
    return Reply(200)


def remove_scan(site: Site, row: Waiting, identifier: str) -> Reply:
    with site.lock:
        scan = row.scans.pop(identifier, None)
    if scan is None:
        raise Refused(404, f"Unknown scan {identifier}")
    discard(site, row.project, row.place / "SCANS" / identifier)
    return Reply(200)


def discard(site: Site, project: str, folder: Path) -> None:
    """For good, unless the site backs up what is deleted."""
    if site.preferences["backupDeletedToCache"] and folder.exists():
        kept = site.data / "cache" / project / "deleted" / site.clock.stamp() / folder.name
        kept.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(folder, kept)
        return
    shutil.rmtree(folder, ignore_errors=True)
