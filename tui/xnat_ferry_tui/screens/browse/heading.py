"""What stands above a pane, and in it where nothing is listed."""

from xnat_ferry import wording
from xnat_ferry_tui.desk import Desk
from xnat_ferry_tui.screens.browse.arranging import Order
from xnat_ferry_tui.screens.browse.lists import Lists

_NAMES = ("SOURCE", "DESTINATION")


def heading(desk: Desk, lists: Lists, side: int) -> list[str]:
    """The project, and how much of it is shown in which order."""
    name = desk.name_of(desk.ends[side]) if desk.ends else "no project yet"
    wish, (shown, total) = lists.wish(side), lists.sessions(side)
    words = f"/{wish.words}  {shown:,} of {total:,}" if wish.words else wording.plural(total, "session")
    order = f"  by {wish.order}" if wish.order != Order.LABEL else ""
    return [f"{_NAMES[side]}  {name}", f"{words}{order}{'' if lists.in_step else '  apart'}"]


def when_empty(desk: Desk, side: int) -> str:
    """Why a pane has no lines, and what to do."""
    if desk.ends is None:
        return "Press C to name two projects."
    view = desk.destination if side else desk.source
    if view is None:
        return "Press r to list them."
    return view.problem or "No session has these words."
