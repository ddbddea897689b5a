"""Compares all that was carried with some sessions: two listings each, no file is fetched."""

from collections.abc import Iterable, Iterator, Sequence

from msgspec.structs import replace

from xnat_ferry.belongings import Level
from xnat_ferry.model import Where
from xnat_ferry.plan import PlannedSession
from xnat_ferry.plan.belongings import PlannedAssessor
from xnat_ferry.transfer.state import TransferState
from xnat_ferry.verify import likely
from xnat_ferry.verify.carried.ends import Ends, asked
from xnat_ferry.verify.carried.judging import not_known
from xnat_ferry.verify.carried.resources import put_out, resources_of
from xnat_ferry.verify.carried.values import assessor_values, values_of
from xnat_ferry.verify.verification import CarriedNow
from xnat_ferry.xnat.client import XnatClient


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
    return tuple(_compared(Ends(state, destination, source, refresh=refresh), sessions))


def _compared(ends: Ends, sessions: Sequence[PlannedSession]) -> Iterator[CarriedNow]:
    wanted = ends.plan.belongings
    for one in sessions:
        own = [each for each in wanted.of_session(one.id) if each.level != Level.ASSESSOR]
        yield from resources_of(ends, own, Level.SESSION, one)
        for assessor in wanted.assessors_of(one.id):
            yield from _of_assessor(ends, assessor, one)
        yield from values_of(ends, Level.SESSION, one.session, one)
    for one in {(one.subject, one.to_subject): one for one in sessions}.values():
        found = [
            *resources_of(ends, wanted.of_subject(one.subject, one.to_subject), Level.SUBJECT, one),
            *values_of(ends, Level.SUBJECT, one.subject, one),
        ]
        yield from (replace(each, to=one.to_subject) for each in found)
    for one in sessions[:1]:
        yield from resources_of(ends, wanted.of_project, Level.PROJECT, one)


def _of_assessor(ends: Ends, assessor: PlannedAssessor, session: PlannedSession) -> Iterator[CarriedNow]:
    """Its values, and each resource that it put out."""
    label, holder = assessor.label, session.session
    if (holder, label) not in ends.state.assessors:
        yield not_known(Level.ASSESSOR, holder, "", label, likely.RESOURCE_WAITS)
        return
    found = asked(lambda: ends.find(session))
    twin = next((one.id for one in found.assessors if one.label == label), "") if found else ""
    yield assessor_values(ends, session, label, twin)
    for one in ends.plan.belongings.of_session(session.id):
        if (one.level, one.scan) == (Level.ASSESSOR, label):
            yield put_out(ends, one, session, found.id if found else "", twin)
