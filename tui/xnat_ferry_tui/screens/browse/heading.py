"""What stands above a pane, and in it where nothing is listed."""

from rich.cells import cell_len

from xnat_ferry import wording
from xnat_ferry_tui.desk import Desk
from xnat_ferry_tui.screens.browse.arranging import Order
from xnat_ferry_tui.screens.browse.lists import Lists

_NAMES = ("SOURCE", "DESTINATION")


def heading(desk: Desk, lists: Lists, side: int, room: int) -> list[str]:
    """The project, and how much of it is shown in which order; ``room`` columns are there for it."""
    end = desk.ends[side] if desk.ends else None
    title = f"{_NAMES[side]}  {desk.name_of(end) if end else 'no project yet'}"
    if end and cell_len(title) > room:
        title = f"{_NAMES[side]}  {end.project}"
    wish = lists.wish(side)
    order = f"  by {wish.order}" if wish.order != Order.LABEL else ""
    return [title, f"{_how_much(desk, lists, side)}{order}{'' if lists.in_step else '  apart'}"]


def _how_much(desk: Desk, lists: Lists, side: int) -> str:
    view = desk.destination if side else desk.source
    if desk.ends is None:
        return ""
    if view is None or view.sessions is None:
        return "not listed"
    if desk.ends[side].local and side:
        return "a folder, which is not listed"
    words, (shown, total) = lists.wish(side).words, lists.sessions(side)
    return f"/{words}  {shown:,} of {total:,}" if words else wording.plural(total, "session")


def when_empty(desk: Desk, side: int) -> str:
    """Why a pane has no lines, and what to do."""
    if desk.ends is None:
        return "Press C to name two projects."
    view = desk.destination if side else desk.source
    if view is None:
        return "Press r to list them."
    if side and desk.ends[side].local:
        return "What lies in a folder is not listed."
    return view.problem or "No session has these words."
