"""Whether all that lies in a prearchive row was sent by this transfer: every file is fetched back."""

from collections.abc import Sequence

from xnat_ferry import wording
from xnat_ferry.errors import RowNotRemovable
from xnat_ferry.model import Instance, Level, Mark, PrearchiveRow
from xnat_ferry.plan import PlannedSession
from xnat_ferry.transfer.ferry import Ferry
from xnat_ferry.verify.by_road import settings_for
from xnat_ferry.verify.looking import Target, look
from xnat_ferry.verify.originals import Originals
from xnat_ferry.verify.rewriting import routed

_OURS = {Mark.SAME, Mark.AS_PLANNED, Mark.ONLY_SOURCE}
"""What a file may be that this transfer sent, or that did not come to this row."""


def refuse_others(
    ferry: Ferry,
    session: PlannedSession,
    row: PrearchiveRow,
    instances: Sequence[Instance],
    originals: Originals,
) -> list[Instance]:
    """Those of the instances that were sent; raises RowNotRemovable unless each file there is one of them.

    Identity and pixels are compared of every file, and where it has no pixels the header with the source's.
    """
    sent = [one for one in instances if not one.there]
    settings = settings_for(ferry.destination, ferry.state.plan)
    past = ferry.state.sessions[session.session]
    target = Target(
        project=ferry.destination_project,
        label=row.name,
        study_uid=session.study_uid,
        row=row.path,
        settings=routed(settings) if past.routed else settings,
    )
    result = look(
        ferry.destination,
        target,
        sent,
        session=session.session,
        level=Level.FULL,
        source=originals,
        scratch=ferry.spool,
        every_header=not all(one.pixel_md5 for one in sent),
    )
    others = {mark: count for mark, count in result.counts.items() if count and mark not in _OURS}
    if others:
        why = f"its row holds what this transfer is not known to have sent ({wording.counts(others)})"
        raise RowNotRemovable(session=session.session, why=why)
    return sent
