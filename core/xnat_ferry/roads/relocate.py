"""The road relocate: the destination becomes the owner, and the server moves the files (wire-write 5.3)."""

from xnat_ferry.errors import AssignmentForbidden, LabelTaken, NotAssigned
from xnat_ferry.events import Assigning
from xnat_ferry.plan import PlannedSession
from xnat_ferry.roads.assigning import assign
from xnat_ferry.roads.one_server import OneServer
from xnat_ferry.settings.redact import plain
from xnat_ferry.transfer.session_state import SessionState
from xnat_ferry.xnat import sharing
from xnat_ferry.xnat.listings import find_session
from xnat_ferry.xnat.rights import list_projects, may_delete
from xnat_ferry.xnat.sharing import Kind, Standing


class Relocate(OneServer):
    """Sessions one by one; a subject follows once the source owns nothing of it any more.

    Until then the subject is shared into the destination: moved by itself it would leave its sessions behind
    (wire-write 5.3).
    """

    how = Assigning.RELOCATE

    def prepare(self) -> None:
        """Also find out whether this account may give away at all: a subject is not shown for nothing."""
        super().prepare()
        source = self.plan.source.project
        row = list_projects(self.client).get(source)
        self._may_give = may_delete(self.client, source, row.role if row else None)

    def give(self, session: PlannedSession, standing: Standing) -> None:
        """Only under a label that is free there, looked at right before."""
        self._move(session, Assigning.RELOCATE, standing, self.plan.destination.project, session.to_session)

    def see_to_subject(self, session: PlannedSession, subject: str) -> None:
        """Move the subject after its last session."""
        source, to = self.plan.source.project, self.plan.destination.project
        self._move_subject(session, Assigning.RELOCATE, subject, (source, to), session.to_subject)

    def take_back(self, session: PlannedSession, past: SessionState) -> None:
        """Give it back to the source under its old label, and its subject as it was."""
        source, to = self.plan.source.project, self.plan.destination.project
        standing = sharing.read_standing(self.client, Kind.SESSION, session.id)
        if self.asked(past, self.how, to) is None:
            why = "this transfer did not move it, so it does not move it back"
            raise NotAssigned(session=session.session, project=source, why=why)
        if standing.owner not in (source, to):
            why = f"{plain(standing.owner)} owns it by now"
            raise NotAssigned(session=session.session, project=source, why=why)
        self._show_subject(session, standing.subject, source, session.subject)
        if standing.owner == to:
            self._move(session, Assigning.RETURN, standing, source, session.session)
        if self.did(Assigning.RELOCATE, to, standing.subject):
            self._move_subject(session, Assigning.RETURN, standing.subject, (to, source), session.subject)
        self._take_subject_out(session, standing.subject)

    def _refuse_unfit(self, session: PlannedSession, standing: Standing) -> None:
        super()._refuse_unfit(session, standing)
        source = self.plan.source.project
        if standing.owner == source and self._may_give is False:
            said = f"it may not delete in {source}, which giving away takes"
            raise AssignmentForbidden(session=session.session, said=said)

    def _move(
        self, session: PlannedSession, how: Assigning, standing: Standing, project: str, label: str
    ) -> None:
        # with a label that is taken XNAT moves the files and then fails (wire-write 5.3)
        found = find_session(self.client, project, label)
        if found is not None and found.id != session.id:
            raise LabelTaken(session=session.session, project=project, label=label)
        assign(self.ferry, session, how, standing, project, label)

    def _move_subject(
        self, session: PlannedSession, how: Assigning, subject: str, ends: tuple[str, str], label: str
    ) -> None:
        with self._subjects:
            standing = sharing.read_standing(self.client, Kind.SUBJECT, subject)
            if standing.owner == ends[0] and not sharing.owns_sessions_of(self.client, ends[0], subject):
                assign(self.ferry, session, how, standing, ends[1], label)
