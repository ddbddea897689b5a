"""What a commit does: documents are built, and sessions archived one after another (wire-write 1.7).

All that imports ask of the prearchive and of archiving stands here.
"""

from collections.abc import Iterable

from xnat_ferry.practice.http.replies import Refused
from xnat_ferry.practice.rooms.archiving.jobs import archive
from xnat_ferry.practice.rooms.archiving.reporting import archived_address
from xnat_ferry.practice.rooms.archiving.wishes import Wish, paths_of
from xnat_ferry.practice.rooms.imports.call import Call
from xnat_ferry.practice.rooms.imports.overwriting import overwriting
from xnat_ferry.practice.rooms.waiting.building import auto_archive_of, build_row
from xnat_ferry.practice.rooms.waiting.log import write_log
from xnat_ferry.practice.site.records import UNASSIGNED, Waiting
from xnat_ferry.practice.site.site import Site


def build_all(site: Site, rows: Iterable[Waiting]) -> None:
    """Write the document of each row."""
    with site.lock:
        for row in rows:
            build_row(site, row)


def plain_wish(call: Call, row: Waiting) -> Wish:
    """All that DICOM-zip passes on to the archiver (wire-write 1.3, 1.4)."""
    way = overwriting(call.parameters.get("overwrite"))
    return Wish(
        call.user,
        merge=way.merge or auto_archive_of(call.site, row).startswith("AutoArchive"),
        override=way.override,
        overwrite_files=call.parameters.exactly("overwrite_files"),
        hold=call.fault.hold,
    )


def full_wish(call: Call) -> Wish:
    """What the session importer passes on: metadata, pipelines, quarantine and the reason too."""
    way, get = overwriting(call.parameters.get("overwrite")), call.parameters.get
    return Wish(
        call.user,
        merge=way.merge,
        override=way.override,
        overwrite_files=call.parameters.exactly("overwrite_files"),
        paths=paths_of(call.request),
        quarantine=call.parameters.exactly("quarantine"),
        pipelines=get("triggerPipelines") != "false",
        reason=get("event_reason") or "standard upload",
        comment=get("event_comment") or "",
        kind=get("event_type") or "WEB_SERVICE",
        hold=call.fault.hold,
    )


def archive_one(site: Site, row: Waiting, wish: Wish) -> str:
    """The address in the archive. Raises Refused with the reason, which the row and its log know too."""
    build_all(site, [row])
    if row.project == UNASSIGNED:
        row.status = "ERROR"
        write_log(site, row, "unable to identify destination project")
        raise Refused(400, "unable to identify destination project")
    return archived_address(site, row, archive(site, row, wish))
