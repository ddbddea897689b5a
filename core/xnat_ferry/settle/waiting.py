"""Removes from the destination's prearchive what was sent of a session and given up, nothing of others."""

from collections.abc import Callable, Sequence

from xnat_ferry.errors import (
    ConnectionLost,
    FerryError,
    NotFound,
    Retry,
    RowNotRemovable,
    ServerAnswer,
    StillWorking,
)
from xnat_ferry.events import RowKept, RowRemovalRequested, RowRemoved
from xnat_ferry.model import Instance, PrearchiveRow
from xnat_ferry.plan import PlannedSession
from xnat_ferry.settings.redact import plain
from xnat_ferry.settle.meant import is_given_up
from xnat_ferry.settle.row_contents import refuse_others
from xnat_ferry.transfer.ferry import Ferry
from xnat_ferry.transfer.manifest import read_manifest
from xnat_ferry.transfer.present import Present, as_stored
from xnat_ferry.transfer.rows import contents_of, is_own, rows_beside, rows_met
from xnat_ferry.xnat import deletion, prearchive
from xnat_ferry.xnat.listings import list_everything

Ours = Callable[[Ferry, PlannedSession, PrearchiveRow, Present], list[Instance]]
"""What of the manifest lies in a row at most; raises RowNotRemovable where anything else does."""

_AT_REST = {"READY", "CONFLICT", "ERROR", "RECEIVING", "RECEIVING_INTERRUPT"}
"""Where no operation holds the row (wire-write 2.2)."""


def remove_waiting(ferry: Ferry, sessions: Sequence[PlannedSession]) -> int:
    """Remove the rows of these sessions one by one; returns how many are gone. What is kept is told with why.

    A row goes only where the session was given up and the row is the one that this transfer sent to, or where
    it lies beside the proven one and holds only what the journal began to send without hearing the end of it.
    In both cases all that it holds was sent by this transfer, and the source still has it unchanged.
    """
    removed = 0
    for session in sessions:
        ferry.heed_stop()
        try:
            _remove(ferry, session)
            removed += 1
        except FerryError as error:
            if error.retry == Retry.STOP:
                raise
            row = str(error.facts.get("row", ferry.state.sessions[session.session].row))
            ferry.tell(RowKept(session=session.session, row=row, message=str(error), advice=error.advice))
    return removed


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


def _remove(ferry: Ferry, session: PlannedSession) -> None:
    if is_given_up(ferry.state, session):
        _remove_row(ferry, session, _given_up(ferry, session), _of_given_up)
        return
    rows = prearchive.list_prearchive(ferry.destination, ferry.destination_project)
    beside = rows_beside(rows, [session], ferry.state).get(session.session, ())
    if not beside:
        raise _refusal(session, "nothing of it was given up there")
    for row in beside:
        try:
            _refuse_unless_ended(session, row)
            _remove_row(ferry, session, row, _of_cut_off)
        except RowNotRemovable as error:
            error.facts["row"] = row.path
            raise


def _remove_row(ferry: Ferry, session: PlannedSession, row: PrearchiveRow, ours: Ours) -> None:
    _refuse_unless_its(session, row)
    if ferry.from_server is None:
        raise _refusal(session, "its source is no server that could be asked whether it still has the files")
    held = contents_of(ferry, session, row)
    if held is None:
        raise _refusal(session, "what its row holds cannot be told")
    more = prearchive.other_resources(ferry.destination, row.path)
    if more:
        raise _refusal(session, f"somebody put {plain(more[0], 40)} there beside its images")
    mine = ours(ferry, session, row, held)
    _refuse_unless_at_source(ferry, session, mine)
    again, path = prearchive.find_row(ferry.destination, row.path), row.path  # right before, once more
    if again is None or again.status != "READY":
        raise _refusal(session, "something came in while it was looked at")
    ferry.tell(RowRemovalRequested(session=session.session, row=path))
    if not _is_removed(ferry, path):
        raise _refusal(session, "the server did not remove it")
    ferry.tell(RowRemoved(session=session.session, row=path))


def _is_removed(ferry: Ferry, path: str) -> bool:
    try:
        return prearchive.remove(ferry.destination, path)
    except (ConnectionLost, StillWorking):
        return prearchive.find_row(ferry.destination, path) is None


def _given_up(ferry: Ferry, session: PlannedSession) -> PrearchiveRow:
    """The one row that this transfer sent to; raises RowNotRemovable where that is not known."""
    past = ferry.state.sessions[session.session]
    rows = [row for row in rows_met(ferry, session) if not past.row or row.path == past.row]
    if len(rows) != 1:
        raise _refusal(session, "more than one row waits there" if rows else "nothing of it waits there now")
    return rows[0]


def _refuse_unless_its(session: PlannedSession, row: PrearchiveRow) -> None:
    """Raises RowNotRemovable for another session's row, and for one in use."""
    if not session.study_uid or not is_own(row, session):
        raise _refusal(session, f"{plain(row.path)} is not known to be its row")
    if row.status not in _AT_REST:
        raise _refusal(session, f"it is {plain(row.status, 30)} now")


def _refuse_unless_ended(session: PlannedSession, row: PrearchiveRow) -> None:
    """Raises RowNotRemovable while files come in: whoever sends them may be somebody else."""
    if row.status.startswith("RECEIVING"):
        raise _refusal(session, f"files may still come into {plain(row.path)}: try again once it is READY")


def _of_given_up(ferry: Ferry, session: PlannedSession, row: PrearchiveRow, held: Present) -> list[Instance]:
    """By names, which an upload keeps; a receiver gives its own, so there the files themselves tell."""
    instances = read_manifest(ferry.folder.manifest(session.id))
    if ferry.state.sessions[session.session].routed:
        return refuse_others(ferry, session, row, instances)
    return _refuse_strangers(session, held, instances)


def _of_cut_off(ferry: Ferry, session: PlannedSession, row: PrearchiveRow, held: Present) -> list[Instance]:
    """Names tell too little of a row that the journal does not know: anybody may send the same study."""
    scans = {scan for unit in ferry.state.sessions[session.session].cut_off for scan in unit.split(",")}
    instances = [one for one in read_manifest(ferry.folder.manifest(session.id)) if one.scan in scans]
    if not instances:
        why = f"{plain(row.path)} may be somebody else's: the end of every upload of this transfer was heard"
        raise _refusal(session, why)
    return refuse_others(ferry, session, row, instances)


def _refuse_strangers(
    session: PlannedSession, held: Present, instances: Sequence[Instance]
) -> list[Instance]:
    """What of the manifest lies in the row; raises RowNotRemovable where that is not all that lies there."""
    sent = {(one.series_uid, as_stored(one.name)): one for one in instances if not one.there}
    mine = []
    for series, names in held.files.items():
        for name in names:
            one = sent.get((series, as_stored(name)))
            if one is None:
                raise _refusal(session, "its row holds files that this transfer did not send")
            mine.append(one)
    return mine


def _refuse_unless_at_source(ferry: Ferry, session: PlannedSession, mine: Sequence[Instance]) -> None:
    try:
        deletion.read_holding(
            ferry.source, session.id
        )  # of what is gone the listing is a fault (wire-read 2.5)
        listing = list_everything(ferry.source, session.id)
    except NotFound:
        listing = ()
    except ServerAnswer as error:
        raise _refusal(session, f"whether the source still has it is not known: {error}") from None
    there = {(row.scan, row.path): row for row in listing}
    for one in mine:
        row = there.get((one.scan, one.path))
        if row is None or (row.digest and row.digest != one.md5) or row.size not in (None, one.size):
            why = f"the source does not hold every file of it any more, as of scan {plain(one.scan, 40)}"
            raise _refusal(session, why)


def _refusal(session: PlannedSession, why: str) -> RowNotRemovable:
    return RowNotRemovable(session=session.session, why=why)
