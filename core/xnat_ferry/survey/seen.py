"""What a survey found: frozen values, by which the checks and the plan judge."""

from enum import StrEnum

from msgspec import Struct

from xnat_ferry.dicom.header import HeaderSample
from xnat_ferry.listing import Listing
from xnat_ferry.model import Endpoint, PrearchiveRow, SessionDetail, SessionRow
from xnat_ferry.project import ProjectSettings, Rights
from xnat_ferry.settings.room import Room
from xnat_ferry.survey.seen_belongings import BelongingsSeen
from xnat_ferry.survey.seen_staying import StayingSeen
from xnat_ferry.survey.seen_subjects import SubjectIdsSeen


class Headers(StrEnum):
    """Of which files the headers are read."""

    AUTO = "auto"
    """One of each scan; where that would be very many, one of each session."""
    NONE = "none"
    SESSION = "session"
    SCAN = "scan"
    ALL = "all"


class Depth(Struct, frozen=True, kw_only=True):
    """How closely to look."""

    headers: Headers = Headers.AUTO
    files: bool = False
    """Whether every file of the chosen sessions is listed; without it their items' counts have to do."""
    sessions: bool = True
    """Whether the chosen sessions are looked into at all; without it the number of requests is fixed."""


AS_USUAL = Depth()
"""What a check does unless asked for more or less."""


class ProjectView(Struct, frozen=True, kw_only=True):
    """One project as this account sees it. ``None`` means the server did not say, never "none there"."""

    endpoint: Endpoint
    user: str
    version: str
    rights: Rights
    sessions: Listing | None
    alias_of: str = ""
    """The project's ID, where ``endpoint`` has another name of it."""
    prearchive: tuple[PrearchiveRow, ...] | None = None
    settings: ProjectSettings = ProjectSettings()
    owners: tuple[str, ...] | None = None
    """Whom to ask, by name; None where that was not asked or not told."""
    refused: bool = False
    """Whether the server clearly hides or forbids the project; False with a problem means not known."""
    problem: str = ""
    """Why the sessions could not be listed, in a sentence."""
    advice: str = ""
    prearchive_problem: str = ""
    """Why the prearchive could not be listed."""


class Chosen(Struct, frozen=True, kw_only=True):
    """One session that shall travel; ``detail`` is None when it was not or could not be read."""

    row: SessionRow
    detail: SessionDetail | None
    problem: str = ""
    """Why it could not be read."""
    refused: bool = False
    """Whether the server clearly hides or forbids it."""
    headers: tuple[HeaderSample, ...] = ()
    counterparts: tuple[SessionDetail, ...] = ()
    """What the destination holds already of the same study."""

    @property
    def study_uid(self) -> str:
        """Its StudyInstanceUID; "" when the server has none."""
        return (self.detail.study_uid if self.detail else "") or self.row.study_uid or ""


class Survey(Struct, frozen=True, kw_only=True):
    """Everything the checks and the plan judge by."""

    source: ProjectView
    destination: ProjectView
    chosen: tuple[Chosen, ...]
    rooms: tuple[Room, ...] = ()
    depth: Depth = AS_USUAL
    unpacked: int = 0
    """Bytes that a source packed as a whole takes in the spool before its files can be sent."""
    headers: Headers = Headers.NONE
    """Of which files the headers were read in the end; never AUTO."""
    belongings: BelongingsSeen | None = None
    """What else belongs to the sessions; None where nothing of it is wanted."""
    staying: StayingSeen | None = None
    """What sharing or relocating go by; None where the sessions shall travel."""
    subject_ids: SubjectIdsSeen = SubjectIdsSeen()
    """What the destination's server says of subject labels that may be accession IDs."""
