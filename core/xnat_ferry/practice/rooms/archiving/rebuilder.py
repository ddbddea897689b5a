"""The timed rebuilder: idle rows get their document, and some are archived then (wire-write 2.3)."""

import threading

from xnat_ferry.practice.http.replies import Refused
from xnat_ferry.practice.rooms.archiving.jobs import archive
from xnat_ferry.practice.rooms.archiving.wishes import Wish
from xnat_ferry.practice.rooms.waiting.building import auto_archive_of, build_row
from xnat_ferry.practice.site.records import Waiting
from xnat_ferry.practice.site.site import Site

_ONE_AT_A_TIME = threading.Lock()


def rebuild_idle(site: Site) -> None:
    """What the task would have done by now; it runs every ``sessionXmlRebuilderRepeat`` milliseconds."""
    with _ONE_AT_A_TIME:  # whoever looks at the list waits for a run that has begun
        _rebuild_idle(site)


def _rebuild_idle(site: Site) -> None:
    repeat = float(str(site.preferences["sessionXmlRebuilderRepeat"])) / 1000
    with site.lock:
        now = site.clock.now()
        if now - site.rebuilt < repeat:
            return
        site.rebuilt = now
        for row in site.waiting.values():
            if row.status == "RECEIVING_INTERRUPT":
                row.status = "RECEIVING"
        due = [row for row in site.waiting.values() if _is_due(site, row, now)]
        for row in due:
            row.status = "QUEUED_BUILDING"
    for row in due:
        _rebuild(site, row)


def _is_due(site: Site, row: Waiting, now: float) -> bool:
    patience = float(str(site.preferences["sessionXmlRebuilderInterval"])) * 60
    if row.prevent_auto_commit or row.source == "uploader":
        return False
    return row.status == "RECEIVING" and now - row.last_modified >= patience


def _rebuild(site: Site, row: Waiting) -> None:
    with site.lock:
        build_row(site, row)
    auto = auto_archive_of(site, row)
    project = site.projects.get(row.project)
    if not row.built or project is None:
        return
    if not (auto.startswith("AutoArchive") or project.prearchive_code >= 4):
        return
    wish = Wish("admin", merge=auto != "Manual", override=False, reason="auto-archive", kind="PROCESS")
    try:
        archive(site, row, wish)
    except Refused:
        return  # the row's status and its log tell it
