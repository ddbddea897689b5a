"""The road share: the destination shows what the source goes on owning (wire-write 5.2)."""

from xnat_ferry.errors import NotAssigned
from xnat_ferry.events import Assigning
from xnat_ferry.plan import PlannedSession
from xnat_ferry.roads.assigning import assign
from xnat_ferry.roads.one_server import OneServer
from xnat_ferry.settings.redact import plain
from xnat_ferry.transfer.session_state import SessionState
from xnat_ferry.xnat import sharing
from xnat_ferry.xnat.sharing import Kind, Standing


class Share(OneServer):
    """One session is shared with its scans; its assessors are not."""

    how = Assigning.SHARE

    def give(self, session: PlannedSession, standing: Standing) -> None:
        """Under its planned label: a share without one cannot be given one later."""
        assign(self.ferry, session, self.how, standing, self.plan.destination.project, session.to_session)

    def take_back(self, session: PlannedSession, past: SessionState) -> None:
        """Take it out of the destination, and its subject when nothing else of that is there."""
        to = self.plan.destination.project
        standing = sharing.read_standing(self.client, Kind.SESSION, session.id)
        if self.asked(past, self.how, to) is None:
            raise NotAssigned(
                session=session.session,
                project=to,
                why="this transfer did not share it, so it does not take it back",
            )
        if standing.owner == to:
            # through its owner the same request would delete it (wire-write 5.4)
            why = f"{plain(to)} owns it by now"
            raise NotAssigned(session=session.session, project=to, why=why)
        if standing.label_in(to) is not None:
            assign(self.ferry, session, Assigning.UNSHARE, standing, to, session.to_session)
        self._take_subject_out(session, standing.subject)
