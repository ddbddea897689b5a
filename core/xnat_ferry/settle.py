"""Moves proven sessions from the prearchive into the archive, never merging by accident."""

import time

from xnat_ferry.errors import ArchiveRefused, ServerFault
from xnat_ferry.events import ArchiveRequested, SessionArchived
from xnat_ferry.plan import PlannedSession
from xnat_ferry.transfer.ferry import Ferry
from xnat_ferry.xnat import prearchive


def archive_session(ferry: Ferry, session: PlannedSession, row: str) -> None:
    """Archive one session that is READY at ``row`` (its path below /data).

    Archiving merges into whatever has the label (wire-write 3.2), so any notice of a dry run refuses it.
    Raises ArchiveRefused with the server's words; the session then stays in the prearchive.
    """
    notices = prearchive.validate(ferry.destination, row)
    if notices:
        said = "; ".join(f"{notice.type} {notice.message}" for notice in notices[:3])
        raise ArchiveRefused(session=session.to_session, said=said)
    ferry.tell(ArchiveRequested(session=session.session, row=row))
    started = time.monotonic()
    try:
        uri = prearchive.archive(ferry.destination, row)
    except ServerFault as error:
        # conflicts come as 500 with the reason in <h3> (wire-write 2.5)
        raise ArchiveRefused(session=session.to_session, said=error.facts["said"]) from None
    ferry.tell(
        SessionArchived(session=session.session, uri=uri, seconds=round(time.monotonic() - started, 3))
    )
