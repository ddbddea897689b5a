"""Asks how much of servers, line and disk a transfer may take, and how an array of Slurm's shall run."""

from collections.abc import Callable, Mapping

from xnat_ferry.errors import UsageError
from xnat_ferry.transfer.pacing import wished_pace
from xnat_ferry.transfer.pacing.pace import Pace
from xnat_ferry.transfer.slurm import wishes
from xnat_ferry.transfer.slurm.job import JobOptions
from xnat_ferry_tui.dialogs.form import Field, Form

_PACE = (
    Field("at_once", "Sessions at once", "carried side by side; 2"),
    Field("connections", "Connections", "to each server at most; 4"),
    Field("requests_per_second", "Requests a second", "to each server at most; no cap"),
    Field("bytes_per_second", "Bytes a second", "as 20M, up and down; no cap"),
    Field("spool_size", "Spool", "in flight here, as 4G; as needed"),
)
_ARRAY = (
    Field("tasks", "Tasks", "never more than subjects"),
    Field("running", "At once", "tasks side by side at most"),
    Field("cpus", "Processors", "of a task"),
    Field("memory", "Memory", "of a task, as 1G"),
    Field("time", "Time", "limit of a task, as 12:00:00"),
    Field("partition", "Partition", "empty: the site's own"),
    Field("account", "Account", "empty: the site's own"),
    Field("more", "More for sbatch", "as --qos=long"),
    Field("spool", "Spool folder", "empty: the job's own scratch"),
)


def ask_pace(pace: Pace) -> Form:
    """The form for a pace; its answers are for ``wished_pace.typed_pace``."""
    words = (
        "How much of servers, line and disk may a transfer take?",
        "It holds for what is started from this window. Empty is as it comes.",
    )
    return Form(words, _PACE, wished_pace.as_typed(pace), _refused(wished_pace.typed_pace))


def ask_array(options: JobOptions) -> Form:
    """The form for an array; its answers are for ``wishes.typed_options``."""
    words = (
        "How shall the array run? Its tasks take one subject after another.",
        "They log in by what is stored for them, as in ~/.netrc: nothing that was typed here reaches them.",
    )
    return Form(words, _ARRAY, wishes.as_typed(options), _refused(wishes.typed_options))


def _refused(read: Callable[[Mapping[str, str]], object]) -> Callable[[Mapping[str, str]], str]:
    def why_not(answers: Mapping[str, str]) -> str:
        try:
            read(answers)
        except UsageError as error:
            return str(error)
        return ""

    return why_not
