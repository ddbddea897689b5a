"""The detached process that carries a plan out: logins, lock, journal and signals around one walk.

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
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from xnat_ferry import __version__, events
from xnat_ferry.errors import CannotConnect, CannotWrite, FerryError, LoginRefused, Stopped
from xnat_ferry.own_process import process_of_ours
from xnat_ferry.plan import plan_hash
from xnat_ferry.record.write import write_record
from xnat_ferry.roads import crossing_of
from xnat_ferry.roads.taking_back import take_back
from xnat_ferry.roads.walk import Groups, walk
from xnat_ferry.settings.credentials import Credentials
from xnat_ferry.settings.private import LEFT_BEHIND
from xnat_ferry.settings.room import read_room
from xnat_ferry.settle.moving import settle_transfer
from xnat_ferry.transfer import lock
from xnat_ferry.transfer.call_log import CallLog
from xnat_ferry.transfer.ferry import Ferry, ProjectTurn, alone
from xnat_ferry.transfer.folder import TransferFolder
from xnat_ferry.transfer.journal import Journal, replay
from xnat_ferry.transfer.pacing.pace import read_pace, spool_size
from xnat_ferry.transfer.processes import remove_left_behind
from xnat_ferry.transfer.state import TransferState
from xnat_ferry.transfer.status import read_state
from xnat_ferry.transfer.units.cutting import largest_unit
from xnat_ferry.verify.kept import read_verification

EXIT_STOPPED, EXIT_BUG = 4, 70


def main(arguments: Sequence[str]) -> int:
    """Run one worker to its end; returns an exit code."""
    parser = argparse.ArgumentParser(prog="xnat-ferry worker")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--spool", type=Path, required=True)
    parser.add_argument("--archive", action="store_true", help="archive what waits in the prearchive")
    parser.add_argument("--settle", action="store_true", help="remove from the source what was ordered")
    parser.add_argument("--take-back", action="store_true", help="undo what was shared or relocated")
    options = parser.parse_args(arguments)
    logins = msgspec.json.decode(sys.stdin.buffer.read(), type=dict[str, Credentials])
    errand = Errand(archive=options.archive, settle=options.settle, taking_back=options.take_back)
    stop = threading.Event()
    heed_signals(stop)
    try:
        return work(TransferFolder(options.folder), logins, errand, spool=options.spool, stop=stop)
    except FerryError as error:
        # the journal could not take it: these last words are what is told to whoever follows
        print(error, error.advice, file=sys.stderr, flush=True)  # noqa: T201
        return error.exit_code


def heed_signals(stop: threading.Event) -> None:
    """SIGTERM and SIGINT set ``stop``; a terminal that is closed changes nothing."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    signal.signal(signal.SIGHUP, signal.SIG_IGN)


@dataclass(frozen=True, kw_only=True)
class Errand:
    """What a worker is sent for: to walk the plan, unless it says otherwise."""

    archive: bool = False
    """Take sessions that wait in the prearchive on into the archive, too, whatever the plan says."""
    settle: bool = False
    """Carry nothing, but remove from the source what a person ordered, as far as it is proven."""
    taking_back: bool = False
    """Undo what the transfer shared or relocated."""
    groups: Callable[[TransferState], Groups] | None = None
    """Gives the sessions that are this worker's where it is one of several; None: all are."""
    project_turn: ProjectTurn = alone
    """Sees then that one at a time writes to the project."""


TO_WALK = Errand()


def work(
    folder: TransferFolder,
    logins: dict[str, Credentials],
    errand: Errand = TO_WALK,
    *,
    spool: Path,
    stop: threading.Event,
) -> int:
    """Do what is left of a transfer; returns an exit code.

    ``logins`` are by the server's address; ``stop`` may be set at any time. Raises TransferLocked while
    another worker is at it, and CannotWrite where the journal cannot be written; everything else is told in
    the journal.
    """
    with lock.locked(folder, lost=stop.set):
        for place in (folder.path, folder.verifications):
            remove_left_behind(place, LEFT_BEHIND)
        plan = folder.read_plan()
        state = TransferState(plan, replay(folder.whole.journal))
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
            code = _told(folder, state, journal, logins, spool, stop, errand)
        finally:
            journal.close()
        with contextlib.suppress(OSError):  # a record can be made again from the journal at any time
            if not lock.running_beside(folder):
                write_record(folder.whole, read_state(folder.whole), read_verification(folder, plan))
    return code


def _told(
    folder: TransferFolder,
    state: TransferState,
    journal: Journal,
    logins: dict[str, Credentials],
    spool: Path,
    stop: threading.Event,
    errand: Errand,
) -> int:
    """Walk the plan; whatever ends the walk early stands in the journal."""
    plan, pace = state.plan, read_pace(folder.pace)
    try:
        road = crossing_of(plan)
        with road.open_ends(plan, logins.__getitem__, limits=pace.limits, on_call=CallLog(folder.calls)) as (
            source,
            destination,
        ):
            ferry = Ferry(
                folder=folder,
                journal=journal,
                state=state,
                from_server=source,
                to_server=destination,
                destination_project=plan.destination.project,
                spool=spool,
                spool_size=spool_size(pace, _room_in(spool), largest_unit(plan)),
                stop=stop,
                project_turn=errand.project_turn,
            )
            if errand.settle:
                return settle_transfer(ferry)
            crossing = road(ferry, archive=errand.archive)
            if errand.taking_back:
                return take_back(crossing)
            groups = errand.groups(state) if errand.groups else None
            return walk(crossing, at_once=pace.at_once, groups=groups)
    except Stopped as error:
        journal.write(events.WorkerStopped(why=str(error), advice=error.advice))
        return EXIT_STOPPED
    except FerryError as error:
        refused = str(error.facts["server"]) if isinstance(error, LoginRefused) else ""
        journal.write(events.WorkerStopped(why=str(error), advice=error.advice, login_refused=refused))
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


if __name__ == "__main__":
    with process_of_ours():
        sys.exit(main(sys.argv[1:]))
