"""The road of one unit: fetched into the spool, checked, written into the manifest, sent as it came."""

import time
from typing import BinaryIO

import stamina

from xnat_ferry.errors import FerryError, Retry
from xnat_ferry.events import FileLeftOut, TriedAgain, UnitFetched, UnitSending, UnitSent
from xnat_ferry.plan import PlannedSession
from xnat_ferry.transfer.checking import CheckedUnit, check_unit
from xnat_ferry.transfer.ferry import Ferry, Progress
from xnat_ferry.transfer.manifest import append_unit
from xnat_ferry.transfer.spool import spooled
from xnat_ferry.transfer.units import Unit
from xnat_ferry.xnat.scan_zips import import_zip, open_scans

ATTEMPTS = 4


def carry_unit(ferry: Ferry, session: PlannedSession, unit: Unit) -> str:
    """Carry one unit over and return the prearchive row it lies in.

    What may pass is tried again from the start of the unit, since no server can go on in the middle of a
    zip (wire-read 0.6). Raises the last FerryError when it does not pass.
    """
    for attempt in stamina.retry_context(
        on=_may_pass, attempts=ATTEMPTS, timeout=None, wait_initial=0.5, wait_max=5.0
    ):
        with attempt:
            try:
                return _carry_once(ferry, session, unit)
            except FerryError as error:
                if _may_pass(error) and attempt.num < ATTEMPTS:
                    ferry.tell(
                        TriedAgain(
                            session=session.session, unit=unit.key, attempt=attempt.num, message=str(error)
                        )
                    )
                raise
    raise AssertionError("a retry ends by returning or raising")


def _may_pass(error: Exception) -> bool:
    return isinstance(error, FerryError) and error.retry == Retry.AGAIN


def _carry_once(ferry: Ferry, session: PlannedSession, unit: Unit) -> str:
    ferry.heed_stop()
    with spooled(ferry.spool) as zipped:
        started = time.monotonic()
        length = _fetch(ferry, session, unit, zipped)
        checked = _check(ferry, session, unit, zipped)
        _write_down(ferry, session, unit, checked, length, time.monotonic() - started)
        return _send(ferry, session, unit, zipped, length, checked)


def _fetch(ferry: Ferry, session: PlannedSession, unit: Unit, zipped: BinaryIO) -> int:
    progress = Progress(ferry, session.session, unit.key, "down")
    with open_scans(ferry.source, session.id, unit.scans, unit.resources) as pieces:
        for piece in pieces:
            zipped.write(piece)
            progress.add(len(piece))
    return progress.bytes


def _check(ferry: Ferry, session: PlannedSession, unit: Unit, zipped: BinaryIO) -> CheckedUnit:
    zipped.seek(0)
    return check_unit(
        zipped,
        unit,
        session=session.session,
        study_uid=session.study_uid,
        scratch=ferry.spool,
        series={scan.id: scan.uid for scan in session.scans},
    )


def _write_down(
    ferry: Ferry, session: PlannedSession, unit: Unit, checked: CheckedUnit, length: int, seconds: float
) -> None:
    append_unit(ferry.folder.manifest(session.id), unit.key, checked.instances)
    for left in checked.left_out:
        ferry.tell(FileLeftOut(session=session.session, scan=left.scan, name=left.name, why=left.why))
    ferry.tell(
        UnitFetched(
            session=session.session,
            unit=unit.key,
            files=len(checked.instances),
            bytes=length,
            seconds=round(seconds, 3),
        )
    )


def _send(
    ferry: Ferry,
    session: PlannedSession,
    unit: Unit,
    zipped: BinaryIO,
    length: int,
    checked: CheckedUnit,
) -> str:
    progress = Progress(ferry, session.session, unit.key, "up")
    ferry.tell(UnitSending(session=session.session, unit=unit.key))
    started = time.monotonic()
    row = import_zip(
        ferry.destination,
        zipped,
        length,
        project=ferry.destination_project,
        subject=session.to_subject,
        session=session.to_session,
        # only where files were left out on purpose: it also hides a server's own faults (wire-write 1.7)
        skip_unparsable=bool(checked.left_out),
        on_bytes=progress.add,
    )
    ferry.tell(
        UnitSent(
            session=session.session,
            unit=unit.key,
            files=len(checked.instances),
            bytes=length,
            seconds=round(time.monotonic() - started, 3),
            row=row,
        )
    )
    return row
