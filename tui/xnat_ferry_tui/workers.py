"""The workers that carry out what is asked for here, each a process of its own. No Textual.

Their methods may block: use a thread.
"""

import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from xnat_ferry import array
from xnat_ferry.checks import Answer
from xnat_ferry.errors import LoginRefused, NoCredentials, UsageError
from xnat_ferry.model import servers_of
from xnat_ferry.plan import Plan
from xnat_ferry.settings.credentials import Credentials
from xnat_ferry.settings.redact import plain
from xnat_ferry.transfer import folder as transfer_folders
from xnat_ferry.transfer import lock
from xnat_ferry.transfer.folder import TransferFolder
from xnat_ferry.transfer.journal import read_all
from xnat_ferry.transfer.launch import start_worker, wait_until_taken_up
from xnat_ferry.transfer.pacing.pace import Pace, keep_pace
from xnat_ferry.transfer.slurm.job import JobOptions, Submission
from xnat_ferry.transfer.slurm.submitting import stop_array
from xnat_ferry_tui.logins import Logins

if TYPE_CHECKING:
    from xnat_ferry.settle.orders import RemovalOrder


_STORE = "Add the host to ~/.netrc, or set XNAT_USER and XNAT_PASS and open this window anew."
_MEND = "Mend it in ~/.netrc, or set XNAT_USER and XNAT_PASS and open this window anew."


class Workers:
    """Starts a worker for a transfer and waits until it has taken it up; stops it."""

    def __init__(self, *, transfers: Path, spool: Path, logins: Logins) -> None:
        self._transfers, self._spool, self._logins = transfers, spool, logins
        self.pace = Pace()
        """How much of servers, line and disk a transfer that is started here may take."""
        self._refused: dict[str, Credentials] = {}
        """What is stored for a server, and was refused when it was tried for tasks."""

    def start(self, plan: Plan) -> TransferFolder:
        """Make a transfer of a plan and start its worker."""
        folder = transfer_folders.create(self._transfers, plan)
        keep_pace(folder.pace, self.pace)
        worker = start_worker(folder, self._logins_of(plan), spool=self._spool)
        wait_until_taken_up(folder, worker, skip=0)
        return folder

    def submit(self, plan: Plan, options: JobOptions) -> tuple[TransferFolder, Submission]:
        """Make a transfer of a plan and hand it to Slurm.

        Raises UsageError where its tasks would find no login or a refused one, else as ``array.begin``.
        """
        with self._asking_nobody():
            return array.begin(
                plan, options, transfers=self._transfers, wished=self._pace_of_array, find=self._for_tasks
            )

    def submit_again(self, folder: TransferFolder, *, adding: Mapping[str, Answer]) -> Submission | None:
        """One more array, run as the last one, with what is left of a transfer; None for nothing left.

        ``adding`` as for ``go_on``. Raises UsageError as ``submit``, else as ``array.go_on``.
        """
        with self._asking_nobody():
            return array.go_on(folder, find=self._for_tasks, adding=adding)

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
        array, found = stop_array(folder), lock.worker(folder)
        if found is None:
            return "It is not running." if array is None else array
        if found.host != socket.gethostname():
            # the number means another process here, or none
            return f"The worker runs on {found.host}: open this window there, and stop it with x."
        found.ask_to_leave_off()
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

    def _pace_of_array(self, suits: Pace) -> Pace:
        """What is wished here; each task has connections of its own, where no others are."""
        wished = self.pace
        capped = wished.connections != Pace().connections
        return wished if capped else replace(wished, connections=suits.connections)

    def _for_tasks(self, server: str) -> Credentials:
        """The login that a task will find; raises LoginRefused for one that was refused before."""
        login = self._logins.stored(server)
        if self._refused.get(server) == login:
            raise LoginRefused(server=server, user=plain(login.user))  # tried again it would lock the account
        return login

    @contextmanager
    def _asking_nobody(self) -> Iterator[None]:
        """What the tasks find is no reason to ask a person: what is typed here is not found there."""
        try:
            yield
        except NoCredentials as error:
            server = error.facts["server"]
            what = f"The tasks would find no login for {server}: one that was typed is known here alone."
            raise UsageError(what=what, advice=_STORE) from None
        except LoginRefused as error:
            server = str(error.facts["server"])
            self._refused[server] = self._logins.stored(server)
            raise UsageError(what=f"{error} It is the one that the tasks would find.", advice=_MEND) from None

    def _logins_of(self, plan: Plan) -> dict[str, Credentials]:
        return {server: self._logins(server) for server in servers_of(plan.source, plan.destination)}
