"""The road copy: files are fetched from the source and sent through the destination's importer."""

from xnat_ferry.plan import PlannedSession
from xnat_ferry.roads.importing import Importing
from xnat_ferry.settle.moving import recount_removals
from xnat_ferry.transfer.carry import carry_session
from xnat_ferry.transfer.session_state import SessionState


class Copy(Importing):
    """The default, between any two projects. A move that was settled may have emptied its source since."""

    def prepare(self) -> None:
        """Also find out what became of removals that were cut off."""
        super().prepare()
        recount_removals(self.ferry, self.settings)

    def carry(self, session: PlannedSession, past: SessionState) -> str:
        """Fetch what is missing and send it."""
        return carry_session(self.ferry, session, past, self.doubts)
