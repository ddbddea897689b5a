"""The prearchive row that a session travels through: found, built, and looked into."""

import contextlib
import time

from xnat_ferry.errors import BuildFailed, ConnectionLost, NotFound, ServerBusy, StillWorking
from xnat_ferry.model import PrearchiveRow
from xnat_ferry.plan import PlannedSession
from xnat_ferry.transfer.ferry import Ferry, growing_waits
from xnat_ferry.transfer.present import Present, present_in_row
from xnat_ferry.transfer.whose import lands_in, rows_meeting
from xnat_ferry.xnat import prearchive

_SETTLED = {"READY", "CONFLICT", "ERROR"}
_LONGEST_BUILD = 2 * 60 * 60.0
"""Seconds after which a row that is still not built is given up, to be looked at again by a resume."""


def rows_met(ferry: Ferry, session: PlannedSession) -> tuple[PrearchiveRow, ...]:
    """Every row that waits under the session's label there, or with its study."""
    rows = prearchive.list_prearchive(ferry.destination, ferry.destination_project)
    return rows_meeting(rows, [session]).get(session.session, ())


def row_joined(ferry: Ferry, session: PlannedSession) -> PrearchiveRow | None:
    """The row that an upload lands in, whoever made it; None where it will be a new one."""
    return next((row for row in rows_met(ferry, session) if lands_in(row, session)), None)


def build_row(ferry: Ferry, session: PlannedSession, row: str) -> PrearchiveRow:
    """Have a row built and wait until it is READY, looking now and then; raises BuildFailed.

    Returns it as it is then.
    """
    _ask_to_build(ferry, row)
    began = time.monotonic()
    for wait in growing_waits():
        found = prearchive.find_row(ferry.destination, row)
        status = found.status if found else "gone"
        if found is not None and status == "READY":
            return found
        if found is None or status in _SETTLED or time.monotonic() - began > _LONGEST_BUILD:
            raise BuildFailed(session=session.session, status=status)
        ferry.wait(wait)
        if status == "RECEIVING":
            _ask_to_build(ferry, row)  # the call was lost on the way, or files came in after it
    raise AssertionError("one waits for ever, or it is told")


def contents_of(ferry: Ferry, session: PlannedSession, row: PrearchiveRow) -> Present | None:
    """What a row holds; it is built for that where it is not. None where it cannot be told."""
    try:
        if row.status != "READY":
            build_row(ferry, session, row.path)
        return present_in_row(ferry.destination, row.path)
    except (BuildFailed, NotFound):
        return None


def _ask_to_build(ferry: Ferry, row: str) -> None:
    # an answer that is lost, late or "locked" says nothing of the row; its status does
    with contextlib.suppress(ConnectionLost, StillWorking, ServerBusy):
        prearchive.build(ferry.destination, row)
