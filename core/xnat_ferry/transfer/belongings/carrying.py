"""What else travels with a session once it is in the archive, beside its DICOM: resources and values."""

import hashlib
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial

from msgspec.structs import replace

from xnat_ferry.belongings import HeldResource, Level, scans_there
from xnat_ferry.errors import BelongingsLeft, FerryError, NotFound, Retry
from xnat_ferry.model import SessionDetail
from xnat_ferry.plan import PlannedSession
from xnat_ferry.plan.belongings import Belongings, PlannedAssessor, PlannedResource
from xnat_ferry.transfer.belongings.assessors import stand_up
from xnat_ferry.transfer.belongings.resource_job import Job, Place
from xnat_ferry.transfer.belongings.resources import carry_resource
from xnat_ferry.transfer.belongings.values import carry_values
from xnat_ferry.transfer.ferry import Ferry
from xnat_ferry.xnat import resources as wire
from xnat_ferry.xnat.listings import find_session, read_session
from xnat_ferry.xnat.subjects import subject_address

_LOOK_EVERY = 0.2


class BelongingsCarrier:
    """One worker's; safe to share between its threads."""

    def __init__(self, ferry: Ferry) -> None:
        self._ferry = ferry
        self._turns = _Turns()

    def carry(self, session: PlannedSession) -> None:
        """Carry what the plan says belongs to an archived session, as far as it is not proven there already.

        Everything is tried; raises BelongingsLeft when something of it did not arrive, and at once what must
        stop all. A subject's resources travel with the first of its sessions, to each subject that it
        becomes; the project's with the first of all.
        """
        wanted = self._ferry.state.plan.belongings
        if wanted.any:
            _Crossing(self._ferry, session, wanted, self._turns).run()


class _Crossing:
    """One session's belongings."""

    def __init__(self, ferry: Ferry, session: PlannedSession, wanted: Belongings, turns: "_Turns") -> None:
        self._turns = turns
        self._ferry = ferry
        self._session = session
        self._wanted = wanted
        self._failed: list[FerryError] = []

    def run(self) -> None:
        ferry, session, wanted = self._ferry, self._session, self._wanted
        there = find_session(ferry.destination, ferry.destination_project, session.to_session)
        if there is None:
            raise NotFound(server=ferry.destination.server, what=session.to_session, status=404, said="")
        self._of_session(there)
        for assessor in wanted.assessors_of(session.id):
            self._try(partial(self._of_assessor, assessor, there))
        with self._turns.one(f"subject {session.to_subject}", ferry.heed_stop):
            self._of_subject()
            if wanted.kinds:
                self._try(partial(carry_values, ferry, session, there))
        with self._turns.one("project", ferry.heed_stop):
            if self._left(self._wanted.of_project):
                with ferry.project_turn(ferry):
                    self._of_project()
        if self._failed:
            raise BelongingsLeft(
                session=session.session,
                count=len(self._failed),
                first=str(self._failed[0]),
                advice=self._failed[0].advice,
            )

    def _of_session(self, there: SessionDetail) -> None:
        left = self._left(self._wanted.of_session(self._session.id))
        wanted = [one for one in left if one.level != Level.ASSESSOR]
        if not wanted:
            return
        source, destination = self._ferry.source, self._ferry.destination
        here = wire.list_resources(source, wire.of_session(self._session.id), Level.SESSION)
        found = wire.list_resources(destination, wire.of_session(there.id), Level.SESSION)
        scans = self._scans(there) if any(one.scan for one in wanted) else {}
        for one in wanted:
            if one.level == Level.SESSION:
                ends = wire.of_session(self._session.id), wire.of_session(there.id)
                self._carry(one, here, found, ends, self._session.session)
            elif one.scan in scans:
                ends = wire.of_scan(self._session.id, one.scan), wire.of_scan(there.id, scans[one.scan])
                self._carry(one, here, found, ends, self._session.session, scans[one.scan])
            else:
                self._failed.append(self._no_scan(one))

    def _of_assessor(self, assessor: PlannedAssessor, there: SessionDetail) -> None:
        planned = self._wanted.of_session(self._session.id)
        own = [one for one in planned if (one.level, one.scan) == (Level.ASSESSOR, assessor.label)]
        left = self._left(own)
        if not left and (self._session.session, assessor.label) in self._ferry.state.assessors:
            return
        self._ferry.heed_stop()
        name, source_id = self._session.session, self._session.id
        here, twin = stand_up(self._ferry, name, source_id, there.id, assessor)
        if left:
            ends = wire.of_assessor(source_id, here.id), wire.of_assessor(there.id, twin.id)
            self._carry_all(left, ends, Level.ASSESSOR, name)

    def _scans(self, there: SessionDetail) -> Mapping[str, str]:
        here = read_session(self._ferry.source, self._session.id, files=False)
        return scans_there(here.scans, there.scans)

    def _no_scan(self, one: PlannedResource) -> FerryError:
        return NotFound(
            server=self._ferry.destination.server,
            what=f"scan {one.scan} of {self._session.to_session}",
            status=404,
            said="",
            advice=f"Its resource {one.label} can only follow once the scan is there.",
        )

    def _of_subject(self) -> None:
        wanted = self._left(self._wanted.of_subject(self._session.subject, self._session.to_subject))
        if not wanted:
            return
        ferry, project = self._ferry, self._ferry.state.plan.source.project
        ends = (
            subject_address(ferry.source, project, self._session.subject),
            subject_address(ferry.destination, ferry.destination_project, self._session.to_subject),
        )
        self._carry_all(wanted, ends, Level.SUBJECT, self._session.subject)

    def _of_project(self) -> None:
        wanted = self._left(self._wanted.of_project)
        if not wanted:
            return
        project = self._ferry.state.plan.source.project
        ends = wire.of_project(project), wire.of_project(self._ferry.destination_project)
        self._carry_all(wanted, ends, Level.PROJECT, project)

    def _carry_all(
        self, wanted: Iterable[PlannedResource], ends: tuple[str, str], level: Level, holder: str
    ) -> None:
        here = wire.list_resources(self._ferry.source, ends[0], level)
        there = wire.list_resources(self._ferry.destination, ends[1], level)
        for one in wanted:
            named = [replace(each, scan=one.scan) for each in here]  # an assessor's, by its label
            self._carry(one, named, there, ends, holder)

    def _carry(
        self,
        one: PlannedResource,
        here: Iterable[HeldResource],
        there: Iterable[HeldResource],
        ends: tuple[str, str],
        holder: str,
        scan_there: str = "",
    ) -> None:
        resource = _pick(here, one.level, one.scan, one.label)
        if resource is None:
            what = f"the resource {one.label} of {holder}"
            self._failed.append(NotFound(server=self._ferry.source.server, what=what, status=404, said=""))
            return
        job = Job(
            session=self._session.session,
            holder=holder,
            resource=resource,
            source=Place(self._ferry.source, ends[0]),
            destination=Place(self._ferry.destination, ends[1]),
            existing=self._wanted.existing,
            key=_key(one),
            to=one.to,
        )
        found = _pick(there, one.level, scan_there, one.label)
        self._try(partial(carry_resource, self._ferry, job, found))

    def _try(self, act: Callable[[], None]) -> None:
        try:
            act()
        except FerryError as error:
            if error.retry == Retry.STOP:
                raise
            self._failed.append(error)

    def _left(self, wanted: Iterable[PlannedResource]) -> list[PlannedResource]:
        """Those of which the journal does not say that they are there."""
        plan, done = self._ferry.state.plan, self._ferry.state.resources
        labels, project = {one.id: one.session for one in plan.sessions}, plan.source.project
        return [
            one
            for one in wanted
            if (found := done.get(one.key(labels, project))) is None or found.verdict == "differs"
        ]


def _pick(among: Iterable[HeldResource], level: Level, scan: str, label: str) -> HeldResource | None:
    return next((one for one in among if (one.level, one.scan, one.label) == (level, scan, label)), None)


def _key(one: PlannedResource) -> str:
    """A file name for a resource, whatever its label is."""
    text = "\0".join((one.level, one.session, one.subject, one.scan, one.label, *filter(None, [one.to])))
    return f"resource-{hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()[:24]}"


class _Turns:
    """One writer at a time for what several sessions share: catalogs take no two (wire-write 4.5)."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._locks: dict[str, threading.Lock] = {}

    @contextmanager
    def one(self, what: str, heed: Callable[[], None]) -> Iterator[None]:
        """Wait for one's turn at something; ``heed`` is called while waiting and may raise."""
        with self._guard:
            lock = self._locks.setdefault(what, threading.Lock())
        while not lock.acquire(timeout=_LOOK_EVERY):
            heed()
        try:
            yield
        finally:
            lock.release()
