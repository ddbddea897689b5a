"""``submit``: the same transfer as ``run``, carried by the tasks of a Slurm array."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from xnat_ferry.cli import following
from xnat_ferry.cli.common import AsJson, Transfers, now, say
from xnat_ferry.cli.pacing import AS_IT_COMES, Pacing
from xnat_ferry.cli.run import ready_plan, refuse_outdated_plan
from xnat_ferry.errors import UsageError
from xnat_ferry.settings.credentials import find_logins
from xnat_ferry.settings.paths import transfers_folder
from xnat_ferry.settings.preferences import read_preferences
from xnat_ferry.settings.redact import plain
from xnat_ferry.transfer import folder as transfer_folders
from xnat_ferry.transfer.folder import TransferFolder
from xnat_ferry.transfer.pace import Pace, keep_pace, read_pace
from xnat_ferry.transfer.slurm.job import JobOptions, Submission, read_job, script_of
from xnat_ferry.transfer.slurm.submitting import fitted, subjects_left, submit
from xnat_ferry.transfer.state import TransferState
from xnat_ferry.transfer.status import read_state

CONNECTIONS = 2
"""For each running task, where none were asked for: one down and one up."""

Text = Annotated[str | None, Parameter(show_default=False)]
Count = Annotated[int | None, Parameter(show_default=False)]
Print = Annotated[
    bool,
    Parameter(name="--print", negative=(), show_default=False, help="Show the script and submit nothing."),
]


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Array:
    """How the array runs. What is left out comes from the settings file, else from the site.

    Parameters
    ----------
    tasks
        Tasks of the array (4): a few long ones, each takes one subject after another.
    running
        Tasks at the same time at most.
    partition
        As for sbatch.
    account
        As for sbatch.
    time
        The time limit of a task, as for sbatch. Two minutes before it a task leaves off cleanly.
    memory
        Memory of a task, as for sbatch --mem (1G).
    cpus
        Processors of a task (2).
    option
        A further option for sbatch, written --option=--qos=long; may be given several times.
    spool
        The folder for data in flight on the nodes; without it the job's own scratch.
    """

    tasks: Count = None
    running: Count = None
    partition: Text = None
    account: Text = None
    time: Text = None
    memory: Text = None
    cpus: Count = None
    option: Annotated[tuple[str, ...], Parameter(negative=(), show_default=False)] = ()
    spool: Annotated[Path | None, Parameter(show_default=False)] = None

    def options(self, before: JobOptions | None = None) -> JobOptions:
        """The options of the array, over those of the last one or of the settings. Raises UsageError."""
        known = before or _from_settings()
        tasks = self.tasks or known.tasks
        wanted = JobOptions(
            tasks=tasks,
            running=self.running or (min(known.running, tasks) if before else tasks),
            partition=known.partition if self.partition is None else self.partition,
            account=known.account if self.account is None else self.account,
            time=known.time if self.time is None else self.time,
            memory=known.memory if self.memory is None else self.memory,
            cpus=self.cpus or known.cpus,
            more=(*known.more, *self.option),
            spool=known.spool if self.spool is None else str(self.spool.expanduser().absolute()),
        )
        for text in (
            wanted.partition,
            wanted.account,
            wanted.time,
            wanted.memory,
            wanted.spool,
            *wanted.more,
        ):
            if not text.isprintable():
                raise UsageError(what=f"{plain(text, 60)!r} cannot stand in a batch script.")
        for name in ("tasks", "running", "cpus"):
            if getattr(wanted, name) < 1:
                raise UsageError(what=f"--{name} must be at least 1.")
        return wanted


AS_BEFORE = Array()


def submit_plan(
    plan_file: Path,
    /,
    *,
    array: Array = AS_BEFORE,
    print_: Print = False,
    transfers: Transfers = None,
    pacing: Pacing = AS_IT_COMES,
    json: AsJson = False,
) -> int:
    """Carry out a plan as a Slurm array; 'status', 'watch', 'stop' and 'resume' work on it as on one worker.

    Parameters
    ----------
    plan_file
        What 'xnat-ferry plan' wrote.
    """
    plan = ready_plan(plan_file)
    options, place = array.options(), transfers_folder(transfers)
    subjects = subjects_left(plan, TransferState(plan))
    if print_:
        print(script_of(place / "TRANSFER", fitted(options, subjects), 1), end="")
        return 0
    refuse_outdated_plan(plan, find_logins(plan.source, plan.destination, may_ask=False))
    made = transfer_folders.create(place, plan)
    keep_pace(made.pace, _pace(pacing, Pace(), fitted(options, subjects)))
    return _hand_in(made, options, subjects, json)


def submit_again(found: TransferFolder, array: Array, pacing: Pacing, *, json: bool) -> int:
    """One more array with what is left of a transfer that was submitted before."""
    job = read_job(found)
    options = array.options(job.options if job else None)
    state = read_state(found)
    # what the tasks will find, too: it is told here instead of on the nodes
    find_logins(state.plan.source, state.plan.destination, may_ask=False)
    keep_pace(found.pace, pacing.over(read_pace(found.pace)))
    subjects = subjects_left(state.plan, state)
    if not subjects:
        say("Nothing is left to do.")
        return following.answer_status(found, json)
    return _hand_in(found, options, subjects, json)


def _hand_in(folder: TransferFolder, options: JobOptions, subjects: int, json: bool) -> int:
    say(f"transfer {folder.id}")
    given = submit(folder, options, subjects, at=now(), environment=os.environ)
    say(_in_words(given))
    following.answer_status(folder, json)
    return 0


def _in_words(given: Submission) -> str:
    tasks = "1 task" if given.tasks == 1 else f"{given.tasks} tasks, {given.running} at a time"
    return f"Submitted as job {given.job}: {tasks}. 'xnat-ferry watch' shows what they do."


def _pace(pacing: Pacing, pace: Pace, options: JobOptions) -> Pace:
    """A cap is for all tasks together; without one each running task may have a download and an upload."""
    if pacing.connections is None:
        pace = Pace(connections=CONNECTIONS * options.running)
    return pacing.over(pace)


def _from_settings() -> JobOptions:
    wanted = read_preferences().slurm
    return JobOptions(
        tasks=wanted.tasks,
        running=wanted.tasks,
        partition=wanted.partition,
        account=wanted.account,
        time=wanted.time,
        memory=wanted.memory,
        cpus=wanted.cpus,
        more=wanted.options,
        spool=wanted.spool,
    )
