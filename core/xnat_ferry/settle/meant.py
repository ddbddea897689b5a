"""Which sessions of a transfer an order to remove could mean: pure."""

from xnat_ferry.model import Road, Where
from xnat_ferry.plan import PlannedSession
from xnat_ferry.transfer.session_state import Phase
from xnat_ferry.transfer.state import TransferState
from xnat_ferry.verify.verification import Verification


def to_settle(state: TransferState) -> tuple[PlannedSession, ...]:
    """Those whose copy is archived and which were not settled yet; proofs are made when deleting."""
    if not state.plan.road.copies:
        return ()  # what was shared or relocated has no copy, and nothing else came from a project
    return tuple(
        one
        for one in state.plan.travelling
        if state.sessions[one.session].where == Where.ARCHIVE and state.sessions[one.session].settled is None
    )


def to_take_back(state: TransferState) -> tuple[PlannedSession, ...]:
    """Those that were asked to be shared or given, and are not taken back yet."""
    return tuple(
        one
        for one in state.plan.travelling
        if state.sessions[one.session].asked and not state.sessions[one.session].taken_back
    )


def given_up(state: TransferState, found: Verification | None = None) -> tuple[PlannedSession, ...]:
    """Those of which something was sent to the prearchive that did not come to its end, or came twice.

    The second as the journal tells, and as ``found`` does, which writes no journal.
    """
    if state.plan.road == Road.DOWNLOAD:
        return ()
    twice = {label for label, past in state.sessions.items() if past.beside}
    twice |= {one.source for one in found.sessions if one.beside} if found else set()
    return tuple(one for one in state.plan.travelling if is_given_up(state, one) or one.session in twice)


def is_given_up(state: TransferState, session: PlannedSession) -> bool:
    """Whether what was sent of it waits and is neither complete nor archived, as far as the journal tells."""
    past = state.sessions[session.session]
    unfinished = past.phase != Phase.DONE and not past.archived and past.where is None
    return unfinished and bool(past.row or past.touched)
