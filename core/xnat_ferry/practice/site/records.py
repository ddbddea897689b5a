"""The things an XNAT stores: projects, subjects, sessions, scans, resources, files, prearchive rows.

``fields`` hold metadata by their schema path below the type (``scanner/manufacturer``, ``note``,
``demographics/gender``); what has a member of its own is not in ``fields``.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

UNASSIGNED = "Unassigned"
DICOM = "DICOM"
_FILLING = Lock()


@dataclass
class StoredFile:
    """One catalogued file; ``make`` gives its bytes where none have been written yet."""

    path: str
    """Relative to its resource's folder, as the catalog's URI has it."""
    place: Path
    size: int = 0
    digest: str = ""
    """MD5 in hex, or "" where the site keeps none."""
    uid: str = ""
    """SOPInstanceUID, or ""."""
    instance_number: str = ""
    format: str = ""
    content: str = ""
    tags: str = ""
    description: str = ""
    created: str = ""
    created_by: str = "admin"
    make: Callable[[], bytes] | None = None

    def on_disk(self) -> Path:
        """The file, made now if it was only promised."""
        make = self.make
        if make is not None:
            if not self.place.exists():
                self.place.parent.mkdir(parents=True, exist_ok=True)
                self.place.write_bytes(make())
            self.make = None  # a file that is deleted later stays away
        return self.place


@dataclass
class Resource:
    """A catalogued folder of files."""

    id: int
    label: str
    place: Path
    files: dict[str, StoredFile] = field(default_factory=dict)
    """By path."""
    format: str = ""
    content: str = ""
    description: str = ""
    tags: str = ""
    revision: int = 0
    """How often its catalog has been written by hand: two writers at once are told apart by it."""
    lost: bool = False
    """Whether the file that its catalog stands in is gone (wire-read 2.8)."""

    @property
    def size(self) -> int:
        return sum(file.size for file in list(self.files.values()))


@dataclass
class Scan:
    """One series of a session."""

    id: str
    uid: str
    """SeriesInstanceUID."""
    type: str
    description: str
    modality: str
    number: int
    key: int = 0
    """``xnat_imagescandata_id``."""
    xsi: str = ""
    """A type that was given by hand; else it follows from the modality."""
    quality: str = "usable"
    note: str = ""
    resources: dict[str, Resource] = field(default_factory=dict)
    """By label."""
    shares: dict[str, str] = field(default_factory=dict)
    fields: dict[str, str] = field(default_factory=dict)
    custom_fields: dict[str, object] = field(default_factory=dict)

    @property
    def xsi_type(self) -> str:
        return self.xsi or f"xnat:{_TYPES.get(self.modality, 'otherDicom')}ScanData"

    def files(self) -> Iterator[StoredFile]:
        for resource in self.resources.values():
            yield from resource.files.values()


_TYPES = {"MR": "mr", "CT": "ct", "PT": "pet", "US": "us", "CR": "cr", "NM": "nm", "XA": "xa", "MG": "mg"}


def session_type(modalities: set[str]) -> str:
    """The session's data type by its scans' modalities; PET wins over what it was fused with."""
    for modality in ("PT", "MR", "CT", *sorted(_TYPES)):
        if modality in modalities:
            return f"xnat:{_TYPES[modality]}SessionData"
    return "xnat:otherDicomSessionData"


@dataclass
class Assessor:
    """What somebody derived from a session."""

    id: str
    label: str
    project: str
    session: str
    xsi_type: str
    inserted: str
    shares: dict[str, str] = field(default_factory=dict)
    resources: dict[str, Resource] = field(default_factory=dict)
    """Its ``out`` resources, by label."""
    inputs: dict[str, Resource] = field(default_factory=dict)
    """Its ``in`` resources, by label."""
    fields: dict[str, str] = field(default_factory=dict)
    custom_fields: dict[str, object] = field(default_factory=dict)


@dataclass
class Session:
    """One archived imaging session."""

    id: str
    """The accession ID."""
    label: str
    project: str
    subject: str
    """The subject's ID."""
    xsi_type: str
    date: str
    study_uid: str
    folder: Path
    inserted: str
    status: str = "active"
    """Or ``quarantine``."""
    shares: dict[str, str] = field(default_factory=dict)
    """The label in each project it is shared into; "" where the share has none. Changed by the site only."""
    scans: dict[str, Scan] = field(default_factory=dict)
    """By ID."""
    resources: dict[str, Resource] = field(default_factory=dict)
    assessors: dict[str, Assessor] = field(default_factory=dict)
    """By label."""
    variables: dict[str, str] = field(default_factory=dict)
    """Custom variables of the old kind, ``fields/field``."""
    fields: dict[str, str] = field(default_factory=dict)
    custom_fields: dict[str, object] = field(default_factory=dict)
    fill: Callable[["Session"], None] | None = None

    def filled(self) -> "Session":
        """Itself with its scans, made now if they were only promised."""
        if self.fill is not None:
            with _FILLING:  # whoever asks meanwhile waits for all of it, and is not told of half
                if self.fill is not None:
                    self.fill(self)
                    self.fill = None
        return self


@dataclass
class Subject:
    """One subject and where it is shared."""

    id: str
    label: str
    project: str
    inserted: str
    inserted_by: str = "admin"
    shares: dict[str, str] = field(default_factory=dict)
    """As a session's."""
    resources: dict[str, Resource] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)
    fields: dict[str, str] = field(default_factory=dict)
    custom_fields: dict[str, object] = field(default_factory=dict)


@dataclass
class Waiting:
    """One prearchive row with its files."""

    project: str
    timestamp: str
    folder: str
    name: str
    """The label."""
    subject: str
    study_uid: str
    place: Path
    status: str = "RECEIVING"
    last_modified: float = 0.0
    uploaded: float = 0.0
    date: str = ""
    auto_archive: str = ""
    """What the DICOM said; "" leaves it to the project's code."""
    prevent_auto_commit: bool = False
    prevent_anon: bool = False
    source: str = ""
    visit: str = ""
    protocol: str = ""
    time_zone: str = ""
    scans: dict[str, Scan] = field(default_factory=dict)
    resources: dict[str, Resource] = field(default_factory=dict)
    fields: dict[str, str] = field(default_factory=dict)
    built: bool = False
    """Whether there is a session document."""
    log: list[str] = field(default_factory=list)
    log_times: dict[int, float] = field(default_factory=dict)
    """When an entry of the log was written, by its number from 1."""

    @property
    def key(self) -> tuple[str, str, str]:
        return (self.project, self.timestamp, self.folder)

    @property
    def path(self) -> str:
        return f"/prearchive/projects/{self.project}/{self.timestamp}/{self.folder}"

    @property
    def locked(self) -> bool:
        """An operation is really running (wire-write 2.2)."""
        return self.status.startswith("_")


@dataclass
class Project:
    """One project with its settings and members."""

    id: str
    accessibility: str = "private"
    prearchive_code: int = 0
    script: str = ""
    sharing: bool = True
    members: dict[str, str] = field(default_factory=dict)
    """Login to ``owner``, ``member`` or ``collaborator``."""
    script_enabled: bool = True
    quarantine_code: int = 0
    current_arc: str = "arc001"
    aliases: list[str] = field(default_factory=list)
    inserted: str = ""
    resources: dict[str, Resource] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)
    fields: dict[str, str] = field(default_factory=dict)
    """``name``, ``secondary_ID``, ``description``, ``keywords``, ``PI/firstname``, ``PI/lastname`` …"""
    custom_fields: dict[str, object] = field(default_factory=dict)


@dataclass
class Workflow:
    """What was done to an object, by whom and when (wire-read 6)."""

    id: int
    item: str
    """The ID of the object."""
    project: str
    data_type: str
    name: str
    """The pipeline's name, which for REST calls is the action."""
    status: str
    launched: float
    user: str
    kind: str = "WEB_SERVICE"
    reason: str = ""
    comment: str = ""


@dataclass
class Inboxed:
    """One import from the inbox, as its progress is told (wire-write 1.11)."""

    id: int
    user: str
    project: str
    path: str
    status: str = "Queued"
    """Queued, Importing, Imported or Failed."""
    resolution: str = ""
