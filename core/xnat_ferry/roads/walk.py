"""One worker's way through its plan: every session, over the plan's road."""

import threading
import time
from collections.abc import Iterable, Sequence
from functools import partial

from xnat_ferry import events
from xnat_ferry.errors import FerryError, Retry
from xnat_ferry.plan import PlannedSession
from xnat_ferry.roads.crossing import Crossing
from xnat_ferry.transfer.crew import work_through
from xnat_ferry.transfer.session_state import Phase

Groups = Iterable[Sequence[PlannedSession]]
"""Sessions of which each group is worked on by one hand, one after another."""


def walk(crossing: Crossing, *, at_once: int, groups: Groups | None = None) -> int:
    """Bring every session over that travels, ``at_once`` of them side by side; 1 where one failed, else 0.

    ``groups`` are those that are this worker's, as it gets them; None: all of the plan, each for itself.

    What goes wrong with one session is told of it and the others go on. A FerryError to ``Retry.STOP`` ends
    the walk and is raised, among them Stopped.
    """
    try:
        return _Walk(crossing, at_once, groups).run()
    finally:
        crossing.finish()


class _Walk:
    def __init__(self, crossing: Crossing, at_once: int, groups: Groups | None) -> None:
        self._crossing = crossing
        self._ferry = crossing.ferry
        self._at_once = at_once
        self._groups = groups if groups is not None else ((one,) for one in crossing.plan.sessions)
        self._failed = self._done = 0
        self._crossed: list[PlannedSession] = []
        self._counting = threading.Lock()

    def run(self) -> int:
        started = time.monotonic()
        clients = self._ferry.clients
        for client in clients:
            self._ferry.tell(
                events.LoggedIn(server=client.server, user=client.user, server_version=client.version)
            )
        self._crossing.prepare()
        work_through(
            (partial(self._group, group) for group in self._groups),
            hands=self._at_once,
            stop=self._ferry.stop,
        )
        if self._crossed:
            self._crossing.tell_afterwards(self._crossed)
        self._ferry.tell(
            events.TransferFinished(
                done=self._done,
                failed=self._failed,
                requests=sum(client.requests for client in clients),
                bytes_down=sum(client.bytes_down for client in clients),
                bytes_up=sum(client.bytes_up for client in clients),
                seconds=round(time.monotonic() - started, 3),
            )
        )
        return 1 if self._failed else 0

    def _group(self, group: Sequence[PlannedSession]) -> None:
        for session in group:
            self._ferry.heed_stop()
            self._session(session)

    def _session(self, session: PlannedSession) -> None:
        past = self._ferry.state.sessions[session.session]
        if not session.fate.travels:
            if past.phase != Phase.SKIPPED:
                self._ferry.tell(events.SessionSkipped(session=session.session, why=session.why))
            return
        if self._crossing.is_done(session, past):
            self._count(done=1)
            return
        try:
            self._ferry.tell(events.SessionStarted(session=session.session))
            where = self._crossing.cross(session, past)
            self._ferry.tell(events.SessionFinished(session=session.session, where=where))
            self._crossed.append(session)
            self._count(done=1)
        except FerryError as error:
            if error.retry == Retry.STOP:
                raise
            self._count(failed=1)
            kind = type(error).__name__
            self._ferry.tell(
                events.SessionFailed(
                    session=session.session, kind=kind, message=str(error), advice=error.advice
                )
            )

    def _count(self, *, done: int = 0, failed: int = 0) -> None:
        with self._counting:
            self._done += done
            self._failed += failed
