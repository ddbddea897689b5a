"""Which task has which subject: claim files, made by exclusive creation, that also work on a shared home.

A claim is ``claims/SUBJECT.ATTEMPT``; the highest attempt counts, and one that holds nothing is nobody's. A
task that was thought lost may still be running on a node that nobody reaches: it finds the higher attempt and
leaves off, and the new one looks at what has arrived before it sends anything, as every resume does.
"""

import hashlib
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import ClassVar

from xnat_ferry.errors import CannotWrite, ClaimLost, Stopped
from xnat_ferry.plan import Plan, PlannedSession
from xnat_ferry.settings.private import create_private, write_private
from xnat_ferry.transfer import lock
from xnat_ferry.transfer.slurm.job import read_job
from xnat_ferry.transfer.slurm.tasks import TaskFolder, submission_of

Group = tuple[PlannedSession, ...]
PROJECT = "\0project"
"""What is claimed for the project's own resources; no subject is called so."""


class Claims:
    """One task's claims. Safe for several threads."""

    LOOK_EVERY: ClassVar[float] = 1.0
    """Seconds between two looks at whether they still hold, or at whether a turn has come."""

    def __init__(self, mine: TaskFolder, *, gone: frozenset[str] = frozenset()) -> None:
        """``gone`` are tasks that count as lost although their lock looks alive."""
        self._mine = mine
        self._place = mine.path / "claims"
        self._gone = gone
        self._held: dict[str, int] = {}
        self._finished: set[str] = set()
        self._lock = threading.Lock()
        self._looked = 0.0

    def take(self, subject: str) -> int:
        """The attempt with which a subject became ours; 0 where another task has it, or has done with it.

        Raises CannotWrite where no claim can be written.
        """
        return self._take(_stem(subject), self._is_closed)

    @contextmanager
    def turn(self, what: str, wait: Callable[[float], None]) -> Iterator[None]:
        """Have something to oneself for a while that several tasks write to.

        ``wait`` is called, with seconds, as long as another task has it, and may raise. Raises CannotWrite.
        """
        stem = _stem(what)
        while not (attempt := self._take(stem, self._is_running)):
            wait(self.LOOK_EVERY)
        try:
            yield
        finally:
            with self._lock:
                del self._held[stem]
            with suppress(OSError):  # then it counts as ours until this task ends
                write_private(self._place / f"{stem}.{attempt}", b"")

    def _take(self, stem: str, kept_by: Callable[[str], bool]) -> int:
        last = self._last_attempt(stem)
        if last and self._is_kept(self._place / f"{stem}.{last}", kept_by):
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
        last = 0
        # one by one: a plan of 10,000 subjects makes a folder that nobody wants to list for each of them
        while (self._place / f"{stem}.{last + 1}").exists():
            last += 1
        return last

    def _is_kept(self, claim: Path, kept_by: Callable[[str], bool]) -> bool:
        try:
            name = claim.read_text(encoding="utf-8").strip()
            submission_of(name)
        except (OSError, ValueError):
            return False  # given back, or torn by a full disk: nobody can have begun with it
        return name != self._mine.task and kept_by(name)

    def _is_running(self, name: str) -> bool:
        return name not in self._gone and lock.running(TaskFolder(self._mine, name))

    def _is_closed(self, name: str) -> bool:
        """Whether a task still has what it claimed, or had its chance in this submission."""
        if self._is_running(name):
            return True
        # what failed under it in this submission is for a resume, once a person has seen it
        return submission_of(name) == submission_of(self._mine.task) and self._has_finished(name)

    def _has_finished(self, name: str) -> bool:
        """Whether it came to its end; its journal is read once for that, not for each of its subjects."""
        if name not in self._finished and TaskFolder(self._mine, name).finished:
            self._finished.add(name)
        return name in self._finished

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
