"""The road download: sessions of a project into files on this machine, with a manifest that proves them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from xnat_ferry import events, wording
from xnat_ferry.errors import NotProven
from xnat_ferry.model import Level, Where
from xnat_ferry.plan import Plan, PlannedSession
from xnat_ferry.roads.crossing import Crossing
from xnat_ferry.settings.credentials import Credentials
from xnat_ferry.transfer.carry import found_wrong
from xnat_ferry.transfer.landing import land_session, shelf_of
from xnat_ferry.transfer.session_state import SessionState
from xnat_ferry.verify.kept import differing_since
from xnat_ferry.verify.on_disk import verify_download
from xnat_ferry.verify.verification import SessionVerification
from xnat_ferry.xnat.client import Call, XnatClient
from xnat_ferry.xnat.limits import Limits


class Download(Crossing):
    """A session has its name only once it is whole; a resume looks at what is there, and fetches the rest."""

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
        """The source alone."""
        server = plan.source.server
        with XnatClient(server, find(server), limits=limits, on_call=on_call) as client:
            yield client, None

    def prepare(self) -> None:
        """What somebody found different since a session was done is told: then it is not done any more."""
        for found in differing_since(self.ferry.folder, self.ferry.state):
            self._tell(found.source, found)

    def is_done(self, session: PlannedSession, past: SessionState) -> bool:
        """Not once it was found different."""
        return super().is_done(session, past) and not found_wrong(past, Where.FOLDER)

    def cross(self, session: PlannedSession, past: SessionState) -> Where:
        """Fetch what is not there, then read all of it again; raises NotProven where it is not the same."""
        land_session(self.ferry, session)
        result = verify_download(
            self.ferry.folder,
            session,
            past,
            shelf_of(self.plan, session),
            level=max(self.plan.verify, Level.IDENTITY, key=list(Level).index),
            scratch=self.ferry.spool,
        )
        self._tell(session.session, result)
        if result.verdict != "proven":
            trouble = {mark: number for mark, number in result.counts.items() if mark not in "=~"}
            raise NotProven(session=session.session, where=Where.FOLDER, why=wording.counts(trouble))
        return Where.FOLDER

    def _tell(self, session: str, result: SessionVerification) -> None:
        self.ferry.tell(
            events.SessionVerified(
                session=session,
                where=result.where,
                level=result.level,
                verdict=result.verdict,
                counts=result.counts,
            )
        )
