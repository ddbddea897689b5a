"""The project's script over what is about to be archived (wire-write 1.12).

It runs on copies in the cache, so that a failure leaves the prearchive as it was.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from pydicom import dcmread

from xnat_ferry.practice.dicom.anonymise import Rejected, ScriptError, anonymise
from xnat_ferry.practice.http.replies import Refused
from xnat_ferry.practice.rooms.settings.scripts import script_id
from xnat_ferry.practice.site.keeping import read_header
from xnat_ferry.practice.site.records import Resource, StoredFile, Waiting
from xnat_ferry.practice.site.site import Site

_FAILS_WHEN_ALL_ARE_REJECTED = (1, 9, 3)


@dataclass
class Altered:
    """The files as the script left them, and what the rebuilt document says."""

    files: dict[str, StoredFile | None] = field(default_factory=dict)
    """By the place in the prearchive; None for what the script rejected."""
    study_uid: str = ""
    series_uids: dict[str, str] = field(default_factory=dict)
    """By scan."""

    def of(self, file: StoredFile) -> StoredFile | None:
        return self.files.get(str(file.place), file)


def script_of(site: Site, row: Waiting) -> str:
    """The script that archiving will run, "" for none."""
    project = site.projects.get(row.project)
    if project is None or row.prevent_anon or not project.script_enabled:
        return ""
    return project.script


def run_project_script(
    site: Site, row: Waiting, names: dict[str, str], into: Path, tell: Callable[[str], None]
) -> Altered:
    """Every DICOM file of the row by the project's script. Raises Refused for a script that fails."""
    altered = Altered(study_uid=row.study_uid)
    script = script_of(site, row)
    if not script:
        return altered
    for scan in row.scans.values():
        for label, resource in scan.resources.items():
            _run_on(site, row, resource, into / scan.id / label, names, tell, altered)
        kept = [one for one in map(altered.of, scan.files()) if one is not None]
        if kept:
            altered.series_uids[scan.id] = _series_uid(kept[0], altered)
    if altered.files and not any(altered.files.values()) and _version(site) >= _FAILS_WHEN_ALL_ARE_REJECTED:
        raise Refused(500, _failed(row))
    return altered


def _run_on(
    site: Site,
    row: Waiting,
    resource: Resource,
    into: Path,
    names: dict[str, str],
    tell: Callable[[str], None],
    altered: Altered,
) -> None:
    script = script_of(site, row)
    identifier = script_id(site, row.project)
    for file in resource.files.values():
        place = into / file.path
        place.parent.mkdir(parents=True, exist_ok=True)
        try:
            written = anonymise(
                file.on_disk(), place, script, names, identifier, tell, digest=site.keeps_checksums
            )
        except Rejected:
            altered.files[str(file.place)] = None
            continue
        except (ScriptError, OSError):
            raise Refused(500, _failed(row)) from None
        made = StoredFile(file.path, place, written.size, written.digest, format=file.format)
        if file.uid:
            read_header(made)
        altered.files[str(file.place)] = made


def _series_uid(file: StoredFile, altered: Altered) -> str:
    """The document is rebuilt from the altered headers; the last scan's study counts for all."""
    header = dcmread(
        file.on_disk(),
        stop_before_pixels=True,
        force=True,
        specific_tags=["StudyInstanceUID", "SeriesInstanceUID"],
    )
    altered.study_uid = str(header.get("StudyInstanceUID", "") or "")
    return str(header.get("SeriesInstanceUID", "") or "")


def _failed(row: Waiting) -> str:
    return f"Anonymization failed for prearcSession at {row.place}"


def _version(site: Site) -> tuple[int, ...]:
    return tuple(int(part) for part in site.server.version.split(".")[:3] if part.isdigit())
