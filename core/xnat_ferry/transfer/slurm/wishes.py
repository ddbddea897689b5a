"""How an array shall run: by the settings, and within what a batch script can say."""

import shlex
from collections.abc import Mapping
from pathlib import Path

from msgspec.structs import replace

from xnat_ferry.errors import UsageError
from xnat_ferry.settings.preferences import read_preferences
from xnat_ferry.settings.redact import plain
from xnat_ferry.transfer.pacing.pace import Pace
from xnat_ferry.transfer.slurm.job import JobOptions, Submission

UNSAID = (
    "Do not submit it again: what Slurm took begins by itself. If nothing does in some minutes, "
    "'xnat-ferry resume' asks Slurm, and hands it in only where Slurm does not have it."
)
"""What to do where that is not known."""

CONNECTIONS = 2
"""For each running task, where none were asked for: one down and one up."""


def from_settings() -> JobOptions:
    """What the settings file says; raises SettingsUnreadable."""
    wanted = read_preferences().slurm
    return JobOptions(
        tasks=wanted.tasks,
        running=wanted.tasks,
        partition=wanted.partition,
        account=wanted.account,
        time=wanted.time,
        memory=wanted.memory,
        cpus=wanted.cpus,
        more=wanted.options,
        spool=wanted.spool,
    )


def refuse_unfit(options: JobOptions) -> None:
    """Raises UsageError for what cannot stand in a batch script, or makes no sense."""
    texts = (options.partition, options.account, options.time, options.memory, options.spool, *options.more)
    for text in texts:
        if not text.isprintable():
            raise UsageError(what=f"{plain(text, 60)!r} cannot stand in a batch script.")
    for name in ("tasks", "running", "cpus"):
        if getattr(options, name) < 1:
            raise UsageError(what=f"--{name} must be at least 1.")


def typed_options(texts: Mapping[str, str]) -> JobOptions:
    """Options by the names of their fields, as people write them; raises UsageError."""
    wanted = JobOptions(
        tasks=_count(texts["tasks"]),
        running=_count(texts["running"]),
        cpus=_count(texts["cpus"]),
        partition=texts["partition"].strip(),
        account=texts["account"].strip(),
        time=texts["time"].strip(),
        memory=texts["memory"].strip(),
        spool=_place(texts["spool"].strip()),
        more=_words(texts["more"]),
    )
    refuse_unfit(wanted)
    return wanted


def as_typed(options: JobOptions) -> dict[str, str]:
    """What would be typed for these options."""
    typed = {name: str(getattr(options, name)) for name in options.__struct_fields__}
    return typed | {"more": shlex.join(options.more)}


def _count(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise UsageError(what=f"'{plain(text, 40)}' is no number.") from None


def _place(text: str) -> str:
    return str(Path(text).expanduser().absolute()) if text else ""


def _words(text: str) -> tuple[str, ...]:
    try:
        return tuple(shlex.split(text))
    except ValueError:
        raise UsageError(what=f"'{plain(text, 60)}' has a quotation mark that is not closed.") from None


def each_its_own(pace: Pace, options: JobOptions) -> Pace:
    """A cap of connections is for all tasks together; without one each running task has a way down and up."""
    return replace(pace, connections=CONNECTIONS * options.running)


def had_each_its_own(pace: Pace, before: Submission | None) -> bool:
    """Whether no cap of connections was asked for when an array was submitted before."""
    return before is not None and pace.connections == CONNECTIONS * before.running


def in_words(given: Submission) -> str:
    """``Submitted as job 7: 8 tasks, 4 at a time.``"""
    if not given.job:
        return "It was handed to Slurm, which has not said yet that it took it."
    tasks = "1 task" if given.tasks == 1 else f"{given.tasks} tasks, {given.running} at a time"
    return f"Submitted as job {given.job}: {tasks}."
