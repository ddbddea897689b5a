"""What ``overwrite`` means to an import (wire-write 1.4)."""

from typing import NamedTuple


class Overwriting(NamedTuple):
    """What an archive step may do about what is there already."""

    override: bool
    """Exceptions are overridden."""
    merge: bool
    """A session that is there may be added to."""


def overwriting(value: str | None) -> Overwriting:
    """Only leaving the parameter out refuses; ``none`` and anything unknown merges."""
    if value is None:
        return Overwriting(override=False, merge=False)
    return Overwriting(override=value in ("delete", "override"), merge=True)
