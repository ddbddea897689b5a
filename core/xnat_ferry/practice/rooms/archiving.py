"""Archiving a prearchive session, with the checks in XNAT's order and words (wire-write 3)."""

import shutil
from functools import partial

from xnat_ferry.practice.clock import written
from xnat_ferry.practice.http.replies import Refused
from xnat_ferry.practice.rooms.anonymise import run_script
from xnat_ferry.practice.site.keeping import measure, read_header
from xnat_ferry.practice.site.records import Resource, Scan, Session, StoredFile, Waiting, session_type
from xnat_ferry.practice.site.site import Site

Notice = tuple[int, str, str]
_EXISTS = "Session already exists, retry with overwrite enabled"
_OTHER_UID = "Invalid modification of session UID via archive process."
_OTHER_SUBJECT = (
    "Invalid modification of session subject via archive process.: {} Already Exists for another Subject"
)
_OTHER_PROJECT = "Invalid modification of session project via archive process."
_OTHER_MODALITY = (
    "Invalid modification of session modality via archive process.  Data may require a manual merge."
)
_SAME_FILES = "Session already exists with matching files."
_SAME_RESOURCES = "Session already exists with the same resources."


def validate(site: Site, row: Waiting) -> list[Notice]:
    """All that archiving with merging allowed would meet."""
    there = site.session_in(row.project, row.name)
    if there is None:
        return [(14, "CONFLICT", _SAME_FILES)] if _left_over(site, row) else []
    there.filled()
    notices: list[Notice] = [(1, "CONFLICT", _EXISTS)]
    subject = site.subject_in(row.project, row.subject)
    if there.project != row.project:
        notices.append((3, "FAIL", _OTHER_PROJECT))
    if subject is None or subject.id != there.subject:
        notices.append((4, "FAIL", _OTHER_SUBJECT.format(row.name)))
    if there.study_uid and row.study_uid != there.study_uid:
        notices.append((5, "CONFLICT", _OTHER_UID))
    if _same_files(row, there):
        notices.append((14, "CONFLICT", _SAME_FILES))
    if _type_of(row) != there.xsi_type:
        notices.append((19, "FAIL", _OTHER_MODALITY))
    return notices + [notice for scan in row.scans.values() for notice in _scan_notices(scan, there)]


def _scan_notices(scan: Scan, there: Session) -> list[Notice]:
    same = there.scans.get(scan.id)
    if same is not None and same.uid == scan.uid:
        return [
            (16, "CONFLICT", f"Session already contains a scan ({scan.id}) with the same UID and number.")
        ]
    if same is not None:
        words = f"Session already contains a scan ({scan.id}) with the same number, but a different UID."
        return [(17, "CONFLICT", f"{words} - New scan will be renamed during archive.")]
    if any(other.uid == scan.uid for other in there.scans.values()):
        words = f"Session already contains a scan with the same UID, but a different number ({scan.id})."
        return [(18, "CONFLICT", words)]
    return []


def archive_row(site: Site, row: Waiting, *, merge: bool, override: bool, user: str) -> Session:
    """Archive one row; raises Refused with the text of wire-write 3.3 and marks the row."""
    with site.lock:
        if not row.built:
            row.status = "ERROR"
            raise Refused(500, "The session has not been built.")
        try:
            there = site.session_in(row.project, row.name)
            _check(site, row, there, merge, override)
            session = _carry_over(site, row, there)
        except Refused as error:
            row.status = "CONFLICT" if error.status == 409 else "ERROR"
            row.log.append(error.message or "")
            raise
        site.waiting.pop(row.key, None)
        shutil.rmtree(row.place, ignore_errors=True)
        return session


def _check(site: Site, row: Waiting, there: Session | None, merge: bool, override: bool) -> None:
    overwrite = override or site.projects[row.project].prearchive_code == 5
    if there is None:
        if _left_over(site, row) and not overwrite:
            raise Refused(409, _SAME_FILES)
        return
    there.filled()
    if not merge:
        raise Refused(409, _EXISTS)
    _check_identity(site, row, there, override)
    if not overwrite and _same_files(row, there):
        raise Refused(409, _SAME_FILES)
    if not overwrite and _same_instances(row, there):
        raise Refused(409, _SAME_RESOURCES)


def _check_identity(site: Site, row: Waiting, there: Session, override: bool) -> None:
    subject = site.subject_in(row.project, row.subject)
    if there.project != row.project:
        raise Refused(409, _OTHER_PROJECT)
    if _type_of(row) != there.xsi_type:
        raise Refused(409, _OTHER_MODALITY)
    if subject is None or subject.id != there.subject:
        raise Refused(409, _OTHER_SUBJECT.format(row.name))
    if override:
        return
    if there.study_uid and row.study_uid != there.study_uid:
        raise Refused(409, _OTHER_UID)
    moved = [
        notice for scan in row.scans.values() for notice in _scan_notices(scan, there) if notice[0] == 18
    ]
    if moved:
        raise Refused(409, moved[0][2])


def _type_of(row: Waiting) -> str:
    return session_type({scan.modality for scan in row.scans.values()})


def _left_over(site: Site, row: Waiting) -> bool:
    """A session deleted without its files leaves its folder (wire-write 3.3, case 25)."""
    folder = site.archive_folder(row.project, row.name)
    return any(
        (folder / "SCANS" / scan.id / label / path).exists()
        for scan in row.scans.values()
        for label, resource in scan.resources.items()
        for path in resource.files
    )


def _pairs(row: Waiting, there: Session) -> list[tuple[Resource, Resource]]:
    """Incoming and stored resources of scans with the same number and series."""
    return [
        (resource, there.scans[scan.id].resources[label])
        for scan in row.scans.values()
        if scan.id in there.scans and there.scans[scan.id].uid == scan.uid
        for label, resource in scan.resources.items()
        if label in there.scans[scan.id].resources
    ]


def _same_files(row: Waiting, there: Session) -> bool:
    return any(new.files.keys() & old.files.keys() for new, old in _pairs(row, there))


def _same_instances(row: Waiting, there: Session) -> bool:
    return any(
        {file.uid for file in new.files.values()} & {file.uid for file in old.files.values()}
        for new, old in _pairs(row, there)
    )


def _carry_over(site: Site, row: Waiting, there: Session | None) -> Session:
    """Move the files; what is in the archive already stays, and its metadata win (wire-write 3.4)."""
    now = written(site.clock.now())
    session = there
    if session is None:
        subject = site.make_subject(row.project, row.subject)
        folder = site.archive_folder(row.project, row.name)
        session = Session(
            site.next_id("E"),
            row.name,
            row.project,
            subject.id,
            _type_of(row),
            row.date,
            row.study_uid,
            folder,
            now,
        )
        site.sessions.add(session)
    for scan in row.scans.values():
        target = _scan_in(site, session, scan)
        for label, resource in scan.resources.items():
            if label not in target.resources:
                target.resources[label] = site.new_resource(
                    label, session.folder / "SCANS" / target.id / label
                )
            for file in resource.files.values():
                _take(site, row, file, target.resources[label])
    return session


def _scan_in(site: Site, session: Session, scan: Scan) -> Scan:
    """The archived scan that an incoming one becomes: renamed where its number is another series'."""
    identifier, copies = scan.id, 0
    for known in session.scans.values():
        if known.uid == scan.uid:
            return known
    while identifier in session.scans:
        copies += 1
        identifier = f"{scan.id}-{scan.modality[:2]}{copies}"
    fresh = Scan(identifier, scan.uid, scan.type, scan.description, scan.modality, scan.number)
    session.scans[identifier] = fresh
    return fresh


def _take(site: Site, row: Waiting, file: StoredFile, into: Resource) -> None:
    for name, old in list(into.files.items()):
        if old.uid == file.uid:
            old.place.unlink(missing_ok=True)
            del into.files[name]
    moved = StoredFile(file.path, into.place / file.path)
    moved.place.parent.mkdir(parents=True, exist_ok=True)
    content = file.on_disk().read_bytes()
    script = site.projects[row.project].script
    if script and not row.prevent_anon:
        names = {"project": row.project, "subject": row.subject, "session": row.name}
        content = run_script(content, script, names, "project", partial(row.log.append))
    moved.place.write_bytes(content)
    measure(moved, site.keeps_checksums)
    read_header(moved)
    into.files[moved.path] = moved
