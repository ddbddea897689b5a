"""What is stored: projects, subjects, sessions, scans, files, and what waits in the prearchive."""

import hashlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pydicom import dcmread

from xnat_ferry.practice import world as told
from xnat_ferry.practice.clock import Clock

UNASSIGNED = "Unassigned"
DICOM = "DICOM"


@dataclass
class StoredFile:
    """One catalogued file; ``make`` gives its bytes where none have been written yet."""

    path: str
    place: Path
    size: int = 0
    digest: str = ""
    uid: str = ""
    instance_number: str = ""
    format: str = ""
    make: Callable[[], bytes] | None = None

    def content(self) -> Path:
        """The file on disk, made now if it was only promised."""
        if self.make is not None and not self.place.exists():
            self.place.parent.mkdir(parents=True, exist_ok=True)
            self.place.write_bytes(self.make())
        return self.place


@dataclass
class Resource:
    """A catalogued folder of files."""

    id: int
    label: str
    place: Path
    files: dict[str, StoredFile] = field(default_factory=dict)
    format: str = ""
    content: str = ""

    @property
    def size(self) -> int:
        return sum(file.size for file in self.files.values())


@dataclass
class Scan:
    """One series of a session."""

    id: str
    uid: str
    type: str
    description: str
    modality: str
    number: int
    resources: dict[str, Resource] = field(default_factory=dict)

    @property
    def xsi_type(self) -> str:
        return f"xnat:{_TYPES.get(self.modality, 'otherDicom')}ScanData"

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
class Session:
    """One archived imaging session."""

    id: str
    label: str
    project: str
    subject: str
    xsi_type: str
    date: str
    study_uid: str
    folder: Path
    inserted: str
    shares: dict[str, str] = field(default_factory=dict)
    scans: dict[str, Scan] = field(default_factory=dict)
    resources: dict[str, Resource] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)
    fill: Callable[["Session"], None] | None = None

    def filled(self) -> "Session":
        """Itself with its scans, made now if they were only promised."""
        if self.fill is not None:
            fill, self.fill = self.fill, None
            fill(self)
        return self


@dataclass
class Subject:
    """One subject and where it is shared."""

    id: str
    label: str
    project: str
    inserted: str
    shares: dict[str, str] = field(default_factory=dict)


@dataclass
class Waiting:
    """One prearchive row with its files."""

    project: str
    timestamp: str
    folder: str
    name: str
    subject: str
    study_uid: str
    place: Path
    status: str = "RECEIVING"
    last_modified: float = 0.0
    uploaded: float = 0.0
    date: str = ""
    prevent_auto_commit: bool = False
    prevent_anon: bool = False
    source: str = ""
    scans: dict[str, Scan] = field(default_factory=dict)
    built: bool = False
    log: list[str] = field(default_factory=list)

    @property
    def key(self) -> tuple[str, str, str]:
        return (self.project, self.timestamp, self.folder)

    @property
    def path(self) -> str:
        return f"/prearchive/projects/{self.project}/{self.timestamp}/{self.folder}"


@dataclass
class Project:
    """One project with its settings and members."""

    id: str
    accessibility: str
    prearchive_code: int
    script: str
    series_filter: told.SeriesFilter | None
    sharing: bool
    members: dict[str, str] = field(default_factory=dict)


class Site:
    """Everything on the server, under one lock."""

    _KEPT = ("users", "projects", "subjects", "sessions", "waiting", "_numbers")

    def __init__(self, server: told.Server, clock: Clock, data: Path) -> None:
        self.server = server
        self.clock = clock
        self.data = data
        self.lock = threading.RLock()
        self.users: dict[str, told.User] = {}
        self.projects: dict[str, Project] = {}
        self.subjects: dict[str, Subject] = {}
        self.sessions: dict[str, Session] = {}
        self.waiting: dict[tuple[str, str, str], Waiting] = {}
        self._numbers = {"S": 0, "E": 0, "R": 0}

    def kept(self) -> dict[str, object]:
        """What has to outlive the process."""
        return {name: getattr(self, name) for name in self._KEPT}

    def take_up(self, kept: dict[str, object]) -> None:
        """The opposite."""
        for name in self._KEPT:
            setattr(self, name, kept[name])

    def next_id(self, kind: str) -> str:
        """``XNAT_E00001`` and so on."""
        self._numbers[kind] += 1
        return f"XNAT_{kind}{self._numbers[kind]:05d}"

    def new_resource(self, label: str, place: Path) -> Resource:
        self._numbers["R"] += 1
        dicom = label == DICOM
        return Resource(
            self._numbers["R"], label, place, format="DICOM" if dicom else "", content="RAW" if dicom else ""
        )

    # Looking things up, labels without regard to case where XNAT does so

    def subject_in(self, project: str, name: str) -> Subject | None:
        """By ID, else by label in the project, shares included."""
        found = self.subjects.get(name)
        if found is not None and (found.project == project or project in found.shares):
            return found
        for subject in self.subjects.values():
            label = subject.label if subject.project == project else subject.shares.get(project)
            if label is not None and label.casefold() == name.casefold():
                return subject
        return None

    def session_in(self, project: str, name: str) -> Session | None:
        """By label in the project, shares included."""
        for session in self.sessions.values():
            label = session.label if session.project == project else session.shares.get(project)
            if label is not None and label.casefold() == name.casefold():
                return session
        return None

    def sessions_of(self, project: str) -> list[Session]:
        """Owned and shared in."""
        return [one for one in self.sessions.values() if one.project == project or project in one.shares]

    def make_subject(self, project: str, label: str, inserted: str) -> Subject:
        found = self.subject_in(project, label)
        if found is None:
            found = Subject(self.next_id("S"), label, project, inserted)
            self.subjects[found.id] = found
        return found

    def make_many_subject(self, project: str, label: str, inserted: str) -> Subject:
        """A subject that is known to be new: looking for each of many would take for ever."""
        made = Subject(self.next_id("S"), label, project, inserted)
        self.subjects[made.id] = made
        return made

    def archive_folder(self, project: str, label: str) -> Path:
        return self.data / "archive" / project / "arc001" / label


def read_header(path: Path, file: StoredFile) -> None:
    """Fill in what a catalog says of a DICOM file."""
    header = dcmread(
        path, stop_before_pixels=True, force=True, specific_tags=["SOPInstanceUID", "InstanceNumber"]
    )
    file.uid = str(header.get("SOPInstanceUID", ""))
    file.instance_number = str(header.get("InstanceNumber", "") or "")
    file.format = "DICOM"


def measure(file: StoredFile, checksums: bool) -> None:
    """Size and, where the site keeps them, the digest."""
    content = file.content()
    file.size = content.stat().st_size
    file.digest = hashlib.md5(content.read_bytes()).hexdigest() if checksums else ""
