"""The detached process that walks a plan: carry, verify, settle, record, one session after another.

``python -m xnat_ferry.worker FOLDER`` reads the logins from standard input as JSON, so that they stand on no
command line, in no file and in no environment.
"""

import argparse
import contextlib
import os
import signal
import socket
import sys
import threading
import time
import traceback
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import msgspec

from xnat_ferry import __version__, events, wording
from xnat_ferry.errors import CannotConnect, CannotWrite, FerryError, NotProven, Retry, Stopped
from xnat_ferry.model import Where
from xnat_ferry.plan import Fate, PlannedSession, Target, plan_hash
from xnat_ferry.project import ProjectSettings
from xnat_ferry.record import write_record
from xnat_ferry.settings.credentials import Credentials
from xnat_ferry.settings.room import read_room
from xnat_ferry.settle import archive_session, await_archiving, recount_removals, settle_transfer
from xnat_ferry.transfer import lock
from xnat_ferry.transfer.call_log import CallLog
from xnat_ferry.transfer.carry import carry_session
from xnat_ferry.transfer.crew import work_through
from xnat_ferry.transfer.ferry import Ferry
from xnat_ferry.transfer.folder import TransferFolder
from xnat_ferry.transfer.journal import Journal, read_all
from xnat_ferry.transfer.pace import Pace, read_pace, spool_size
from xnat_ferry.transfer.state import Phase, SessionState, TransferState
from xnat_ferry.transfer.status import read_state
from xnat_ferry.transfer.units import largest_unit
from xnat_ferry.verify.session import read_verification, verify_session
from xnat_ferry.xnat.pair import open_pair
from xnat_ferry.xnat.project_settings import read_settings

EXIT_STOPPED, EXIT_BUG = 4, 70


def main(arguments: Sequence[str]) -> int:
    """Run one worker to its end; returns an exit code."""
    parser = argparse.ArgumentParser(prog="xnat-ferry worker")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--spool", type=Path, required=True)
    parser.add_argument("--archive", action="store_true", help="archive what waits in the prearchive")
    parser.add_argument("--settle", action="store_true", help="remove from the source what was ordered")
    options = parser.parse_args(arguments)
    logins = msgspec.json.decode(sys.stdin.buffer.read(), type=dict[str, Credentials])
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        return work(
            TransferFolder(options.folder),
            logins,
            spool=options.spool,
            stop=stop,
            archive=options.archive,
            settle=options.settle,
        )
    except FerryError as error:
        # the journal could not take it: these last words are what is told to whoever follows
        print(error, error.advice, file=sys.stderr, flush=True)  # noqa: T201
        return error.exit_code


def work(
    folder: TransferFolder,
    logins: dict[str, Credentials],
    *,
    spool: Path,
    stop: threading.Event,
    archive: bool = False,
    settle: bool = False,
) -> int:
    """Do what is left of a transfer; ``archive`` also takes waiting sessions on into the archive.

    With ``settle`` nothing is carried: what a person ordered is removed from the source, if it is proven.
    Raises TransferLocked while another worker is at it, and CannotWrite where the journal cannot be written;
    everything else is told in the journal.
    """
    with lock.locked(folder):
        plan = folder.read_plan()
        state = TransferState(plan, read_all(folder.journal))
        journal = Journal(folder.journal)
        try:
            journal.write(
                events.WorkerStarted(
                    plan_hash=plan_hash(plan),
                    pid=os.getpid(),
                    host=socket.gethostname(),
                    version=__version__,
                )
            )
            code = _told(folder, state, journal, logins, spool, stop, archive, settle)
        finally:
            journal.close()
        with contextlib.suppress(OSError):  # a record can be made again from the journal at any time
            write_record(folder, read_state(folder), read_verification(folder, plan))
    return code


def _told(
    folder: TransferFolder,
    state: TransferState,
    journal: Journal,
    logins: dict[str, Credentials],
    spool: Path,
    stop: threading.Event,
    archive: bool,
    settle: bool,
) -> int:
    """Walk the plan; whatever ends the walk early stands in the journal."""
    plan, pace = state.plan, read_pace(folder.pace)
    try:
        with open_pair(
            plan.source,
            plan.destination,
            logins.__getitem__,
            limits=pace.limits,
            on_call=CallLog(folder.calls),
        ) as (source, destination):
            ferry = Ferry(
                folder=folder,
                journal=journal,
                state=state,
                source=source,
                destination=destination,
                destination_project=plan.destination.project,
                spool=spool,
                spool_size=spool_size(pace, _room_in(spool), largest_unit(plan)),
                stop=stop,
            )
            if settle:
                return settle_transfer(ferry)
            return _Walk(ferry, pace, archive=archive).run()
    except Stopped as error:
        journal.write(events.WorkerStopped(why=str(error), advice=error.advice))
        return EXIT_STOPPED
    except FerryError as error:
        journal.write(events.WorkerStopped(why=str(error), advice=error.advice))
        return error.exit_code if isinstance(error, CannotConnect) else EXIT_STOPPED
    except Exception as error:
        traceback.print_exc()
        why = f"a fault in xnat-ferry itself ({type(error).__name__}); worker.log has the details."
        journal.write(events.WorkerStopped(why=why, advice=FerryError.advice))
        return EXIT_BUG


def _room_in(spool: Path) -> int | None:
    """The bytes that are left there; raises CannotWrite before anything is fetched, not half-way."""
    room = read_room("spool", spool)
    if not room.writable:
        raise CannotWrite(folder=spool, why=room.problem)
    return room.left


class _Walk:
    """One worker's way through its plan."""

    def __init__(self, ferry: Ferry, pace: Pace, *, archive: bool) -> None:
        self._ferry = ferry
        self._pace = pace
        self._plan = ferry.state.plan
        self._archive = archive
        self._settings = ProjectSettings()
        self._failed = self._done = 0
        self._counting = threading.Lock()

    def run(self) -> int:
        started = time.monotonic()
        for client in self._ferry.clients:
            self._ferry.tell(
                events.LoggedIn(server=client.server, user=client.user, server_version=client.version)
            )
        self._settings = read_settings(self._ferry.destination, self._plan.destination.project)
        recount_removals(self._ferry, self._settings)
        work_through(
            (partial(self._session, session) for session in self._plan.sessions),
            hands=self._pace.at_once,
            stop=self._ferry.stop,
        )
        self._ferry.tell(
            events.TransferFinished(
                done=self._done,
                failed=self._failed,
                requests=sum(client.requests for client in self._ferry.clients),
                bytes_down=sum(client.bytes_down for client in self._ferry.clients),
                bytes_up=sum(client.bytes_up for client in self._ferry.clients),
                seconds=round(time.monotonic() - started, 3),
            )
        )
        return 1 if self._failed else 0

    def _session(self, session: PlannedSession) -> None:
        past = self._ferry.state.sessions[session.session]
        if not session.fate.travels:
            if past.phase != Phase.SKIPPED:
                self._ferry.tell(events.SessionSkipped(session=session.session, why=session.why))
            return
        if past.phase == Phase.DONE and not (self._goes_on(session) and past.where != Where.ARCHIVE):
            self._count(done=1)
            return
        try:
            self._ferry.tell(events.SessionStarted(session=session.session))
            where = self._cross(session, past)
            self._ferry.tell(events.SessionFinished(session=session.session, where=where))
            self._count(done=1)
        except FerryError as error:
            if error.retry == Retry.STOP:
                raise
            self._count(failed=1)
            self._ferry.tell(
                events.SessionFailed(session=session.session, message=str(error), advice=error.advice)
            )

    def _goes_on(self, session: PlannedSession) -> bool:
        """Whether it shall go on into the archive; a merge only once a person says so."""
        return self._archive or (self._plan.to == Target.ARCHIVE and session.fate != Fate.MERGE)

    def _count(self, *, done: int = 0, failed: int = 0) -> None:
        with self._counting:
            self._done += done
            self._failed += failed

    def _cross(self, session: PlannedSession, past: SessionState) -> Where:
        await_archiving(self._ferry, session, past)
        row = carry_session(self._ferry, session, past)
        if row:
            self._verify(session, Where.PREARCHIVE)
            if not self._goes_on(session):
                return Where.PREARCHIVE
            archive_session(self._ferry, session, row)
        self._verify(session, Where.ARCHIVE)
        return Where.ARCHIVE

    def _verify(self, session: PlannedSession, where: Where) -> None:
        """Raises NotProven unless every file is proven there."""
        result = verify_session(
            self._ferry.destination,
            self._ferry.folder,
            session,
            self._ferry.state.sessions[session.session],
            project=self._plan.destination.project,
            where=where,
            level=self._plan.verify,
            settings=self._settings,
            source=self._ferry.source,
            scratch=self._ferry.spool,
        )
        self._ferry.tell(
            events.SessionVerified(
                session=session.session,
                where=where,
                level=result.level,
                verdict=result.verdict,
                counts=result.counts,
            )
        )
        if result.verdict != "proven":
            trouble = {mark: number for mark, number in result.counts.items() if mark not in "=~"}
            raise NotProven(session=session.session, where=where, why=wording.counts(trouble))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
