"""Compares resources and values that a transfer carried, as they are now: two listings each, no file."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from typing import TypeVar

from msgspec.structs import replace

from xnat_ferry.belongings import HeldFile, HeldResource, Kind, Level, scans_there
from xnat_ferry.belongings.values import Value
from xnat_ferry.errors import NotFound, ServerAnswer
from xnat_ferry.model import ScanRow, SessionDetail, Where
from xnat_ferry.plan import Plan, PlannedSession
from xnat_ferry.plan.belongings import PlannedAssessor, PlannedResource
from xnat_ferry.transfer.held_values import KINDS, series_of, session_values, subject_values
from xnat_ferry.transfer.state import TransferState
from xnat_ferry.verify import likely
from xnat_ferry.verify.carried import judge_fields, judge_resource, judge_values, not_known
from xnat_ferry.verify.verification import CarriedNow
from xnat_ferry.xnat import resources as places
from xnat_ferry.xnat import values as wire
from xnat_ferry.xnat.assessors import read_fields
from xnat_ferry.xnat.client import XnatClient
from xnat_ferry.xnat.listings import find_session, read_session
from xnat_ferry.xnat.subjects import find_subject, subject_address

Result = TypeVar("Result")


def carried_with(state: TransferState, sessions: Iterable[PlannedSession]) -> tuple[PlannedSession, ...]:
    """Those of the sessions with which something travelled beside the images: they are in the archive."""
    if not state.plan.belongings.any:
        return ()
    return tuple(one for one in sessions if state.sessions[one.session].where == Where.ARCHIVE)


def compare_carried(
    state: TransferState,
    sessions: Sequence[PlannedSession],
    destination: XnatClient,
    source: XnatClient | None,
    *,
    refresh: bool = False,
) -> tuple[CarriedNow, ...]:
    """What was carried with these sessions, their subjects and the project, as it compares now.

    ``source`` None where it cannot be asked: then what was sent is known as a whole, by its fingerprint.
    With ``refresh`` the destination first takes the digests that it lacks. Nothing is raised for what a
    server does not show: that is not known.
    """
    return tuple(_Comparing(state, destination, source, refresh=refresh).at(sessions))


class _Comparing:
    def __init__(
        self, state: TransferState, destination: XnatClient, source: XnatClient | None, *, refresh: bool
    ) -> None:
        self._state, self._plan = state, state.plan
        self._here, self._there = source, destination
        self._refresh = refresh
        self._find = cache(self._found)

    def at(self, sessions: Sequence[PlannedSession]) -> Iterator[CarriedNow]:
        wanted = self._plan.belongings
        for one in sessions:
            own = [each for each in wanted.of_session(one.id) if each.level != Level.ASSESSOR]
            yield from self._resources(own, Level.SESSION, one)
            for assessor in wanted.assessors_of(one.id):
                yield from self._assessor(assessor, one)
            yield from self._values(Level.SESSION, one.session, one)
        for one in {(one.subject, one.to_subject): one for one in sessions}.values():
            found = [
                *self._resources(wanted.of_subject(one.subject, one.to_subject), Level.SUBJECT, one),
                *self._values(Level.SUBJECT, one.subject, one),
            ]
            yield from (replace(each, to=one.to_subject) for each in found)
        for one in sessions[:1]:
            yield from self._resources(wanted.of_project, Level.PROJECT, one)

    def _found(self, session: PlannedSession) -> SessionDetail | None:
        return find_session(self._there, self._plan.destination.project, session.to_session)

    # Resources

    def _resources(
        self, wanted: Sequence[PlannedResource], level: Level, session: PlannedSession
    ) -> Iterator[CarriedNow]:
        if not wanted:
            return
        there = _asked(lambda: self._listed_there(level, session))
        here = None
        if self._here is not None:
            source = self._here
            plan = self._plan
            here = _asked(
                lambda: places.list_resources(source, _place_here(source, plan, level, session), level)
            )
        scans = self._scans(session) if any(one.scan for one in wanted) else {}
        labels = {one.id: one.session for one in self._plan.sessions}
        for one in wanted:
            holder = one.holder(labels, self._plan.source.project)
            told = self._state.resources.get(one.key(labels, self._plan.source.project))
            if told is None or there is None:
                cause = likely.RESOURCE_WAITS if told is None else likely.UNREAD
                yield not_known(one.level, holder, one.scan, one.label, cause)
                continue
            yield judge_resource(
                one.level,
                holder,
                one.scan,
                one.label,
                sent=told.fingerprint,
                files=told.files,
                here=None if here is None else _pick(here, one, one.scan),
                there=_pick(there, one, scans.get(one.scan, one.scan)),
            )

    def _place_there(self, level: Level, session: PlannedSession) -> str:
        project = self._plan.destination.project
        if level == Level.PROJECT:
            return places.of_project(project)
        if level == Level.SUBJECT:
            found_id = find_subject(self._there, project, session.to_subject)
            return places.of_subject(project, found_id) if found_id else ""
        found = self._find(session)
        return places.of_session(found.id) if found else ""

    def _listed_there(self, level: Level, session: PlannedSession) -> tuple[HeldResource, ...]:
        place = self._place_there(level, session)
        if not place:
            return ()
        if self._refresh:
            places.refresh_digests(self._there, place)
        try:
            return places.list_resources(self._there, place, level)
        except NotFound:
            return ()

    def _scans(self, session: PlannedSession) -> dict[str, str]:
        """The IDs of scans there by those of the plan, which has their series."""
        found = _asked(lambda: self._find(session))
        if found is None:
            return {}
        planned = [ScanRow(id=one.id, uid=one.uid) for one in session.scans]
        return scans_there(planned, found.scans)

    # Assessors

    def _assessor(self, assessor: PlannedAssessor, session: PlannedSession) -> Iterator[CarriedNow]:
        """Its values, and each resource that it put out."""
        label, holder = assessor.label, session.session
        if (holder, label) not in self._state.assessors:
            yield not_known(Level.ASSESSOR, holder, "", label, likely.RESOURCE_WAITS)
            return
        source, found = self._here, _asked(lambda: self._find(session))
        twin = next((one.id for one in found.assessors if one.label == label), "") if found else ""
        here = None
        if source is not None:
            here = _asked(lambda: read_fields(source, self._id_here(source, session, label)))
        there = _asked(lambda: read_fields(self._there, twin)) if twin else {}
        yield judge_fields(Level.ASSESSOR, holder, label, tuple(here or ("its values",)), here, there)
        for one in self._plan.belongings.of_session(session.id):
            if (one.level, one.scan) == (Level.ASSESSOR, label):
                yield self._put_out(one, session, found.id if found else "", twin)

    def _put_out(self, one: PlannedResource, session: PlannedSession, there_id: str, twin: str) -> CarriedNow:
        told = self._state.resources.get(one.key({session.id: session.session}, ""))
        if told is None:
            return not_known(one.level, session.session, one.scan, one.label, likely.RESOURCE_WAITS)
        source = self._here
        place = places.of_assessor(there_id, twin)
        there = _asked(lambda: places.list_resources(self._there, place, Level.ASSESSOR)) if twin else ()
        if there is None:
            return not_known(one.level, session.session, one.scan, one.label, likely.UNREAD)
        here = None
        if source is not None:
            own = places.of_assessor(session.id, one.scan)
            here = _asked(lambda: places.list_resources(source, own, Level.ASSESSOR))
        return judge_resource(
            one.level,
            session.session,
            one.scan,
            one.label,
            sent=told.fingerprint,
            files=told.files,
            here=None if here is None else _pick(here, one, ""),
            there=_pick(there, one, ""),
        )

    def _id_here(self, source: XnatClient, session: PlannedSession, label: str) -> str:
        held = read_session(source, session.id, files=False).assessors
        return next((one.id for one in held if one.label == label), "")

    # Values

    def _values(self, level: Level, holder: str, session: PlannedSession) -> Iterator[CarriedNow]:
        kinds = [kind for kind in self._plan.belongings.kinds if kind in KINDS[level]]
        to = session.to_subject if level == Level.SUBJECT else ""
        told = {kind: self._state.values.get((level, holder, kind, to)) for kind in kinds}
        carried = [kind for kind in kinds if told[kind] is not None]
        for kind in kinds:
            if told[kind] is None:
                yield not_known(level, holder, "", kind, likely.RESOURCE_WAITS)
        if not carried:
            return
        here, there = self._read(level, session, carried)
        for kind in carried:
            one = told[kind]
            assert one is not None
            names = (*one.written, *one.same, *one.differing)
            if names:
                yield judge_values(level, holder, kind, dict.fromkeys(names), here, there)

    def _read(
        self, level: Level, session: PlannedSession, kinds: Sequence[Kind]
    ) -> tuple[list[Value] | None, list[Value] | None]:
        """Both ends' values, with the destination's IDs of scans; None for an end that cannot be asked."""
        source = self._here
        if level == Level.SUBJECT:
            ends = self._plan.source.project, self._plan.destination.project
            there = _asked(lambda: subject_values(self._there, ends[1], session.to_subject, kinds))
            if source is None:
                return None, there
            return _asked(lambda: subject_values(source, ends[0], session.subject, kinds)), there
        found = _asked(lambda: self._find(session))
        item = _asked(lambda: wire.read_session_item(self._there, found.id)) if found else None
        if found is None or item is None:
            return None, None
        series = series_of(item)
        there = _asked(lambda: session_values(self._there, found.id, kinds, item=item, series=series))
        if source is None:
            return None, there

        def own() -> list[Value]:
            return session_values(
                source, session.id, kinds, item=wire.read_session_item(source, session.id), series=series
            )

        return _asked(own), there


def _place_here(client: XnatClient, plan: Plan, level: Level, session: PlannedSession) -> str:
    if level == Level.PROJECT:
        return places.of_project(plan.source.project)
    if level == Level.SUBJECT:
        return subject_address(client, plan.source.project, session.subject)
    return places.of_session(session.id)


def _pick(among: Iterable[HeldResource], one: PlannedResource, scan: str) -> tuple[HeldFile, ...] | None:
    wanted = one.level, scan, one.label
    return next((each.files for each in among if (each.level, each.scan, each.label) == wanted), None)


def _asked(read: Callable[[], Result]) -> Result | None:
    try:
        return read()
    except ServerAnswer:
        return None
