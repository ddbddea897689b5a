"""``status``, ``watch`` and ``stop``: they read journals and locks, and never log in."""

import socket
from functools import partial

from xnat_ferry.cli.common import AsJson, Transfers, answer_json, say
from xnat_ferry.cli.telling import following
from xnat_ferry.errors import NoScheduler, PlanUnreadable, SchedulerRefused, SchedulerSilent, UsageError
from xnat_ferry.settings.paths import transfers_folder
from xnat_ferry.transfer import folder as transfer_folders
from xnat_ferry.transfer import lock
from xnat_ferry.transfer.folder import TransferFolder
from xnat_ferry.transfer.launch import watch as watch_journal
from xnat_ferry.transfer.slurm import scheduler
from xnat_ferry.transfer.slurm.job import newest_submission
from xnat_ferry.transfer.slurm.submitting import find_job, stop_array, tasks_to_come
from xnat_ferry.transfer.slurm.wishes import UNSAID, in_words
from xnat_ferry.transfer.status import status_of


def status(name: str | None = None, /, *, transfers: Transfers = None, json: AsJson = False) -> int:
    """Tell where transfers stand: all of them, or the one that is named.

    Parameters
    ----------
    name
        The transfer's ID or its end.
    """
    place = transfers_folder(transfers)
    if name is not None:
        found = transfer_folders.find(place, name)
        following.answer_status(found, json)
        _tell_queue(found)
        return 0
    everything = []
    for folder in transfer_folders.find_all(place):
        try:
            everything.append(status_of(folder))
        except PlanUnreadable as error:
            say(f"{folder.id} is left out: {error}")  # one damaged folder must not hide the others
    if json:
        answer_json(everything[0] if len(everything) == 1 else everything)
        return 0
    for one in everything:
        following.print_status(one)
    if not everything:
        say(f"There is no transfer in {place}.")
    return 0


def watch(name: str | None = None, /, *, transfers: Transfers = None, json: AsJson = False) -> int:
    """Show what a transfer has done and does, until it ends or Ctrl-C.

    Parameters
    ----------
    name
        The transfer's ID or its end; may be left out where there is only one.
    """
    found = transfer_folders.find(transfers_folder(transfers), name)
    try:
        following.show(found, watch_journal(found, partial(tasks_to_come, found)), json=json)
    except KeyboardInterrupt:
        say("\nThe transfer goes on without this window.")
        return 0
    return following.answer_status(found, json)


def stop(name: str | None = None, /, *, transfers: Transfers = None, json: AsJson = False) -> int:
    """Ask a transfer's worker to leave off cleanly; 'resume' goes on from there.

    Parameters
    ----------
    name
        The transfer's ID or its end; may be left out where there is only one.
    """
    found = transfer_folders.find(transfers_folder(transfers), name)
    array, worker = stop_array(found), lock.worker(found)
    if array:
        say(array)
    if not lock.running(found):
        say("It is not running." if array is None else "None of its tasks runs, and none that waits will.")
        return following.answer_status(found, json)
    if worker is not None and worker.host != socket.gethostname():
        raise UsageError(what=f"The worker runs on {worker.host}: stop it from there.")
    if worker is not None:
        worker.ask_to_leave_off()
    for _ in watch_journal(found):
        pass
    following.answer_status(found, json)
    return 0


def _tell_queue(found: TransferFolder) -> None:
    """What the scheduler says of an array; the journals tell the rest, and they do not forget."""
    submission = newest_submission(found)
    if submission is None or not (lock.running(found) or _may_wait(found)):
        return
    try:
        submission = find_job(found) or submission
        known = scheduler.in_words(scheduler.queued(submission.job)) if submission.job else UNSAID
    except (NoScheduler, SchedulerSilent, SchedulerRefused) as error:
        known = f"not known. {error}" if submission.job else f"{error} {UNSAID}"
    say(f"  job {submission.job}: {known}" if submission.job else f"  {in_words(submission)} {known}")


def _may_wait(found: TransferFolder) -> bool:
    return status_of(found).sessions.waiting > 0
