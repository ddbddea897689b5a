"""The record as values: what is written of a transfer, before it has any form.

Only labels, numbers, digests and sentences go in; no value of a DICOM header is a field here.
"""

from msgspec import Struct

from xnat_ferry.events import Removal
from xnat_ferry.model import Level, Mark, Road, Where
from xnat_ferry.plan.model import Checked, Seen

FORMAT = 1


class Account(Struct, frozen=True, kw_only=True):
    """Who worked, on which server."""

    server: str
    user: str
    server_version: str


class Difference(Struct, frozen=True, kw_only=True):
    """One file that is not simply the same; what its headers say is not told."""

    mark: Mark
    scan: str
    file: str
    what: str
    likely: str


class Proven(Struct, frozen=True, kw_only=True):
    """The newest comparison of a session."""

    verdict: str
    where: Where
    level: Level
    counts: dict[Mark, int]
    at: str
    note: str
    rewritten: tuple[str, ...]
    """Names of the header elements that the destination's scripts were seen to change."""
    differences: tuple[Difference, ...]
    more: int
    """Differences beyond those that are named."""


class Archived(Struct, frozen=True, kw_only=True):
    """The archive step."""

    at: str
    seconds: float
    uri: str
    answer: str
    """merge or complete, where a person or the plan said so."""


class Removed(Struct, frozen=True, kw_only=True):
    """What became of the session at the source, for a move."""

    how: Removal
    at: str
    found: bool
    """Whether it was found gone after an interruption."""
    manifest: str
    listing: str
    gone: bool | None
    """The final look at the source; None where there was none yet."""
    verdict: str
    """The final look at the destination."""
    workflows: str
    """What was open on it, or not known of it, and deleted all the same."""


class RecordedSession(Struct, frozen=True, kw_only=True):
    """One session of the plan and what has become of it."""

    session: str
    id: str
    subject: str
    to_subject: str
    to_session: str
    fate: str
    why: str
    conflicts: tuple[tuple[str, str], ...]
    """Class and answer of each."""
    scans: int
    files: int
    bytes: int
    files_sent: int
    bytes_sent: int
    outcome: str
    where: Where | None
    routed: str
    """What StudyDescription says in the files that went to a DICOM receiver; "" on other roads."""
    row: str
    """Where what was sent of it waits in the prearchive; "" when it does not."""
    beside: tuple[str, ...]
    """Other rows of it that wait in the prearchive, beside what was proven."""
    discarded: tuple[str, ...]
    """What of it was removed from the prearchive, or kept there, on a person's wish."""
    left_behind: tuple[str, ...]
    left_out: tuple[str, ...]
    retries: int
    error: str
    advice: str
    remarks: tuple[str, ...]
    """What the server's dry run said before archiving."""
    manifest: str
    """SHA-256 of the manifest's file; "" when nothing passed through."""
    proven: Proven | None
    archived: Archived | None
    removed: Removed | None
    assigned: tuple[tuple[str, str], ...]
    """When and what, for a session that did not travel: of it and of its subject."""
    kept: str
    """Why it stays at the source although it was to be removed."""


class Ordered(Struct, frozen=True, kw_only=True):
    """A person's wish to have sessions removed from the source."""

    at: str
    typed: str
    sessions: tuple[str, ...]
    unshare: bool
    subjects: bool
    despite_workflows: bool
    waiting: bool


class RecordedResource(Struct, frozen=True, kw_only=True):
    """A resource that was to travel, and what came of it."""

    level: str
    holder: str
    to: str
    """The subject's label at the destination, where it is a subject's."""
    scan: str
    label: str
    files: int
    bytes: int
    verdict: str
    """"" where it has not travelled."""
    counts: dict[Mark, int]
    fingerprint: str
    left_out: int


class RecordedValues(Struct, frozen=True, kw_only=True):
    """Values of one kind, by name alone: what they say may identify a person."""

    level: str
    holder: str
    to: str
    kind: str
    written: tuple[str, ...]
    same: tuple[str, ...]
    kept: tuple[str, ...]
    refused: tuple[str, ...]
    differing: tuple[str, ...]


class Record(Struct, frozen=True, kw_only=True):
    """The whole account."""

    format: int = FORMAT
    transfer: str
    source: str
    destination: str
    to: str
    road: Road
    owner: str
    """Of sessions that did not travel: the project that shall own them in the end; else ""."""
    move: bool
    plan_made: str
    plan_hash: str
    state: str
    why: str
    began: str
    ended: str
    accounts: tuple[Account, ...]
    versions: tuple[str, ...]
    """Of this program, as far as it worked on the transfer."""
    written_by: str
    hosts: tuple[str, ...]
    files: int
    bytes: int
    requests: int
    bytes_down: int
    bytes_up: int
    verdict: str
    """Of all sessions that shall travel; "" where none was compared yet."""
    counts: dict[Mark, int]
    not_compared: int
    """How many of them nobody has compared yet."""
    checks: tuple[Checked, ...]
    answers: dict[str, str]
    seen: Seen
    left_out: tuple[str, ...]
    """What of a place on this machine was no DICOM and stayed there."""
    sessions: tuple[RecordedSession, ...]
    resources: tuple[RecordedResource, ...]
    values: tuple[RecordedValues, ...]
    ordered: tuple[Ordered, ...]
    empty_subjects: dict[str, bool]
    """Subjects left without a session at the source, and whether each was deleted."""
