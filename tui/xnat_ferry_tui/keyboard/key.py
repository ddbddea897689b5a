"""One row of the table of keys."""

from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class Key:
    """One action: its keys, its name in the bar, its line in the help, and where it works.

    ``bar``: whether the key bar shows it. ``changes``: whether it may change something at a server or with a
    worker, which a read-only window refuses. Without ``keys`` it stands in the palette only.
    """

    action: str
    keys: str
    label: str
    help: str
    where: str
    bar: bool = True
    changes: bool = False

    @cached_property
    def id(self) -> str:
        """What a key map calls it: ``transfer.stop``, ``everywhere.area-checks``."""
        name, _, parameters = self.action.partition("(")
        return "-".join([f"{self.where}.{name.replace('_', '-')}", *parameters.strip("')").split()])
