"""What lies in the sessions of a world: phantoms, or copies of real files."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from xnat_ferry.practice.dicom.sorting import free_name, scan_for
from xnat_ferry.practice.site.keeping import measure, read_header
from xnat_ferry.practice.site.records import DICOM, Scan, StoredFile
from xnat_ferry.practice.site.site import Site
from xnat_ferry.practice.world import description as told
from xnat_ferry.practice.world.folders import Found
from xnat_ferry.practice.world.phantoms import Slice, make_slice, uid_of

_MODALITIES = {"PET": "PT"}


def modality_of(session: told.Session) -> str:
    """Its Modality as DICOM has it."""
    return _MODALITIES.get(session.modality, session.modality)


def study_uid_of(session: told.Session) -> str:
    """Its StudyInstanceUID, the same each time: of its ``study``, else of its names."""
    if session.study:
        return uid_of("study", session.study)
    return uid_of("study", session.project, session.subject, session.label)


def draw(site: Site, session: told.Session, scans: dict[str, Scan], folder: Path) -> None:
    """Put phantoms into ``scans``, as a session is described; each is drawn when it is first wanted."""
    modality = modality_of(session)
    study_uid = study_uid_of(session)
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


def copy(site: Site, study: list[Found], scans: dict[str, Scan], folder: Path) -> None:
    """Put real files into ``scans``; each is read when it is first wanted."""
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
