"""The road upload: a folder or an archive file on this machine, through the destination's importer."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from xnat_ferry.plan import Plan, PlannedSession
from xnat_ferry.roads.importing import Importing
from xnat_ferry.settings.credentials import Credentials
from xnat_ferry.transfer.carry import carry_session
from xnat_ferry.transfer.ferry import Ferry
from xnat_ferry.transfer.local_origin import LocalOrigin
from xnat_ferry.transfer.session_state import SessionState
from xnat_ferry.verify.originals import LocalOriginals, Originals
from xnat_ferry.xnat.client import Call, XnatClient
from xnat_ferry.xnat.limits import Limits


class Upload(Importing):
    """The place is looked through once for each worker, and must hold what the plan was made of."""

    def __init__(self, ferry: Ferry, *, archive: bool) -> None:
        super().__init__(ferry, archive=archive)
        self._origin = LocalOrigin(Path(self.plan.source.project), ferry.spool, ferry.heed_stop)

    @classmethod
    @contextmanager
    def open_ends(
        cls,
        plan: Plan,
        find: Callable[[str], Credentials],
        *,
        limits: Limits,
        on_call: Callable[[Call], None],
    ) -> Iterator[tuple[XnatClient | None, XnatClient | None]]:
        """The destination alone."""
        server = plan.destination.server
        with XnatClient(server, find(server), limits=limits, on_call=on_call) as client:
            yield None, client

    def originals(self, session: PlannedSession) -> Originals:
        """The files themselves."""
        return LocalOriginals(self._origin, session)

    def carry(self, session: PlannedSession, past: SessionState) -> str:
        """Zip what is missing and send it."""
        return carry_session(self.ferry, session, past, self.doubts, self._origin)

    def finish(self) -> None:
        """Close the place."""
        self._origin.close()
