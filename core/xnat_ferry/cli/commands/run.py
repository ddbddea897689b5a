"""``run`` and ``resume``: they start a worker and follow its journal to the end."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from xnat_ferry.cli.common import AsJson, Spool, Transfers, say
from xnat_ferry.cli.options.array import AS_BEFORE, Array
from xnat_ferry.cli.options.idle import refuse_idle_pace
from xnat_ferry.cli.options.pacing import AS_IT_COMES, Pacing
from xnat_ferry.cli.telling import following
from xnat_ferry.errors import NothingChosen, PlanUndecided, UsageError
from xnat_ferry.plan import Plan, read_plan
from xnat_ferry.plan.freshness import refuse_outdated
from xnat_ferry.settings.credentials import Credentials, find_logins
from xnat_ferry.settings.paths import spool_folder, transfers_folder
from xnat_ferry.transfer import folder as transfer_folders
from xnat_ferry.transfer.folder import TransferFolder
from xnat_ferry.transfer.journal import read_all
from xnat_ferry.transfer.launch import start_worker, wait_until_taken_up
from xnat_ferry.transfer.lock import refuse_if_running
from xnat_ferry.transfer.pacing.pace import Pace, keep_pace, read_pace, spool_for
from xnat_ferry.transfer.slurm.job import read_job

Here = Annotated[
    bool,
    Parameter(
        negative=(),
        show_default=False,
        help="By a worker on this machine, also what was submitted as an array.",
    ),
]
OfArray = Annotated[Array, Parameter(group="Of a Slurm array; what is left out stays as it was")]
Detach = Annotated[
    bool,
    Parameter(negative=(), show_default=False, help="Return at once; the worker goes on by itself."),
]


def run(
    plan_file: Path,
    /,
    *,
    detach: Detach = False,
    transfers: Transfers = None,
    spool: Spool = None,
    pacing: Pacing = AS_IT_COMES,
    json: AsJson = False,
) -> int:
    """Carry out a plan; the work goes on if this terminal closes.

    Parameters
    ----------
    plan_file
        What 'xnat-ferry plan' wrote.
    """
    plan = ready_plan(plan_file)
    refuse_idle_pace(plan, pacing)
    pace = pacing.over(Pace())
    spool_for(plan, pace, spool_folder(spool))
    logins = find_logins(plan.source, plan.destination)
    refuse_outdated_plan(plan, logins)
    return begin(plan, logins, pace, detach=detach, transfers=transfers, spool=spool, json=json)


def begin(
    plan: Plan,
    logins: dict[str, Credentials],
    pace: Pace,
    *,
    detach: bool,
    transfers: Path | None,
    spool: Path | None,
    json: bool,
) -> int:
    """Make a transfer of a plan that was looked at, start its worker, and follow it unless ``detach``."""
    made = transfer_folders.create(transfers_folder(transfers), plan)
    keep_pace(made.pace, pace)
    say(f"transfer {made.id}")
    worker = start_worker(made, logins, spool=spool_folder(spool))
    if detach:
        wait_until_taken_up(made, worker, skip=0)
        return following.answer_status(made, json)
    return following.follow_to_end(made, worker, skip=0, json=json)


def ready_plan(plan_file: Path) -> Plan:
    """A plan that leaves nothing open; raises PlanUnreadable, PlanUndecided and NothingChosen."""
    plan = read_plan(plan_file)
    if plan.undecided:
        raise PlanUndecided(labels=", ".join(session.session for session in plan.undecided[:5]))
    if not plan.sessions:
        raise NothingChosen(why=f"the plan {plan_file} has no session in it")
    return plan


def refuse_outdated_plan(plan: Plan, logins: dict[str, Credentials]) -> None:
    """Look at the destination once more; raises PlanOutdated where the plan does not fit it any more."""
    from xnat_ferry.survey.projects import view_destination  # the clients cost half a second to load
    from xnat_ferry.xnat.pair import open_pair

    if not plan.travelling or plan.destination.local:
        return
    end = plan.destination
    with open_pair(end, end, logins.__getitem__) as (client, _):
        refuse_outdated(plan, view_destination(client, end, plan.seen.creatable or ()))


def resume(
    name: str | None = None,
    /,
    *,
    detach: Detach = False,
    transfers: Transfers = None,
    spool: Spool = None,
    pacing: Pacing = AS_IT_COMES,
    array: OfArray = AS_BEFORE,
    here: Here = False,
    json: AsJson = False,
) -> int:
    """Go on with a transfer that was stopped, killed or failed in part; nothing is sent twice.

    Parameters
    ----------
    name
        The transfer's ID or its end; may be left out where there is only one.
    """
    found = transfer_folders.find(transfers_folder(transfers), name)
    if read_job(found) is not None and not here:
        from xnat_ferry.cli.commands.submit import submit_again  # which builds on this module

        return submit_again(found, array, pacing, spool=spool, json=json)
    if array != AS_BEFORE:
        raise UsageError(what="Tasks, their time and memory are for an array; this transfer gets a worker.")
    refuse_if_running(found)
    plan = found.read_plan()
    refuse_idle_pace(plan, pacing)
    pace = pacing.over(read_pace(found.pace))
    spool_for(plan, pace, spool_folder(spool))
    keep_pace(found.pace, pace)
    return _go_on(found, spool=spool, detach=detach, json=json)


def _go_on(found: TransferFolder, *, spool: Path | None, detach: bool, json: bool) -> int:
    refuse_if_running(found)
    plan = found.read_plan()
    logins = find_logins(plan.source, plan.destination)
    before = len(read_all(found.journal))
    say(f"transfer {found.id}")
    worker = start_worker(found, logins, spool=spool_folder(spool))
    if detach:
        wait_until_taken_up(found, worker, skip=before)
        return following.answer_status(found, json)
    return following.follow_to_end(found, worker, skip=before, json=json)
