"""Which sessions of a transfer a move could end now: pure."""

from xnat_ferry.model import Where
from xnat_ferry.plan import PlannedSession
from xnat_ferry.transfer.state import TransferState


def to_settle(state: TransferState) -> tuple[PlannedSession, ...]:
    """Those whose copy is archived and which were not settled yet; proofs are made when deleting."""
    return tuple(
        one
        for one in state.plan.travelling
        if state.sessions[one.session].where == Where.ARCHIVE and state.sessions[one.session].settled is None
    )
