"""One task of an array: the worker, with the subjects that it can claim of the one plan.

``python -m xnat_ferry.task FOLDER --submission N`` stands in the batch script. Its logins come from the
job's environment or the user's own files, since nobody is there to be asked.
"""

import argparse
import os
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

from xnat_ferry.errors import FerryError, LoginRefused, Stopped, UsageError
from xnat_ferry.events import WorkerStopped
from xnat_ferry.settings.credentials import Credentials, find_logins
from xnat_ferry.settings.paths import spool_folder
from xnat_ferry.settings.redact import plain
from xnat_ferry.transfer.carry import found_wrong
from xnat_ferry.transfer.ferry import Ferry
from xnat_ferry.transfer.folder import TransferFolder
from xnat_ferry.transfer.journal import Journal, replay
from xnat_ferry.transfer.pacing.pace import keep_pace, read_pace
from xnat_ferry.transfer.session_state import Phase, SessionState
from xnat_ferry.transfer.slurm.claims import PROJECT, Claims, Group, pull
from xnat_ferry.transfer.slurm.job import read_job
from xnat_ferry.transfer.slurm.tasks import TaskFolder, find_tasks, number_of, submission_of, task_name
from xnat_ferry.transfer.state import TransferState
from xnat_ferry.worker import Errand, heed_signals, work

_BEGINNING = 4
"""Events of a journal among which a login that was refused is found."""


def main(arguments: Sequence[str]) -> int:
    """Run one task to its end; returns an exit code."""
    parser = argparse.ArgumentParser(prog="xnat-ferry task")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--submission", type=int, required=True)
    parser.add_argument("--spool", type=Path)
    options = parser.parse_args(arguments)
    transfer = TransferFolder(options.folder)
    number = int(os.environ.get("SLURM_ARRAY_TASK_ID", "0"))
    restarts = int(os.environ.get("SLURM_RESTART_COUNT", "0"))
    mine = TaskFolder(transfer, task_name(options.submission, number, restarts))
    stop = threading.Event()
    heed_signals(stop)
    try:
        mine.make()
        return run_task(mine, spool=spool_folder(options.spool), stop=stop)
    except FerryError as error:
        print(error, error.advice, file=sys.stderr, flush=True)  # noqa: T201
        _tell_stopped(mine, error)
        return error.exit_code


def run_task(mine: TaskFolder, *, spool: Path, stop: threading.Event) -> int:
    """Work on every subject that can be claimed.

    Raises UsageError, NoCredentials, LoginRefused, TransferLocked and CannotWrite.
    """
    job = read_job(mine)
    submission = job.submission(submission_of(mine.task)) if job else None
    if submission is None:
        # what share of the caps is its own could only be guessed
        raise UsageError(what=f"Transfer {mine.id} holds nothing of the submission of task {mine.task}.")
    plan = mine.read_plan()
    logins = find_logins(plan.source, plan.destination, may_ask=False)
    _refuse_refused(mine, logins)
    keep_pace(mine.pace, read_pace(mine.whole.pace).divided(submission.running))
    claims = Claims(mine, gone=frozenset(submission.gone))

    def subjects(state: TransferState) -> Iterator[Group]:
        def open_(group: Group, attempt: int) -> bool:
            return _take_in_newer(mine, state, group) if attempt > 1 else _is_open(state, group)

        return pull(plan, claims, first=number_of(mine.task), of=submission.tasks, open_=open_)

    @contextmanager
    def project_turn(ferry: Ferry) -> Iterator[None]:
        with claims.turn(PROJECT, ferry.wait):
            ferry.state.resources.update(TransferState(plan, replay(mine.whole.journal)).resources)
            yield

    with _watching(claims, stop) as lost:
        errand = Errand(groups=subjects, project_turn=project_turn)
        code = work(mine, logins, errand, spool=spool, stop=stop)
    if lost:
        raise lost[0]
    return code


def _refuse_refused(mine: TaskFolder, logins: Mapping[str, Credentials]) -> None:
    """Raises LoginRefused where a task of the same array was: one try for each might lock an account."""
    for task in find_tasks(mine.whole):
        if submission_of(task.task) == submission_of(mine.task):
            for event in islice(replay(task.journal), _BEGINNING):
                server = event.login_refused if isinstance(event, WorkerStopped) else ""
                if server in logins:
                    raise LoginRefused(server=server, user=plain(logins[server].user))


def _take_in_newer(mine: TaskFolder, state: TransferState, group: Group) -> bool:
    """Take in what an earlier holder of a subject wrote since this task began; whether anything is left."""
    now = TransferState(state.plan, replay(mine.whole.journal))
    for session in group:
        past = now.sessions[session.session]
        past.phase = Phase.WAITING if past.phase == Phase.RUNNING else past.phase
        state.sessions[session.session] = past
    return _is_open(state, group)


def _is_open(state: TransferState, group: Group) -> bool:
    return any(map(_is_left, (state.sessions[session.session] for session in group)))


def _is_left(past: SessionState) -> bool:
    """What is done is left all the same where it was found different since."""
    wrong = past.where is not None and found_wrong(past, past.where)
    return wrong or past.phase not in (Phase.DONE, Phase.SKIPPED)


@contextmanager
def _watching(claims: Claims, stop: threading.Event) -> Iterator[list[FerryError]]:
    """Set ``stop`` once a claim is lost or the array is to stop; the list then says why."""
    lost: list[FerryError] = []
    over = threading.Event()

    def watch() -> None:
        while not over.wait(Claims.LOOK_EVERY):
            try:
                claims.check()
            except Stopped:
                stop.set()
                return
            except FerryError as error:
                lost.append(error)
                stop.set()
                return

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield lost
    finally:
        over.set()
        watcher.join()


def _tell_stopped(mine: TaskFolder, error: FerryError) -> None:
    """The reason stands where everybody looks, too."""
    try:
        journal = Journal(mine.journal)
        journal.write(WorkerStopped(why=str(error), advice=error.advice))
        journal.close()
    except (OSError, FerryError):
        return  # standard error has it


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
