"""Files that follow their object to another folder (wire-write 5.1, 5.3)."""

import shutil
from collections.abc import Collection, Iterable
from pathlib import Path

from xnat_ferry.practice.http.replies import Refused
from xnat_ferry.practice.rules import places
from xnat_ferry.practice.site.records import Assessor, Resource, Scan, Session, Subject
from xnat_ferry.practice.site.site import Site


def require_empty(folder: Path) -> None:
    """409 where an earlier object left its files behind. Raises Refused."""
    if folder.exists() and any(folder.rglob("*")):
        raise Refused(409, "File system destination contains pre-existing files")


def copy_tree(old: Path, new: Path) -> None:
    """All files that are there; what has only been promised will be made at the new place."""
    if old.exists():
        shutil.copytree(old, new, dirs_exist_ok=True)


def put_aside(site: Site, project: str, folder: Path, name: str) -> None:
    """What is left of a rename goes to the cache."""
    aside = site.data / "cache" / project / "successful_renames" / f"{name}_{site.clock.stamp()}"
    if folder.exists():
        aside.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(folder, aside)


def rebase(resources: Iterable[Resource], old: Path, new: Path) -> None:
    """The same files in another folder, as far as they lay in the old one."""
    for resource in resources:
        resource.place = _rebased(resource.place, old, new)
        for file in resource.files.values():
            file.place = _rebased(file.place, old, new)


def _rebased(place: Path, old: Path, new: Path) -> Path:
    return new / place.relative_to(old) if place.is_relative_to(old) else place


def rebase_session(session: Session, new: Path, staying: Collection[str] = ()) -> None:
    """A session with its scans and assessors; assessors with these IDs stay where they are."""
    session.filled()
    going = [one for one in session.assessors.values() if one.id not in staying]
    holders: list[Session | Scan | Assessor] = [session, *session.scans.values(), *going]
    for holder in holders:
        rebase(holder.resources.values(), session.folder, new)
    for assessor in going:
        rebase(assessor.inputs.values(), session.folder, new)
    session.folder = new


def forget_promises(session: Session) -> None:
    """Files that are gone from their place are not made there again."""
    for held in places.held_in(places.all_in(session)):
        for file in held.resource.files.values():
            file.make = None


def move_subject_files(site: Site, subject: Subject, project: str, label: str) -> None:
    """A subject's own folder; its sessions have theirs elsewhere."""
    old = places.of_subject(site, subject).folder
    new = site.data / "archive" / project / "subjects" / label
    copy_tree(old, new)
    rebase(subject.resources.values(), old, new)
    put_aside(site, subject.project, old, subject.label)
