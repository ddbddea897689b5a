"""The road resources: what else belongs to sessions that are in the destination's archive already."""

from xnat_ferry.errors import NotInArchive
from xnat_ferry.model import Where
from xnat_ferry.plan import PlannedSession
from xnat_ferry.roads.crossing import Crossing
from xnat_ferry.transfer.as_planned import refuse_renamed
from xnat_ferry.transfer.belongings.carrying import BelongingsCarrier
from xnat_ferry.transfer.session_state import SessionState
from xnat_ferry.xnat.listings import find_session


class Resources(Crossing):
    """No DICOM travels; a session that is not there, or is another study, gets nothing."""

    belongings: BelongingsCarrier

    def prepare(self) -> None:
        """Nothing of the destination's settings touches resources: scripts and filters do not run on them."""
        self.belongings = BelongingsCarrier(self.ferry)

    def cross(self, session: PlannedSession, past: SessionState) -> Where:
        """Look whether it is the same session there, and carry what is missing."""
        found = find_session(self.ferry.destination, self.plan.destination.project, session.to_session)
        if found is None or session.study_uid not in ("", found.study_uid):
            hidden = "it is not there, or hidden from this account"
            why = hidden if found is None else "another study has this label"
            raise NotInArchive(session=session.session, label=session.to_session, why=why)
        refuse_renamed(self.ferry.source, self.plan.source.project, session)
        self.belongings.carry(session)
        return Where.ARCHIVE
