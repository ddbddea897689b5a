"""Session by session: where it went, how that was proven, when it was archived or assigned."""

from collections.abc import Iterator

from xnat_ferry import wording
from xnat_ferry.record.sections.section import Section, shortened
from xnat_ferry.record.values import Record, RecordedSession


def sessions(record: Record) -> Section:
    """A row for each, with its new name and what came of it."""
    return Section(
        title="Sessions",
        head=("session", "subject", "becomes", "scans#", "files#", "sent#", "outcome", "verified"),
        rows=tuple(
            (
                one.session,
                one.subject,
                f"{one.to_subject} / {one.to_session}",
                str(one.scans),
                str(one.files),
                wording.size(one.bytes_sent),
                one.outcome + (f", {one.where}" if one.where else ""),
                _verified(one),
            )
            for one in record.sessions
        ),
    )


def _verified(one: RecordedSession) -> str:
    if one.proven is None:
        return "" if one.outcome == "skipped" else "not yet"
    return f"{one.proven.verdict} in the {one.proven.where}"


def proof(record: Record) -> Section:
    """How each was compared, and what is to be known about that."""
    return Section(
        title="Proof",
        head=("session", "level", "compared", "when", "SHA-256 of its manifest"),
        rows=tuple(
            (one.session, one.proven.level, wording.counts(one.proven.counts), one.proven.at, one.manifest)
            for one in record.sessions
            if one.proven is not None
        ),
        notes=shortened(_proof_notes(record)),
    )


def _proof_notes(record: Record) -> Iterator[str]:
    for one in record.sessions:
        if one.proven and one.proven.note:
            yield f"{one.session}: {one.proven.note}"
        if one.routed:
            yield f"{one.session}: StudyDescription of what was sent to the receiver became {one.routed}"
        if one.proven and one.proven.rewritten:
            names = ", ".join(one.proven.rewritten[:12])
            yield f"{one.session}: scripts of the destination changed {names}"


def archive(record: Record) -> Section:
    """When each was archived, and what of it waits in the prearchive."""
    return Section(
        title="Archived",
        head=("session", "when", "took", "answer", "what the server said before"),
        rows=tuple(
            (
                one.session,
                one.archived.at if one.archived else "not archived",
                wording.duration(one.archived.seconds) if one.archived else "",
                one.archived.answer if one.archived else "",
                "; ".join(one.remarks),
            )
            for one in record.sessions
            if one.archived or one.remarks
        ),
        notes=shortened(_waiting_notes(record)),
    )


def _waiting_notes(record: Record) -> Iterator[str]:
    for one in record.sessions:
        if one.row:
            yield f"{one.session} waits at {one.row}"
        for row in one.beside:
            yield (
                f"{one.session}: ANOTHER row of it waits in the prearchive, {row}, beside what was proven. "
                f"{wording.ROW_BESIDE}"
            )
        for words in one.discarded:
            yield f"{one.session}, in the prearchive: {words}"


def assigned(record: Record) -> Section:
    """What one server did by itself, in its order: shares, changes of owner, and what was taken back."""
    rows = tuple((one.session, at, what) for one in record.sessions for at, what in one.assigned)
    return Section(title="Shared and relocated", head=("session", "when", "what"), rows=rows)
