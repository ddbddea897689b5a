"""The few words spoken with Slurm.

A controller that is down blocks for ten seconds, so none of this belongs on a screen's thread.
"""

import os
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Container, Mapping
from pathlib import Path

from msgspec import Struct

from xnat_ferry.errors import NoScheduler, SchedulerRefused, SchedulerSilent, SchedulerUnreachable
from xnat_ferry.settings.redact import plain

PATIENCE = 30.0
"""Seconds for one command; a dead controller takes about ten of them to say so."""

_UNANSWERED = re.compile(
    r"Unable to contact slurm controller(?! \(connect)|Socket timed out|Zero Bytes were transmitted"
)
"""What the commands say where the controller may have done all the same what it was asked (Slurm's own
slurm_errno.c): one that was only held up for a while takes the job that has timed out (22.05)."""
_UNREACHED = re.compile(r"\(connect failure\)|Connection refused|Could not establish a configuration source")
"""And where it was asked nothing, as where nobody has told this machine of a controller."""


class QueuedTask(Struct, frozen=True):
    """One task as the queue shows it. ``why`` is the reason for waiting, ``node`` where it runs."""

    number: int
    state: str
    why: str = ""
    node: str = ""


def refuse_without() -> None:
    """Raises NoScheduler where there is no Slurm, before anything is made for it."""
    if shutil.which("sbatch") is None:
        raise NoScheduler(command="sbatch")


def hand_in(script: Path, environment: Mapping[str, str]) -> str:
    """Hand a batch script in; the number of its job, "" where Slurm may have taken it and did not say so.

    Raises NoScheduler, SchedulerRefused with its words, and SchedulerUnreachable: Slurm has taken nothing.
    """
    try:
        return job_in(_run(["sbatch", "--parsable", str(script)], environment))
    except SchedulerUnreachable:
        raise
    except SchedulerSilent:
        return ""


def job_begun_in(folder: Path, besides: Container[str]) -> str:
    """The number of a job of this user that begins in a folder, other than these; "" where none is queued.

    Raises as ``queued`` does.
    """
    answer = _run(["squeue", "-h", "-u", str(os.getuid()), "-o", "%F|%Z"])
    rows = (line.partition("|") for line in answer.splitlines())
    jobs = [job for job, _, place in rows if place == str(folder) and _is_number(job) and job not in besides]
    return max(jobs, key=int, default="")


def queued(job: str) -> list[QueuedTask]:
    """The tasks of a job that wait or run; none where the queue has forgotten it, which it does in minutes.

    Raises NoScheduler, SchedulerRefused and SchedulerSilent.
    """
    try:
        # -r: else the waiting ones stand in one line; the text is the same in all releases, the JSON is not
        answer = _run(["squeue", "-h", "-r", "-j", job, "-o", "%K|%T|%r|%N"])
    except SchedulerRefused as error:
        if "Invalid job id" in str(error):
            return []
        raise
    return tasks_in(answer)


def job_in(answer: str) -> str:
    """The job's number in what sbatch said, "" where there is none.

    A site's own wrapper may say something before it, and a cluster's name may follow.
    """
    job = answer.strip().rpartition("\n")[2].partition(";")[0]
    return job if _is_number(job) else ""


def tasks_in(answer: str) -> list[QueuedTask]:
    """The tasks in what squeue said; lines that are none are passed over."""
    found = []
    for line in answer.splitlines():
        number, _, rest = line.partition("|")
        state, why, node = [*rest.split("|"), "", ""][:3]
        if _is_number(number):
            found.append(QueuedTask(int(number), state, why if state == "PENDING" else "", node))
    return found


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 12


def cancel_waiting(job: str) -> None:
    """Take the tasks that have not begun out of the queue. Raises as ``queued`` does."""
    try:
        _run(["scancel", "--state=PENDING", job])
    except SchedulerRefused as error:
        if "Invalid job id" not in str(error):
            raise


def in_words(tasks: list[QueuedTask]) -> str:
    """What the queue shows, in a sentence."""
    if not tasks:
        return "the queue does not show it any more"
    running = [one for one in tasks if one.state != "PENDING"]
    waiting = [one for one in tasks if one.state == "PENDING"]
    words = []
    if running:
        states = Counter(one.state.lower() for one in running)
        nodes = sorted({one.node for one in running if one.node})
        told = ", ".join(f"{number} {state}" for state, number in states.items())
        words.append(f"{told} on {', '.join(nodes[:8])}" if nodes else told)
    if waiting:
        why = ", ".join(sorted({one.why for one in waiting if one.why not in ("", "None")}))
        words.append(f"{len(waiting)} waiting" + (f" ({why})" if why else ""))
    return plain("; ".join(words), 200)


def _run(command: list[str], environment: Mapping[str, str] | None = None) -> str:
    try:
        done = subprocess.run(  # noqa: S603  a fixed command of Slurm's own
            command,
            capture_output=True,
            text=True,
            errors="replace",
            stdin=subprocess.DEVNULL,
            timeout=PATIENCE,
            env=dict(environment if environment is not None else os.environ),
            check=False,
        )
    except FileNotFoundError:
        raise NoScheduler(command=command[0]) from None
    except OSError as error:
        raise SchedulerRefused(command=command[0], said=f"{error.strerror}.") from None
    except subprocess.TimeoutExpired:
        raise SchedulerSilent(command=command[0]) from None
    if done.returncode < 0 or (done.returncode and _UNANSWERED.search(done.stderr)):
        raise SchedulerSilent(command=command[0])  # below nothing: something killed it
    if done.returncode and _UNREACHED.search(done.stderr):
        raise SchedulerUnreachable(command=command[0])
    if done.returncode:
        said = plain(" ".join(done.stderr.split()) or f"code {done.returncode}", 300)
        raise SchedulerRefused(command=command[0], said=said)
    return done.stdout
