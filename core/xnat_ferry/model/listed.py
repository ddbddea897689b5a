"""What a server lists: sessions, their scans, assessors and files, and what waits in the prearchive."""

import re
from collections.abc import Collection, Mapping, Sequence
from functools import cached_property

from msgspec import Struct

from xnat_ferry.packed import Packed, packed_by

LABEL = re.compile(r"[A-Za-z0-9_-]+")
"""What XNAT takes for a subject's or session's label; anything else is refused at save (wire-write 0.3)."""


DICOM_RESOURCES = ("DICOM", "secondary")
"""The resources of a scan in which XNAT keeps DICOM (wire-read 2.12); the others do not travel by import."""


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

    def is_among(self, names: Collection[str]) -> bool:
        """Whether its ID or its type is one of the names; its description, where it has no type."""
        return self.id in names or (self.type or self.description) in names

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
    uploaded: str = ""
    """When it was made, in the server's words."""
    changed: str = ""
    """When it was changed last; files that come in refresh it now and then (wire-write 2.3)."""

    @property
    def path(self) -> str:
        """Its address below ``/data``."""
        return f"/prearchive/projects/{self.project}/{self.timestamp}/{self.folder}"
