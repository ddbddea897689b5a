"""What a commit does: documents are built, and sessions archived one after another (wire-write 1.7).

All that imports ask of the prearchive and of archiving stands here.
"""

from collections.abc import Iterable

from xnat_ferry.practice.http.replies import Refused
from xnat_ferry.practice.rooms.archiving import archive_row
from xnat_ferry.practice.rooms.imports.overwriting import Overwriting
from xnat_ferry.practice.rooms.waiting.building import auto_archive_of, build_row
from xnat_ferry.practice.rooms.waiting.log import write_log
from xnat_ferry.practice.site.records import UNASSIGNED, Waiting
from xnat_ferry.practice.site.site import Site


def build_all(site: Site, rows: Iterable[Waiting]) -> None:
    """Write the document of each row."""
    with site.lock:
        for row in rows:
            build_row(site, row)


def archive_all(
    site: Site, rows: Iterable[Waiting], user: str, way: Overwriting, *, overwrite_files: bool, hold: float
) -> list[str]:
    """The addresses in the archive. Stops at the first that fails: later ones are not even built.

    Raises Refused with the reason, which the row and its log know too.
    """
    done = []
    for row in rows:
        build_all(site, [row])
        merge = way.merge or auto_archive_of(site, row).startswith("AutoArchive")
        done.append(_archive(site, row, user, Overwriting(way.override, merge), overwrite_files, hold))
    return done


def _archive(
    site: Site, row: Waiting, user: str, way: Overwriting, overwrite_files: bool, hold: float
) -> str:
    if row.project == UNASSIGNED:
        row.status = "ERROR"
        write_log(site, row, "unable to identify destination project")
        raise Refused(400, "unable to identify destination project")
    session = archive_row(
        site,
        row,
        merge=way.merge,
        override=way.override,
        user=user,
        overwrite_files=overwrite_files,
        hold=hold,
    )
    subject = site.subjects[session.subject]
    return f"/archive/projects/{row.project}/subjects/{subject.label}/experiments/{session.label}"
