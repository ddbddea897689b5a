"""Both ends of a transfer, asked for what was carried beside the images; what cannot be asked is None."""

from collections.abc import Callable
from functools import cache
from typing import TypeVar

from xnat_ferry.errors import ServerAnswer
from xnat_ferry.model import SessionDetail
from xnat_ferry.plan import PlannedSession
from xnat_ferry.transfer.state import TransferState
from xnat_ferry.xnat.client import XnatClient
from xnat_ferry.xnat.listings import find_session

Result = TypeVar("Result")


class Ends:
    """What the comparisons of all that was carried share."""

    def __init__(
        self, state: TransferState, destination: XnatClient, source: XnatClient | None, *, refresh: bool
    ) -> None:
        """With ``refresh`` the destination first takes the digests that it lacks."""
        self.state, self.plan = state, state.plan
        self.here, self.there = source, destination
        self.refresh = refresh
        self.find = cache(self._found)
        """The session as the destination has it; asked once for each."""

    def _found(self, session: PlannedSession) -> SessionDetail | None:
        return find_session(self.there, self.plan.destination.project, session.to_session)


def asked(read: Callable[[], Result]) -> Result | None:
    """What a server answers; None where it does not."""
    try:
        return read()
    except ServerAnswer:
        return None
