"""Carries one session: looks at both sides, sends what is missing, has it built in the prearchive."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

from xnat_ferry import wording
from xnat_ferry.errors import DestinationTaken, SourceChanged, Stopped
from xnat_ferry.events import SessionBuilt, SourceRead, UnitSent
from xnat_ferry.model import PrearchiveRow, SessionDetail, Where
from xnat_ferry.plan import Fate, PlannedSession
from xnat_ferry.transfer.ahead import run_ahead
from xnat_ferry.transfer.ferry import Ferry
from xnat_ferry.transfer.manifest import append_unit, read_manifest
from xnat_ferry.transfer.origin import Origin, ServerOrigin
from xnat_ferry.transfer.present import NOTHING, Present, present_in_archive
from xnat_ferry.transfer.rows import build_row, contents_of, rows_met
from xnat_ferry.transfer.session_state import SessionState
from xnat_ferry.transfer.units.cutting import Unit, cut_units
from xnat_ferry.transfer.units.fetching import Fetched, fetch_unit
from xnat_ferry.transfer.units.sending import send_unit
from xnat_ferry.transfer.whose import Doubts, Whose, is_ours, whose
from xnat_ferry.xnat.listings import find_session

Send = Callable[[Ferry, PlannedSession, Fetched], str]
"""Sends one unit and returns the prearchive row it lies in."""

AHEAD = 2
"""Units of a session that may lie fetched while one is being sent."""


class _Own(NamedTuple):
    """The row that a session goes on in."""

    row: PrearchiveRow
    ours: bool
    """All in it is of this transfer; False where the plan means to add to what somebody else has there."""
    heard: bool
    """It is the one that the server named."""


_BUILT = ("READY", "CONFLICT")
"""What a row says that is whole; the second once archiving it met something."""


def carry_session(
    ferry: Ferry,
    session: PlannedSession,
    past: SessionState,
    doubts: Doubts,
    origin: Origin | None = None,
    send: Send | None = None,
) -> str:
    """Bring what is missing of a session to READY in the destination's prearchive.

    Returns its row's path below /data, or "" when the archive holds all of it already. ``past`` is what the
    journal says of earlier attempts: what was sent is not sent again. ``doubts`` tells of a row that may be
    of such an attempt whether it is. ``origin`` is where the files are, the source's server without it;
    ``send`` brings one unit there, by an upload without it. Raises a FerryError otherwise; then the session
    is not complete there.
    """
    origin = origin or ServerOrigin(ferry.source, ferry.state.plan.source.project)
    archived = find_session(ferry.destination, ferry.destination_project, session.to_session)
    if archived is not None and _is_done(session, past, archived) and not _waits(ferry, session, past):
        return ""  # ours: by an earlier run of ours that was cut off, or by hand since
    own = _own_row(ferry, session, past, doubts)
    if past.built and own is not None and own.heard and not found_wrong(past, Where.PREARCHIVE):
        if own.row.status not in _BUILT:  # what was sent came in again, by an upload that nobody awaited
            _build(ferry, session, own.row.path)
        return own.row.path  # whatever has its label in the archive by now, archiving asks about it
    there = _there_already(ferry, session, past, archived)
    if session.fate == Fate.MERGE and past.built and own is None:
        return ""  # a person archived it
    detail = source_as_planned(origin, session)
    units = _units_left(ferry, session, past, origin, detail, own, there)
    send = send or partial(send_unit, doubts)
    row = _carry_units(ferry, session, units, origin, there, send) or (own.row.path if own else "")
    if row:
        _build(ferry, session, row)
    return row


def _build(ferry: Ferry, session: PlannedSession, row: str) -> None:
    build_row(ferry, session, row)
    ferry.tell(SessionBuilt(session=session.session, row=row))


def found_wrong(past: SessionState, where: Where) -> bool:
    """Whether the last look there found a session different. What is only not known is not sent again."""
    looked_at = past.verified.get(where)
    return looked_at is not None and looked_at.verdict == "differs"


def _is_done(session: PlannedSession, past: SessionState, archived: SessionDetail) -> bool:
    """Whether the archived session is what an earlier attempt of ours brought there, as far as is known."""
    ours = past.built and session.study_uid in ("", archived.study_uid)
    added = session.fate == Fate.COPY or bool(past.archived)
    return ours and added and not found_wrong(past, Where.ARCHIVE)


def _waits(ferry: Ferry, session: PlannedSession, past: SessionState) -> bool:
    """Whether what was built is in the prearchive still, so that what is archived is somebody else's."""
    return any(whose(row, session, past) == Whose.OURS for row in rows_met(ferry, session))


def _there_already(
    ferry: Ferry, session: PlannedSession, past: SessionState, archived: SessionDetail | None
) -> Present:
    """What the archive holds and may be added to; raises DestinationTaken where that was not planned."""
    if archived is None or session.fate == Fate.MERGE:
        return NOTHING
    same = session.study_uid in ("", archived.study_uid)
    if not same or not (session.fate == Fate.COMPLETE or past.built):
        raise DestinationTaken(label=session.to_session, why="an archived session has this label now")
    return present_in_archive(ferry.destination, archived)


def _own_row(ferry: Ferry, session: PlannedSession, past: SessionState, doubts: Doubts) -> _Own | None:
    """The row that this session goes on in, if there is one; any that was not planned for is refused."""
    own: _Own | None = None
    for row in rows_met(ferry, session):
        found = _Own(row, is_ours(row, session, past, doubts), heard=whose(row, session, past) == Whose.OURS)
        own = found if own is None or not own.heard else own
    return own


def source_as_planned(origin: Origin, session: PlannedSession) -> SessionDetail:
    """The source as it is now; raises SourceChanged when that is not what was planned."""
    detail = origin.read(session)
    there = {scan.id for scan in detail.scans}
    for scan in session.scans:
        if scan.id not in there:
            raise SourceChanged(session=session.session, why=f"scan {scan.id} is gone")
        files = len(detail.dicom_files(scan.id))
        if files != scan.files:
            why = f"scan {scan.id} has {wording.plural(files, 'file')} where the plan says {scan.files}"
            raise SourceChanged(session=session.session, why=why)
    return detail


def _units_left(
    ferry: Ferry,
    session: PlannedSession,
    past: SessionState,
    origin: Origin,
    detail: SessionDetail,
    own: _Own | None,
    there: Present,
) -> list[Unit]:
    """The units of which something has still to be sent."""
    scans = [scan.id for scan in session.scans]
    if there.uids:
        scans = _incomplete(ferry, session, origin, detail, there)
    units = cut_units(detail, scans)
    ferry.tell(
        SourceRead(
            session=session.session,
            scans=len(scans),
            files=sum(len(unit.files) for unit in units),
            bytes=sum(unit.bytes for unit in units),
        )
    )
    if own is None:
        return list(units)
    return _not_in_row(ferry, session, past, own, units)


def _incomplete(
    ferry: Ferry, session: PlannedSession, origin: Origin, detail: SessionDetail, there: Present
) -> list[str]:
    """The planned scans that the archive does not hold whole; the manifest is told of the others."""
    planned = {scan.id for scan in session.scans}
    left = []
    for scan in detail.scans:
        if scan.id not in planned:
            continue
        known = origin.known(detail, scan)
        if known is None or not there.holds_all(known):
            left.append(scan.id)
        else:
            append_unit(ferry.folder.manifest(session.id), scan.id, known)
    return left


def _not_in_row(
    ferry: Ferry, session: PlannedSession, past: SessionState, own: _Own, units: Sequence[Unit]
) -> list[Unit]:
    """The units that an earlier attempt did not bring into the row.

    Sending an instance again into the same row overwrites it (wire-write 1.7), so what is in doubt is sent
    once more. The row is looked into only where the journal does not tell, and it is ours.
    """
    wrong = found_wrong(past, Where.PREARCHIVE)
    left = [unit for unit in units if wrong or not own.heard or unit.key not in past.sent]
    if not own.ours or not left or not (wrong or any(unit.key in past.touched for unit in left)):
        return left
    there = contents_of(ferry, session, own.row)
    if there is None:
        return left
    passed = read_manifest(ferry.folder.manifest(session.id))
    lacking = []
    for unit in left:
        instances = [one for one in passed if one.scan in unit.scans]
        if unit.key in past.touched and instances and there.holds_all(instances):
            _tell_arrived(ferry, session, unit, own.row, len(instances))
        else:
            lacking.append(unit)
    # the row has every name and yet it was found wrong: then it is the content that is to be sent again
    return list(units) if wrong and not lacking else lacking


def _tell_arrived(ferry: Ferry, session: PlannedSession, unit: Unit, own: PrearchiveRow, files: int) -> None:
    ferry.tell(
        UnitSent(
            session=session.session,
            unit=unit.key,
            files=files,
            bytes=unit.bytes,
            seconds=0,
            row=own.path,
            there=True,
        )
    )


def _carry_units(
    ferry: Ferry,
    session: PlannedSession,
    units: Sequence[Unit],
    origin: Origin,
    there: Present,
    send: Send,
) -> str:
    """Send the units in their order, fetching ahead; returns the row they lie in, "" when none was sent."""

    def fetch(unwanted: Callable[[], bool]) -> Iterator[Fetched]:
        def heed() -> None:
            ferry.heed_stop()
            if unwanted():
                raise Stopped

        for unit in units:
            yield fetch_unit(ferry, session, unit, origin, heed=heed, there=there)

    row = ""
    with run_ahead(fetch, depth=AHEAD, drop=Fetched.drop) as fetched:
        for one in fetched:
            try:
                if one.files:
                    row = send(ferry, session, one)
            finally:
                one.drop()
    return row
