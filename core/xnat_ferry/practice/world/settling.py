"""Fills a site from a world: people, projects, phantoms, real files, and what already waits."""

import gc
import json
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from xnat_ferry.practice.clock import written
from xnat_ferry.practice.site.keeping import measure
from xnat_ferry.practice.site.records import (
    Project,
    Resource,
    Scan,
    Session,
    StoredFile,
    Subject,
    Waiting,
    session_type,
)
from xnat_ferry.practice.site.site import Site
from xnat_ferry.practice.world import description as told
from xnat_ferry.practice.world.filling import copy, draw, modality_of, study_uid_of
from xnat_ferry.practice.world.folders import find_studies
from xnat_ferry.practice.world.phantoms import uid_of

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


Fill = Callable[[dict[str, Scan], Path], None]
"""Puts scans with their files into a folder."""


@dataclass(frozen=True)
class _Study:
    """What becomes one session, wherever it lies."""

    label: str
    uid: str
    xsi_type: str
    date: str
    fill: Fill


def _add(site: Site, session: told.Session, base: Path) -> None:
    store = _put_into_prearchive if session.prearchive else _put_into_archive
    for study in _drawn(site, session) if session.dicom is None else _found(site, session, base):
        store(site, session, study)


def _drawn(site: Site, session: told.Session) -> Iterator[_Study]:
    xsi_type = session_type({modality_of(session)})
    fill = partial(draw, site, session)
    yield _Study(session.label, study_uid_of(session), xsi_type, session.date, fill)


def _found(site: Site, session: told.Session, base: Path) -> Iterator[_Study]:
    """The studies in a folder of real files; all but the first get a number behind the label."""
    assert session.dicom is not None
    for number, study in enumerate(find_studies(session.dicom, base, tell), 1):
        label = session.label if number == 1 else f"{session.label}_{number}"
        if number > 1:
            tell(f"{session.dicom} holds another study, which becomes the session {label}")
        xsi_type = session_type({found.modality for found in study})
        date = study[0].date
        date = f"{date[:4]}-{date[4:6]}-{date[6:8]}" if re.fullmatch(r"\d{8}", date) else session.date
        yield _Study(label, study[0].study_uid, xsi_type, date, partial(copy, site, study))


def _put_into_prearchive(site: Site, session: told.Session, study: _Study) -> None:
    now = site.clock.now()
    row = Waiting(
        session.project,
        site.clock.stamp(),
        study.label,
        study.label,
        session.subject,
        study.uid,
        Path(),
        session.prearchive,
    )
    while row.key in site.waiting:
        row.timestamp = f"{row.timestamp[:-3]}{int(row.timestamp[-3:]) + 1:03d}"
    row.place = site.data / "prearchive" / session.project / row.timestamp / study.label
    row.last_modified = row.uploaded = now
    row.date, row.built = study.date, session.prearchive != "RECEIVING"
    study.fill(row.scans, row.place)
    site.waiting[row.key] = row


def _put_into_archive(site: Site, session: told.Session, study: _Study) -> None:
    now = site.clock.now()
    subject = site.make_subject(session.project, session.subject)
    folder = site.archive_folder(session.project, study.label)
    made = Session(
        site.next_id("E"),
        study.label,
        session.project,
        subject.id,
        study.xsi_type,
        study.date,
        study.uid,
        folder,
        written(now),
    )
    study.fill(made.scans, folder)
    made.variables = dict(session.variables)
    for share in session.shared_into:
        made.shares[share.project] = share.label or study.label
        if share.project not in subject.shares:
            site.subjects.share(subject, share.project, session.subject)
    for resource in session.resources:
        made.resources[resource.label] = _resource(site, resource, folder)
    site.sessions.add(made)


def _resource(site: Site, resource: told.Resource, folder: Path) -> Resource:
    stored = site.new_resource(resource.label, folder / "RESOURCES" / resource.label)
    stored.lost = resource.lost
    for path, text in resource.files.items():
        file = StoredFile(path, stored.place / path, make=partial(str.encode, text))
        measure(file, site.keeps_checksums)
        stored.files[path] = file
    return stored


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
    draw(site, described, session.scans, session.folder)
