"""Fills a site from a world: people, projects, phantoms, real files, and what already waits."""

import gc
import json
import re
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from xnat_ferry.practice.clock import written
from xnat_ferry.practice.dicom.sorting import free_name, scan_for
from xnat_ferry.practice.site.keeping import measure, read_header
from xnat_ferry.practice.site.records import (
    DICOM,
    Project,
    Scan,
    Session,
    StoredFile,
    Subject,
    Waiting,
    session_type,
)
from xnat_ferry.practice.site.site import Site
from xnat_ferry.practice.world import description as told
from xnat_ferry.practice.world.folders import Found, find_studies
from xnat_ferry.practice.world.phantoms import Slice, make_slice, uid_of

_MODALITIES = {"PET": "PT"}
_MANY_DATE = "2024-03-05"


def tell(text: str) -> None:
    """A remark for the person at the terminal; standard output belongs to the first line."""
    print(text, file=sys.stderr, flush=True)  # noqa: T201


def settle(site: Site, world: told.World, base: Path) -> None:
    """Make everything that the world describes."""
    # nothing made here is garbage: to look for it among 100,000 sessions takes longer than to make them
    gc.disable()
    try:
        _settle(site, world, base)
    finally:
        gc.enable()
    gc.freeze()


def _settle(site: Site, world: told.World, base: Path) -> None:
    for user in world.users:
        site.users[user.login] = user
    for project in world.projects:
        members = {
            user.login: user.projects[project.id] for user in world.users if project.id in user.projects
        }
        site.projects[project.id] = Project(
            project.id,
            project.accessibility,
            project.prearchive_code,
            project.anonymization,
            project.sharing,
            members,
            inserted=site.now(),
            fields={"name": project.id, "secondary_ID": project.id},
        )
        if project.series_filter is not None:
            site.configure("admin", project.id, *SERIES_FILTER, _as_contents(project.series_filter))
    for session in world.sessions:
        _add(site, session, base)
    for many in world.many:
        _add_many(site, many)


SERIES_FILTER = ("seriesImportFilter", "config")
"""Tool and path of a project's series import filter (wire-read 4.4)."""


def _as_contents(told_filter: told.SeriesFilter) -> str:
    patterns = "\n".join(told_filter.patterns)
    return json.dumps({"mode": told_filter.mode, "enabled": True, "list": patterns})


def _add(site: Site, session: told.Session, base: Path) -> None:
    if session.dicom is None:
        fill = partial(_draw, site, session)
        modality = _MODALITIES.get(session.modality, session.modality)
        _store(site, session, session.label, _study_uid(session), modality, session.date, fill)
        return
    for number, study in enumerate(find_studies(session.dicom, base, tell), 1):
        label = session.label if number == 1 else f"{session.label}_{number}"
        if number > 1:
            tell(f"{session.dicom} holds another study, which becomes the session {label}")
        modality = session_type({found.modality for found in study})
        date = study[0].date
        date = f"{date[:4]}-{date[4:6]}-{date[6:8]}" if re.fullmatch(r"\d{8}", date) else session.date
        fill = partial(_copy, site, study)
        _store(site, session, label, study[0].study_uid, "", date, fill, modality)


Fill = Callable[[dict[str, Scan], Path], None]


def _store(
    site: Site,
    session: told.Session,
    label: str,
    study_uid: str,
    modality: str,
    date: str,
    fill: Fill,
    xsi_type: str = "",
) -> None:
    now = site.clock.now()
    if session.prearchive:
        row = Waiting(
            session.project,
            site.clock.stamp(),
            label,
            label,
            session.subject,
            study_uid,
            Path(),
            session.prearchive,
        )
        while row.key in site.waiting:
            row.timestamp = f"{row.timestamp[:-3]}{int(row.timestamp[-3:]) + 1:03d}"
        row.place = site.data / "prearchive" / session.project / row.timestamp / label
        row.last_modified = row.uploaded = now
        row.date, row.built = date, session.prearchive != "RECEIVING"
        fill(row.scans, row.place)
        site.waiting[row.key] = row
        return
    subject = site.make_subject(session.project, session.subject)
    folder = site.archive_folder(session.project, label)
    kind = xsi_type or session_type({modality})
    made = Session(
        site.next_id("E"), label, session.project, subject.id, kind, date, study_uid, folder, written(now)
    )
    fill(made.scans, folder)
    made.variables = dict(session.variables)
    for share in session.shared_into:
        made.shares[share.project] = share.label or label
        if share.project not in subject.shares:
            site.subjects.share(subject, share.project, session.subject)
    for resource in session.resources:
        stored = site.new_resource(resource.label, folder / "RESOURCES" / resource.label)
        stored.lost = resource.lost
        made.resources[resource.label] = stored
        for path, text in resource.files.items():
            file = StoredFile(path, stored.place / path, make=partial(str.encode, text))
            measure(file, site.keeps_checksums)
            stored.files[path] = file
    site.sessions.add(made)


def _study_uid(session: told.Session) -> str:
    if session.study:
        return uid_of("study", session.study)
    return uid_of("study", session.project, session.subject, session.label)


def _draw(site: Site, session: told.Session, scans: dict[str, Scan], folder: Path) -> None:
    modality = _MODALITIES.get(session.modality, session.modality)
    study_uid = _study_uid(session)
    for place, scan in enumerate(session.scans, 1):
        number = int(scan.id) if scan.id.isdigit() else 100 + place
        series_uid = uid_of("series", scan.uid) if scan.uid else uid_of(study_uid, scan.id)
        made = site.new_scan(scan.id, series_uid, scan.type, scan.description or scan.type, modality, number)
        resource = site.new_resource(DICOM, folder / "SCANS" / scan.id / DICOM)
        made.resources[DICOM] = resource
        scans[scan.id] = made
        for image in range(1, scan.files + 1):
            drawn = Slice(
                modality=modality,
                project=session.project,
                subject=session.subject,
                session=session.label,
                date=session.date,
                patient_name=session.patient_name or session.subject,
                study_description=session.study_description or session.project,
                study_uid=study_uid,
                series_uid=series_uid,
                series_number=number,
                description=made.description,
                number=image,
                of=scan.files,
                rows=scan.rows,
                columns=scan.columns,
                patient_id=session.patient_id,
                deidentified=not (session.patient_name or session.patient_id),
                burned_in=scan.burned_in,
            )
            _keep(site, resource.files, resource.place, f"{image:04d}.dcm", partial(make_slice, drawn))


def _copy(site: Site, study: list[Found], scans: dict[str, Scan], folder: Path) -> None:
    for found in study:
        scan = scan_for(
            site,
            scans,
            folder,
            series_uid=found.series_uid,
            number=found.series_number,
            modality=found.modality,
            description=found.description,
        )
        resource = scan.resources[DICOM]
        name = free_name(resource.files, found.path.name)
        _keep(site, resource.files, resource.place, name, found.path.read_bytes)


def _keep(
    site: Site, files: dict[str, StoredFile], place: Path, name: str, make: Callable[[], bytes]
) -> None:
    file = StoredFile(name, place / name, make=make)
    measure(file, site.keeps_checksums)
    read_header(file)
    files[name] = file


def _add_many(site: Site, many: told.Many) -> None:
    """Sessions that are listed at once and drawn only when somebody looks inside."""
    now = site.now()
    archive = site.archive_folder(many.project, "")
    for number in range(1, many.sessions + 1):
        subject = Subject(site.next_id("S"), f"S{number:06d}", many.project, now)
        site.subjects.add(subject)
        label = f"{subject.label}_MR1"
        study_uid = uid_of("study", many.project, subject.label, label)
        site.sessions.add(
            Session(
                site.next_id("E"),
                label,
                many.project,
                subject.id,
                "xnat:mrSessionData",
                _MANY_DATE,
                study_uid,
                archive / label,
                now,
                fill=partial(_draw_one_of_many, site, many),
            )
        )


def _draw_one_of_many(site: Site, many: told.Many, session: Session) -> None:
    scans = [told.Scan(id=str(scan), type="t1", files=many.files) for scan in range(1, many.scans + 1)]
    described = told.Session(
        project=many.project,
        subject=session.label.removesuffix("_MR1"),
        label=session.label,
        date=_MANY_DATE,
        scans=scans,
    )
    _draw(site, described, session.scans, session.folder)
