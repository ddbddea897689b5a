"""Brings a session into files on this machine; what is there already and equal is not fetched again."""

import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from xnat_ferry.dicom.instance import read_passing
from xnat_ferry.errors import DestinationTaken, Stopped
from xnat_ferry.events import SourceRead, UnitSending, UnitSent
from xnat_ferry.local.backup import BackedUp, KeptFile
from xnat_ferry.local.naming import Placed, paths_of
from xnat_ferry.local.shelf import UNREADABLE, Opener, Shelf
from xnat_ferry.model import ZIPS_HERE, Instance, SessionDetail
from xnat_ferry.packed import Packed
from xnat_ferry.plan import Plan, PlannedSession
from xnat_ferry.transfer.ahead import run_ahead
from xnat_ferry.transfer.carry import AHEAD, source_as_planned
from xnat_ferry.transfer.ferry import Ferry, Progress
from xnat_ferry.transfer.manifest import append_unit, read_scans
from xnat_ferry.transfer.origin import Origin, ServerOrigin
from xnat_ferry.transfer.units.cutting import Unit, cut_units
from xnat_ferry.transfer.units.fetching import Fetched, fetch_unit
from xnat_ferry.xnat.scan_zips import entry_name

_Passed = Mapping[str, Iterable[Instance]]
"""Instances by scan."""


def shelf_of(plan: Plan, session: PlannedSession) -> Shelf:
    """Where a session of a download lies."""
    end = plan.destination
    return Shelf(Path(end.project), session.to_subject, session.to_session, zipped=end.server == ZIPS_HERE)


def land_session(ferry: Ferry, session: PlannedSession) -> None:
    """Have all of a session in its place, each file whole and as the server lists it, and a manifest beside.

    Raises DestinationTaken where something else has that name, CannotWrite, or what fetching raises; what was
    brought so far stays, and is not brought again.
    """
    shelf = shelf_of(ferry.state.plan, session)
    taken = DestinationTaken(label=session.to_session, why=f"{shelf.final} is there and is something else")
    strange = shelf.holds(session.id, session.study_uid) is False
    if strange and shelf.kept():
        raise taken
    origin = ServerOrigin(ferry.source, ferry.state.plan.source.project)
    landing = _Landing(ferry, session, source_as_planned(origin, session), shelf)
    left = landing.units_left()
    if strange and left:
        raise taken  # else it is the session, and only its manifest is lost
    if left or not shelf.packed:
        shelf.prepare()
        landing.bring(left, origin)
        landing.finish()
    else:
        landing.describe()
        shelf.tidy()


class _Landing:
    """One session on its way."""

    def __init__(self, ferry: Ferry, session: PlannedSession, detail: SessionDetail, shelf: Shelf) -> None:
        self._ferry, self._session, self._shelf = ferry, session, shelf
        planned = {scan.id for scan in session.scans}
        files = {scan: detail.dicom_files(scan) for scan in planned}
        self._placed = paths_of(files, {scan.id: scan.type for scan in detail.scans})
        self._units = cut_units(detail, planned)
        self._project = detail.project

    def units_left(self) -> Sequence[Unit]:
        """The units of which not every file lies there as it should; of a ZIP all or none."""
        self._ferry.tell(
            SourceRead(
                session=self._session.session,
                scans=len(self._session.scans),
                files=sum(map(len, self._placed.values())),
                bytes=sum(unit.bytes for unit in self._units),
            )
        )
        try:
            passed = self._passed()
            with self._shelf.reading() as opened:
                left = [unit for unit in self._units if not self._is_there(unit, passed, opened)]
        except UNREADABLE:
            return self._units
        return self._units if left and self._shelf.packed else left

    def bring(self, units: Sequence[Unit], origin: Origin) -> None:
        """Fetch some units, and write their files one by one."""

        def fetch(unwanted: Callable[[], bool]) -> Iterator[Fetched]:
            def heed() -> None:
                self._ferry.heed_stop()
                if unwanted():
                    raise Stopped

            for unit in units:
                yield fetch_unit(self._ferry, self._session, unit, origin, heed=heed)

        with run_ahead(fetch, depth=AHEAD, drop=Fetched.drop) as fetched:
            for one in fetched:
                try:
                    self._unpack(one)
                finally:
                    one.drop()

    def finish(self) -> None:
        """Write the manifest and give the session its name."""
        kept = Packed(KeptFile, self._kept())
        self._shelf.finish(self._backed_up(kept), kept)

    def describe(self) -> None:
        """Write the manifest of what has its name already."""
        kept = Packed(KeptFile, self._kept())
        self._shelf.describe(self._backed_up(kept), kept)

    def _backed_up(self, kept: Sequence[KeptFile]) -> BackedUp:
        return BackedUp(
            server=self._ferry.source.server,
            project=self._project,
            subject=self._session.subject,
            session=self._session.session,
            id=self._session.id,
            study_uid=self._session.study_uid,
            files=len(kept),
            bytes=sum(one.size for one in kept),
        )

    def _is_there(self, unit: Unit, passed: _Passed, opened: Opener) -> bool:
        """Whether every file of a unit lies there as it should; then manifest and journal say so."""
        found = Packed(Instance)
        for scan in unit.scans:
            known = _by_digest(passed.get(scan, ()))
            for placed in self._placed[scan]:
                self._ferry.heed_stop()
                row, one = placed.row, self._as_it_lies(placed, opened)
                if one is None or one.md5 not in ({row.digest} if row.digest else known[row.path]):
                    return False
                found.append(one)
        append_unit(self._ferry.folder.manifest(self._session.id), unit.key, found)
        self._tell(unit, len(found), unit.bytes, 0.0, there=True)
        return True

    def _passed(self) -> _Passed:
        """What passed through in this transfer."""
        return read_scans(self._ferry.folder.manifest(self._session.id))

    def _as_it_lies(self, placed: Placed, opened: Opener) -> Instance | None:
        row = placed.row
        try:
            with opened(placed.path) as file:
                passed = read_passing(file, str(self._ferry.spool))
        except UNREADABLE:
            return None
        identity = passed.identity
        if identity is None:
            return None
        return Instance(
            scan=row.scan,
            series_uid=identity.series_uid,
            sop_uid=identity.sop_uid,
            name=row.path.rpartition("/")[2],
            path=row.path,
            size=passed.size,
            md5=passed.md5,
            pixel_md5=identity.pixel_md5,
            pixel_bytes=identity.pixel_bytes,
            tail_md5=identity.tail_md5,
        )

    def _unpack(self, fetched: Fetched) -> None:
        session, unit = self._session.session, fetched.unit
        paths = {entry_name(one.row): one.path for scan in unit.scans for one in self._placed[scan]}
        progress = Progress(self._ferry, session, unit.key, "up")
        self._ferry.tell(UnitSending(session=session, unit=unit.key))
        with zipfile.ZipFile(fetched.zipped) as archive:
            for name in fetched.checked.names:
                with archive.open(name) as source:
                    progress.add(self._shelf.write(paths[name.partition("/")[2]], source))
        self._tell(unit, fetched.files, fetched.length, progress.seconds)

    def _tell(self, unit: Unit, files: int, size: int, seconds: float, *, there: bool = False) -> None:
        self._ferry.tell(
            UnitSent(
                session=self._session.session,
                unit=unit.key,
                files=files,
                bytes=size,
                seconds=seconds,
                row=f"{self._session.to_subject}/{self._shelf.final.name}",
                there=there,
            )
        )

    def _kept(self) -> Iterator[KeptFile]:
        """Every file that was brought, where it lies now."""
        passed = self._passed()
        for scan, files in self._placed.items():
            known = _by_digest(passed.get(scan, ()))
            for placed in files:
                those, digest = known[placed.row.path], placed.row.digest
                one = those.pop(digest, None) if digest else next(iter(those.values()), None)
                if one is not None:
                    yield _kept(one, placed.path)


def _by_digest(instances: Iterable[Instance]) -> dict[str, dict[str, Instance]]:
    """Those of one scan by path, each by its digest."""
    found: dict[str, dict[str, Instance]] = defaultdict(dict)
    for one in instances:
        found[one.path][one.md5] = one
    return found


def _kept(one: Instance, path: str) -> KeptFile:
    return KeptFile(
        path=path,
        scan=one.scan,
        name=one.path,
        size=one.size,
        md5=one.md5,
        sop_uid=one.sop_uid,
        series_uid=one.series_uid,
        pixel_md5=one.pixel_md5,
    )
