"""Removes from the destination's prearchive what was sent of a session and given up, nothing of others."""

from collections.abc import Sequence

from xnat_ferry.errors import (
    BuildFailed,
    ConnectionLost,
    FerryError,
    NotFound,
    Retry,
    RowNotRemovable,
    StillWorking,
)
from xnat_ferry.events import RowKept, RowRemovalRequested, RowRemoved
from xnat_ferry.model import PrearchiveRow
from xnat_ferry.plan import PlannedSession
from xnat_ferry.settings.redact import plain
from xnat_ferry.settle.meant import is_given_up
from xnat_ferry.settle.row_contents import doubts, sent_to
from xnat_ferry.settle.source_files import SourceFiles, source_files
from xnat_ferry.transfer.ferry import Ferry
from xnat_ferry.transfer.rows import build_row, rows_met
from xnat_ferry.transfer.whose import Whose, lands_in, rows_beside, whose
from xnat_ferry.xnat import prearchive

_AT_REST = {"READY", "CONFLICT", "ERROR", "RECEIVING", "RECEIVING_INTERRUPT"}
"""Where no operation holds the row (wire-write 2.2)."""
_REBUILD = (
    "Once nobody sends any more, have it rebuilt on the destination's prearchive page: no server does so by "
    "itself after an upload of this program. Then order its removal again."
)
"""A person must say so: our uploads ask for no building (wire-write 2.3), and others' may be under way."""


def remove_waiting(ferry: Ferry, sessions: Sequence[PlannedSession]) -> int:
    """Remove the rows of these sessions one by one; returns how many are gone. What is kept is told with why.

    A row goes only where the session was given up and the row is the one that this transfer sent to, or where
    it lies beside the proven one and holds only what the journal began to send without hearing the end of it.
    In both cases each file that it holds, fetched back, is one that this transfer sent, and the source still
    has it unchanged.
    """
    with source_files(ferry) as source:
        return sum(_is_gone(ferry, source, session) for session in sessions)


def _is_gone(ferry: Ferry, source: SourceFiles, session: PlannedSession) -> bool:
    ferry.heed_stop()
    try:
        _remove(ferry, source, session)
    except FerryError as error:
        if error.retry == Retry.STOP:
            raise
        row = str(error.facts.get("row", ferry.state.sessions[session.session].row))
        ferry.tell(RowKept(session=session.session, row=row, message=str(error), advice=error.advice))
        return False
    return True


def recount_rows(ferry: Ferry) -> None:
    """Find out what became of rows whose removal was cut off; removes nothing."""
    for session in ferry.state.plan.travelling:
        asked = ferry.state.sessions[session.session].row_removal
        if asked is None:
            continue
        if prearchive.find_row(ferry.destination, asked.row) is None:
            ferry.tell(RowRemoved(session=session.session, row=asked.row, found=True))
        else:
            kept = RowNotRemovable(session=session.session, why="its removal was cut off before it was done")
            ferry.tell(RowKept(session=session.session, row=asked.row, message=str(kept), advice=kept.advice))


def _remove(ferry: Ferry, source: SourceFiles, session: PlannedSession) -> None:
    given_up = is_given_up(ferry.state, session)
    for row in [_given_up(ferry, session)] if given_up else _beside(ferry, session):
        try:
            if not given_up:
                _refuse_unless_ended(session, row)
            _remove_row(ferry, source, session, row)
        except RowNotRemovable as error:
            error.facts["row"] = row.path
            raise


def _beside(ferry: Ferry, session: PlannedSession) -> Sequence[PrearchiveRow]:
    """The rows beside the proven one; raises RowNotRemovable where there is none."""
    rows = prearchive.list_prearchive(ferry.destination, ferry.destination_project)
    beside = rows_beside(rows, [session], ferry.state).get(session.session, ())
    if not beside:
        raise _refusal(session, "nothing of it was given up there")
    return beside


def _remove_row(ferry: Ferry, source: SourceFiles, session: PlannedSession, row: PrearchiveRow) -> None:
    _refuse_unless_its(session, row)
    sent = sent_to(ferry, session, row)
    if not sent:
        why = f"{plain(row.path)} may be somebody else's: the end of every upload of this transfer was heard"
        raise _refusal(session, why)
    row = _built(ferry, session, row)
    if doubt := doubts(ferry, session, row, sent, source.originals(session)):
        raise _refusal(session, f"{plain(row.path)} waits there, and {doubt}")
    more = prearchive.other_resources(ferry.destination, row.path)
    if more:
        raise _refusal(session, f"somebody put {plain(more[0], 40)} there beside its images")
    source.refuse_unless_there(session, sent)
    again, path = prearchive.find_row(ferry.destination, row.path), row.path  # right before, once more
    if again != row:
        raise _refusal(session, "something came in, or another one took its place, while it was looked at")
    ferry.tell(RowRemovalRequested(session=session.session, row=path))
    if not _is_removed(ferry, path):
        raise _refusal(session, "the server did not remove it")
    ferry.tell(RowRemoved(session=session.session, row=path))


def _built(ferry: Ferry, session: PlannedSession, row: PrearchiveRow) -> PrearchiveRow:
    """The row as it is looked at and shall be removed; raises RowNotRemovable if it cannot be built."""
    if row.status == "READY":
        return row
    try:
        return build_row(ferry, session, row.path)
    except (BuildFailed, NotFound):
        why = f"{plain(row.path)} waits there, and what it holds cannot be told"
        raise _refusal(session, why) from None


def _is_removed(ferry: Ferry, path: str) -> bool:
    try:
        return prearchive.remove(ferry.destination, path)
    except (ConnectionLost, StillWorking):
        return prearchive.find_row(ferry.destination, path) is None


def _given_up(ferry: Ferry, session: PlannedSession) -> PrearchiveRow:
    """The one row that this transfer sent to; raises RowNotRemovable where that is not known."""
    past = ferry.state.sessions[session.session]
    met = [(whose(row, session, past), row) for row in rows_met(ferry, session)]
    ours = [row for kind, row in met if kind == Whose.OURS]
    rows = ours or [row for kind, row in met if kind == Whose.PERHAPS]
    if len(rows) != 1:
        raise _refusal(session, "more than one row waits there" if rows else "nothing of it waits there now")
    return rows[0]


def _refuse_unless_its(session: PlannedSession, row: PrearchiveRow) -> None:
    """Raises RowNotRemovable for another session's row, and for one in use."""
    if not session.study_uid or not lands_in(row, session):
        raise _refusal(session, f"{plain(row.path)} is not known to be its row")
    if row.status not in _AT_REST:
        raise _refusal(session, f"it is {plain(row.status, 30)} now")


def _refuse_unless_ended(session: PlannedSession, row: PrearchiveRow) -> None:
    """Raises RowNotRemovable while files come in: whoever sends them may be somebody else."""
    if row.status.startswith("RECEIVING"):
        why = f"files may still come into {plain(row.path)}"
        raise RowNotRemovable(session=session.session, why=why, advice=_REBUILD)


def _refusal(session: PlannedSession, why: str) -> RowNotRemovable:
    return RowNotRemovable(session=session.session, why=why)
