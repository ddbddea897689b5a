"""One row and the place in the archive that it is meant for (wire-write 3.1)."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from xnat_ferry.practice.rooms.archiving.wishes import Wish, label_from
from xnat_ferry.practice.rooms.waiting.folders import files_below
from xnat_ferry.practice.site.records import Project, Resource, Scan, Session, Subject, Waiting, session_type
from xnat_ferry.practice.site.site import Site


@dataclass(frozen=True)
class Case:
    """What the checks judge."""

    row: Waiting
    wish: Wish
    project: Project | None
    label: str
    subject_name: str
    subject: Subject | None
    """None where it will be created."""
    there: Session | None
    """The session of that label, owned by the project or only shared into it."""
    folder: Path

    @property
    def xsi_type(self) -> str:
        return session_type({scan.modality for scan in self.row.scans.values()})

    def targets(self) -> dict[str, str]:
        """The ID of each incoming scan in the archive: another one where its number is another series'.

        A series that was renamed before is known by its UID (wire-write 3.4).
        """
        stored = self.there.scans if self.there is not None else {}
        scans = self.row.scans
        renaming = any(one.id in stored and stored[one.id].uid != one.uid for one in scans.values())
        chosen: dict[str, str] = {}
        for scan in scans.values():
            twin = self.scan_of_uid(scan)
            if scan.id not in stored:
                chosen[scan.id] = twin.id if twin is not None and renaming else scan.id
            elif stored[scan.id].uid == scan.uid:
                chosen[scan.id] = scan.id
            else:
                taken = {*stored, *scans, *chosen.values()}
                chosen[scan.id] = twin.id if twin is not None else _free_id(scan, taken)
        return chosen

    def pairs(self) -> Iterator[tuple[Resource, Resource]]:
        """Incoming and stored resources that will be merged: of the same scan and of the session itself."""
        if self.there is None:
            return
        for identifier, target in self.targets().items():
            stored = self.there.scans.get(target)
            if stored is not None:
                yield from _of_one_label(self.row.scans[identifier].resources, stored.resources)
        yield from _of_one_label(self.row.resources, self.there.resources)

    def scan_of_uid(self, scan: Scan) -> Scan | None:
        """The stored scan of an incoming series; two empty UIDs count as equal (wire-write 3.4)."""
        stored = self.there.scans.values() if self.there is not None else ()
        return next((one for one in stored if one.uid == scan.uid), None)

    def files_in_the_way(self) -> set[str]:
        """Paths in the destination's folder, whether or not a session knows of them."""
        return {path for path in files_below(self.folder) if not path.endswith((".xml", ".log"))}

    def incoming_paths(self) -> set[str]:
        """Where the row's files will lie, relative to the session's folder."""
        targets = self.targets()
        return {
            f"SCANS/{targets[scan.id]}/{label}/{path}"
            for scan in self.row.scans.values()
            for label, resource in scan.resources.items()
            for path in resource.files
        } | {
            f"RESOURCES/{label}/{path}"
            for label, resource in self.row.resources.items()
            for path in resource.files
        }


def _of_one_label(new: dict[str, Resource], old: dict[str, Resource]) -> Iterator[tuple[Resource, Resource]]:
    return ((resource, old[label]) for label, resource in new.items() if label in old)


def _free_id(scan: Scan, taken: set[str]) -> str:
    """``1-MR1``: the first two letters of the scan's type, PE as PT."""
    letters = scan.xsi_type.removeprefix("xnat:")[:2].upper().replace("PE", "PT")
    number = 1
    while f"{scan.id}-{letters}{number}" in taken:
        number += 1
    return f"{scan.id}-{letters}{number}"


def case_of(site: Site, row: Waiting, wish: Wish) -> Case:
    """Label and subject by what the call says, else by what the row says."""
    label = wish.label or label_from(row.name or row.folder)
    name = wish.subject or label_from(row.subject)
    there = site.session_in(row.project, label)
    return Case(
        row,
        wish,
        site.projects.get(row.project),
        label,
        name,
        site.subjects.labelled(row.project, name) or site.subjects.get(name),
        there.filled() if there is not None else None,
        there.folder if there is not None else site.archive_folder(row.project, label),
    )
