"""What one session of a transfer came to. Pure."""

from collections.abc import Iterator, Sequence

from xnat_ferry import event_words, events
from xnat_ferry.events import AnyEvent
from xnat_ferry.model import Where
from xnat_ferry.plan import PlannedSession
from xnat_ferry.record.telling import moment, of_kind, safe
from xnat_ferry.record.values import Archived, Difference, Proven, RecordedSession, Removed
from xnat_ferry.transfer.session_state import SessionState
from xnat_ferry.verify.verification import SessionVerification

DIFFERENCES = 20
"""How many files of a session that are not simply the same are named."""


def session_facts(
    planned: PlannedSession,
    state: SessionState,
    proof: SessionVerification | None,
    happened: Sequence[AnyEvent],
    manifest: str,
) -> RecordedSession:
    """The account of a session; ``happened`` are its own events, ``manifest`` the SHA-256 of its manifest."""
    totals = planned.totals
    checked = of_kind(happened, events.ArchiveChecked)
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
        routed=safe(state.routed),
        row=state.row if _waits(state) else "",
        beside=tuple(safe(row) for row in _beside(state, proof, happened)),
        discarded=tuple(_discarded(happened)),
        left_behind=planned.left_behind,
        left_out=tuple(f"scan {scan}, {name}: {why}" for (scan, name), why in state.left_out.items()),
        retries=len(of_kind(happened, events.TriedAgain)),
        error=safe(state.problem.message) if state.problem else "",
        advice=safe(state.problem.advice) if state.problem else "",
        remarks=checked[-1].notices if checked else (),
        manifest=manifest,
        proven=_proven(proof) if proof else None,
        archived=_archived(happened),
        removed=_removed(state),
        assigned=tuple(_assigned(happened)),
        kept=safe(f"{state.kept.message} {state.kept.advice}") if state.kept else "",
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
    done = of_kind(happened, events.SessionArchived)
    if not done:
        return None
    asked = of_kind(happened, events.ArchiveRequested)
    return Archived(
        at=moment(done[-1].at),
        seconds=done[-1].seconds,
        uri=safe(done[-1].uri),
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
        workflows=safe(asked.workflows) if asked else "",
    )


def _assigned(happened: Sequence[AnyEvent]) -> Iterator[tuple[str, str]]:
    for one in happened:
        if isinstance(one, events.Assigned | events.SessionTakenBack | events.SessionNotTakenBack):
            yield moment(one.at), safe(event_words.what_happened(one))


def _beside(
    state: SessionState, proof: SessionVerification | None, happened: Sequence[AnyEvent]
) -> list[str]:
    """As last looked at, without what was removed since."""
    looked = proof.beside if proof and proof.at >= max(state.beside.values(), default=0) else None
    gone = {one.row for one in of_kind(happened, events.RowRemoved)}
    return [row for row in (state.beside if looked is None else looked) if row not in gone]


def _discarded(happened: Sequence[AnyEvent]) -> Iterator[str]:
    for one in happened:
        if isinstance(one, events.RowRemoved):
            how = "found gone after an interruption" if one.found else "removed"
            yield f"{safe(one.row)}: {how}, {moment(one.at)}"
        elif isinstance(one, events.RowKept):
            yield safe(f"kept: {one.message}")
