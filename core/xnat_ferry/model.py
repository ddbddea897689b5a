"""The frozen values everybody passes around. Words are XNAT's own; DICOM attributes go by keyword."""

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from functools import cached_property

from msgspec import Struct

from xnat_ferry.packed import Packed, packed_by

HERE, ZIPS_HERE = "file:", "file+zip:"
"""In place of a server's address, for an end on this machine; the second has each session in a ZIP."""


class Endpoint(Struct, frozen=True):
    """A project on a server; ``server`` is the address without a trailing slash.

    Or a folder or file on this machine: then ``server`` is HERE and ``project`` its absolute path.
    """

    server: str
    project: str

    @property
    def local(self) -> bool:
        """Whether it is on this machine."""
        return self.server in (HERE, ZIPS_HERE)

    def __str__(self) -> str:
        if self.local:
            return self.project
        return f"{self.project} @ {self.server.removeprefix('https://').removeprefix('http://')}"


def servers_of(*ends: Endpoint) -> list[str]:
    """The addresses of those ends that are servers, each once."""
    return sorted({end.server for end in ends if not end.local})


class SessionRow(Struct, frozen=True, kw_only=True, gc=False):
    """One imaging session as a project lists it. ``None`` means not known, never "none"."""

    id: str
    """Accession ID, unique on the server."""
    label: str
    """Unique within the project only."""
    subject: str
    """The subject's label in the project."""
    xsi_type: str
    date: str = ""
    owner: str | None = None
    """The project that owns it; another one than the listing's when it is shared in."""
    study_uid: str | None = None

    @property
    def modality(self) -> str:
        """``MR`` from ``xnat:mrSessionData``."""
        return self.xsi_type.rpartition(":")[2].removesuffix("SessionData").upper()


class ResourceRow(Struct, frozen=True, kw_only=True):
    """One resource of a scan as the session's item tells it (wire-read 2.6). ``None``: not said."""

    label: str
    files: int | None = None
    bytes: int | None = None


class ScanRow(Struct, frozen=True, kw_only=True):
    """One scan of a session; ``uid`` is the SeriesInstanceUID, "" when the server has none."""

    id: str
    uid: str = ""
    type: str = ""
    description: str = ""
    resources: tuple[ResourceRow, ...] = ()
    """The resources in it, as far as the listing tells."""

    @property
    def dicom(self) -> tuple[ResourceRow, ...]:
        """The resources of it that an import can carry."""
        return tuple(one for one in self.resources if one.label in DICOM_RESOURCES)


class AssessorRow(Struct, frozen=True, kw_only=True):
    """One assessor of a session, made from its scans by a person or a pipeline."""

    label: str
    xsi_type: str
    id: str = ""
    """Its accession ID."""


class FileRow(Struct, frozen=True, kw_only=True, gc=False):
    """One file as the server lists it (wire-read 2.8)."""

    scan: str
    resource: str
    path: str
    """Relative to its resource, with sub-folders."""
    size: int | None
    digest: str
    """MD5 in hex; "" means the server does not know it."""


class SessionDetail(Struct, frozen=True, kw_only=True, dict=True):
    """A session with all that is in its scans."""

    id: str
    label: str
    project: str
    """The owner's ID."""
    study_uid: str
    scans: tuple[ScanRow, ...]
    subject_id: str = ""
    """The accession ID of its subject."""
    shares: tuple[tuple[str, str], ...] = ()
    """The other projects in which it shows, each with its label there."""
    resources: tuple[ResourceRow, ...] = ()
    """Its own, beside those of its scans."""
    assessors: tuple[AssessorRow, ...] = ()
    files: Sequence[FileRow] | None
    """None where only the session's item was read: then its resources tell how much there is."""

    @property
    def called(self) -> dict[str, str]:
        """Its label in each project that has it."""
        return {**dict(self.shares), self.project: self.label}

    def dicom_files(self, scan: str) -> Packed[FileRow]:
        """The listed files of one scan that an import can carry."""
        return self._by_scan.get(scan) or Packed(FileRow)

    def amount(self, scan: ScanRow) -> tuple[int | None, int | None]:
        """Files and bytes of one scan that an import can carry; None where the server did not say."""
        if self.files is not None:
            return self._listed.get(scan.id, (0, 0))
        files, sizes = [one.files for one in scan.dicom], [one.bytes for one in scan.dicom]
        return (
            None if None in files else sum(one or 0 for one in files),
            None if None in sizes else sum(one or 0 for one in sizes),
        )

    @cached_property
    def _by_scan(self) -> Mapping[str, Packed[FileRow]]:
        carried = (file for file in self.files or () if file.resource in DICOM_RESOURCES)
        return packed_by(FileRow, lambda file: file.scan, carried)

    @cached_property
    def _listed(self) -> Mapping[str, tuple[int, int]]:
        """By scan, the number and the bytes of :meth:`dicom_files`; every check asks for it again."""
        found: dict[str, tuple[int, int]] = {}
        for file in self.files or ():
            if file.resource in DICOM_RESOURCES:
                count, size = found.get(file.scan, (0, 0))
                found[file.scan] = count + 1, size + (file.size or 0)
        return found


class PrearchiveRow(Struct, frozen=True, kw_only=True):
    """A session waiting in the prearchive (wire-write 2.1)."""

    project: str
    timestamp: str
    folder: str
    name: str
    subject: str
    status: str
    study_uid: str

    @property
    def path(self) -> str:
        """Its address below ``/data``."""
        return f"/prearchive/projects/{self.project}/{self.timestamp}/{self.folder}"


class StoredScan(Struct, frozen=True, kw_only=True):
    """What a destination holds of one scan. ``files`` is None when it could not be read."""

    scan: ScanRow
    files: Sequence["StoredFile"] | None
    problem: str = ""


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


NOT_KNOWN = "not known"
"""In place of the digest of what nobody has seen."""


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


LABEL = re.compile(r"[A-Za-z0-9_-]+")
"""What XNAT takes for a subject's or session's label; anything else is refused at save (wire-write 0.3)."""

DICOM_RESOURCES = ("DICOM", "secondary")
"""The resources of a scan in which XNAT keeps DICOM (wire-read 2.12); the others do not travel by import."""


class Verdict(StrEnum):
    """The answer of one check."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"
    UNKNOWN = "unknown"


class Level(StrEnum):
    """How much a verification compares; each takes in the ones before it."""

    COUNTS = "counts"
    """Numbers of files and bytes, scan by scan."""
    IDENTITY = "identity"
    """And every SOPInstanceUID, and digests where they can match."""
    SAMPLE = "sample"
    """And one file a scan, fetched back: its pixels, and its header tag by tag."""
    FULL = "full"
    """And the pixels of every file, fetched back."""

    def reaches(self, other: "Level") -> bool:
        """Whether it compares at least as much as another."""
        levels = list(Level)
        return levels.index(self) >= levels.index(other)


class Where(StrEnum):
    """Where a session is at the destination."""

    PREARCHIVE = "prearchive"
    ARCHIVE = "archive"
    FOLDER = "folder"
    """In files on this machine."""


class Road(StrEnum):
    """How sessions get to where they shall be."""

    COPY = "copy"
    """Their files travel, through the DICOM importer of the destination."""
    SHARE = "share"
    """Nothing travels: they are shown in a second project of the same server."""
    RELOCATE = "relocate"
    """Nothing travels: another project of the same server becomes their owner."""
    UPLOAD = "upload"
    """From a folder or an archive file on disk, through the importer."""
    DOWNLOAD = "download"
    """To a folder or an archive file on disk."""
    RECEIVER = "receiver"
    """By DICOM C-STORE to the destination's receiver."""
    RESOURCES = "resources"
    """No DICOM: what else belongs to sessions that are there already."""

    @property
    def stays(self) -> bool:
        """Whether nothing travels: the one server that has both projects does it all."""
        return self in (Road.SHARE, Road.RELOCATE)

    @property
    def arrives(self) -> bool:
        """Whether images come in through the destination's prearchive."""
        return self in (Road.COPY, Road.UPLOAD, Road.RECEIVER)

    @property
    def copies(self) -> bool:
        """Whether both projects have a session in the end, so that the source's may be removed."""
        return self in (Road.COPY, Road.RECEIVER)


class Mark(StrEnum):
    """What the comparison of one file came to, as in ``rclone check``."""

    SAME = "="
    AS_PLANNED = "~"
    ONLY_SOURCE = "+"
    ONLY_DESTINATION = "-"
    DIFFERS = "*"
    UNREADABLE = "!"
    UNKNOWN = "?"
