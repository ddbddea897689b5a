"""``submit``: the same transfer as ``run``, carried by the tasks of a Slurm array."""

import os
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from xnat_ferry.cli import following
from xnat_ferry.cli.array import AS_BEFORE, Array
from xnat_ferry.cli.common import AsJson, Transfers, answer_json, now, say
from xnat_ferry.cli.idle import refuse_idle_pace
from xnat_ferry.cli.pacing import AS_IT_COMES, Pacing
from xnat_ferry.cli.run import ready_plan, refuse_outdated_plan
from xnat_ferry.settings.credentials import find_logins
from xnat_ferry.settings.paths import transfers_folder
from xnat_ferry.transfer import folder as transfer_folders
from xnat_ferry.transfer.folder import TransferFolder
from xnat_ferry.transfer.pace import Pace, keep_pace, read_pace
from xnat_ferry.transfer.slurm import scheduler
from xnat_ferry.transfer.slurm.job import JobOptions, Submission, read_job, script_of
from xnat_ferry.transfer.slurm.submitting import fitted, subjects_left, submit
from xnat_ferry.transfer.slurm.wishes import each_its_own, had_each_its_own, in_words
from xnat_ferry.transfer.state import TransferState
from xnat_ferry.transfer.status import read_state
from xnat_ferry.verify.kept import sent_again

Spool = Annotated[
    Path | None,
    Parameter(
        show_default=False,
        help="The folder for data in flight on the nodes; without it the job's own scratch.",
    ),
]
Print = Annotated[
    bool,
    Parameter(name="--print", negative=(), show_default=False, help="Show the script and submit nothing."),
]


def submit_plan(
    plan_file: Path,
    /,
    *,
    array: Array = AS_BEFORE,
    print_: Print = False,
    transfers: Transfers = None,
    spool: Spool = None,
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
    refuse_idle_pace(plan, pacing)
    options, place = array.options(spool), transfers_folder(transfers)
    subjects = subjects_left(plan, TransferState(plan))
    pace = _pace(pacing, Pace(), fitted(options, subjects))
    if print_:
        script = script_of(place / "TRANSFER", fitted(options, subjects), 1)
        if json:
            answer_json({"script": script})
        else:
            print(script, end="")
        return 0
    scheduler.refuse_without()
    refuse_outdated_plan(plan, find_logins(plan.source, plan.destination, may_ask=False))
    made = transfer_folders.create(place, plan)
    keep_pace(made.pace, pace)
    return _hand_in(made, options, subjects, json)


def submit_again(
    found: TransferFolder, array: Array, pacing: Pacing, *, spool: Path | None, json: bool
) -> int:
    """One more array with what is left of a transfer that was submitted before."""
    job = read_job(found)
    options = array.options(spool, job.options if job else None)
    state = read_state(found)
    # what the tasks will find, too: it is told here instead of on the nodes
    find_logins(state.plan.source, state.plan.destination, may_ask=False)
    subjects = subjects_left(state.plan, state, sent_again(found, state))
    if not subjects:
        say("Nothing is left to do.")
        return following.answer_status(found, json)
    refuse_idle_pace(state.plan, pacing)
    before = job.newest if job else None
    keep_pace(found.pace, _pace_again(pacing, read_pace(found.pace), before, fitted(options, subjects)))
    return _hand_in(found, options, subjects, json)


def _hand_in(folder: TransferFolder, options: JobOptions, subjects: int, json: bool) -> int:
    say(f"transfer {folder.id}")
    given = submit(folder, options, subjects, at=now(), environment=os.environ)
    say(f"{in_words(given)} 'xnat-ferry watch' shows what they do.")
    following.answer_status(folder, json)
    return 0


def _pace(pacing: Pacing, pace: Pace, options: JobOptions) -> Pace:
    return pacing.over(each_its_own(pace, options) if pacing.connections is None else pace)


def _pace_again(pacing: Pacing, pace: Pace, before: Submission | None, options: JobOptions) -> Pace:
    """What was asked for stays; where nothing was, the connections follow the number of tasks."""
    return pacing.over(each_its_own(pace, options) if had_each_its_own(pace, before) else pace)
