"""Puts files where they belong, with what a catalog says of them."""

import hashlib

from pydicom import dcmread

from xnat_ferry.practice.site.records import StoredFile


def read_header(file: StoredFile) -> None:
    """Fill in what a catalog says of a DICOM file."""
    header = dcmread(
        file.on_disk(),
        stop_before_pixels=True,
        force=True,
        specific_tags=["SOPInstanceUID", "InstanceNumber"],
    )
    file.uid = str(header.get("SOPInstanceUID", ""))
    file.instance_number = str(header.get("InstanceNumber", "") or "")
    file.format = "DICOM"


def measure(file: StoredFile, checksums: bool) -> None:
    """Size and, where the site keeps them, the digest."""
    place = file.on_disk()
    file.size = place.stat().st_size
    file.digest = hashlib.md5(place.read_bytes()).hexdigest() if checksums else ""
