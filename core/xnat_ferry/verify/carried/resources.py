"""Resources that were carried, listed at both ends."""

from collections.abc import Iterable, Iterator, Sequence

from xnat_ferry.belongings import HeldFile, HeldResource, Level, scans_there
from xnat_ferry.errors import NotFound
from xnat_ferry.model import ScanRow
from xnat_ferry.plan import Plan, PlannedSession
from xnat_ferry.plan.belongings import PlannedResource
from xnat_ferry.verify import likely
from xnat_ferry.verify.carried.ends import Ends, asked
from xnat_ferry.verify.carried.judging import judge_resource, not_known
from xnat_ferry.verify.verification import CarriedNow
from xnat_ferry.xnat import resources as places
from xnat_ferry.xnat.client import XnatClient
from xnat_ferry.xnat.subjects import find_subject, subject_address


def resources_of(
    ends: Ends, wanted: Sequence[PlannedResource], level: Level, session: PlannedSession
) -> Iterator[CarriedNow]:
    """The wanted ones of one holder of this level: the session, its scans, its subject or the project."""
    if not wanted:
        return
    there = asked(lambda: _listed_there(ends, level, session))
    here = None
    if ends.here is not None:
        source, plan = ends.here, ends.plan
        here = asked(lambda: places.list_resources(source, _place_here(source, plan, level, session), level))
    scans = _scans(ends, session) if any(one.scan for one in wanted) else {}
    labels = {one.id: one.session for one in ends.plan.sessions}
    for one in wanted:
        holder = one.holder(labels, ends.plan.source.project)
        told = ends.state.resources.get(one.key(labels, ends.plan.source.project))
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


def _place_there(ends: Ends, level: Level, session: PlannedSession) -> str:
    project = ends.plan.destination.project
    if level == Level.PROJECT:
        return places.of_project(project)
    if level == Level.SUBJECT:
        found_id = find_subject(ends.there, project, session.to_subject)
        return places.of_subject(project, found_id) if found_id else ""
    found = ends.find(session)
    return places.of_session(found.id) if found else ""


def _listed_there(ends: Ends, level: Level, session: PlannedSession) -> tuple[HeldResource, ...]:
    place = _place_there(ends, level, session)
    if not place:
        return ()
    if ends.refresh:
        places.refresh_digests(ends.there, place)
    try:
        return places.list_resources(ends.there, place, level)
    except NotFound:
        return ()


def _scans(ends: Ends, session: PlannedSession) -> dict[str, str]:
    """The IDs of scans there by those of the plan, which has their series."""
    found = asked(lambda: ends.find(session))
    if found is None:
        return {}
    planned = [ScanRow(id=one.id, uid=one.uid) for one in session.scans]
    return scans_there(planned, found.scans)


def put_out(
    ends: Ends, one: PlannedResource, session: PlannedSession, there_id: str, twin: str
) -> CarriedNow:
    """One that an assessor put out; ``twin`` is the assessor's accession ID there, "" where there is none."""
    told = ends.state.resources.get(one.key({session.id: session.session}, ""))
    if told is None:
        return not_known(one.level, session.session, one.scan, one.label, likely.RESOURCE_WAITS)
    source = ends.here
    place = places.of_assessor(there_id, twin)
    there = asked(lambda: places.list_resources(ends.there, place, Level.ASSESSOR)) if twin else ()
    if there is None:
        return not_known(one.level, session.session, one.scan, one.label, likely.UNREAD)
    here = None
    if source is not None:
        own = places.of_assessor(session.id, one.scan)
        here = asked(lambda: places.list_resources(source, own, Level.ASSESSOR))
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


def _place_here(client: XnatClient, plan: Plan, level: Level, session: PlannedSession) -> str:
    if level == Level.PROJECT:
        return places.of_project(plan.source.project)
    if level == Level.SUBJECT:
        return subject_address(client, plan.source.project, session.subject)
    return places.of_session(session.id)


def _pick(among: Iterable[HeldResource], one: PlannedResource, scan: str) -> tuple[HeldFile, ...] | None:
    wanted = one.level, scan, one.label
    return next((each.files for each in among if (each.level, each.scan, each.label) == wanted), None)
