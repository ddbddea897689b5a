"""A DICOM header from a file's first bytes, without the pixels."""

from io import BytesIO
from typing import TYPE_CHECKING

from xnat_ferry.dicom.header import quietly
from xnat_ferry.dicom.opening import open_dicom

if TYPE_CHECKING:
    from pydicom import Dataset


def header_in(start: bytes, *, ended: bool) -> "Dataset | None":
    """The header, or None when it does not end within these bytes; ``ended`` says that the file does."""
    whole = BytesIO(start)
    try:
        with quietly():
            # files without a preamble are DICOM too, where they say what and who they are (PS3.10 7.1)
            header = open_dicom(whole, stop_before_pixels=True, force=True)
            named = all(header.get(keyword) for keyword in ("SOPClassUID", "SOPInstanceUID"))
    except Exception:  # pydicom raises many kinds for what is simply not DICOM
        return None
    # a header that was cut ends where the bytes end; a whole one ends before its pixels, or with the file
    return header if named and (ended or whole.tell() < len(start)) else None
