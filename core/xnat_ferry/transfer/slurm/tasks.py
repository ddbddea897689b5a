"""The folder of one task: a lock and a journal of its own, everything else shared with the transfer."""

import re
from pathlib import Path

from xnat_ferry.errors import CannotWrite
from xnat_ferry.events import TransferFinished
from xnat_ferry.settings.private import make_private
from xnat_ferry.transfer.folder import TransferFolder
from xnat_ferry.transfer.journal import replay

_NAME = re.compile(r"[0-9]{1,9}\.[0-9]{1,9}(\.r[0-9]{1,9})?")


class TaskFolder(TransferFolder):
    """One task's view of its transfer: the plan and the manifests are the transfer's."""

    def __init__(self, transfer: TransferFolder, task: str) -> None:
        super().__init__(transfer.path)
        self._transfer = transfer
        self.task = task
        self.place = tasks_of(transfer) / task
        self.journal = self.place / "journal.jsonl"
        self.lock = self.place / "lock"
        self.worker_output = self.place / "worker.log"
        self.calls = self.place / "calls.log"
        self.pace = self.place / "pace.json"

    def make(self) -> None:
        """Make its place, for its owner's eyes only; raises CannotWrite."""
        try:
            make_private(self.place)
        except OSError as error:
            raise CannotWrite(folder=self.place, why=error.strerror) from None

    @property
    def whole(self) -> TransferFolder:
        """The transfer of which it is a task."""
        return self._transfer

    @property
    def locks(self) -> list[Path]:
        """Its own only."""
        return [self.lock]

    @property
    def finished(self) -> bool:
        """Whether it came to the end of what was there to do, by its own word."""
        return any(isinstance(event, TransferFinished) for event in replay(self.journal))


def tasks_of(transfer: TransferFolder) -> Path:
    """Where the tasks' folders lie."""
    return transfer.path / "tasks"


def find_tasks(transfer: TransferFolder) -> list[TaskFolder]:
    """Every task that ever began; a folder with another name was put there by somebody else."""
    found = sorted(path.parent.name for path in tasks_of(transfer).glob("*/journal.jsonl"))
    return [TaskFolder(transfer, name) for name in found if _NAME.fullmatch(name)]


def task_name(submission: int, number: int, restarts: int = 0) -> str:
    """How a task is called in its transfer: submission, number in the array, and which start of it."""
    return f"{submission}.{number}" + (f".r{restarts}" if restarts else "")


def submission_of(task: str) -> int:
    """The submission that a task belongs to."""
    return int(task.partition(".")[0])


def number_of(task: str) -> int:
    """Its number in the array."""
    return int(task.split(".")[1])
