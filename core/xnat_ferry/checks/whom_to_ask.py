"""Whom to ask, by name where the server tells."""

from xnat_ferry.survey import ProjectView

_SOME = 3


def owners_of(view: ProjectView) -> str:
    """``an owner of DST (Bob Example (bob), Eve Example (eve))``, for the middle of a sentence."""
    named = ", ".join((view.owners or ())[:_SOME])
    return f"an owner of {view.endpoint.project}" + (f" ({named})" if named else "")
