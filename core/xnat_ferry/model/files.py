"""DICOM files: as a destination holds them, and as they were seen in transit."""

from collections.abc import Sequence

from msgspec import Struct

from xnat_ferry.model.listed import ScanRow

NOT_KNOWN = "not known"
"""In place of the digest of what nobody has seen."""


class StoredFile(Struct, frozen=True, kw_only=True, gc=False):
    """One file at the destination; ``uid`` is its SOPInstanceUID, "" where the server does not say."""

    name: str
    uid: str = ""
    size: int | None = None
    digest: str = ""
    resource: str = ""
    """The label of the resource it lies in."""
    path: str = ""
    """Relative to its resource, with sub-folders."""


class StoredScan(Struct, frozen=True, kw_only=True):
    """What a destination holds of one scan. ``files`` is None when it could not be read."""

    scan: ScanRow
    files: Sequence[StoredFile] | None
    problem: str = ""


class Instance(Struct, frozen=True, kw_only=True, gc=False):
    """One DICOM file as it was seen in transit: a line of the manifest."""

    scan: str
    """The scan's ID at the source."""
    series_uid: str
    sop_uid: str
    name: str
    """The last part of its path, under which XNAT stores it (wire-write 1.7)."""
    path: str
    size: int
    md5: str
    pixel_md5: str
    """MD5 over the pixel data element's value; "" when the file has none."""
    pixel_bytes: int | None = None
    """What that value takes in the file; None where nobody measured it."""
    tail_md5: str = NOT_KNOWN
    """Digest of what follows that value; "" when nothing does."""
    there: bool = False
    """The destination had it before, so it did not travel: known from the catalogs, its pixels not seen."""
