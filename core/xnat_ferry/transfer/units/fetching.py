"""Fetches a unit into the spool, checks it whole, and writes it into the manifest."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO, cast

from xnat_ferry.errors import DownloadBroken
from xnat_ferry.events import FileLeftOut, UnitFetched
from xnat_ferry.plan import PlannedSession
from xnat_ferry.transfer.ferry import Ferry, Progress
from xnat_ferry.transfer.manifest import append_unit
from xnat_ferry.transfer.origin import Origin
from xnat_ferry.transfer.present import NOTHING, Present
from xnat_ferry.transfer.units.checking import DAMAGED, CheckedUnit, check_unit
from xnat_ferry.transfer.units.cutting import Unit
from xnat_ferry.transfer.units.spool import Room, told_here
from xnat_ferry.transfer.units.thinning import missing, thin, told_apart


@dataclass
class Fetched:
    """A unit that lies checked in the spool."""

    unit: Unit
    checked: CheckedUnit
    zipped: BinaryIO
    """What shall be sent: as it came, or what of it is missing at the destination."""
    length: int
    files: int
    """How many instances are in it; with none, nothing is to be sent."""
    room: Room

    def drop(self) -> None:
        """Give its room back."""
        self.room.close()


class Outgrown(Exception):
    """More came than was listed: the unit needs a larger room."""


def fetch_unit(
    ferry: Ferry,
    session: PlannedSession,
    unit: Unit,
    origin: Origin,
    *,
    heed: Callable[[], None],
    there: Present = NOTHING,
) -> Fetched:
    """Fetch one unit, waiting for room; ``there`` is what the destination's archive holds of the session.

    What may pass is tried again from the start of the unit, since no server can go on in the middle of a zip
    (wire-read 0.6). Raises the last FerryError when it does not pass.
    """
    size = unit.room * (2 if there.uids or unit.twins else 1)
    what = f"{session.session} scan {unit.key}"
    while True:
        room = ferry.room.take(size, what, heed)
        fetch = partial(_fetch_once, ferry, session, unit, origin, room, there, heed)
        try:
            return ferry.persist(session.session, unit.key, fetch)
        except Outgrown:
            room.close()
            size *= 2
        except BaseException:
            room.close()
            raise


def _fetch_once(
    ferry: Ferry,
    session: PlannedSession,
    unit: Unit,
    origin: Origin,
    room: Room,
    there: Present,
    heed: Callable[[], None],
) -> Fetched:
    heed()
    room.empty()
    zipped = room.file()
    progress = Progress(ferry, session.session, unit.key, "down")
    origin.fetch(session, unit, cast(BinaryIO, _Watched(zipped, ferry.spool, room.size, progress, heed)))
    with told_here(ferry.spool):
        length = zipped.seek(0, 2)
        zipped.seek(0)
    checked = check_unit(
        zipped,
        unit,
        session=session.session,
        study_uid=session.study_uid,
        scratch=ferry.spool,
        series={scan.id: scan.uid for scan in session.scans},
    )
    fetched = Fetched(unit, checked, zipped, length, len(checked.entries), room)
    if there.uids or unit.twins:
        _zip_again(ferry, fetched, room, there, what=f"{session.session} scan {unit.key}")
    _write_down(ferry, session, fetched, length, progress.seconds)
    room.shrink(fetched.length if fetched.zipped is zipped else length + fetched.length)
    return fetched


class _Watched:
    """A file in a room while it is filled: what is written is told of, heeds a stop and stays within it."""

    def __init__(
        self, file: BinaryIO, folder: Path, size: int, progress: Progress, heed: Callable[[], None]
    ) -> None:
        self._file, self._folder, self._size = file, folder, size
        self._progress, self._heed = progress, heed
        self.seek, self.tell, self.flush = file.seek, file.tell, file.flush

    def write(self, piece: bytes) -> int:
        """Raises Outgrown, Stopped or CannotWrite instead of writing."""
        self._progress.add(len(piece))
        self._heed()
        if self._file.tell() + len(piece) > self._size:
            raise Outgrown
        with told_here(self._folder):
            return self._file.write(piece)


def _zip_again(ferry: Ferry, fetched: Fetched, room: Room, there: Present, what: str) -> None:
    """Leave of a unit what is missing there; the manifest says of the rest that it was there.

    Raises DownloadBroken where a file's CRC is wrong all over its zip, which no digest tells.
    """
    entries = {one.name: one.instance for one in fetched.checked.entries}
    wanted = told_apart(missing(entries, there))
    fetched.files = len(wanted)
    fetched.checked = fetched.checked.keeping(wanted)
    if wanted:
        out = room.file()
        try:
            with told_here(ferry.spool):
                fetched.length = thin(fetched.zipped, wanted, out)
        except DAMAGED as error:
            raise DownloadBroken(what=what, why=f"the zip is damaged ({error})") from None
        fetched.zipped = out


def _write_down(ferry: Ferry, session: PlannedSession, fetched: Fetched, length: int, seconds: float) -> None:
    unit, checked = fetched.unit, fetched.checked
    append_unit(ferry.folder.manifest(session.id), unit.key, checked.instances)
    for left in checked.left_out:
        ferry.tell(FileLeftOut(session=session.session, scan=left.scan, name=left.name, why=left.why))
    ferry.tell(
        UnitFetched(
            session=session.session,
            unit=unit.key,
            files=len(checked.entries),
            bytes=length,
            seconds=seconds,
        )
    )
