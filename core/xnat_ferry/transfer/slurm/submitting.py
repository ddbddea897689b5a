"""Hands a transfer to the cluster: what is left of it, as one more array."""

import contextlib
from collections.abc import Collection, Mapping

from msgspec.structs import replace

from xnat_ferry.errors import CannotWrite, NoScheduler, SchedulerRefused, SchedulerSilent
from xnat_ferry.plan import Plan
from xnat_ferry.settings.private import write_private
from xnat_ferry.transfer import lock
from xnat_ferry.transfer.folder import TransferFolder
from xnat_ferry.transfer.launch import with_this_package
from xnat_ferry.transfer.slurm import scheduler
from xnat_ferry.transfer.slurm.job import (
    Job,
    JobOptions,
    Submission,
    job_file,
    keep_job,
    newest_submission,
    read_job,
    script_of,
)
from xnat_ferry.transfer.slurm.tasks import TaskFolder, find_tasks, number_of, submission_of, tasks_of
from xnat_ferry.transfer.state import Phase, TransferState


def submit(
    folder: TransferFolder, options: JobOptions, subjects: int, *, at: str, environment: Mapping[str, str]
) -> Submission:
    """Submit an array for a transfer, new or stopped; ``subjects`` is how many are left to do.

    Raises TransferLocked while a worker is at it, CannotWrite, and what the scheduler says.
    """
    lost = _lost(folder)
    lock.refuse_if_running(folder, but=[task.lock for task in lost])
    before = read_job(folder)
    job = before or Job(options=options)
    number = job.newest.number + 1 if job.newest else 1
    fitting = fitted(options, subjects)
    submission = Submission(
        number=number,
        tasks=fitting.tasks,
        running=fitting.running,
        at=at,
        gone=tuple(task.task for task in lost),
    )
    script = folder.path / "job.sh"
    try:
        tasks_of(folder).mkdir(mode=0o700, exist_ok=True)
        write_private(script, script_of(folder.path, fitting, number).encode())
    except OSError as error:
        raise CannotWrite(folder=folder.path, why=error.strerror) from None
    # kept first: a task may begin before sbatch has answered
    job = replace(job, options=options).with_submission(submission)
    keep_job(folder, job)
    try:
        answer = scheduler.hand_in(script, with_this_package(environment))
    except (NoScheduler, SchedulerRefused):
        _forget(folder, before)
        raise
    submission = replace(submission, job=scheduler.job_in(answer))
    keep_job(folder, job.with_submission(submission))
    return submission


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
    submission = newest_submission(folder)
    if submission is not None and submission.job:
        try:
            scheduler.cancel_waiting(submission.job)
        except (NoScheduler, SchedulerSilent, SchedulerRefused) as error:
            return f"{error} What waits in its queue ends as soon as it begins."
    return ""


def tasks_to_come(folder: TransferFolder) -> bool:
    """Whether the scheduler still has tasks of the newest array; one that is silent may have them."""
    submission = newest_submission(folder)
    if submission is None or not submission.job:
        return False
    try:
        return bool(scheduler.queued(submission.job))
    except SchedulerSilent:
        return True
    except (NoScheduler, SchedulerRefused):
        return False


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
