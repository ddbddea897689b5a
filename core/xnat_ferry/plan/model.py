"""The plan as a value."""

from enum import StrEnum

from msgspec import Struct

from xnat_ferry.model import Endpoint, Level

FORMAT = 1


class Fate(StrEnum):
    """What shall happen to a session."""

    COPY = "copy"
    SKIP = "skip"
    UNDECIDED = "undecided"


class Target(StrEnum):
    """How far a session shall go at the destination."""

    PREARCHIVE = "prearchive"
    ARCHIVE = "archive"


class Totals(Struct, frozen=True, kw_only=True):
    """How much there is; bytes as the source lists them."""

    sessions: int = 0
    scans: int = 0
    files: int = 0
    bytes: int = 0


class PlannedScan(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One scan that shall travel, as it was when the plan was made."""

    id: str
    uid: str = ""
    type: str = ""
    files: int
    bytes: int


class PlannedSession(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One session: where it comes from, what it becomes, and what shall happen to it."""

    session: str
    """Its label at the source."""
    id: str
    """Its accession ID at the source."""
    subject: str
    modality: str = ""
    study_uid: str = ""
    to_subject: str
    to_session: str
    fate: Fate
    why: str = ""
    left_behind: tuple[str, ...] = ()
    """Scans and resources of this session that do not travel, in words."""
    scans: tuple[PlannedScan, ...] = ()

    @property
    def totals(self) -> Totals:
        """What of it travels."""
        return Totals(
            sessions=1,
            scans=len(self.scans),
            files=sum(scan.files for scan in self.scans),
            bytes=sum(scan.bytes for scan in self.scans),
        )


class Plan(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a transfer will do, complete: no question is left for the worker."""

    format: int = FORMAT
    made: str = ""
    """When, in ISO 8601 with the zone."""
    source: Endpoint
    destination: Endpoint
    to: Target = Target.PREARCHIVE
    verify: Level = Level.IDENTITY
    sessions: tuple[PlannedSession, ...] = ()

    @property
    def travelling(self) -> tuple[PlannedSession, ...]:
        """The sessions that shall be copied."""
        return tuple(session for session in self.sessions if session.fate == Fate.COPY)

    @property
    def undecided(self) -> tuple[PlannedSession, ...]:
        """The sessions whose conflict has no answer yet."""
        return tuple(session for session in self.sessions if session.fate == Fate.UNDECIDED)

    @property
    def totals(self) -> Totals:
        """What travels in all."""
        each = [session.totals for session in self.travelling]
        return Totals(
            sessions=len(each),
            scans=sum(one.scans for one in each),
            files=sum(one.files for one in each),
            bytes=sum(one.bytes for one in each),
        )
