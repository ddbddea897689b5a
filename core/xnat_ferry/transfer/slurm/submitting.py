"""Hands a transfer to the cluster: what is left of it, as one more array."""

import contextlib
import os
from collections.abc import Collection, Mapping

from msgspec.structs import replace

from xnat_ferry import moment
from xnat_ferry.errors import CannotWrite, FerryError, NoScheduler, SchedulerRefused, SchedulerSilent
from xnat_ferry.plan import Plan
from xnat_ferry.settings.private import write_private
from xnat_ferry.transfer import lock
from xnat_ferry.transfer.folder import TransferFolder
from xnat_ferry.transfer.launch import with_this_package
from xnat_ferry.transfer.session_state import Phase
from xnat_ferry.transfer.slurm import scheduler
from xnat_ferry.transfer.slurm.job import (
    Job,
    JobOptions,
    Submission,
    job_file,
    keep_job,
    read_job,
    script_file,
    script_of,
)
from xnat_ferry.transfer.slurm.tasks import TaskFolder, find_tasks, number_of, submission_of, tasks_of
from xnat_ferry.transfer.state import TransferState


def submit(
    folder: TransferFolder,
    options: JobOptions,
    subjects: int,
    *,
    environment: Mapping[str, str] = os.environ,
) -> Submission:
    """Submit an array for a transfer, new or stopped; ``subjects`` is how many are left to do.

    Its job is "" where Slurm may have taken it and did not say so: ``find_job`` finds it later.

    Raises TransferLocked while a worker is at it, CannotWrite, and as ``scheduler.hand_in``: Slurm has taken
    nothing.
    """
    lost = refuse_if_carried(folder)
    before = read_job(folder)
    job = before or Job(options=options)
    number = job.newest.number + 1 if job.newest else 1
    fitting = fitted(options, subjects)
    submission = Submission(
        number=number,
        tasks=fitting.tasks,
        running=fitting.running,
        at=moment.now(),
        gone=tuple(task.task for task in lost),
    )
    script = script_file(folder)
    try:
        tasks_of(folder).mkdir(mode=0o700, exist_ok=True)
        write_private(script, script_of(folder.path, fitting, number).encode())
    except OSError as error:
        raise CannotWrite(folder=folder.path, why=error.strerror) from None
    # kept first: a task may begin before sbatch has answered
    job = replace(job, options=options).with_submission(submission)
    keep_job(folder, job)
    try:
        submission = replace(submission, job=scheduler.hand_in(script, with_this_package(environment)))
    except FerryError:
        _forget(folder, before)
        raise
    _note(folder, job.with_submission(submission))
    return submission


def _note(folder: TransferFolder, job: Job) -> None:
    """Slurm has it: where its number cannot be written down it is looked for again."""
    with contextlib.suppress(CannotWrite):
        keep_job(folder, job)


def find_job(folder: TransferFolder) -> Submission | None:
    """The last submission of a transfer, if it was ever submitted; a job not known yet is asked for.

    Raises NoScheduler, SchedulerSilent and SchedulerRefused where it would have to be.
    """
    job = read_job(folder)
    newest = job.newest if job else None
    if job is None or newest is None or newest.job:
        return newest
    newest = replace(newest, job=scheduler.job_begun_in(folder.path, {one.job for one in job.submissions}))
    if newest.job:
        _note(folder, job.with_submission(newest))
    return newest


def _forget(folder: TransferFolder, before: Job | None) -> None:
    """Slurm took nothing: nobody is to be told of an array that never was."""
    if before is not None:
        keep_job(folder, before)
    else:
        with contextlib.suppress(OSError):
            job_file(folder).unlink(missing_ok=True)


def fitted(options: JobOptions, subjects: int) -> JobOptions:
    """No more tasks than there are subjects, since one is never in two tasks."""
    tasks = max(1, min(options.tasks, subjects))
    return replace(options, tasks=tasks, running=max(1, min(options.running, tasks)))


def subjects_left(plan: Plan, state: TransferState, again: Collection[str] = ()) -> int:
    """How many destination subjects have a session that is not done, or is one of these to be sent again."""
    return len(
        {
            session.to_subject.casefold()
            for session in plan.sessions
            if state.sessions[session.session].phase not in (Phase.DONE, Phase.SKIPPED)
            or session.session in again
        }
    )


def ask_to_stop(folder: TransferFolder) -> bool:
    """Have all tasks leave off; they look each second. False for a transfer that was never submitted.

    This works without the scheduler; what waits in its queue ends as soon as it begins.
    """
    job = read_job(folder)
    if job is None or job.newest is None:
        return False
    keep_job(folder, replace(job, stopped=job.newest.number))
    return True


def stop_array(folder: TransferFolder) -> str | None:
    """Have all tasks leave off, and take those that wait out of the queue; None where there is no array.

    What is to be known beside that, "" where nothing is.
    """
    if not ask_to_stop(folder):
        return None
    try:
        submission = find_job(folder)
        if submission is not None and submission.job:
            scheduler.cancel_waiting(submission.job)
    except (NoScheduler, SchedulerSilent, SchedulerRefused) as error:
        return f"{error} What waits in its queue ends as soon as it begins."
    return ""


def tasks_to_come(folder: TransferFolder) -> bool:
    """Whether the scheduler still has tasks of the newest array; one that is silent may have them."""
    try:
        submission = find_job(folder)
        return submission is not None and bool(submission.job) and bool(scheduler.queued(submission.job))
    except SchedulerSilent:
        return True
    except (NoScheduler, SchedulerRefused):
        return False


def refuse_if_carried(folder: TransferFolder) -> list[TaskFolder]:
    """Raises TransferLocked while a worker is at it; the tasks that look so, but are lost."""
    lost = _lost(folder)
    lock.refuse_if_running(folder, but=[task.lock for task in lost])
    return lost


def _lost(folder: TransferFolder) -> list[TaskFolder]:
    """Tasks whose lock may look alive, but of whose job the scheduler says that it is over.

    Where the scheduler does not answer, nobody is declared lost: the lock's own silence will tell.
    """
    job = read_job(folder)
    alive = [task for task in find_tasks(folder) if lock.running(task)]
    if job is None or not alive:
        return []
    return [task for task in alive if _is_over(job, task)]


def _is_over(job: Job, task: TaskFolder) -> bool:
    submission = job.submission(submission_of(task.task))
    holder = lock.holder(task)
    if submission is None or not submission.job or (holder is not None and holder.alive() is True):
        return False
    try:
        known = scheduler.queued(submission.job)
    except (NoScheduler, SchedulerRefused, SchedulerSilent):
        return False
    return number_of(task.task) not in {one.number for one in known}
