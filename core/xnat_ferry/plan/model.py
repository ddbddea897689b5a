"""The plan as a value."""

from enum import StrEnum
from functools import cached_property

from msgspec import Struct

from xnat_ferry import wording
from xnat_ferry.checks.finding import ConflictClass
from xnat_ferry.model import Endpoint, Level, Road, Verdict
from xnat_ferry.plan.belongings import NOTHING_ELSE, Belongings
from xnat_ferry.plan.receiver import NO_RECEIVER, Receiver

FORMAT = 1


class Fate(StrEnum):
    """What shall happen to a session."""

    COPY = "copy"
    COMPLETE = "complete"
    """It travels, as far as what is there of the same study lacks it."""
    MERGE = "merge"
    """It travels to the prearchive, where a person archives it into the session that is there."""
    SKIP = "skip"
    UNDECIDED = "undecided"

    @property
    def travels(self) -> bool:
        """Whether anything is sent."""
        return self in _TRAVELS


_TRAVELS = frozenset((Fate.COPY, Fate.COMPLETE, Fate.MERGE))


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


class PlannedScan(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One scan that shall travel, as it was when the plan was made."""

    id: str
    uid: str = ""
    type: str = ""
    files: int
    bytes: int
    listing: str = ""
    """A digest of its files' names, sizes and times, where they are on this machine."""


class PlannedConflict(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a session meets, and what shall be done about it."""

    kind: ConflictClass
    message: str
    there: str = ""
    """What it meets: a label there, a prearchive row's path, other chosen sessions, a refused label."""
    answer: str = ""
    """As it was given: skip, rename, rename:LABEL, complete, merge; "" when there was none."""


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
    conflicts: tuple[PlannedConflict, ...] = ()
    """All that it meets under the labels that it would have had and those that it gets."""
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


class Seen(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The destination when the plan was made, in what changes that would matter. ``None``: not known then."""

    prearchive_code: int | None = None
    quarantine: bool | None = None
    site_script: str | None = None
    """A digest; "off" where it changes nothing. The same for the next three."""
    project_script: str | None = None
    site_filter: str | None = None
    project_filter: str | None = None
    role: str | None = None
    """The account's; "" for none."""
    creatable: tuple[str, ...] | None = None
    """The data types among those of the plan, and subjects, of which the account might create new ones."""
    archive: bool | None = None
    """Whether the archived sessions could be listed."""
    prearchive: bool | None = None


class Checked(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How often a check found one kind of thing when the plan was made; no words, which may quote headers."""

    check: str
    verdict: Verdict
    kind: str
    findings: int


class Plan(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, dict=True):
    """What a transfer will do, complete: no question is left for the worker."""

    format: int = FORMAT
    made: str = ""
    """When, in ISO 8601 with the zone."""
    source: Endpoint
    destination: Endpoint
    road: Road = Road.COPY
    to: Target = Target.PREARCHIVE
    verify: Level = Level.IDENTITY
    move: bool = False
    """Whether the sessions shall be deleted at the source once they are proven; a person is asked again."""
    answers: dict[str, str] = {}
    """What was answered to conflicts, by class or by session."""
    keep: tuple[str, ...] = ()
    """What the headers may keep beyond the Basic Profile of PS3.15, by the word of whoever planned."""
    accepted: tuple[str, ...] = ()
    """Kinds of findings that whoever planned said are known and allowed."""
    seen: Seen = Seen()
    checks: tuple[Checked, ...] = ()
    """What the checklist said."""
    belongings: Belongings = NOTHING_ELSE
    """Resources and values that travel as well."""
    receiver: Receiver = NO_RECEIVER
    """Where the road receiver sends."""
    left_out: tuple[str, ...] = ()
    """What of a place on this machine is no DICOM and stays there, in words."""
    sessions: tuple[PlannedSession, ...] = ()

    @property
    def owner(self) -> str:
        """The project that shall own the sessions in the end, where they do not travel; else ""."""
        if self.road == Road.SHARE:
            return self.source.project
        return self.destination.project if self.road == Road.RELOCATE else ""

    @cached_property
    def travelling(self) -> tuple[PlannedSession, ...]:
        """The sessions of which something shall be sent."""
        return tuple(session for session in self.sessions if session.fate.travels)

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all is to be done, neither for a session nor for what belongs to one."""
        return not self.travelling or (self.road == Road.RESOURCES and not self.belongings.any)

    @cached_property
    def undecided(self) -> tuple[PlannedSession, ...]:
        """The sessions whose conflict has no answer yet."""
        return tuple(session for session in self.sessions if session.fate == Fate.UNDECIDED)

    @cached_property
    def totals(self) -> Totals:
        """What travels in all."""
        scans = [scan for session in self.travelling for scan in session.scans]
        return Totals(
            sessions=len(self.travelling),
            scans=len(scans),
            files=sum(scan.files for scan in scans),
            bytes=sum(scan.bytes for scan in scans),
        )

    @property
    def amount(self) -> str:
        """``4 sessions, 12 scans, 120 files, 34.2 MB``; without images what else there is of how many."""
        totals, sessions = self.totals, wording.plural(self.totals.sessions, "session")
        if self.road == Road.RESOURCES:
            return f"{self.belongings.in_words} of {sessions}"
        return (
            f"{sessions}, {wording.plural(totals.scans, 'scan')}, {wording.plural(totals.files, 'file')}, "
            f"{wording.size(totals.bytes)}"
        )
