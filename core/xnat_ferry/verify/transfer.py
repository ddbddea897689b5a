"""Verifies the sessions of a transfer anew, at whatever level is wanted."""

from collections.abc import Callable, Collection, Sequence
from contextlib import ExitStack, closing
from datetime import datetime
from functools import partial
from pathlib import Path

from xnat_ferry.errors import NothingChosen, ServerAnswer, TakenBack
from xnat_ferry.model import Level, Road, Where
from xnat_ferry.plan import PlannedSession
from xnat_ferry.plan.named import travelling_named
from xnat_ferry.settings.redact import plain
from xnat_ferry.transfer.folder import TransferFolder
from xnat_ferry.transfer.local_origin import LocalOrigin
from xnat_ferry.transfer.session_state import SessionState
from xnat_ferry.transfer.state import TransferState
from xnat_ferry.transfer.whose import rows_beside
from xnat_ferry.verify.by_road import settings_for
from xnat_ferry.verify.inspecting import not_inspected
from xnat_ferry.verify.originals import LocalOriginals, Originals
from xnat_ferry.verify.scrutiny import Scrutiny
from xnat_ferry.verify.session import Destination, joins, verify_session
from xnat_ferry.verify.source import Source
from xnat_ferry.verify.verification import Verification
from xnat_ferry.verify.whom_to_ask import with_owners
from xnat_ferry.xnat.client import XnatClient
from xnat_ferry.xnat.prearchive import list_prearchive

_NAMED = 5
Progress = Callable[[str, int, int], object]


def sessions_to_verify(
    state: TransferState, names: Collection[str] | None = None
) -> tuple[PlannedSession, ...]:
    """Those with these labels or accession IDs, or all, as far as they are at the destination.

    Raises as ``travelling_named``, TakenBack where they were and none is left, NothingChosen where none is.
    """
    meant, past = travelling_named(state.plan, names), state.sessions
    # a session of which the destination lacked nothing is done without a row
    sent = tuple(one for one in meant if past[one.session].row or past[one.session].where)
    if not sent:
        _refuse_taken_back([past[one.session] for one in meant if past[one.session].taken_back])
        raise NothingChosen(why="nothing of this transfer has been sent yet, or not of these sessions")
    return sent


def _refuse_taken_back(sessions: Sequence[SessionState]) -> None:
    if sessions:
        last = datetime.fromtimestamp(max(one.taken_back_at for one in sessions)).astimezone()
        labels = [plain(one.label, 60) for one in sessions[:_NAMED]]
        if more := len(sessions) - len(labels):
            labels.append(f"{more:,} more")
        was = "was" if len(sessions) == 1 else "were"
        raise TakenBack(labels=", ".join(labels), was=was, when=f"{last:%Y-%m-%d %H:%M}")


def needs_source(sessions: Sequence[PlannedSession], level: Level) -> bool:
    """Whether comparing them rests on what the source holds now, too."""
    return level.reaches(Level.SAMPLE) or any(map(joins, sessions))


def verify_transfer(
    folder: TransferFolder,
    state: TransferState,
    sessions: Sequence[PlannedSession],
    destination: XnatClient,
    source: XnatClient | None,
    scrutiny: Scrutiny,
    *,
    progress: Progress,
) -> Verification:
    """Compare each session where it is now; what cannot be asked is not known, and the others go on.

    What ``progress`` raises ends it; of the session that was being compared nothing is kept, however late the
    server answers. Without a ``source`` headers are not compared, unless the originals are on this machine.
    """
    if state.plan.road == Road.RESOURCES:
        return Verification(level=scrutiny.level, sessions=())  # no DICOM travelled
    if state.plan.road.stays:
        source = None  # it is the same session, so it tells nothing of how that was before
    project = state.plan.destination.project
    there = Destination(destination, project, settings_for(destination, state.plan), owner=state.plan.owner)
    level, scratch = scrutiny.level, scrutiny.scratch
    beside = _rows_beside(destination, state, sessions)
    results = []
    with ExitStack() as stack:
        origin: LocalOrigin | None = None
        if state.plan.road == Road.UPLOAD:
            origin = stack.enter_context(closing(LocalOrigin(Path(state.plan.source.project), scratch)))
        for done, session in enumerate(sessions):
            heed = partial(progress, "sessions compared", done, len(sessions))
            heed()
            past = state.sessions[session.session]
            try:
                result = verify_session(
                    there,
                    folder,
                    session,
                    past,
                    where=past.where or Where.PREARCHIVE,
                    scrutiny=scrutiny,
                    source=_originals(session, source, origin, scratch),
                    beside=None if beside is None else beside.get(session.session, ()),
                    before_keeping=heed,
                )
            except ServerAnswer as error:
                result = not_inspected(session.session, session.to_session, level, error)
            results.append(result)
    found = Verification(level=level, sessions=tuple(results))
    return with_owners(found, destination, project)


def _rows_beside(
    client: XnatClient, state: TransferState, sessions: Sequence[PlannedSession]
) -> dict[str, tuple[str, ...]] | None:
    """What waits beside what is compared, by session; one request. None where that cannot be known."""
    if not state.plan.road.arrives:
        return None
    try:
        rows = list_prearchive(client, state.plan.destination.project)
    except ServerAnswer:
        return None
    found = rows_beside(rows, sessions, state)
    return {label: tuple(row.path for row in some) for label, some in found.items()}


def _originals(
    session: PlannedSession, source: XnatClient | None, origin: LocalOrigin | None, scratch: Path
) -> Originals | None:
    """Where a session came from; it is looked at only as far as the level asks."""
    if origin is not None:
        return LocalOriginals(origin, session)
    return Source(source, session.id, scratch) if source else None
