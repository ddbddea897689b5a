"""What Slurm's queue shows of a transfer, from a thread of its own: a dead controller takes its time."""

import threading
from collections.abc import Callable

from textual.message import Message

from xnat_ferry.errors import FerryError, NoScheduler
from xnat_ferry.transfer.folder import TransferFolder
from xnat_ferry.transfer.slurm import scheduler, wishes
from xnat_ferry.transfer.slurm.job import newest_submission
from xnat_ferry.transfer.slurm.submitting import find_job

_EVERY = 10.0
"""Seconds: sites ask for patience with squeue."""


class QueueSaid(Message):
    """What it shows in words; "" where no task waits or runs, or nothing was ever submitted."""

    def __init__(self, transfer_id: str, words: str) -> None:
        super().__init__()
        self.transfer_id, self.words = transfer_id, words


def follow_queue(folder: TransferFolder, post: Callable[[QueueSaid], object], leave: threading.Event) -> None:
    """Post what the queue shows whenever that is something else, until ``leave`` is set.

    An array that has left the queue does not come back: it is asked about only until then.
    """
    told, over = "", 0
    while not leave.is_set():
        submission = newest_submission(folder)
        if submission is not None and submission.number != over:
            words = _words(folder)
            if words != told:
                post(QueueSaid(folder.id, words))
                told = words
            over = 0 if words else submission.number
        leave.wait(_EVERY)


def _words(folder: TransferFolder) -> str:
    try:
        submission = find_job(folder)
        if submission is None or not submission.job:
            return wishes.in_words(submission) if submission else ""
        tasks = scheduler.queued(submission.job)
    except NoScheduler:
        return ""  # it is looked at from somewhere else
    except FerryError as error:
        return str(error)
    return f"Slurm's job {submission.job}: {scheduler.in_words(tasks)}." if tasks else ""
