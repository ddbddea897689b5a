"""A plan, or what is left of a transfer, handed to Slurm: the one way of both faces, and of Python.

What can be refused is refused before anything is made, and what was made for an array that Slurm did not take
is removed again. Where it may have taken one without a word, none is handed in beside it.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from xnat_ferry.checks import Answer
from xnat_ferry.model import servers_of
from xnat_ferry.plan import Plan
from xnat_ferry.plan.freshness import refuse_outdated
from xnat_ferry.settings.credentials import Credentials, find_credentials
from xnat_ferry.transfer import folder as transfer_folders
from xnat_ferry.transfer.folder import TransferFolder
from xnat_ferry.transfer.pacing.pace import Pace, keep_pace, read_pace
from xnat_ferry.transfer.slurm import scheduler
from xnat_ferry.transfer.slurm.job import JobOptions, Submission, read_job
from xnat_ferry.transfer.slurm.submitting import (
    find_job,
    fitted,
    refuse_if_carried,
    subjects_left,
    submit,
)
from xnat_ferry.transfer.slurm.wishes import each_its_own, from_settings, had_each_its_own
from xnat_ferry.transfer.slurm.withdrawing import withdraw
from xnat_ferry.transfer.state import TransferState
from xnat_ferry.transfer.status import read_state
from xnat_ferry.verify.kept import sent_again

if TYPE_CHECKING:
    from xnat_ferry.xnat.client import XnatClient

Wished = Callable[[Pace], Pace]
"""The pace that is wanted, over the one that suits the array."""
Find = Callable[[str], Credentials]
"""The login for a server's address, by what the tasks will find, too: they have nobody to ask."""

STORED: Find = partial(find_credentials, may_ask=False)


def as_suits(pace: Pace) -> Pace:
    """No wish: the pace as it suits the array."""
    return pace


def begin(
    plan: Plan, options: JobOptions, *, transfers: Path, wished: Wished = as_suits, find: Find = STORED
) -> tuple[TransferFolder, Submission]:
    """Make a transfer of a plan in the folder ``transfers``, and hand it in.

    Where the submission has no job, Slurm may have taken it without saying so: the transfer stays and is
    followed like any other, and ``go_on`` asks Slurm for it.

    Raises NoScheduler, NoCredentials, UsageError for a pace that makes no sense, CannotConnect such as
    LoginRefused, PlanOutdated, CannotWrite, SchedulerRefused and SchedulerUnreachable: no transfer is left.
    """
    scheduler.refuse_without()
    subjects = subjects_left(plan, TransferState(plan))
    pace = wished(each_its_own(Pace(), fitted(options, subjects)))
    _refuse_unfit(plan, find)
    folder = transfer_folders.create(transfers, plan)
    try:
        keep_pace(folder.pace, pace)
        return folder, submit(folder, options, subjects)
    except BaseException:
        withdraw(folder)  # not where somebody lost patience while Slurm was asked: it may have taken it
        raise


def go_on(
    folder: TransferFolder,
    options: JobOptions | None = None,
    *,
    wished: Wished = as_suits,
    find: Find = STORED,
    adding: Mapping[str, Answer] | None = None,
) -> Submission | None:
    """Hand in what is left of a transfer as one more array; None where nothing is.

    Without ``options`` it runs as the last one did. ``adding``: which sessions may be added to one that is
    archived, and how, COMPLETE or MERGE. Where the last array is one that Slurm took without saying so, and
    still has, no other is handed in beside it: that one is returned.

    Raises as ``begin`` but for PlanOutdated, TransferLocked while somebody is at it, and SchedulerSilent
    where it cannot be known whether Slurm has the last one. Nothing is handed in then.
    """
    from xnat_ferry.settle.orders import keep_answers  # brings along what speaks with servers

    scheduler.refuse_without()
    state = read_state(folder)
    subjects = subjects_left(state.plan, state, sent_again(folder, state))
    if not subjects:
        return None
    refuse_if_carried(folder)
    if (found := _taken_silently(folder)) is not None:
        return found
    job = read_job(folder)
    options = options or (job.options if job else from_settings())
    pace = read_pace(folder.pace)
    if had_each_its_own(pace, job.newest if job else None):
        pace = each_its_own(pace, fitted(options, subjects))
    pace = wished(pace)
    with _logged_in(state.plan, find):
        pass
    keep_answers(folder, dict(adding or {}))
    keep_pace(folder.pace, pace)
    return submit(folder, options, subjects)


def _taken_silently(folder: TransferFolder) -> Submission | None:
    """The last array, if its job is found only now; none that was stopped: it would not go on."""
    job = read_job(folder)
    if job is None or job.newest is None or job.newest.job:
        return None
    found = find_job(folder)
    return found if found is not None and found.job and found.number > job.stopped else None


def _refuse_unfit(plan: Plan, find: Find) -> None:
    """Look at the destination once more; raises PlanOutdated where the plan does not fit it any more."""
    from xnat_ferry.survey.projects import view_destination  # brings along what speaks with servers

    with _logged_in(plan, find) as clients:
        if plan.travelling and not plan.destination.local:
            client = clients[plan.destination.server]
            refuse_outdated(plan, view_destination(client, plan.destination, plan.seen.creatable or ()))


@contextmanager
def _logged_in(plan: Plan, find: Find) -> Iterator[Mapping[str, "XnatClient"]]:
    """A client for each server of a plan.

    Tasks that begin at the same time would each try a login that is refused, and lock the account: one try
    tells here. Raises NoCredentials before any is made.
    """
    from xnat_ferry.xnat.client import XnatClient  # the clients cost half a second to load

    logins = {server: find(server) for server in servers_of(plan.source, plan.destination)}
    with ExitStack() as stack:
        yield {server: stack.enter_context(XnatClient(server, login)) for server, login in logins.items()}
