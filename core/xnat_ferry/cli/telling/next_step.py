"""What there is to do once a worker has ended: the commands that go on from there."""

from collections.abc import Iterator

from xnat_ferry import wording
from xnat_ferry.model import Where
from xnat_ferry.settle.meant import given_up, to_settle
from xnat_ferry.transfer.session_state import Phase
from xnat_ferry.transfer.state import TransferState


def next_step(state: TransferState, short: str) -> Iterator[str]:
    """A line for each; ``short`` is what the transfer is called in a command. Pure."""
    if state.phase == Phase.STOPPED:
        yield f"Next: 'xnat-ferry resume {short}' goes on; what is there already is not sent again."
        return
    if state.phase == Phase.FAILED:
        yield f"Next: mend what is said above, then 'xnat-ferry resume {short}' tries those again."
    elif state.phase != Phase.DONE:
        return
    waiting = sum(one.where == Where.PREARCHIVE for one in state.sessions.values())
    if waiting:
        count = wording.plural(waiting, "session")
        yield f"Next: look at {count} in the prearchive, then 'xnat-ferry archive {short}'."
    elif state.plan.move and to_settle(state):
        yield f"Next: 'xnat-ferry settle {short}' deletes at the source what is proven, and ends the move."
    elif any(one.beside for one in state.sessions.values()) and given_up(state):
        yield f"Next: 'xnat-ferry settle {short} --remove-waiting' clears the prearchive of what came twice."
    if any(one.where for one in state.sessions.values()):
        back = f", 'xnat-ferry undo {short}' takes it back" if state.plan.road.stays else ""
        yield f"'xnat-ferry verify {short}' compares again at any time{back}."
    yield f"'xnat-ferry record {short}' prints the record."
