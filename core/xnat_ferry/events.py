"""What happened, in the past tense: the lines of a journal. No patient value is ever a field here."""

import time

import msgspec
from msgspec import Struct

from xnat_ferry.model import Level, Mark, Where


class Event(Struct, frozen=True, kw_only=True, tag_field="event", tag=True):
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


class UnitSent(Event, frozen=True, kw_only=True):
    """The server took the unit and named the prearchive row it lies in."""

    session: str
    unit: str
    files: int
    bytes: int
    seconds: float
    row: str
    """The row's address below ``/data``."""


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


class ArchiveRequested(Event, frozen=True, kw_only=True):
    """Written before the server is asked, so that a resume looks in the archive first."""

    session: str
    row: str


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
    message: str
    advice: str


class WorkerStopped(Event, frozen=True, kw_only=True):
    """The worker ended before the work did: on request, or because something must be mended here first."""

    why: str
    advice: str = ""


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
    | UnitSent
    | TriedAgain
    | SessionBuilt
    | SessionVerified
    | ArchiveRequested
    | SessionArchived
    | SessionSkipped
    | SessionFinished
    | SessionFailed
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
