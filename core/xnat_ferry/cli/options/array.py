"""The options that say how a Slurm array runs."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from xnat_ferry.transfer.slurm.job import JobOptions
from xnat_ferry.transfer.slurm.wishes import from_settings, refuse_unfit

Text = Annotated[str | None, Parameter(show_default=False)]
Count = Annotated[int | None, Parameter(show_default=False)]


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Array:
    """How the array runs. What is left out comes from the settings file, else from the site.

    Parameters
    ----------
    tasks
        Tasks of the array (4): a few long ones, each takes one subject after another.
    running
        Tasks at the same time at most.
    partition
        As for sbatch.
    account
        As for sbatch.
    time
        The time limit of a task, as for sbatch. Two minutes before it a task leaves off cleanly.
    memory
        Memory of a task, as for sbatch --mem (1G).
    cpus
        Processors of a task (2).
    option
        A further option for sbatch, written --option=--qos=long; may be given several times.
    """

    tasks: Count = None
    running: Count = None
    partition: Text = None
    account: Text = None
    time: Text = None
    memory: Text = None
    cpus: Count = None
    option: Annotated[tuple[str, ...], Parameter(negative=(), show_default=False)] = ()

    def options(self, spool: Path | None, before: JobOptions | None = None) -> JobOptions:
        """The options of the array, over those of the last one or of the settings. Raises UsageError.

        ``spool`` is the folder for data in flight on the nodes.
        """
        known = before or from_settings()
        tasks = known.tasks if self.tasks is None else self.tasks
        running = tasks if known.running >= known.tasks else min(known.running, tasks)
        wanted = JobOptions(
            tasks=tasks,
            running=running if self.running is None else self.running,
            partition=known.partition if self.partition is None else self.partition,
            account=known.account if self.account is None else self.account,
            time=known.time if self.time is None else self.time,
            memory=known.memory if self.memory is None else self.memory,
            cpus=known.cpus if self.cpus is None else self.cpus,
            more=(*known.more, *self.option),
            spool=known.spool if spool is None else str(spool.expanduser().absolute()),
        )
        refuse_unfit(wanted)
        return wanted


AS_BEFORE = Array()
