"""What is known of a transfer's array: how it is to be run, what was submitted, and the script for it."""

import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec
from msgspec import Struct

from xnat_ferry.errors import CannotWrite
from xnat_ferry.settings.private import write_private
from xnat_ferry.transfer.folder import TransferFolder

LEAVE_OFF = 120
"""Seconds before the time limit at which a task is asked to leave off."""


class JobOptions(Struct, frozen=True, kw_only=True):
    """How the array shall run; "" leaves a thing to the site's own default."""

    tasks: int = 4
    running: int = 4
    """Tasks at the same time at most."""
    partition: str = ""
    account: str = ""
    time: str = ""
    """As sbatch takes it: 12:00:00, 2-00:00:00."""
    memory: str = "1G"
    """A worker peaks at about 150 MB whatever it carries, and keeps small units in memory beside that."""
    cpus: int = 2
    """Checking a unit keeps one busy while the other end is waited for."""
    more: tuple[str, ...] = ()
    """Further options for sbatch, each as one argument: --qos=long."""
    spool: str = ""
    """The folder for data in flight; "": the task's own scratch."""


class Submission(Struct, frozen=True, kw_only=True):
    """One ``sbatch``. ``job`` is Slurm's number for it, "" as long as that is not known."""

    number: int
    job: str = ""
    tasks: int
    running: int
    at: str
    gone: tuple[str, ...] = ()
    """Tasks before it that the scheduler does not know any more, though they never said that they ended."""


class Job(Struct, frozen=True, kw_only=True):
    """What ``job.json`` holds."""

    options: JobOptions
    submissions: tuple[Submission, ...] = ()
    stopped: int = 0
    """The last submission that was asked to stop."""

    @property
    def newest(self) -> Submission | None:
        """The last that was handed in; None before there was any."""
        return self.submissions[-1] if self.submissions else None

    def submission(self, number: int) -> Submission | None:
        """By its number from 1; None where there is none of it."""
        return next((one for one in self.submissions if one.number == number), None)

    def with_submission(self, submission: Submission) -> "Job":
        """With one more, or with what is now known of it."""
        others = tuple(one for one in self.submissions if one.number != submission.number)
        return msgspec.structs.replace(self, submissions=(*others, submission))


# made before threads want it: two that do for the first time at once may crash
_JOB = msgspec.json.Decoder(Job)


def job_file(folder: TransferFolder) -> Path:
    """Where what is known of a transfer's array is kept."""
    return folder.path / "job.json"


def script_file(folder: TransferFolder) -> Path:
    """The batch script of the last submission."""
    return folder.path / "job.sh"


def read_job(folder: TransferFolder) -> Job | None:
    """None for a transfer that was never submitted."""
    try:
        return _JOB.decode(job_file(folder).read_bytes())
    except (OSError, msgspec.MsgspecError, ValueError, RecursionError):
        return None


def newest_submission(folder: TransferFolder) -> Submission | None:
    """The last one of a transfer, if it was ever submitted."""
    job = read_job(folder)
    return job.newest if job else None


def keep_job(folder: TransferFolder, job: Job) -> None:
    """Write it, whole or not at all; raises CannotWrite."""
    try:
        write_private(job_file(folder), msgspec.json.encode(job))
    except OSError as error:
        raise CannotWrite(folder=folder.path, why=error.strerror) from None


def script_of(folder: Path, options: JobOptions, number: int) -> str:
    """The batch script. It holds no login: a task takes that from its environment or the user's own files."""
    wanted = [
        ("job-name", f"xnat-ferry-{folder.name[-4:]}"),
        ("array", f"0-{options.tasks - 1}%{options.running}"),
        ("output", f"{str(folder).replace('%', '%%')}/tasks/slurm-%A_%a.out"),
        ("chdir", str(folder)),
        ("partition", options.partition),
        ("account", options.account),
        ("time", options.time),
        ("mem", options.memory),
        ("cpus-per-task", str(options.cpus)),
        ("signal", f"B:TERM@{LEAVE_OFF}"),
        ("open-mode", "append"),
    ]
    lines = ["#!/bin/bash"]
    lines += [f"#SBATCH --{name}={_quoted(value)}" for name, value in wanted if value]
    lines += ["#SBATCH --no-requeue"]
    lines += [f"#SBATCH {_quoted(option)}" for option in options.more]
    lines += [
        "umask 077",
        "# takes the shell's place, so that the signal before the time limit reaches it",
        f"exec {shlex.join(task_command(folder, options, number))}",
    ]
    return "\n".join(lines) + "\n"


def task_command(folder: Path, options: JobOptions, number: int) -> Sequence[str]:
    """What one task runs; which of the array it is stands in its environment."""
    command = [sys.executable, "-m", "xnat_ferry.task", str(folder), "--submission", str(number)]
    return [*command, "--spool", options.spool] if options.spool else command


def _quoted(value: str) -> str:
    # sbatch splits its lines as a shell does
    return shlex.quote(value)
