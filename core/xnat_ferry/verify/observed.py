"""What was seen of one session at the destination, as a value."""

from collections.abc import Mapping

from msgspec import Struct

from xnat_ferry.model import StoredFile, StoredScan, Where
from xnat_ferry.verify.headers import HeaderChange

NOT_KNOWN = "not known"
"""Stands in a manifest for the digest of pixels that nobody has looked at."""

Place = tuple[str, str, str]
"""A file's scan, resource and path within it."""


class HeaderLook(Struct, frozen=True, kw_only=True):
    """A file's header beside the header that was sent."""

    changes: tuple[HeaderChange, ...] = ()
    problem: str = ""
    """Why the two could not be compared."""


class Content(Struct, frozen=True, kw_only=True):
    """What a file is once it was fetched back. Its UIDs are "" when it is not DICOM."""

    size: int = 0
    md5: str = ""
    sop_uid: str = ""
    series_uid: str = ""
    pixel_md5: str = ""
    header: HeaderLook | None = None
    """None when its header was not compared."""
    gone: bool = False
    """It is listed, but the server left it out: its file is not there (wire-read 2.9, 2.10)."""
    problem: str = ""
    """Why it could not be fetched."""


class Observed(Struct, frozen=True, kw_only=True):
    """What is there now. ``knows_uids`` is False where the server shows names and sizes only."""

    where: Where
    study_uid: str
    scans: tuple[StoredScan, ...]
    knows_uids: bool
    id: str = ""
    """The accession ID; "" in the prearchive."""
    owner: str = ""
    """The project that owns it, which others may only show; "" in the prearchive."""
    subject: str | None = None
    """The label of its subject as a prearchive row tells it; None in the archive, "" where it is not told."""
    subject_id: str = ""
    """Its subject's accession ID; "" in the prearchive, which does not tell."""
    contents: Mapping[Place, Content] = {}
    """What was fetched back of it."""
    problem: str = ""
    """Why none of it could be looked at, in a sentence."""


def place_of(scan: StoredScan, file: StoredFile) -> Place:
    """Where a file lies."""
    return scan.scan.id, file.resource, file.path or file.name
