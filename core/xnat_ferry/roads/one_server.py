"""What the roads have in common on which nothing travels: owner, subject, proof, and the way back."""

import threading
from abc import abstractmethod
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from typing import ClassVar

from xnat_ferry import events, wording
from xnat_ferry.errors import (
    AssignmentForbidden,
    NotAssigned,
    NotProven,
    SharedIn,
    SharingOff,
    SourceChanged,
    SubjectCalledOtherwise,
)
from xnat_ferry.events import Assigned, Assigning
from xnat_ferry.model import Instance, Where
from xnat_ferry.plan import Plan, PlannedSession
from xnat_ferry.project import ProjectSettings
from xnat_ferry.roads.assigning import assign, is_done, seen_done
from xnat_ferry.roads.crossing import Crossing
from xnat_ferry.settings.credentials import Credentials
from xnat_ferry.settings.redact import plain
from xnat_ferry.survey.staying import refuse_apart
from xnat_ferry.transfer.as_planned import refuse_other_names
from xnat_ferry.transfer.manifest import append_unit, read_manifest
from xnat_ferry.transfer.session_state import SessionState
from xnat_ferry.verify.by_road import settings_for
from xnat_ferry.verify.scrutiny import Scrutiny
from xnat_ferry.verify.session import Destination, verify_session
from xnat_ferry.verify.source import Source
from xnat_ferry.xnat import sharing
from xnat_ferry.xnat.client import Call, XnatClient
from xnat_ferry.xnat.limits import Limits
from xnat_ferry.xnat.sharing import Kind, Standing


class OneServer(Crossing):
    """Sharing or relocating: each session, with its subject, by requests that move no byte over the wire.

    What the catalogs say of a session's files is kept as its manifest before anything is done, and compared
    with what they say afterwards, through the destination.
    """

    how: ClassVar[Assigning]
    settings = ProjectSettings()

    @classmethod
    def open_ends(
        cls,
        plan: Plan,
        find: Callable[[str], Credentials],
        *,
        limits: Limits,
        on_call: Callable[[Call], None],
    ) -> AbstractContextManager[tuple[XnatClient | None, XnatClient | None]]:
        """One login for both projects; raises RoadClosed for two servers."""
        refuse_apart(plan.road, plan.source, plan.destination)
        return super().open_ends(plan, find, limits=limits, on_call=on_call)

    def prepare(self) -> None:
        """Find out whether anything will change files that do not travel."""
        self.client = self.ferry.destination
        self.settings = settings_for(self.client, self.plan)
        self._subjects = threading.Lock()

    def is_done(self, session: PlannedSession, past: SessionState) -> bool:
        """What was taken back is not done again."""
        return past.taken_back or super().is_done(session, past)

    def cross(self, session: PlannedSession, past: SessionState) -> Where:
        """Keep what its catalogs say, have its subject shown there, give it to the destination, compare."""
        to = self.plan.destination.project
        standing = sharing.read_standing(self.client, Kind.SESSION, session.id)
        if is_done(self.how, standing, to, session.to_session):
            self._tell_found(past)
            if not read_manifest(self.ferry.folder.manifest(session.id)):
                self._keep_catalogs(session)  # it was there before this transfer
        else:
            self._refuse_unfit(session, standing)
            self._keep_catalogs(session)
            self.ferry.heed_stop()
            self._show_subject(session, standing.subject, to, session.to_subject)
            try:
                self.give(session, standing)
            except (AssignmentForbidden, SharingOff):
                self._leave_nothing(session, standing)
                raise
        self.see_to_subject(session, standing.subject)
        self._verify(session)
        return Where.ARCHIVE

    @abstractmethod
    def give(self, session: PlannedSession, standing: Standing) -> None:
        """Give one session, whose subject is shown there by now, to the destination."""

    def see_to_subject(self, session: PlannedSession, subject: str) -> None:
        """What is to be done about a subject, by accession ID, once one more session of it is there."""

    @abstractmethod
    def take_back(self, session: PlannedSession, past: SessionState) -> None:
        """Undo what this transfer did to a session, and no more; raises a FerryError."""

    # Before

    def _refuse_unfit(self, session: PlannedSession, standing: Standing) -> None:
        source, to = self.plan.source.project, self.plan.destination.project
        if standing.owner != to:
            refuse_other_names(self.client, source, session, standing.called, standing.subject)
        if standing.owner != source and standing.owner != to:
            raise SharedIn(session=session.session, owner=plain(standing.owner), project=source)
        there = standing.label_in(to)
        if there is not None and (standing.owner == to or self.how == Assigning.SHARE):
            raise NotAssigned(session=session.session, project=to, why=f"it is there as {plain(there)}")
        if not standing.subject:
            raise NotAssigned(session=session.session, project=to, why="it has no subject")

    def _keep_catalogs(self, session: PlannedSession) -> None:
        """Its manifest, of all scans; raises SourceChanged where they are not what was planned."""
        source = Source(self.client, session.id, self.ferry.spool)
        scans: dict[str, list[Instance]] = {scan.id: [] for scan in session.scans}
        for one in source.listed():
            scans.setdefault(one.scan, []).append(one)
        for name, problem in source.unread().items():
            raise SourceChanged(session=session.session, why=f"of scan {name}, {problem}")
        for scan in session.scans:
            found = len(scans[scan.id])
            if found != scan.files:
                why = f"scan {scan.id} has {wording.plural(found, 'file')} where the plan says {scan.files}"
                raise SourceChanged(session=session.session, why=why)
        path = self.ferry.folder.manifest(session.id)
        path.unlink(missing_ok=True)  # of an attempt that got no further
        append_unit(path, "catalogs", [one for instances in scans.values() for one in instances])

    # Subjects, one at a time

    def _show_subject(self, session: PlannedSession, subject: str, project: str, label: str) -> None:
        """Without it a session would hang there under a subject that nobody sees (wire-write 5.2)."""
        with self._subjects:
            standing = sharing.read_standing(self.client, Kind.SUBJECT, subject)
            there = standing.label_in(project)
            if there is None:
                assign(self.ferry, session, Assigning.SHARE, standing, project, label)
            elif there.casefold() != label.casefold():
                raise SubjectCalledOtherwise(
                    session=session.session, project=project, there=plain(there), label=label
                )
            else:
                self._tell_subject_found(standing, project)

    def _take_subject_out(self, session: PlannedSession, subject: str) -> None:
        """Where this transfer had it shown, and nothing of it is left there."""
        to = self.plan.destination.project
        with self._subjects:
            standing = sharing.read_standing(self.client, Kind.SUBJECT, subject)
            shown = standing.owner != to and standing.label_in(to) is not None
            ours = self.did(Assigning.SHARE, to, subject)
            if shown and ours and not sharing.shows_sessions_of(self.client, to, subject):
                assign(self.ferry, session, Assigning.UNSHARE, standing, to, session.to_subject)

    def _leave_nothing(self, session: PlannedSession, standing: Standing) -> None:
        """Take a subject out again that was shown for a session which then was refused, if that can be."""
        beside = [one for one in self.plan.travelling if one.subject == session.subject]
        if len(beside) == 1:  # others of it may be on their way
            with suppress(NotAssigned):
                self._take_subject_out(session, standing.subject)

    def did(self, how: Assigning, project: str, subject: str) -> bool:
        """Whether this transfer asked for that to be done to a subject."""
        asked = (self.asked(one, how, project, subject=True) for one in self.ferry.state.sessions.values())
        return any(one is not None and one.id == subject for one in asked)

    @staticmethod
    def asked(
        past: SessionState, how: Assigning, project: str, *, subject: bool = False
    ) -> events.AssignmentRequested | None:
        """What was last asked of the server so, for a session or its subject; None where it never was."""
        found = [one for one in past.asked if (one.how, one.project, one.subject) == (how, project, subject)]
        return found[-1] if found else None

    # After

    def _tell_found(self, past: SessionState) -> None:
        """Of a worker that was cut off before it could tell."""
        self._tell_unless_told(past, self.asked(past, self.how, self.plan.destination.project))

    def _tell_subject_found(self, standing: Standing, project: str) -> None:
        for state in self.ferry.state.sessions.values():
            asked = self.asked(state, Assigning.SHARE, project, subject=True)
            if asked is not None and asked.id == standing.id:
                self._tell_unless_told(state, asked)

    def _tell_unless_told(self, past: SessionState, asked: events.AssignmentRequested | None) -> None:
        if asked is None or any(_answers(one, asked) for one in past.assigned):
            return
        self.ferry.tell(seen_done(asked, found=True))

    def _verify(self, session: PlannedSession) -> None:
        """Raises NotProven unless it has owner, label, subject and every file that it should."""
        result = verify_session(
            Destination(self.client, self.plan.destination.project, self.settings, owner=self.plan.owner),
            self.ferry.folder,
            session,
            self.ferry.state.sessions[session.session],
            where=Where.ARCHIVE,
            scrutiny=Scrutiny(level=self.plan.verify, scratch=self.ferry.spool),
        )
        self.ferry.tell(
            events.SessionVerified(
                session=session.session,
                where=Where.ARCHIVE,
                level=result.level,
                verdict=result.verdict,
                counts=result.counts,
            )
        )
        if result.verdict != "proven":
            trouble = {mark: number for mark, number in result.counts.items() if mark not in "=~"}
            raise NotProven(session=session.session, where=Where.ARCHIVE, why=wording.counts(trouble))


def _answers(told: Assigned, asked: events.AssignmentRequested) -> bool:
    return (told.how, told.project, told.subject) == (asked.how, asked.project, asked.subject)
