"""Which task has which subject: claim files, made by exclusive creation, that also work on a shared home.

A claim is ``claims/SUBJECT.ATTEMPT``; the highest attempt counts. A task that was thought lost may still be
running on a node that nobody reaches: it finds the higher attempt and leaves off, and the new one looks at
what has arrived before it sends anything, as every resume does.
"""

import hashlib
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import ClassVar

from xnat_ferry.errors import CannotWrite, ClaimLost, Stopped
from xnat_ferry.plan import Plan, PlannedSession
from xnat_ferry.settings.private import create_private
from xnat_ferry.transfer import lock
from xnat_ferry.transfer.slurm.job import read_job
from xnat_ferry.transfer.slurm.tasks import TaskFolder, submission_of

Group = tuple[PlannedSession, ...]


class Claims:
    """One task's claims. Safe for several threads."""

    LOOK_EVERY: ClassVar[float] = 1.0
    """Seconds between two looks at whether they still hold."""

    def __init__(self, mine: TaskFolder, *, gone: frozenset[str] = frozenset()) -> None:
        """``gone`` are tasks that count as lost although their lock looks alive."""
        self._mine = mine
        self._place = mine.path / "claims"
        self._gone = gone
        self._held: dict[str, int] = {}
        self._lock = threading.Lock()
        self._looked = 0.0

    def take(self, subject: str) -> int:
        """The attempt with which a subject became ours; 0 where another task has it, or has done with it.

        Raises CannotWrite where no claim can be written.
        """
        stem = _stem(subject)
        last = self._last_attempt(stem)
        if last and self._kept_by(self._place / f"{stem}.{last}"):
            return 0
        if not self._create(self._place / f"{stem}.{last + 1}"):
            return 0
        with self._lock:
            self._held[stem] = last + 1
        return last + 1

    def check(self) -> None:
        """Raise ClaimLost where a later attempt has taken a subject, Stopped where the array is to stop."""
        now = time.monotonic()
        with self._lock:
            if now - self._looked < self.LOOK_EVERY:
                return
            self._looked = now
            held = dict(self._held)
        for stem, attempt in held.items():
            if (self._place / f"{stem}.{attempt + 1}").exists():
                raise ClaimLost(task=self._mine.task)
        job = read_job(self._mine)
        if job is not None and job.stopped >= submission_of(self._mine.task):
            raise Stopped

    def _last_attempt(self, stem: str) -> int:
        return max((_attempt(path) for path in self._place.glob(f"{stem}.*")), default=0)

    def _kept_by(self, claim: Path) -> bool:
        """Whether a claim's holder still has the subject, or had its chance in this submission."""
        try:
            name = claim.read_text(encoding="utf-8").strip()
            holder = TaskFolder(self._mine, name)
            submission = submission_of(name)
        except (OSError, ValueError):
            return False  # torn by a full disk: nobody can have begun with it
        if name == self._mine.task:
            return False
        if lock.running(holder) and name not in self._gone:
            return True
        # what failed under it in this submission is for a resume, once a person has seen it
        return submission == submission_of(self._mine.task) and holder.finished

    def _create(self, path: Path) -> bool:
        fresh = path.with_name(f".{self._mine.task}.{path.name}")
        try:
            self._place.mkdir(mode=0o700, exist_ok=True)
            create_private(fresh, self._mine.task.encode())
            path.hardlink_to(fresh)  # of two who try, one gets it; and whoever sees it reads it whole
        except FileExistsError:
            return False
        except OSError as error:
            raise CannotWrite(folder=self._place, why=error.strerror) from None
        finally:
            fresh.unlink(missing_ok=True)
        return True


def pull(
    plan: Plan, claims: Claims, *, first: int, of: int, open_: Callable[[Group, int], bool]
) -> Iterator[Group]:
    """The subjects of a plan that become ours, one after another, until none is to be had.

    Each is all sessions that go into one subject. ``first`` of ``of`` is where in the plan this task begins,
    so that tasks do not all ask for the same. ``open_`` says of a group, and the attempt with which it was
    taken, whether anything is left to do in it.
    """
    groups = _groups(plan)
    start = len(groups) * (first % of) // of
    left = [*groups[start:], *groups[:start]]
    while left:
        still: list[Group] = []
        taken = False
        for group in left:
            attempt = claims.take(group[0].to_subject)
            if not attempt:
                still.append(group)
                continue
            taken = True
            if open_(group, attempt):
                yield group
        if not taken:
            return
        left = still


def _groups(plan: Plan) -> list[Group]:
    by_subject: dict[str, list[PlannedSession]] = {}
    for session in plan.sessions:
        by_subject.setdefault(session.to_subject.casefold(), []).append(session)
    return [tuple(group) for group in by_subject.values()]


def _stem(subject: str) -> str:
    """A file name for a subject: labels may be long, and hold anything in a plan that skips them."""
    folded = subject.casefold()
    readable = "".join(c if c.isascii() and (c.isalnum() or c in "-_") else "_" for c in folded)[:40]
    return f"{readable}-{hashlib.sha256(folded.encode()).hexdigest()[:12]}"


def _attempt(path: Path) -> int:
    number = path.name.rpartition(".")[2]
    return int(number) if number.isdecimal() else 0
