"""Which scan an instance belongs to, as XNAT numbers scans: by SeriesNumber, one series a scan."""

import re
from pathlib import Path

from xnat_ferry.practice.site.records import DICOM, Scan, StoredFile
from xnat_ferry.practice.site.site import Site


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
    wanted = number or re.sub(r"\W", "_", series_uid)
    identifier, copies = wanted, 0
    while identifier in scans:
        copies += 1
        identifier = f"{wanted}-{modality[:2]}{copies}"
    scan = Scan(
        id=identifier,
        uid=series_uid,
        type=description,
        description=description,
        modality=modality,
        number=int(number) if number.lstrip("-").isdigit() else 0,
    )
    scan.resources[DICOM] = site.new_resource(DICOM, folder / "SCANS" / identifier / DICOM)
    scans[identifier] = scan
    return scan


def free_name(files: dict[str, StoredFile], name: str) -> str:
    """A name that no other file of the resource has."""
    stem, dot, ending = name.rpartition(".")
    candidate, count = name, 0
    while candidate in files:
        count += 1
        candidate = f"{stem}_{count}.{ending}" if dot else f"{name}_{count}"
    return candidate
