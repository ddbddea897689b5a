"""Values that were carried, read at both ends: of sessions, subjects and assessors."""

from collections.abc import Iterator, Sequence

from xnat_ferry.belongings import Kind, Level
from xnat_ferry.belongings.values import Value
from xnat_ferry.plan import PlannedSession
from xnat_ferry.transfer.belongings.held_values import KINDS, series_of, session_values, subject_values
from xnat_ferry.verify import likely
from xnat_ferry.verify.carried.ends import Ends, asked
from xnat_ferry.verify.carried.judging import judge_fields, judge_values, not_known
from xnat_ferry.verify.verification import CarriedNow
from xnat_ferry.xnat import values as wire
from xnat_ferry.xnat.assessors import read_fields
from xnat_ferry.xnat.client import XnatClient
from xnat_ferry.xnat.listings import read_session


def values_of(ends: Ends, level: Level, holder: str, session: PlannedSession) -> Iterator[CarriedNow]:
    """Those of a session or its subject, kind by kind, as far as the journal says that they were carried."""
    kinds = [kind for kind in ends.plan.belongings.kinds if kind in KINDS[level]]
    to = session.to_subject if level == Level.SUBJECT else ""
    told = {kind: ends.state.values.get((level, holder, kind, to)) for kind in kinds}
    carried = [kind for kind in kinds if told[kind] is not None]
    for kind in kinds:
        if told[kind] is None:
            yield not_known(level, holder, "", kind, likely.RESOURCE_WAITS)
    if not carried:
        return
    here, there = _read(ends, level, session, carried)
    for kind in carried:
        one = told[kind]
        assert one is not None
        names = (*one.written, *one.same, *one.differing)
        if names:
            yield judge_values(level, holder, kind, dict.fromkeys(names), here, there)


def _read(
    ends: Ends, level: Level, session: PlannedSession, kinds: Sequence[Kind]
) -> tuple[list[Value] | None, list[Value] | None]:
    """Both ends' values, with the destination's IDs of scans; None for an end that cannot be asked."""
    source = ends.here
    if level == Level.SUBJECT:
        project, to_project = ends.plan.source.project, ends.plan.destination.project
        there = asked(lambda: subject_values(ends.there, to_project, session.to_subject, kinds))
        if source is None:
            return None, there
        return asked(lambda: subject_values(source, project, session.subject, kinds)), there
    found = asked(lambda: ends.find(session))
    item = asked(lambda: wire.read_session_item(ends.there, found.id)) if found else None
    if found is None or item is None:
        return None, None
    series = series_of(item)
    there = asked(lambda: session_values(ends.there, found.id, kinds, item=item, series=series))
    if source is None:
        return None, there

    def own() -> list[Value]:
        return session_values(
            source, session.id, kinds, item=wire.read_session_item(source, session.id), series=series
        )

    return asked(own), there


def assessor_values(ends: Ends, session: PlannedSession, label: str, twin: str) -> CarriedNow:
    """Those of an assessor; ``twin`` is its accession ID there, "" where there is none."""
    source = ends.here
    here = None
    if source is not None:
        here = asked(lambda: read_fields(source, _id_here(source, session, label)))
    there = asked(lambda: read_fields(ends.there, twin)) if twin else {}
    names = tuple(here or ("its values",))
    return judge_fields(Level.ASSESSOR, session.session, label, names, here, there)


def _id_here(source: XnatClient, session: PlannedSession, label: str) -> str:
    held = read_session(source, session.id, files=False).assessors
    return next((one.id for one in held if one.label == label), "")
