"""Makes a copy a move: removes proven sessions at the source one by one; after a crash, tells the truth."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from xnat_ferry.errors import (
    FerryError,
    GoneAlready,
    NoProof,
    NotDeletable,
    NotProven,
    OnlyShared,
    Retry,
    ServerAnswer,
    UsageError,
)
from xnat_ferry.events import (
    LoggedIn,
    MoveSettled,
    RemovalOrdered,
    SessionKept,
    SessionRemoved,
    SettlingFinished,
)
from xnat_ferry.model import Where
from xnat_ferry.plan import PlannedSession
from xnat_ferry.project import ProjectSettings
from xnat_ferry.settings.preferences import DataLoss, read_preferences
from xnat_ferry.settle.deleting import delete_proven, inspect_copy, unshare_proven
from xnat_ferry.settle.orders import RemovalOrder, take_removal_order
from xnat_ferry.settle.subjects import settle_subjects
from xnat_ferry.settle.waiting import recount_rows, remove_waiting
from xnat_ferry.transfer.ferry import Ferry
from xnat_ferry.transfer.session_state import SessionState
from xnat_ferry.verify.session import Destination, prove_session
from xnat_ferry.xnat import deletion
from xnat_ferry.xnat.project_settings import read_settings

NO_ORDER = RemovalOrder(typed="", sessions=())


def settle_transfer(ferry: Ferry) -> int:
    """Remove from the source what a person ordered and is proven; returns an exit code, 1 where some is kept.

    The order is taken from the transfer's folder and holds once; without one only what was begun is told.
    """
    began = time.monotonic()
    order = take_removal_order(ferry.folder) or NO_ORDER
    for client in ferry.clients:
        ferry.tell(LoggedIn(server=client.server, user=client.user, server_version=client.version))
    ferry.tell(
        RemovalOrdered(
            typed=order.typed,
            sessions=order.sessions,
            unshare=order.unshare,
            subjects=order.subjects,
            despite_workflows=order.despite_workflows,
            waiting=order.waiting,
        )
    )
    settings = read_settings(ferry.destination, ferry.state.plan.destination.project)
    recount_removals(ferry, settings)
    meant = [one for one in ferry.state.plan.travelling if one.session in order.sessions]
    _refuse_unless_named(ferry, order)
    if order.waiting:
        removed = remove_waiting(ferry, meant)
        well = removed == len(meant)
    else:
        removed, well = _settle_sessions(ferry, settings, meant, order)
    ferry.tell(
        SettlingFinished(
            removed=removed,
            kept=len(meant) - removed,
            requests=sum(client.requests for client in ferry.clients),
            seconds=round(time.monotonic() - began, 3),
        )
    )
    return 0 if well else 1


def _refuse_unless_named(ferry: Ferry, order: RemovalOrder) -> None:
    """Whoever made the order must have had the right project's name in hand; raises UsageError."""
    plan = ferry.state.plan
    names = {plan.destination.project} if order.waiting else {plan.source.project, plan.destination.project}
    if order.sessions and order.typed not in names:
        raise UsageError(what="The order does not name this transfer's project. Nothing was deleted.")


def _settle_sessions(
    ferry: Ferry, settings: ProjectSettings, meant: list[PlannedSession], order: RemovalOrder
) -> tuple[int, bool]:
    """How many are gone from the source, and whether all are, with a complete copy each."""
    loss = read_preferences().data_loss
    for session in meant:
        ferry.heed_stop()
        _settle_session(ferry, settings, session, order, loss)
    settle_subjects(ferry, meant, order)
    states = [ferry.state.sessions[session.session] for session in meant]
    return sum(state.removed is not None for state in states), all(map(_is_settled, states))


def recount_removals(ferry: Ferry, settings: ProjectSettings) -> None:
    """Find out what became of removals that were cut off, and have the final look where it is missing.

    Deletes nothing.
    """
    recount_rows(ferry)
    for session in ferry.state.plan.travelling:
        state = ferry.state.sessions[session.session]
        requested = state.removal_requested
        if requested and not state.removed and not state.kept:
            with _told_if_kept(ferry, session):
                _find_out(ferry, session)
        _final_look(ferry, settings, session, state)


def _find_out(ferry: Ferry, session: PlannedSession) -> None:
    requested = ferry.state.sessions[session.session].removal_requested
    assert requested is not None
    if deletion.is_gone(ferry.source, ferry.state.plan.source.project, session.id):
        ferry.tell(SessionRemoved(session=session.session, how=requested.how, found=True))
    else:
        raise NotDeletable(
            session=session.session,
            why="its removal was cut off before the server did it",
            advice="Nothing of it is lost. Run 'xnat-ferry settle' again to remove it.",
        )


def _settle_session(
    ferry: Ferry, settings: ProjectSettings, session: PlannedSession, order: RemovalOrder, loss: DataLoss
) -> None:
    state = ferry.state.sessions[session.session]
    if not state.removed:
        with _told_if_kept(ferry, session):
            _remove(ferry, settings, session, order, loss)
    _final_look(ferry, settings, session, state)


@contextmanager
def _told_if_kept(ferry: Ferry, session: PlannedSession) -> Iterator[None]:
    """What goes wrong with one session is told of it, and the others go on; a reason to stop is passed on."""
    try:
        yield
    except FerryError as error:
        if error.retry == Retry.STOP:
            raise
        ferry.tell(SessionKept(session=session.session, message=str(error), advice=error.advice))


def _remove(
    ferry: Ferry,
    settings: ProjectSettings,
    session: PlannedSession,
    order: RemovalOrder,
    loss: DataLoss,
) -> None:
    plan, state = ferry.state.plan, ferry.state.sessions[session.session]
    if not plan.road.copies:
        raise NoProof(session=session.session, why="only copies between two projects are proven so far")
    if state.where != Where.ARCHIVE:
        raise NoProof(
            session=session.session,
            why="it is not in the archive of the destination",
            advice="Archive it with 'xnat-ferry archive', then settle again.",
        )
    shared = _foreign_owner(ferry, session, loss)
    if shared and not order.unshare:
        raise OnlyShared(session=session.session, project=plan.source.project, owner=shared)
    try:
        there = Destination(ferry.destination, plan.destination.project, settings)
        proof = prove_session(there, ferry.source, ferry.folder, session, state, scratch=ferry.spool)
    except NotProven as error:
        raise NoProof(session=session.session, why=error.facts["why"], advice=error.advice) from None
    ferry.heed_stop()
    if shared:
        unshare_proven(ferry, settings, proof)
    else:
        delete_proven(ferry, settings, proof, despite_workflows=order.despite_workflows)


def _foreign_owner(ferry: Ferry, session: PlannedSession, loss: DataLoss) -> str:
    """The owner's ID where that is another project than the source, "" where the source owns it."""
    project = ferry.state.plan.source.project
    if deletion.is_gone(ferry.source, project, session.id):
        raise GoneAlready(session=session.session, advice=loss.advice)
    owner = deletion.read_holding(ferry.source, session.id).owner
    return "" if owner == project else owner


def _final_look(
    ferry: Ferry, settings: ProjectSettings, session: PlannedSession, state: SessionState
) -> None:
    """Gone there, complete here; where a server cannot be asked now, a later look tells."""
    if not state.removed or state.settled:
        return
    plan = ferry.state.plan
    try:
        seen = inspect_copy(ferry, settings, session)
        gone = deletion.is_gone(ferry.source, plan.source.project, session.id)
    except ServerAnswer:
        return
    ferry.tell(MoveSettled(session=session.session, gone=gone, verdict=seen.verdict))


def _is_settled(state: SessionState) -> bool:
    return state.settled is not None and state.settled.gone and state.settled.verdict == "proven"
