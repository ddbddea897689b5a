"""The session document of a row: from here on it can be looked into and archived (wire-write 2.3)."""

from xnat_ferry.practice.rooms.waiting.log import write_log
from xnat_ferry.practice.site.records import Waiting
from xnat_ferry.practice.site.site import Site

REFRESH = 15
"""Seconds within which further files do not refresh a row's ``lastmod``."""


def build_row(site: Site, row: Waiting) -> None:
    """READY with a document, or ERROR with the reason in the log."""
    row.last_modified = site.clock.now()
    if not row.scans and site.unconfirmed["build_fails_without_scans"]:
        row.status, row.built = "ERROR", False
        write_log(site, row, f"Unable to build the session document of {row.folder}: no scans were found.")
        return
    row.status, row.built = "READY", True


def touch(site: Site, row: Waiting) -> None:
    """Another file has come; the list need not know at once (wire-write 2.3)."""
    now = site.clock.now()
    if now - row.last_modified >= REFRESH:
        row.last_modified = now


def auto_archive_of(site: Site, row: Waiting) -> str:
    """``Manual``, ``AutoArchive`` or ``AutoArchiveOverwrite``: its own word, else its project's code."""
    if row.auto_archive:
        return row.auto_archive
    project = site.projects.get(row.project)
    return AUTO.get(project.prearchive_code, "Manual") if project is not None else ""


AUTO = {0: "Manual", 4: "AutoArchive", 5: "AutoArchiveOverwrite"}
"""What a project's code makes of a row (wire-write 2.8)."""
