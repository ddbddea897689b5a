"""Gives a subject or a session to a project of its server, or takes it out, and sees whether that is done."""

from collections.abc import Callable

from xnat_ferry.errors import (
    AssignmentForbidden,
    FerryError,
    FilesAdrift,
    Forbidden,
    LabelTaken,
    NotAssigned,
    NothingAssigned,
    ServerAnswer,
    SharingOff,
    SubjectTaken,
)
from xnat_ferry.events import Assigned, Assigning, AssignmentRequested
from xnat_ferry.plan import PlannedSession
from xnat_ferry.settings.redact import plain
from xnat_ferry.transfer.ferry import Ferry
from xnat_ferry.transfer.pacing.patience import PASSING
from xnat_ferry.xnat import sharing
from xnat_ferry.xnat.sharing import Kind, Standing

_MOVES = (Assigning.RELOCATE, Assigning.RETURN)
_CONFLICT = 409


def is_done(how: Assigning, standing: Standing, project: str, label: str) -> bool:
    """Whether something stands as it was asked for; labels as XNAT compares them, without regard to case."""
    there = standing.label_in(project)
    if how == Assigning.UNSHARE:
        return there is None
    owned = standing.owner == project or how not in _MOVES
    return owned and there is not None and there.casefold() == label.casefold()


def assign(
    ferry: Ferry, session: PlannedSession, how: Assigning, standing: Standing, project: str, label: str
) -> None:
    """Ask the server and look what came of it; nothing is asked again before that.

    ``standing`` is how it stands now; ``project`` the one that shall have it, or shall have it no more.
    Raises NotAssigned and its like, or a passing ServerAnswer that did not pass.
    """
    subject = standing.kind == Kind.SUBJECT
    asked = AssignmentRequested(
        session=session.session, how=how, subject=subject, id=standing.id, project=project, label=label
    )
    ferry.tell(asked)
    assignment = _Assignment(ferry, session, how, standing, project, label)
    ferry.persist(session.session, "subject" if subject else "session", assignment.attempt)
    ferry.tell(seen_done(asked))


def seen_done(asked: AssignmentRequested, *, found: bool = False) -> Assigned:
    """What was asked for, seen done; ``found``: after an interruption."""
    return Assigned(
        session=asked.session,
        how=asked.how,
        subject=asked.subject,
        id=asked.id,
        project=asked.project,
        label=asked.label,
        found=found,
    )


class _Assignment:
    def __init__(
        self,
        ferry: Ferry,
        session: PlannedSession,
        how: Assigning,
        standing: Standing,
        project: str,
        label: str,
    ) -> None:
        self._client = ferry.destination
        self._session, self._how, self._standing = session, how, standing
        self._project, self._label = project, label
        self._asked = False

    def attempt(self) -> None:
        """Once; the next one looks first whether this one got through without a word."""
        if self._asked and self._seen_done():
            return
        self._asked = True
        try:
            self._act()
        except ServerAnswer as error:
            if not self._seen_done():
                raise self._meaning(error) from None
            return
        if not self._seen_done():
            raise NothingAssigned(session=self._session.session)

    @property
    def _act(self) -> Callable[[], None]:
        client, standing, project, label = self._client, self._standing, self._project, self._label
        if self._how == Assigning.UNSHARE:
            return lambda: sharing.unshare(client, standing, project)
        if self._how in _MOVES:
            return lambda: sharing.relocate(client, standing, project, label)
        return lambda: sharing.share(client, standing, project, label)

    def _seen_done(self) -> bool:
        now = sharing.read_standing(self._client, self._standing.kind, self._standing.id)
        return is_done(self._how, now, self._project, self._label)

    def _meaning(self, error: ServerAnswer) -> FerryError:
        """What a refusal means once it is sure that nothing was done; what may pass is told as it is."""
        if isinstance(error, PASSING):
            return error
        said, name, project = str(error.facts["said"]), self._session.session, self._project
        if isinstance(error, Forbidden) and "Sharing is not allowed" in said:
            return SharingOff(session=name, project=plain(self._standing.owner))
        if isinstance(error, Forbidden):
            return AssignmentForbidden(session=name, said=said)
        moving = self._how in _MOVES and self._standing.kind == Kind.SESSION
        if moving and not sharing.serves_files(self._client, self._standing.id):
            # the server may have moved the files before it noticed that it could not (wire-write 5.3)
            why = f"the server cannot show its files any more ({said})"
            return FilesAdrift(session=name, project=plain(self._standing.owner), why=why)
        if error.facts["status"] == _CONFLICT and " in use" in said:
            kind = SubjectTaken if self._standing.kind == Kind.SUBJECT else LabelTaken
            return kind(session=name, project=project, label=self._label)
        return NotAssigned(session=name, project=project, why=str(error))
