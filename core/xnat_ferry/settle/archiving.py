"""Takes proven sessions from the prearchive into the archive, one by one, never merging by accident."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from xnat_ferry.checks import Answer
from xnat_ferry.errors import (
    ArchiveNotBegun,
    ArchiveUnclear,
    ConnectionLost,
    Forbidden,
    LoginLapsed,
    NotAnAnswer,
    NotFound,
    ServerAnswer,
    StillWorking,
    StuckInPrearchive,
    SubjectElsewhere,
)
from xnat_ferry.events import ArchiveAwaited, ArchiveChecked, ArchiveRequested, SessionArchived, TriedAgain
from xnat_ferry.labels import like_an_id
from xnat_ferry.model import PrearchiveRow
from xnat_ferry.plan import PlannedSession
from xnat_ferry.settings.redact import plain
from xnat_ferry.settle import outcomes
from xnat_ferry.settle.orders import answer_for
from xnat_ferry.settle.outcomes import Standing, read_status
from xnat_ferry.transfer.ferry import Ferry, growing_waits
from xnat_ferry.transfer.pacing.patience import PASSING
from xnat_ferry.transfer.session_state import SessionState
from xnat_ferry.xnat import prearchive
from xnat_ferry.xnat.listings import find_session
from xnat_ferry.xnat.subjects import find_subject, owner_of

PATIENCE = 60.0
"""Seconds to hold the connection for an answer; then the row is looked at now and then instead."""
LONGEST = 24 * 60 * 60.0
"""Seconds after which a row that is still being archived is left to a later look."""
BEGINS_WITHIN = 15.0
"""Seconds in which an archiving that was asked for without an answer must show in the row."""
TRIES = 3
_GATEWAYS = {502, 503}
"""What a proxy says when it lost the server behind it, which may be at work."""


def archive_session(ferry: Ferry, session: PlannedSession, row: str, *, patience: float = PATIENCE) -> None:
    """Archive one session that waits at ``row`` (its path below /data), and wait for the end of it.

    The server's dry run is read first: what it finds there already stands in the way unless the plan or a
    person's answer says that this session shall be added to it. Raises an ArchiveRefused with the server's
    words, SubjectElsewhere, StuckInPrearchive for a status that needs a person, ArchiveUnclear where what
    came of it is not known.
    """
    with _one_at_a_time(ferry):
        began = time.monotonic()
        if _standing(ferry, session, row) == Standing.READY:
            answer = answer_for(ferry.folder, session)
            _refuse_elsewhere(ferry, session)
            _ask_first(ferry, session, row, answer)
            ferry.tell(ArchiveRequested(session=session.session, row=row, answer=answer or ""))
            uri = _archive_persistently(ferry, session, row, answer, patience)
        else:
            uri = _await_end(ferry, session, row)
        ferry.tell(
            SessionArchived(session=session.session, uri=uri, seconds=round(time.monotonic() - began, 3))
        )


def await_archiving(ferry: Ferry, session: PlannedSession, past: SessionState) -> None:
    """Wait for the end of an archiving that an earlier worker asked for, so that nothing else is begun."""
    if not past.archive_requested or past.archived:
        return
    found = prearchive.find_row(ferry.destination, past.row)
    if found is not None and read_status(found.status).standing == Standing.ARCHIVING:
        _await_end(ferry, session, past.row)


_turn = threading.Lock()


@contextmanager
def _one_at_a_time(ferry: Ferry) -> Iterator[None]:
    """Wait for this worker's other archivings: two at once may both create a subject that is new."""
    while not _turn.acquire(timeout=0.5):
        ferry.heed_stop()
    try:
        yield
    finally:
        _turn.release()


def _standing(ferry: Ferry, session: PlannedSession, path: str) -> Standing:
    """READY, or ARCHIVING also where the row has gone; raises StuckInPrearchive."""
    for wait in growing_waits():
        row = prearchive.find_row(ferry.destination, path)
        if row is None:
            return Standing.ARCHIVING
        status = read_status(row.status)
        if status.standing == Standing.STUCK:
            raise _stuck(ferry, session, row)
        if status.standing != Standing.WAIT:
            return status.standing
        ferry.wait(wait)
    raise AssertionError("the waits never end")


def _refuse_elsewhere(ferry: Ferry, session: PlannedSession) -> None:
    """Raises SubjectElsewhere where the subject's label is none there, but another subject's accession ID.

    XNAT would archive under that one (wire-write 3.1). No request for a label that looks like no such ID.
    """
    label, client = session.to_subject, ferry.destination
    if not like_an_id(label) or find_subject(client, ferry.destination_project, label):
        return
    owner = owner_of(client, label)
    if owner:
        said = f"its subject's label {plain(label, 60)} is the accession ID of one of {plain(owner, 60)}"
        raise SubjectElsewhere(session=session.to_session, said=said)


def _ask_first(ferry: Ferry, session: PlannedSession, row: str, answer: Answer | None) -> None:
    notices = prearchive.validate(ferry.destination, row)
    words = tuple(plain(f"{one.type} {one.message}") for one in notices)
    ferry.tell(ArchiveChecked(session=session.session, row=row, notices=words))
    objection = outcomes.objection(session.to_session, notices, answer)
    if objection is not None:
        raise objection


def _archive_persistently(
    ferry: Ferry, session: PlannedSession, row: str, answer: Answer | None, patience: float
) -> str:
    """Ask again where the server was seen not to have begun; the row cannot be archived twice."""
    for attempt in range(1, TRIES):
        try:
            return _archive(ferry, session, row, answer, patience)
        except ArchiveNotBegun as error:
            ferry.tell(TriedAgain(session=session.session, unit="", attempt=attempt, message=str(error)))
    return _archive(ferry, session, row, answer, patience)


def _archive(ferry: Ferry, session: PlannedSession, row: str, answer: Answer | None, patience: float) -> str:
    override = outcomes.needs_override(answer)
    try:
        return prearchive.archive(ferry.destination, row, override=override, patience=patience)
    except (LoginLapsed, Forbidden, NotFound):
        raise
    except ServerAnswer as error:
        if _may_go_on(error):
            return _await_end(ferry, session, row)
        # conflicts come as 500 with the reason in <h3> (wire-write 2.5)
        raise outcomes.refusal(session.to_session, str(error.facts["said"])) from None


def _may_go_on(error: ServerAnswer) -> bool:
    """Whether the server may be at work though it did not say so: the row tells."""
    if isinstance(error, ConnectionLost | NotAnAnswer | StillWorking):
        return True
    return error.facts["status"] in _GATEWAYS


def _await_end(ferry: Ferry, session: PlannedSession, path: str) -> str:
    """The archived session's address, once the row is gone; looks seldom, and holds no connection."""
    began = time.monotonic()
    told = False
    for wait in growing_waits(longest=30.0):
        row, readable = _row_now(ferry, path)
        if readable and row is None:
            return _archived_address(ferry, session)
        passed = time.monotonic() - began
        if row is not None:
            _raise_if_over(ferry, session, row, passed)
            if not told and read_status(row.status).standing == Standing.ARCHIVING:
                ferry.tell(ArchiveAwaited(session=session.session, row=path, status=plain(row.status)))
                told = True
        if passed > LONGEST:
            raise ArchiveUnclear(session=session.to_session, why="the server is still at it")
        ferry.wait(wait)
    raise AssertionError("the waits never end")


def _row_now(ferry: Ferry, path: str) -> tuple[PrearchiveRow | None, bool]:
    """The row, and whether the server could be asked: it may be away for a while during an hour."""
    try:
        return prearchive.find_row(ferry.destination, path), True
    except PASSING:
        return None, False


def _raise_if_over(ferry: Ferry, session: PlannedSession, row: PrearchiveRow, passed: float) -> None:
    """Raise what the row says of an archiving that ended without success, or never began."""
    if row.status in ("CONFLICT", "ERROR"):
        said = prearchive.read_last_log(ferry.destination, row.path) or "the log does not say why"
        raise outcomes.refusal(session.to_session, said)
    standing = read_status(row.status).standing
    if standing == Standing.STUCK:
        raise _stuck(ferry, session, row)
    if standing == Standing.READY and passed > BEGINS_WITHIN:
        raise ArchiveNotBegun(session=session.to_session)


def _archived_address(ferry: Ferry, session: PlannedSession) -> str:
    found = find_session(ferry.destination, ferry.destination_project, session.to_session)
    if found is None:
        why = "it is neither in the prearchive nor in the archive"
        raise ArchiveUnclear(
            session=session.to_session,
            why=why,
            advice="Ask the project's owners whether somebody removed it.",
        )
    return f"/archive/experiments/{found.id}"


def _stuck(ferry: Ferry, session: PlannedSession, row: PrearchiveRow) -> StuckInPrearchive:
    status = read_status(row.status)
    said = prearchive.read_last_log(ferry.destination, row.path) if row.status == "ERROR" else ""
    meaning = f"{status.meaning} ({said})" if said else status.meaning
    return StuckInPrearchive(
        session=session.to_session, status=plain(row.status), meaning=meaning, advice=status.advice
    )
