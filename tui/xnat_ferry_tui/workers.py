"""The workers that carry out what is asked for here, each a process of its own. No Textual.

Their methods may block: use a thread.
"""

import os
import signal
import socket
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from xnat_ferry.checks import Answer
from xnat_ferry.errors import FerryError, NoCredentials, UsageError
from xnat_ferry.model import servers_of
from xnat_ferry.plan import Plan
from xnat_ferry.settings.credentials import Credentials
from xnat_ferry.transfer import folder as transfer_folders
from xnat_ferry.transfer import lock
from xnat_ferry.transfer.folder import TransferFolder
from xnat_ferry.transfer.journal import read_all
from xnat_ferry.transfer.launch import start_worker, wait_until_taken_up
from xnat_ferry.transfer.pace import Pace, keep_pace, read_pace
from xnat_ferry.transfer.slurm import scheduler
from xnat_ferry.transfer.slurm.job import JobOptions, Submission, newest_submission, read_job
from xnat_ferry.transfer.slurm.submitting import fitted, stop_array, subjects_left, submit
from xnat_ferry.transfer.slurm.wishes import each_its_own, had_each_its_own
from xnat_ferry.transfer.state import TransferState
from xnat_ferry.transfer.status import read_state
from xnat_ferry_tui.logins import Logins

if TYPE_CHECKING:
    from xnat_ferry.settle.orders import RemovalOrder


_STORE = "Add the host to ~/.netrc, or set XNAT_USER and XNAT_PASS and open this window anew."


class Workers:
    """Starts a worker for a transfer and waits until it has taken it up; stops it."""

    def __init__(self, *, transfers: Path, spool: Path, logins: Logins) -> None:
        self._transfers, self._spool, self._logins = transfers, spool, logins
        self.pace = Pace()
        """How much of servers, line and disk a transfer that is started here may take."""

    def start(self, plan: Plan) -> TransferFolder:
        """Make a transfer of a plan and start its worker."""
        folder = transfer_folders.create(self._transfers, plan)
        keep_pace(folder.pace, self.pace)
        worker = start_worker(folder, self._logins_of(plan), spool=self._spool)
        wait_until_taken_up(folder, worker, skip=0)
        return folder

    def submit(self, plan: Plan, options: JobOptions) -> tuple[TransferFolder, Submission]:
        """Make a transfer of a plan and hand it to Slurm.

        Raises NoScheduler, UsageError where its tasks would find no login, and what the scheduler says
        where it took nothing. Where it may have, that is followed: handed in again it would be there twice.
        """
        scheduler.refuse_without()
        self._refuse_without_logins(plan)
        subjects = subjects_left(plan, TransferState(plan))
        folder = transfer_folders.create(self._transfers, plan)
        capped = self.pace.connections != Pace().connections
        keep_pace(folder.pace, self.pace if capped else each_its_own(self.pace, fitted(options, subjects)))
        try:
            return folder, self._hand_in(folder, options, subjects)
        except FerryError:
            given = newest_submission(folder)
            if given is None:
                raise
            return folder, given

    def submit_again(self, folder: TransferFolder, *, adding: Mapping[str, Answer]) -> Submission | None:
        """One more array, run as the last one, with what is left of a transfer; None for nothing left.

        ``adding`` as for ``go_on``. Raises as ``submit``, and TransferLocked.
        """
        from xnat_ferry.settle.orders import keep_answers
        from xnat_ferry.verify.kept import sent_again

        scheduler.refuse_without()
        state, job = read_state(folder), read_job(folder)
        self._refuse_without_logins(state.plan)
        subjects = subjects_left(state.plan, state, sent_again(folder, state))
        if job is None or not subjects:
            return None
        keep_answers(folder, dict(adding))
        pace = read_pace(folder.pace)
        if had_each_its_own(pace, job.newest):
            keep_pace(folder.pace, each_its_own(pace, fitted(job.options, subjects)))
        return self._hand_in(folder, job.options, subjects)

    def go_on(self, folder: TransferFolder, *, archive: bool, adding: Mapping[str, Answer]) -> None:
        """Resume a transfer, or take it on into the archive; raises TransferLocked, CannotWrite.

        ``adding``: which sessions may be added to one that is archived, and how: COMPLETE or MERGE.
        """
        from xnat_ferry.settle.orders import keep_answers

        self._take_up(folder, lambda: keep_answers(folder, dict(adding)), archive=archive)

    def settle(self, folder: TransferFolder, order: "RemovalOrder") -> None:
        """Have removed what was ordered; raises TransferLocked, CannotWrite."""
        from xnat_ferry.settle.orders import keep_removal_order

        self._take_up(folder, lambda: keep_removal_order(folder, order), settle=True)

    def take_back(self, folder: TransferFolder) -> None:
        """Have undone what was shared or given; raises TransferLocked."""
        self._take_up(folder, lambda: None, taking_back=True)

    def stop(self, folder: TransferFolder) -> str:
        """Ask the worker to leave off; says why where that cannot be done from here."""
        array, found = stop_array(folder), lock.holder(folder)
        if array is not None and found is None:
            return array
        if found is None or found.alive() is False:
            return "It is not running."
        if found.host != socket.gethostname():
            # the number means another process here, or none
            return f"The worker runs on {found.host}: open this window there, and stop it with x."
        os.kill(found.pid, signal.SIGTERM)
        return ""

    def _take_up(
        self,
        folder: TransferFolder,
        keep_order: Callable[[], None],
        *,
        archive: bool = False,
        settle: bool = False,
        taking_back: bool = False,
    ) -> None:
        lock.refuse_if_running(folder)
        logins = self._logins_of(folder.read_plan())  # before the order: without a login none is left lying
        keep_order()
        before = len(read_all(folder.journal))
        worker = start_worker(
            folder, logins, spool=self._spool, archive=archive, settle=settle, taking_back=taking_back
        )
        wait_until_taken_up(folder, worker, skip=before)

    @staticmethod
    def _hand_in(folder: TransferFolder, options: JobOptions, subjects: int) -> Submission:
        at = datetime.now().astimezone().isoformat(timespec="seconds")
        return submit(folder, options, subjects, at=at, environment=os.environ)

    def _refuse_without_logins(self, plan: Plan) -> None:
        """A task has nobody to ask: what it will not find is told here instead of on the nodes.

        Not by NoCredentials, after which a person is asked: what is typed here is not found there either.
        """
        for server in servers_of(plan.source, plan.destination):
            try:
                self._logins.stored(server)
            except NoCredentials:
                what = f"The tasks would find no login for {server}: one that was typed is known here alone."
                raise UsageError(what=what, advice=_STORE) from None

    def _logins_of(self, plan: Plan) -> dict[str, Credentials]:
        return {server: self._logins(server) for server in servers_of(plan.source, plan.destination)}
