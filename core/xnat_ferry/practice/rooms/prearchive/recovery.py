"""The whole table read again from the disk (wire-write 2.1)."""

from pathlib import Path

from pydicom import dcmread

from xnat_ferry.practice.dicom.sorting import scan_for
from xnat_ferry.practice.rooms.waiting.building import build_row
from xnat_ferry.practice.site.keeping import measure, read_header
from xnat_ferry.practice.site.records import DICOM, StoredFile, Waiting
from xnat_ferry.practice.site.site import Site

_TAGS = ["StudyInstanceUID", "SeriesInstanceUID", "SeriesNumber", "SeriesDescription", "Modality"]
_TAGS += ["PatientName", "StudyDate"]


def rebuild_from_disk(site: Site) -> None:
    """Rows whose folder is gone go; folders without a row get one."""
    found = {
        folder.relative_to(site.data / "prearchive").parts: folder
        for folder in sorted((site.data / "prearchive").glob("*/*/*"))
        if folder.is_dir()
    }
    with site.lock:
        for key, row in list(site.waiting.items()):
            if not row.place.exists():
                del site.waiting[key]
        for (project, timestamp, name), folder in found.items():
            if (project, timestamp, name) not in site.waiting:
                row = _row(site, project, timestamp, name, folder)
                site.waiting[row.key] = row


def _row(site: Site, project: str, timestamp: str, name: str, folder: Path) -> Waiting:
    row = Waiting(project, timestamp, name, name, "", "", folder, uploaded=site.clock.now())
    for path in sorted(folder.glob(f"SCANS/*/{DICOM}/*")):
        header = dcmread(path, stop_before_pixels=True, force=True, specific_tags=_TAGS)
        row.study_uid = row.study_uid or str(header.get("StudyInstanceUID", ""))
        row.subject = row.subject or str(header.get("PatientName", ""))
        date = str(header.get("StudyDate", "") or "")
        row.date = row.date or (f"{date[:4]}-{date[4:6]}-{date[6:8]}" if len(date) == 8 else "")
        scan = scan_for(
            site,
            row.scans,
            folder,
            series_uid=str(header.get("SeriesInstanceUID", "")),
            number=str(header.get("SeriesNumber", "") or ""),
            modality=str(header.get("Modality", "") or "OT"),
            description=str(header.get("SeriesDescription", "") or ""),
        )
        file = StoredFile(path.name, path)
        measure(file, site.keeps_checksums)
        read_header(file)
        scan.resources[DICOM].files[file.path] = file
    build_row(site, row)
    return row
