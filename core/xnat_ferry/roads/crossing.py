"""What a road is to whoever walks it."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager

from xnat_ferry.model import Where
from xnat_ferry.plan import Plan, PlannedSession
from xnat_ferry.settings.credentials import Credentials
from xnat_ferry.transfer.ferry import Ferry
from xnat_ferry.transfer.session_state import Phase, SessionState
from xnat_ferry.xnat.client import Call, XnatClient
from xnat_ferry.xnat.limits import Limits
from xnat_ferry.xnat.pair import open_pair


class Crossing(ABC):
    """One road, for one worker. Its sessions may be worked on by several threads at once.

    A subclass implements ``cross``, and what of the rest is not as it is for two projects on servers. It
    tells what it does as events through ``ferry.tell`` before the step that depends on it, and looks at what
    is there before it does what an earlier worker may have done: a worker may die at any instruction.
    """

    def __init__(self, ferry: Ferry, *, archive: bool) -> None:
        """``archive``: a person wants archived what waits in the prearchive, whatever the plan says."""
        self.ferry = ferry
        self.plan = ferry.state.plan
        self.archive = archive

    @classmethod
    def open_ends(
        cls,
        plan: Plan,
        find: Callable[[str], Credentials],
        *,
        limits: Limits,
        on_call: Callable[[Call], None],
    ) -> AbstractContextManager[tuple[XnatClient | None, XnatClient | None]]:
        """The servers at source and destination; None for an end that is no server.

        ``find`` gives the login for a server's address. Raises a FerryError where one cannot be opened.
        """
        return open_pair(plan.source, plan.destination, find, limits=limits, on_call=on_call)

    def prepare(self) -> None:
        """What is to be read or done once, after logging in and before the first session."""
        return

    def is_done(self, session: PlannedSession, past: SessionState) -> bool:
        """Whether nothing is left to do for a session, by the journal and what was prepared: no request."""
        return past.phase == Phase.DONE

    def tell_afterwards(self, crossed: Sequence[PlannedSession]) -> None:
        """Tell what is to be known once all that was brought over by this worker is there."""
        return

    def finish(self) -> None:
        """Let go of what is held open; called once the walk has ended, however it did."""
        return

    @abstractmethod
    def cross(self, session: PlannedSession, past: SessionState) -> Where:
        """Bring one session over and prove it; returns where it is then.

        ``past`` is what the journal says of it, kept up to date while events are told. Raises a FerryError:
        one to ``Retry.STOP`` ends the walk, any other only this session.
        """
