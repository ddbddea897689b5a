"""Takes back what a transfer gave to another project of its server, session by session."""

import time

from xnat_ferry import events
from xnat_ferry.errors import FerryError, Retry, RoadClosed
from xnat_ferry.roads.crossing import Crossing
from xnat_ferry.roads.one_server import OneServer


def take_back(crossing: Crossing) -> int:
    """Undo every session that can be; 1 where one could not, else 0. Raises RoadClosed for what travelled."""
    if not isinstance(crossing, OneServer):
        why = "what travelled is not taken back"
        advice = "Remove it at the destination in the web interface, if that is what you want."
        raise RoadClosed(road=crossing.plan.road.value, why=why, advice=advice)
    ferry, began = crossing.ferry, time.monotonic()
    for client in ferry.clients:
        ferry.tell(events.LoggedIn(server=client.server, user=client.user, server_version=client.version))
    crossing.prepare()
    done = failed = 0
    for session in reversed(crossing.plan.travelling):
        state = ferry.state.sessions[session.session]
        if state.taken_back or not state.asked:
            continue
        ferry.heed_stop()
        try:
            crossing.take_back(session, state)
            ferry.tell(events.SessionTakenBack(session=session.session))
            done += 1
        except FerryError as error:
            if error.retry == Retry.STOP:
                raise
            failed += 1
            ferry.tell(
                events.SessionNotTakenBack(session=session.session, message=str(error), advice=error.advice)
            )
    ferry.tell(
        events.TakingBackFinished(
            done=done,
            failed=failed,
            requests=sum(client.requests for client in ferry.clients),
            seconds=round(time.monotonic() - began, 3),
        )
    )
    return 1 if failed else 0
