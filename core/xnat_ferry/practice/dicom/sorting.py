"""Which scan and which resource an instance belongs to, as XNAT numbers scans: one series a scan."""

import re
from pathlib import Path

from xnat_ferry.practice.site.records import DICOM, Resource, Scan, StoredFile
from xnat_ferry.practice.site.site import Site

_RADIOTHERAPY = "1.2.840.10008.5.1.4.1.1.481."
_SECONDARY = "secondary"


def scan_for(
    site: Site,
    scans: dict[str, Scan],
    folder: Path,
    *,
    series_uid: str,
    number: str,
    modality: str,
    description: str,
) -> Scan:
    """The scan of a series, made if it is the first of it. Two series of one number: the second is 4-MR1."""
    for scan in scans.values():
        if scan.uid == series_uid:
            return scan
    wanted = scan_id(number, series_uid)
    identifier, copies = wanted, 0
    while identifier in scans:
        copies += 1
        identifier = f"{wanted}-{'PT' if modality[:2] == 'PE' else modality[:2]}{copies}"
    scan = site.new_scan(
        identifier, series_uid, description, description, modality, int(wanted) if wanted.isdigit() else 0
    )
    scan.resources[DICOM] = site.new_resource(DICOM, folder / "SCANS" / identifier / DICOM)
    scans[identifier] = scan
    return scan


def scan_id(number: str, series_uid: str) -> str:
    """By SeriesNumber if that can name a folder, else by SeriesInstanceUID (wire-write 1.7)."""
    number = re.sub(r"^\+", "_", number)
    return number if re.fullmatch(r"[\w.-]+", number, re.ASCII) else re.sub(r"[^\w-]", "_", series_uid)


def resource_for(site: Site, scan: Scan, folder: Path, sop_class: str, modality: str) -> Resource:
    """DICOM, but ``secondary`` for a radiotherapy object among images (wire-read 13.9).

    On the disk of a prearchive both lie in one folder, so that names stay one scan's. Whichever comes first
    decides nothing: once images come, what was there is secondary.
    """
    radiotherapy = sop_class.startswith(_RADIOTHERAPY)
    if scan.modality.startswith("RT") and not radiotherapy:
        scan.modality = modality
        _make_secondary(site, scan, folder)
    if not radiotherapy or scan.modality.startswith("RT"):
        return scan.resources[DICOM]
    if _SECONDARY not in scan.resources:
        scan.resources[_SECONDARY] = site.new_resource(_SECONDARY, scan.resources[DICOM].place)
    return scan.resources[_SECONDARY]


def _make_secondary(site: Site, scan: Scan, folder: Path) -> None:
    earlier = scan.resources.pop(DICOM)
    scan.resources[DICOM] = site.new_resource(DICOM, folder / "SCANS" / scan.id / DICOM)
    if earlier.files:
        earlier.label = _SECONDARY
        scan.resources[_SECONDARY] = earlier


def free_name(files: dict[str, StoredFile], name: str) -> str:
    """A name that no other file of the resource has."""
    stem, dot, ending = name.rpartition(".")
    candidate, count = name, 0
    while candidate in files:
        count += 1
        candidate = f"{stem}_{count}.{ending}" if dot else f"{name}_{count}"
    return candidate
