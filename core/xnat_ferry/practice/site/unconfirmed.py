"""The facts that nobody could confirm in XNAT's source: a switch each, under ``[server].unconfirmed``."""

from typing import NamedTuple

from xnat_ferry.practice.errors import PracticeError


class Switch(NamedTuple):
    """One such fact."""

    default: bool
    source: str
    """The section that leaves it open."""
    on: str
    """What the server does when it is on; off is the opposite."""


SWITCHES: dict[str, Switch] = {}


def settled(given: dict[str, bool]) -> dict[str, bool]:
    """Every switch with its value; raises PracticeError for a name that is none."""
    unknown = sorted(set(given) - set(SWITCHES))
    if unknown:
        known = ", ".join(SWITCHES) or "none"
        raise PracticeError(
            f"There is no switch {unknown[0]} under [server].unconfirmed: use one of {known}."
        )
    return {name: given.get(name, switch.default) for name, switch in SWITCHES.items()}
