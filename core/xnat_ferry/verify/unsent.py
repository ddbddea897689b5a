"""Planned sessions that never came to the destination: nobody can compare them, nobody may overlook them."""

from collections.abc import Collection, Iterator

from msgspec.structs import replace

from xnat_ferry.model import Level, Mark, Where
from xnat_ferry.plan import PlannedSession
from xnat_ferry.transfer.session_state import Phase
from xnat_ferry.transfer.state import TransferState
from xnat_ferry.verify import likely
from xnat_ferry.verify.inspecting import with_unknown
from xnat_ferry.verify.verification import SessionVerification, Verification


def unsent(state: TransferState, names: Collection[str] | None = None) -> Iterator[PlannedSession]:
    """Those of these labels or accession IDs, or all, that shall travel and of which nothing is there."""
    for session in state.plan.travelling:
        past = state.sessions[session.session]
        wanted = names is None or session.session in names or session.id in names
        # what was taken back, or met something that the plan has it skip, shall not be there
        if wanted and past.phase != Phase.SKIPPED and not (past.row or past.where):
            yield session


def with_unsent(
    found: Verification, state: TransferState, names: Collection[str] | None = None
) -> Verification:
    """The same with each of them beside what was compared, as unknown."""
    where = Where.FOLDER if state.plan.destination.local else Where.PREARCHIVE
    more = tuple(_unknown(one, found.level, where) for one in unsent(state, names))
    return replace(found, sessions=(*found.sessions, *more))


def _unknown(session: PlannedSession, level: Level, where: Where) -> SessionVerification:
    nothing = SessionVerification(
        source=session.session,
        destination=session.to_session,
        where=where,
        level=level,
        counts=dict.fromkeys(Mark, 0),
        note="Nothing of it has arrived by this transfer.",
    )
    files = {scan.id: scan.files for scan in session.scans} or {"": 0}
    return with_unknown(nothing, Mark.UNKNOWN, files, lambda _: likely.NOT_SENT)
