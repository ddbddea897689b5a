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


SWITCHES: dict[str, Switch] = {
    "move_without_create_right_is_500": Switch(
        False, "write 5.3", "a move into a project where the caller may not create is 500, not 403"
    ),
    "share_without_label_shows_the_owners": Switch(
        True, "write 5.2", "lists show the owner's label for a share without one, not an empty one"
    ),
    "deleted_subject_leaves_foreign_sessions": Switch(
        True, "write 6", "sessions of a deleted subject that another project owns stay, without a subject"
    ),
    "refresh_fills_uids": Switch(
        True, "write 4.5", "refreshing a DICOM catalog fills in the UIDs of files that were put there raw"
    ),
}


def settled(given: dict[str, bool]) -> dict[str, bool]:
    """Every switch with its value; raises PracticeError for a name that is none."""
    unknown = sorted(set(given) - set(SWITCHES))
    if unknown:
        known = ", ".join(SWITCHES) or "none"
        raise PracticeError(
            f"There is no switch {unknown[0]} under [server].unconfirmed: use one of {known}."
        )
    return {name: given.get(name, switch.default) for name, switch in SWITCHES.items()}
