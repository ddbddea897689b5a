"""What happened, in the past tense: the lines of a journal. No patient value is ever a field here."""

import time
from enum import StrEnum

import msgspec
from msgspec import Struct

from xnat_ferry.belongings import Level as BelongingLevel
from xnat_ferry.model import Level, Mark, Where


class Removal(StrEnum):
    """The two ways in which a session leaves a project."""

    DELETE = "delete"
    """For good, files included."""
    UNSHARE = "unshare"
    """It was only shared into the project: its owner keeps it."""


class Event(Struct, frozen=True, kw_only=True, gc=False, tag_field="event", tag=True):
    """The root of all; ``at`` is seconds since 1970."""

    at: float = msgspec.field(default_factory=time.time)


class WorkerStarted(Event, frozen=True, kw_only=True):
    """A worker took the transfer up, for the first time or again."""

    plan_hash: str
    pid: int
    host: str
    version: str


class LoggedIn(Event, frozen=True, kw_only=True):
    """One side is open; written once for a server that is both sides."""

    server: str
    user: str
    server_version: str


class SessionStarted(Event, frozen=True, kw_only=True):
    session: str


class SourceRead(Event, frozen=True, kw_only=True):
    """The source's listing, right before its files are fetched."""

    session: str
    scans: int
    files: int
    bytes: int


class FileLeftOut(Event, frozen=True, kw_only=True):
    """A file in a DICOM resource that is not a DICOM instance and so does not travel."""

    session: str
    scan: str
    name: str
    why: str


class UnitProgressed(Event, frozen=True, kw_only=True):
    """Bytes of the unit under way, at most once a second."""

    session: str
    unit: str
    moving: str
    """``down`` or ``up``."""
    bytes: int


class UnitFetched(Event, frozen=True, kw_only=True):
    """A unit lies complete and checked in the spool, its files in the manifest."""

    session: str
    unit: str
    files: int
    bytes: int
    seconds: float


class UnitSending(Event, frozen=True, kw_only=True):
    """Written before the first byte leaves: from here on the destination may hold some of it."""

    session: str
    unit: str


class UnitRefused(Event, frozen=True, kw_only=True):
    """The server turned the unit away before it read it: of this attempt it holds nothing."""

    session: str
    unit: str


class UnitSent(Event, frozen=True, kw_only=True):
    """The server took the unit and named the prearchive row it lies in."""

    session: str
    unit: str
    files: int
    bytes: int
    seconds: float
    row: str
    """The row's address below ``/data``; of a download subject and session, as they lie in its folder."""
    there: bool = False
    """It was found there, from an earlier attempt, and not sent anew."""


class HeadersRouted(Event, frozen=True, kw_only=True):
    """What is sent says in StudyDescription where it belongs; the source keeps what it says."""

    session: str
    address: str
    """``xnat://project/subject/session`` of the destination."""


class TriedAgain(Event, frozen=True, kw_only=True):
    """An attempt failed in a way that may pass."""

    session: str
    unit: str
    attempt: int
    message: str


class SessionBuilt(Event, frozen=True, kw_only=True):
    """The prearchive session is READY."""

    session: str
    row: str


class SessionVerified(Event, frozen=True, kw_only=True):
    """The destination was compared with the manifest."""

    session: str
    where: Where
    level: Level
    verdict: str
    """``proven``, ``differs`` or ``unknown``."""
    counts: dict[Mark, int]
    headers: bool = False
    """Whether headers differ: only a look at every header tells that they do no longer."""


class ArchiveChecked(Event, frozen=True, kw_only=True):
    """What the server's dry run had to say before archiving; nothing where all is well (wire-write 2.6)."""

    session: str
    row: str
    notices: tuple[str, ...] = ()


class ArchiveRequested(Event, frozen=True, kw_only=True):
    """Written before the server is asked, so that a resume looks in the archive first."""

    session: str
    row: str
    answer: str = ""
    """``merge`` or ``complete`` where a person wanted the session added to one that is there."""


class ArchiveAwaited(Event, frozen=True, kw_only=True):
    """The server is still at it: from here on the row is looked at, and no connection held."""

    session: str
    row: str
    status: str


class ResourceSending(Event, frozen=True, kw_only=True):
    """Written before the first byte of a resource leaves."""

    session: str
    """In whose crossing: a subject's and the project's resources travel with one of their sessions."""
    level: BelongingLevel
    scan: str = ""
    resource: str
    files: int
    """That the destination lacks, or that shall be replaced there."""
    bytes: int


class ResourceCarried(Event, frozen=True, kw_only=True):
    """A resource was compared with its source, after what was missing had been sent."""

    session: str
    level: BelongingLevel
    holder: str
    """The label of its session or subject at the source, or the source project."""
    to: str = ""
    """The subject's label at the destination, where it is a subject's; "" in plans of before."""
    scan: str = ""
    resource: str
    files: int
    bytes: int
    sent: int
    """Files that travelled this time."""
    verdict: str
    """``proven``, ``differs`` or ``unknown``."""
    counts: dict[Mark, int]
    fingerprint: str
    """SHA-256 over paths, sizes and digests at the source."""
    left_out: int = 0
    """Files whose names XNAT does not store."""


class AssessorCarried(Event, frozen=True, kw_only=True):
    """An assessor stands at the destination. Its values are only named: they may identify."""

    session: str
    assessor: str
    xsi_type: str
    created: bool
    """By this transfer; else one of this label and type was there."""
    fields: int
    """Values that are the same there."""
    lost: tuple[str, ...] = ()
    """Those that are not: missing, or others."""

    @property
    def verdict(self) -> str:
        """``proven`` where every value is the same."""
        return "differs" if self.lost else "proven"


class ValuesCarried(Event, frozen=True, kw_only=True):
    """Values of one kind were written and read back. Only their names are told: they may identify."""

    session: str
    level: BelongingLevel
    holder: str
    to: str = ""
    """The subject's label at the destination, where they are a subject's."""
    kind: str
    written: tuple[str, ...] = ()
    same: tuple[str, ...] = ()
    """Those that were there already."""
    kept: tuple[str, ...] = ()
    """Those that differ at the destination and were not to be replaced."""
    refused: tuple[str, ...] = ()
    """Those that differ there while nobody said what shall become of them, or that cannot be sent."""
    differing: tuple[str, ...] = ()
    """Those that read back otherwise than they were sent."""


class BelongingsWait(Event, frozen=True, kw_only=True):
    """Resources and values follow once the session is in the archive: the prearchive cannot take them."""

    session: str


class SessionArchived(Event, frozen=True, kw_only=True):
    session: str
    uri: str
    seconds: float


class SessionSkipped(Event, frozen=True, kw_only=True):
    """The plan says to leave this session alone."""

    session: str
    why: str


class SessionFinished(Event, frozen=True, kw_only=True):
    """Everything the plan asked for this session is done."""

    session: str
    where: Where


class SessionFailed(Event, frozen=True, kw_only=True):
    session: str
    scan: str = ""
    kind: str = ""
    """The error's class; "" in journals of before."""
    message: str
    advice: str


class RemovalOrdered(Event, frozen=True, kw_only=True):
    """A person named the project: its proven sessions may be removed from the source, one by one."""

    typed: str
    """The project's name as the person gave it."""
    sessions: tuple[str, ...]
    """The labels that were meant."""
    unshare: bool = False
    subjects: bool = False
    """Whether subjects that are left without any session may be deleted as well."""
    despite_workflows: bool = False
    """Whether what a pipeline may still work on is meant, too."""
    waiting: bool = False
    """The sessions' rows in the destination's prearchive are meant, and nothing at the source."""


class RemovalRequested(Event, frozen=True, kw_only=True):
    """Written before the server is asked: without what came of it, the source is looked at."""

    session: str
    how: Removal
    id: str
    """The accession ID at the source."""
    destination: str
    """The accession ID of the proven copy."""
    manifest: str
    """SHA-256 of the manifest that the proof rests on."""
    listing: str
    """SHA-256 of the source's file listing, right before."""
    workflows: str = ""
    """What was open on it, or not known of it, when a person wished it deleted all the same."""


class SessionRemoved(Event, frozen=True, kw_only=True):
    """The source project has the session no more."""

    session: str
    how: Removal
    found: bool = False
    """Whether it was found gone after an interruption, and not heard from the server at once."""


class SessionKept(Event, frozen=True, kw_only=True):
    """The session stays at the source, and why."""

    session: str
    message: str
    advice: str


class MoveSettled(Event, frozen=True, kw_only=True):
    """The final look: whether it is gone there, and what the copy's comparison came to here."""

    session: str
    gone: bool
    verdict: str


class SubjectLeftEmpty(Event, frozen=True, kw_only=True):
    """A subject at the source that has no session any more; it is kept unless somebody wants it deleted."""

    subject: str
    why: str = ""
    """Why it is kept although somebody does."""


class SubjectRemovalRequested(Event, frozen=True, kw_only=True):
    """Written before the server is asked."""

    subject: str


class SubjectRemoved(Event, frozen=True, kw_only=True):
    """The source project has the subject no more."""

    subject: str


class RowRemovalRequested(Event, frozen=True, kw_only=True):
    """Written before the server is asked: without what came of it, the prearchive is looked at."""

    session: str
    row: str


class RowRemoved(Event, frozen=True, kw_only=True):
    """What was sent of a session and given up waits in the destination's prearchive no more."""

    session: str
    row: str
    found: bool = False
    """Whether it was found gone after an interruption, and not heard from the server at once."""


class RowKept(Event, frozen=True, kw_only=True):
    """The row stays in the prearchive, and why."""

    session: str
    row: str
    message: str
    advice: str


class RowBeside(Event, frozen=True, kw_only=True):
    """A row of the session waits in the prearchive that is not the one which was proven.

    An upload does that which a server carries out only after its client has gone and sent it once more.
    """

    session: str
    row: str
    advice: str


class SettlingFinished(Event, frozen=True, kw_only=True):
    """Every session of an order to remove has been gone through."""

    removed: int
    kept: int
    requests: int
    seconds: float


class Assigning(StrEnum):
    """The ways in which a subject or a session is given to a project, and back."""

    SHARE = "share"
    """A second project shows it; its owner stays."""
    RELOCATE = "relocate"
    """Another project becomes its owner."""
    UNSHARE = "unshare"
    """The second project shows it no more."""
    RETURN = "return"
    """The project that owned it owns it again."""


class AssignmentRequested(Event, frozen=True, kw_only=True):
    """Written before the server is asked: without what came of it, it is looked for."""

    session: str
    how: Assigning
    subject: bool = False
    """Whether the session's subject is meant."""
    id: str
    """The accession ID of what is meant."""
    project: str
    """Into which project, or out of which."""
    label: str
    """What it is called there."""


class Assigned(Event, frozen=True, kw_only=True):
    """The server did it, as a look at it showed."""

    session: str
    how: Assigning
    subject: bool = False
    id: str
    project: str
    label: str
    found: bool = False
    """Whether it was found done after an interruption."""


class SessionTakenBack(Event, frozen=True, kw_only=True):
    """A share was taken back, or a relocated session returned: the transfer has no part in it any more."""

    session: str


class SessionNotTakenBack(Event, frozen=True, kw_only=True):
    """It stays where the transfer brought it, and why."""

    session: str
    message: str
    advice: str


class TakingBackFinished(Event, frozen=True, kw_only=True):
    """Every session that was to be taken back has been gone through."""

    done: int
    failed: int
    requests: int
    seconds: float


class WorkerStopped(Event, frozen=True, kw_only=True):
    """The worker ended before the work did: on request, or because something must be mended here first."""

    why: str
    advice: str = ""
    login_refused: str = ""
    """The server that refused the login: with the same one nothing is to be begun again."""


class TransferFinished(Event, frozen=True, kw_only=True):
    """Every session has ended, well or not."""

    done: int
    failed: int
    requests: int
    """Requests this worker sent, logins included."""
    bytes_down: int
    bytes_up: int
    seconds: float


AnyEvent = (
    WorkerStarted
    | LoggedIn
    | SessionStarted
    | SourceRead
    | FileLeftOut
    | UnitProgressed
    | UnitFetched
    | UnitSending
    | UnitRefused
    | UnitSent
    | HeadersRouted
    | TriedAgain
    | SessionBuilt
    | SessionVerified
    | ArchiveChecked
    | ArchiveRequested
    | ArchiveAwaited
    | ResourceSending
    | ResourceCarried
    | AssessorCarried
    | ValuesCarried
    | BelongingsWait
    | SessionArchived
    | SessionSkipped
    | SessionFinished
    | SessionFailed
    | RemovalOrdered
    | RemovalRequested
    | SessionRemoved
    | SessionKept
    | MoveSettled
    | SubjectLeftEmpty
    | SubjectRemovalRequested
    | SubjectRemoved
    | RowRemovalRequested
    | RowRemoved
    | RowKept
    | RowBeside
    | SettlingFinished
    | AssignmentRequested
    | Assigned
    | SessionTakenBack
    | SessionNotTakenBack
    | TakingBackFinished
    | WorkerStopped
    | TransferFinished
)

_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[AnyEvent] = msgspec.json.Decoder(AnyEvent)


def encode(event: AnyEvent) -> bytes:
    """One line of a journal, newline included."""
    return _encoder.encode(event) + b"\n"


def decode(line: bytes) -> AnyEvent:
    """The event of one whole line; raises msgspec.DecodeError or ValidationError on anything else."""
    return _decoder.decode(line)
