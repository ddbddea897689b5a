"""What a transfer came to, as one value: the record before it is written in any form. Pure.

Only labels, numbers, digests and sentences go in; no value of a DICOM header is a field here.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TypeVar

from msgspec import Struct

from xnat_ferry import __version__, events, wording
from xnat_ferry.events import AnyEvent, Event, Removal
from xnat_ferry.model import Level, Mark, Road, Where
from xnat_ferry.plan import PlannedSession
from xnat_ferry.plan.model import Checked, Seen
from xnat_ferry.settings.redact import plain, redact
from xnat_ferry.transfer.state import SessionState, TransferState
from xnat_ferry.verify.verification import SessionVerification, Verification

FORMAT = 1
DIFFERENCES = 20
"""How many files of a session that are not simply the same are named."""

E = TypeVar("E", bound=Event)


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
    counts: dict[Mark, int]
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


def facts_of(
    transfer_id: str,
    state: TransferState,
    verification: Verification | None,
    happened: Sequence[AnyEvent],
    manifests: Mapping[str, str],
) -> Record:
    """The account of a transfer.

    ``happened`` is its journal, ``manifests`` the SHA-256 of each manifest by the session's label.
    """
    plan = state.plan
    workers = _of_kind(happened, events.WorkerStarted)
    runs = _of_kind(happened, events.TransferFinished)
    proofs = {one.source: one for one in verification.sessions} if verification else {}
    by_session = _by_session(happened)
    return Record(
        transfer=transfer_id,
        source=str(plan.source),
        destination=str(plan.destination),
        to=plan.to,
        road=plan.road,
        owner=plan.owner,
        move=plan.move,
        plan_made=plan.made,
        plan_hash=state.plan_hash,
        state=state.phase,
        why=_safe(state.stopped.why) if state.stopped else "",
        began=moment(state.started_at),
        ended=moment(state.last_at),
        accounts=_accounts(happened),
        versions=_unique(worker.version for worker in workers),
        written_by=__version__,
        hosts=_unique(worker.host for worker in workers),
        files=state.files_sent,
        bytes=state.bytes_sent,
        requests=sum(run.requests for run in runs)
        + sum(run.requests for run in _of_kind(happened, events.SettlingFinished)),
        bytes_down=sum(run.bytes_down for run in runs),
        bytes_up=sum(run.bytes_up for run in runs),
        verdict=verification.verdict if verification else "",
        counts=verification.counts if verification else {},
        checks=plan.checks,
        answers=plan.answers,
        seen=plan.seen,
        left_out=plan.left_out,
        sessions=tuple(
            _session(
                one,
                state.sessions[one.session],
                proofs.get(one.session),
                by_session.get(one.session, []),
                manifests.get(one.session, ""),
            )
            for one in plan.sessions
        ),
        resources=tuple(_resources(state)),
        values=tuple(_values(one) for one in state.values.values()),
        ordered=tuple(_ordered(one) for one in _of_kind(happened, events.RemovalOrdered)),
        empty_subjects=dict(state.empty_subjects),
    )


def moment(at: float | None) -> str:
    """A time as people and programs read it, "" for none."""
    if at is None:
        return ""
    return datetime.fromtimestamp(at).astimezone().isoformat(sep=" ", timespec="seconds")


def _session(
    planned: PlannedSession,
    state: SessionState,
    proof: SessionVerification | None,
    happened: Sequence[AnyEvent],
    manifest: str,
) -> RecordedSession:
    totals = planned.totals
    checked = _of_kind(happened, events.ArchiveChecked)
    return RecordedSession(
        session=planned.session,
        id=planned.id,
        subject=planned.subject,
        to_subject=planned.to_subject,
        to_session=planned.to_session,
        fate=planned.fate,
        why=planned.why,
        conflicts=tuple((one.kind, one.answer) for one in planned.conflicts),
        scans=totals.scans,
        files=totals.files,
        bytes=totals.bytes,
        files_sent=state.files_sent,
        bytes_sent=state.bytes_sent,
        outcome=state.phase,
        where=state.where,
        routed=_safe(state.routed),
        row=state.row if _waits(state) else "",
        discarded=tuple(_discarded(happened)),
        left_behind=planned.left_behind,
        left_out=tuple(f"scan {scan}, {name}: {why}" for (scan, name), why in state.left_out.items()),
        retries=len(_of_kind(happened, events.TriedAgain)),
        error=_safe(state.problem.message) if state.problem else "",
        advice=_safe(state.problem.advice) if state.problem else "",
        remarks=checked[-1].notices if checked else (),
        manifest=manifest,
        proven=_proven(proof) if proof else None,
        archived=_archived(happened),
        removed=_removed(state),
        assigned=tuple(_assigned(happened)),
        kept=_safe(f"{state.kept.message} {state.kept.advice}") if state.kept else "",
    )


def _waits(state: SessionState) -> bool:
    """Whether what was sent lies in the prearchive."""
    return state.row.startswith("/prearchive/") and state.where != Where.ARCHIVE and not state.archived


def _proven(proof: SessionVerification) -> Proven:
    named = proof.items[:DIFFERENCES]
    return Proven(
        verdict=proof.verdict,
        where=proof.where,
        level=proof.level,
        counts=proof.counts,
        at=moment(proof.at or None),
        note=proof.note,
        rewritten=proof.rewritten,
        # what stands in the two files is left out: it may be a person's name
        differences=tuple(
            Difference(mark=one.mark, scan=one.scan, file=one.file, what=one.what, likely=one.likely)
            for one in named
        ),
        more=len(proof.items) - len(named),
    )


def _archived(happened: Sequence[AnyEvent]) -> Archived | None:
    done = _of_kind(happened, events.SessionArchived)
    if not done:
        return None
    asked = _of_kind(happened, events.ArchiveRequested)
    return Archived(
        at=moment(done[-1].at),
        seconds=done[-1].seconds,
        uri=_safe(done[-1].uri),
        answer=asked[-1].answer if asked else "",
    )


def _removed(state: SessionState) -> Removed | None:
    if state.removed is None:
        return None
    asked = state.removal_requested
    return Removed(
        how=state.removed.how,
        at=moment(state.removed.at),
        found=state.removed.found,
        manifest=asked.manifest if asked else "",
        listing=asked.listing if asked else "",
        gone=state.settled.gone if state.settled else None,
        verdict=state.settled.verdict if state.settled else "",
        workflows=_safe(asked.workflows) if asked else "",
    )


def _assigned(happened: Sequence[AnyEvent]) -> Iterator[tuple[str, str]]:
    for one in happened:
        if isinstance(one, events.Assigned | events.SessionTakenBack | events.SessionNotTakenBack):
            yield moment(one.at), _safe(wording.what_happened(one))


def _discarded(happened: Sequence[AnyEvent]) -> Iterator[str]:
    for one in happened:
        if isinstance(one, events.RowRemoved):
            how = "found gone after an interruption" if one.found else "removed"
            yield f"{_safe(one.row)}: {how}, {moment(one.at)}"
        elif isinstance(one, events.RowKept):
            yield _safe(f"kept: {one.message}")


def _resources(state: TransferState) -> Iterator[RecordedResource]:
    labels = {one.id: one.session for one in state.plan.sessions}
    for planned in state.plan.belongings.resources:
        holder = planned.holder(labels, state.plan.source.project)
        told = state.resources.get((planned.level, holder, planned.scan, planned.label))
        yield RecordedResource(
            level=planned.level,
            holder=_safe(holder),
            scan=_safe(planned.scan),
            label=_safe(planned.label),
            files=told.files if told else planned.files,
            bytes=told.bytes if told else planned.bytes,
            verdict=told.verdict if told else "",
            counts=told.counts if told else {},
            fingerprint=told.fingerprint if told else "",
            left_out=told.left_out if told else 0,
        )


def _values(one: events.ValuesCarried) -> RecordedValues:
    return RecordedValues(
        level=one.level,
        holder=_safe(one.holder),
        kind=one.kind,
        written=one.written,
        same=one.same,
        kept=one.kept,
        refused=one.refused,
        differing=one.differing,
    )


def _ordered(one: events.RemovalOrdered) -> Ordered:
    return Ordered(
        at=moment(one.at),
        typed=one.typed,
        sessions=one.sessions,
        unshare=one.unshare,
        subjects=one.subjects,
        despite_workflows=one.despite_workflows,
        waiting=one.waiting,
    )


def _accounts(happened: Sequence[AnyEvent]) -> tuple[Account, ...]:
    logins = {(one.server, one.user, one.server_version) for one in _of_kind(happened, events.LoggedIn)}
    return tuple(
        Account(server=_safe(server), user=_safe(user), server_version=_safe(version))
        for server, user, version in sorted(logins)
    )


def _of_kind(happened: Sequence[AnyEvent], kind: type[E]) -> list[E]:
    return [one for one in happened if isinstance(one, kind)]


def _by_session(happened: Sequence[AnyEvent]) -> dict[str, list[AnyEvent]]:
    found: dict[str, list[AnyEvent]] = {}
    for one in happened:
        label = getattr(one, "session", None)
        if label is not None:
            found.setdefault(label, []).append(one)
    return found


def _unique(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(Counter(map(_safe, values)))


def _safe(text: str) -> str:
    return plain(redact(text))
