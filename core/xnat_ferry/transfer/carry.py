"""Carries one session: looks at both sides, sends what is missing, has it built in the prearchive."""

import time

from xnat_ferry.errors import BuildFailed, DestinationTaken, SourceChanged
from xnat_ferry.events import SessionBuilt, SourceRead
from xnat_ferry.model import PrearchiveRow, SessionDetail, Where
from xnat_ferry.plan import PlannedSession
from xnat_ferry.transfer.ferry import Ferry, growing_waits
from xnat_ferry.transfer.state import SessionState
from xnat_ferry.transfer.unit_road import carry_unit
from xnat_ferry.transfer.units import Unit, cut_units
from xnat_ferry.xnat import prearchive
from xnat_ferry.xnat.listings import find_session, read_session

_SETTLED = {"READY", "CONFLICT", "ERROR"}
_LONGEST_BUILD = 2 * 60 * 60.0
"""Seconds after which a row that is still not built is given up, to be looked at again by a resume."""


def carry_session(ferry: Ferry, session: PlannedSession, past: SessionState) -> str:
    """Bring a session to READY in the destination's prearchive; returns its row's path below /data.

    ``past`` is what the journal says of earlier attempts: what was sent is not sent again. Returns "" when
    the session is archived already. Raises a FerryError otherwise; then the session is not complete there.
    """
    archived = find_session(ferry.destination, ferry.destination_project, session.to_session)
    if archived is not None:
        if past.built and session.study_uid in ("", archived.study_uid):
            return ""  # ours: by an earlier run of ours that was cut off, or by hand since
        raise DestinationTaken(label=session.to_session, why="an archived session has this label now")
    own_row = _own_row(ferry, session, past)
    wrong = _was_found_wrong(past)
    if past.built and own_row is not None and own_row.status == "READY" and not wrong:
        return own_row.path
    # sending an instance again into the same row overwrites it (wire-write 1.7), so a row that was found
    # incomplete is mended by sending everything once more
    sent = past.sent.copy() if own_row is not None and not wrong else {}
    row = own_row.path if own_row else ""
    for unit in _units_of(ferry, session):
        if unit.key not in sent:
            row = carry_unit(ferry, session, unit)
    _wait_until_built(ferry, session, row)
    ferry.tell(SessionBuilt(session=session.session, row=row))
    return row


def _was_found_wrong(past: SessionState) -> bool:
    looked_at = past.verified.get(Where.PREARCHIVE)
    return looked_at is not None and looked_at.verdict != "proven"


def _units_of(ferry: Ferry, session: PlannedSession) -> tuple[Unit, ...]:
    """The units as the source is now; raises SourceChanged when that is not what was planned."""
    detail = read_session(ferry.source, session.id)
    _compare_with_plan(session, detail)
    units = cut_units(detail, [scan.id for scan in session.scans])
    ferry.tell(
        SourceRead(
            session=session.session,
            scans=len(session.scans),
            files=sum(len(unit.files) for unit in units),
            bytes=sum(unit.bytes for unit in units),
        )
    )
    return units


def _compare_with_plan(session: PlannedSession, detail: SessionDetail) -> None:
    there = {scan.id for scan in detail.scans}
    for scan in session.scans:
        if scan.id not in there:
            raise SourceChanged(session=session.session, why=f"scan {scan.id} is gone")
        files = len(detail.dicom_files(scan.id))
        if files != scan.files:
            why = f"scan {scan.id} has {files} files where the plan says {scan.files}"
            raise SourceChanged(session=session.session, why=why)


def _own_row(ferry: Ferry, session: PlannedSession, past: SessionState) -> PrearchiveRow | None:
    """The row of an earlier attempt of ours, if there is one; anything else under this label is refused.

    The importer joins whatever waits under the same project, study and label (wire-write 1.7), and the
    archiver merges by default (3.2): that must never happen by accident.
    """
    own: PrearchiveRow | None = None
    for row in prearchive.list_prearchive(ferry.destination, ferry.destination_project):
        if not _meets(row, session):
            continue
        if row.path != past.row and not (past.touched and _same_row(row, session)):
            raise DestinationTaken(label=session.to_session, why=f"{row.path} waits in the prearchive now")
        own = row
    return own


def _meets(row: PrearchiveRow, session: PlannedSession) -> bool:
    same_study = bool(session.study_uid) and row.study_uid == session.study_uid
    return same_study or row.name.casefold() == session.to_session.casefold()


def _same_row(row: PrearchiveRow, session: PlannedSession) -> bool:
    return row.name == session.to_session and session.study_uid in ("", row.study_uid)


def _wait_until_built(ferry: Ferry, session: PlannedSession, row: str) -> None:
    prearchive.build(ferry.destination, row)
    began = time.monotonic()
    for wait in growing_waits():
        found = prearchive.find_row(ferry.destination, row)
        status = found.status if found else "gone"
        if status == "READY":
            return
        if status in _SETTLED or found is None or time.monotonic() - began > _LONGEST_BUILD:
            raise BuildFailed(session=session.session, status=status)
        ferry.wait(wait)
