"""A waiting session moves to another project (wire-write 1.12, 2.4)."""

from io import BytesIO

from pydicom import dcmread

from xnat_ferry.practice.dicom.anonymise import Rejected, ScriptError, run_script
from xnat_ferry.practice.http.replies import Refused
from xnat_ferry.practice.rooms.archiving.scripting import script_of
from xnat_ferry.practice.rooms.settings.scripts import script_id
from xnat_ferry.practice.rooms.waiting.building import auto_archive_of
from xnat_ferry.practice.rooms.waiting.log import write_log
from xnat_ferry.practice.site.records import Resource, Scan, Waiting
from xnat_ferry.practice.site.site import Site


def move_row(site: Site, row: Waiting, target: str) -> None:
    """Row and files; 409 where the destination has one of that time and name. Raises Refused."""
    with site.lock:
        if (target, row.timestamp, row.folder) in site.waiting:
            raise Refused(409, f"Session {row.folder} already exists in the prearchive of {target}.")
        del site.waiting[row.key]
        row.auto_archive = row.auto_archive or auto_archive_of(site, row)
        _move_files(site, row, target)
        row.project = target
        site.waiting[row.key] = row
        _refresh(site, row)


def _move_files(site: Site, row: Waiting, target: str) -> None:
    new = site.data / "prearchive" / target / row.timestamp / row.folder
    new.parent.mkdir(parents=True, exist_ok=True)
    if row.place.exists():
        row.place.rename(new)
    for resource in _resources(row):
        resource.place = new / resource.place.relative_to(row.place)
        for file in resource.files.values():
            file.place = new / file.place.relative_to(row.place)
    row.place = new


def _resources(row: Waiting) -> list[Resource]:
    scans = [resource for scan in row.scans.values() for resource in scan.resources.values()]
    return scans + list(row.resources.values())


def _refresh(site: Site, row: Waiting) -> None:
    """The destination's script acts in memory only, to bring the document up to date."""
    if not row.built or not script_of(site, row):
        return
    names = {"project": row.project, "subject": row.subject, "session": row.name}
    for scan in row.scans.values():
        _refresh_scan(site, row, scan, names)


def _refresh_scan(site: Site, row: Waiting, scan: Scan, names: dict[str, str]) -> None:
    file = next(scan.files(), None)
    if file is None or not file.uid:
        return
    content = file.on_disk().read_bytes()

    def tell(text: str) -> None:
        write_log(site, row, text)

    try:
        changed = run_script(content, script_of(site, row), names, script_id(site, row.project), tell)
    except (Rejected, ScriptError):
        return
    header = dcmread(BytesIO(changed), stop_before_pixels=True, force=True)
    row.study_uid = str(header.get("StudyInstanceUID", "") or row.study_uid)
    scan.uid = str(header.get("SeriesInstanceUID", "") or scan.uid)
    scan.description = str(header.get("SeriesDescription", "") or scan.description)
