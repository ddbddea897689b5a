"""Makes an assessor anew under an archived session, as far as it survives that."""

from collections.abc import Mapping

from xnat_ferry.errors import AssessorTaken, NotFound, NothingMade
from xnat_ferry.events import AssessorCarried
from xnat_ferry.model import AssessorRow
from xnat_ferry.plan.belongings import PlannedAssessor
from xnat_ferry.settings.redact import plain
from xnat_ferry.transfer.ferry import Ferry
from xnat_ferry.xnat import assessors as wire
from xnat_ferry.xnat.listings import read_session

Ends = tuple[AssessorRow, AssessorRow]
"""One assessor at the source and at the destination."""


def stand_up(ferry: Ferry, session: str, source_id: str, there_id: str, wanted: PlannedAssessor) -> Ends:
    """Have an assessor of this label and type under the session there, and tell which of its values are not.

    One that is there already keeps its values. Raises AssessorTaken where another type has its label,
    NotFound where the source has none, NothingMade where the server says yes and makes none.
    """
    here = _labelled(ferry, source_id, wanted.label, here=True)
    if here is None:
        server, what = ferry.source.server, f"the assessor {wanted.label} of {session}"
        raise NotFound(server=server, what=what, status=404, said="")
    there = _labelled(ferry, there_id, wanted.label, here=False)
    created = there is None
    if there is None:
        ferry.persist(session, f"assessor {wanted.label}", lambda: _make(ferry, there_id, here))
        there = _labelled(ferry, there_id, wanted.label, here=False)
    if there is None:
        raise NothingMade(session=session, label=wanted.label)
    if there.xsi_type != here.xsi_type:
        raise AssessorTaken(session=session, label=wanted.label, kind=plain(there.xsi_type, 60))
    _tell(ferry, session, here, there, created=created)
    return here, there


def _labelled(ferry: Ferry, session_id: str, label: str, *, here: bool) -> AssessorRow | None:
    client = ferry.source if here else ferry.destination
    held = read_session(client, session_id, files=False).assessors
    return next((one for one in held if one.label == label), None)


def _make(ferry: Ferry, there_id: str, here: AssessorRow) -> None:
    if _labelled(ferry, there_id, here.label, here=False) is None:  # an answer may have been lost
        document = wire.read_document(ferry.source, here.id)
        wire.make(ferry.destination, there_id, here.label, here.xsi_type, document)


def _tell(ferry: Ferry, session: str, here: AssessorRow, there: AssessorRow, *, created: bool) -> None:
    ours = wire.read_fields(ferry.source, here.id)
    theirs = wire.read_fields(ferry.destination, there.id)
    lost = _differing(ours, theirs)
    told = AssessorCarried(
        session=session,
        assessor=here.label,
        xsi_type=plain(here.xsi_type, 60),
        created=created,
        fields=len(ours) - len(lost),
        lost=tuple(plain(name, 80) for name in lost),
    )
    before = ferry.state.assessors.get((session, here.label))
    if before is None or (before.fields, before.lost) != (told.fields, told.lost):
        ferry.tell(told)


def _differing(ours: Mapping[str, str], theirs: Mapping[str, str]) -> list[str]:
    return [name for name, value in ours.items() if theirs.get(name) != value]
