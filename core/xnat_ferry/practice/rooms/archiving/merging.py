"""Carries a row into the archive: files first, then records, so that a failure leaves nothing half merged.

What is in the archive stays, and its metadata win (wire-write 3.4).
"""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from xnat_ferry.practice.http.replies import Refused
from xnat_ferry.practice.rooms.archiving.cases import Case
from xnat_ferry.practice.rooms.archiving.matching import match_files
from xnat_ferry.practice.rooms.archiving.scripting import Altered
from xnat_ferry.practice.rooms.archiving.wishes import fields_of
from xnat_ferry.practice.site.records import Resource, Scan, Session, StoredFile, Subject
from xnat_ferry.practice.site.site import Site


@dataclass(frozen=True)
class Move:
    """One file on its way: from where, into which resource, and the path that it replaces there."""

    file: StoredFile
    scan: str
    """The ID in the archive; "" for a resource of the session itself."""
    label: str
    folder: Path
    replaces: str


def carry_over(site: Site, case: Case, altered: Altered) -> Session:
    """The session as archived. Raises Refused, and then nothing has changed."""
    moves = plan_moves(site, case, altered)
    backup = site.data / "cache" / case.row.project / "merge" / f"{case.label}_{site.clock.stamp()}"
    _move_files(moves, backup / "dest_backup")
    shutil.rmtree(backup, ignore_errors=True)
    session = _session(site, case, altered)
    targets = case.targets()
    for scan in case.row.scans.values():
        _scan(site, session, scan, targets[scan.id], altered)
    for move in moves:
        _enter(site, session, move)
    return session


def plan_moves(site: Site, case: Case, altered: Altered) -> list[Move]:
    """Every file with its place. Raises Refused where one cannot be put there."""
    targets = case.targets()
    moves = []
    for scan in case.row.scans.values():
        target = targets[scan.id]
        there = case.there.scans.get(target) if case.there is not None else None
        for label, resource in scan.resources.items():
            stored = there.resources.get(label) if there is not None else None
            folder = stored.place if stored is not None else case.folder / "SCANS" / target / label
            moves += _plan(site, case, altered, resource, stored, target, folder)
    for label, resource in case.row.resources.items():
        stored = case.there.resources.get(label) if case.there is not None else None
        folder = stored.place if stored is not None else case.folder / "RESOURCES" / label
        moves += _plan(site, case, altered, resource, stored, "", folder)
    return moves


def _plan(
    site: Site,
    case: Case,
    altered: Altered,
    incoming: Resource,
    stored: Resource | None,
    scan: str,
    folder: Path,
) -> list[Move]:
    assert case.project is not None
    kept = [file for file in map(altered.of, incoming.files.values()) if file is not None]
    placings = match_files(
        kept,
        stored.files if stored is not None else {},
        overwrites=case.wish.overwrites(case.project),
        by_uid=bool(site.preferences["useSopInstanceUidToUniquelyIdentifyDicom"]),
    )
    return [
        Move(file, scan, incoming.label, folder, replaced.path if replaced is not None else "")
        for file, replaced in placings
    ]


def _move_files(moves: list[Move], backup: Path) -> None:
    """All of them or none; replaced files lie in the backup meanwhile. Raises Refused."""
    undo: list[Callable[[], object]] = []
    try:
        for number, move in enumerate(moves):
            for path in sorted({move.replaces, move.file.path} - {""}):
                old = move.folder / path
                if old.is_file():
                    _rename(old, backup / str(number) / path, undo)
            _rename(move.file.on_disk(), move.folder / move.file.path, undo)
    except OSError as error:
        for step in reversed(undo):
            step()
        raise Refused(500, f"Failed to move {move.file.path}: {error.strerror}") from None


def _rename(old: Path, new: Path, undo: list[Callable[[], object]]) -> None:
    try:
        old.rename(new)
    except FileNotFoundError:
        new.parent.mkdir(parents=True, exist_ok=True)
        old.rename(new)
    undo.append(lambda: new.rename(old))


def _session(site: Site, case: Case, altered: Altered) -> Session:
    """The session there is, with what it lacked, or a new one."""
    row, session = case.row, case.there
    if session is None:
        subject = _subject(site, case)
        session = Session(
            site.next_id("E"),
            case.label,
            row.project,
            subject.id,
            case.xsi_type,
            "",
            "",
            case.folder,
            site.now(),
        )
        site.sessions.add(session)
    wished = fields_of(case.wish.paths, case.xsi_type)
    told = {"date": row.date, **row.fields, **wished}
    session.date = session.date or told.pop("date", "")
    session.study_uid = session.study_uid or wished.get("UID", "") or altered.study_uid
    told.pop("UID", None)
    told.pop("date", None)
    for path, value in told.items():
        if value:
            session.fields.setdefault(path, value)
    if case.wish.quarantine or (case.project is not None and case.project.quarantine_code == 1):
        session.status = "quarantine"
    return session


def _subject(site: Site, case: Case) -> Subject:
    if case.subject is not None:
        return case.subject
    subject = Subject(site.next_id("S"), case.subject_name, case.row.project, site.now())
    subject.inserted_by = case.wish.user
    site.subjects.add(subject)
    return subject


def _scan(site: Site, session: Session, scan: Scan, target: str, altered: Altered) -> None:
    """The archived scan, with what it lacked; or a new one of that ID."""
    known = session.scans.get(target)
    if known is None:
        known = site.new_scan(target, "", "", "", scan.modality, scan.number)
        known.xsi, known.quality = scan.xsi, scan.quality
        session.scans[target] = known
    known.uid = known.uid or altered.series_uids.get(scan.id, scan.uid)
    known.type = known.type or scan.type
    known.description = known.description or scan.description
    known.note = known.note or scan.note
    for path, value in scan.fields.items():
        known.fields.setdefault(path, value)


def _enter(site: Site, session: Session, move: Move) -> None:
    """Into the catalog, which keeps what it knows of the file."""
    holder: Session | Scan = session.scans[move.scan] if move.scan else session
    resource = holder.resources.get(move.label)
    if resource is None:
        resource = holder.resources[move.label] = site.new_resource(move.label, move.folder)
    if move.replaces:
        resource.files.pop(move.replaces, None)
    file = move.file
    file.place, file.make = move.folder / file.path, None
    resource.files[file.path] = file
