"""Sessions that are received straight into the archive, apart from the prearchive's rows (wire-write 1.8)."""

from xnat_ferry.practice.rooms.imports.rows import Arriving, as_folder, new_row
from xnat_ferry.practice.rooms.imports.wanted import Wanted
from xnat_ferry.practice.site.records import UNASSIGNED, Waiting
from xnat_ferry.practice.site.site import Site


def direct_row(site: Site, arriving: Arriving, wanted: Wanted) -> tuple[Waiting, bool] | None:
    """The record for an object, and whether it is new; None where the prearchive has to do.

    That is so without a project, and where the session's folder is there already.
    """
    if arriving.project == UNASSIGNED:
        return None
    for _, row in named_so(site, arriving.project, arriving.study_uid, arriving.session):
        return row, False
    folder = site.archive_folder(arriving.project, as_folder(arriving.session))
    if folder.exists():
        return None
    row = new_row(site, arriving, wanted)
    row.place = folder
    folder.mkdir(parents=True)
    site.direct[site.next_number("direct")] = row
    return row, True


def named_so(site: Site, project: str, study_uid: str, name: str) -> list[tuple[int, Waiting]]:
    """The record of that project, study and label, with its number, if there is one."""
    key = (project, study_uid, name)
    return [
        (number, row) for number, row in site.direct.items() if (row.project, row.study_uid, row.name) == key
    ]


def is_direct(site: Site, row: Waiting) -> bool:
    return any(row is one for one in site.direct.values())


def direct_address(row: Waiting) -> str:
    """Where a record is committed."""
    return f"/xapi/direct-archive/{row.project}/{row.study_uid}/{row.name}"
