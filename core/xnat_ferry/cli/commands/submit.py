"""``submit``: the same transfer as ``run``, carried by the tasks of a Slurm array."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from xnat_ferry.array import begin, go_on
from xnat_ferry.cli.commands.run import ready_plan
from xnat_ferry.cli.common import AsJson, Transfers, answer_json, say
from xnat_ferry.cli.options.array import AS_BEFORE, Array
from xnat_ferry.cli.options.idle import refuse_idle_pace
from xnat_ferry.cli.options.pacing import AS_IT_COMES, Pacing
from xnat_ferry.cli.telling import following
from xnat_ferry.plan import Plan
from xnat_ferry.settings.paths import transfers_folder
from xnat_ferry.transfer.folder import TransferFolder
from xnat_ferry.transfer.pacing.pace import Pace
from xnat_ferry.transfer.slurm.job import JobOptions, Submission, read_job, script_of
from xnat_ferry.transfer.slurm.submitting import fitted, subjects_left
from xnat_ferry.transfer.slurm.wishes import UNSAID, in_words
from xnat_ferry.transfer.state import TransferState

_NOT_KNOWN = 4
"""The exit code where Slurm did not say whether it took an array: 'resume' is what comes next."""

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
    pacing.over(Pace())  # one that makes no sense is refused, whatever is asked for
    options, place = array.options(spool), transfers_folder(transfers)
    if print_:
        return _print(plan, options, place, json)
    try:
        folder, given = begin(plan, options, transfers=place, wished=pacing.over)
    except KeyboardInterrupt:
        say("\nSlurm may have been asked already: if 'xnat-ferry status' shows the transfer, do not")
        say("submit it again; 'xnat-ferry resume' asks Slurm first.")
        raise
    return _tell(folder, given, json)


def submit_again(
    found: TransferFolder, array: Array, pacing: Pacing, *, spool: Path | None, json: bool
) -> int:
    """One more array with what is left of a transfer that was submitted before."""
    job = read_job(found)
    options = array.options(spool, job.options if job else None)
    refuse_idle_pace(found.read_plan(), pacing)
    given = go_on(found, options, wished=pacing.over)
    if given is None:
        say("Nothing is left to do.")
        return following.answer_status(found, json)
    return _tell(found, given, json)


def _tell(folder: TransferFolder, given: Submission, json: bool) -> int:
    say(f"transfer {folder.id}")
    what_next = "'xnat-ferry watch' shows what they do." if given.job else UNSAID
    say(f"{in_words(given)} {what_next}")
    following.answer_status(folder, json)
    return 0 if given.job else _NOT_KNOWN


def _print(plan: Plan, options: JobOptions, place: Path, json: bool) -> int:
    script = script_of(place / "TRANSFER", fitted(options, subjects_left(plan, TransferState(plan))), 1)
    if json:
        answer_json({"script": script})
    else:
        print(script, end="")
    return 0
