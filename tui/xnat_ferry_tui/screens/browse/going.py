"""What a copy that starts in the browser would take."""

from collections.abc import Iterable, Sequence

from xnat_ferry import wording
from xnat_ferry.model import SessionRow
from xnat_ferry_tui.desk import Desk
from xnat_ferry_tui.explaining.ways import told
from xnat_ferry_tui.screens.browse.holdings import Holdings, sum_of
from xnat_ferry_tui.screens.browse.nodes import SOURCE, Node, session_of
from xnat_ferry_tui.screens.browse.picture import Picture
from xnat_ferry_tui.screens.browse.sides import Sides
from xnat_ferry_tui.screens.browse.table import rows_inside

_SUMMED = 1_000
"""Of more sessions than these no sum is made while one walks about."""


def labels_on(node: Node) -> list[str]:
    """The source's sessions on a line: one, or those of a subject."""
    row = session_of(node, SOURCE)
    return [one.label for one in (rows_inside(node, SOURCE) if row is None else (row,))]


def rows_of(labels: Iterable[str], sides: Sides) -> list[SessionRow]:
    """The source's sessions of these labels, as far as it still has them."""
    listing = sides.listings[SOURCE]
    return [row for label in labels if (row := listing.get(label.casefold()))]


def what_would_go(desk: Desk, picture: Picture, node: Node | None) -> str:
    """``2 marked: 19 scans, 1.3 GB -> DST``: the marks beat the cursor. What went wrong comes before that."""
    if desk.problem is not None:
        return told(desk.problem)
    if desk.ends is None:
        return ""
    unlisted = [view for view in (desk.source, desk.destination) if view and view.sessions is None]
    if unlisted:
        return f"{unlisted[0].problem} C names another project, r lists both anew."
    destination = desk.ends[1].project
    if len(desk.marks) > _SUMMED:
        return f"{len(desk.marks):,} marked, too many to sum here -> {destination}"
    rows = rows_of(desk.marks or (labels_on(node) if node else ()), picture.sides)
    if not rows:
        return "Space marks what shall be copied."
    what = f"{len(rows):,} marked" if desk.marks else "none marked, so the cursor counts"
    return f"{what}: {', '.join(_amounts(rows, picture.holdings))} -> {destination}"


def _amounts(rows: Sequence[SessionRow], holdings: Holdings) -> Iterable[str]:
    held = [one for row in rows if (one := holdings.of(SOURCE, row))]
    if not held:
        return ["scans not read yet"]
    total = sum_of([one.total for one in held])
    scans = wording.plural(sum(len(one.scans) for one in held), "scan")
    size = "size not known" if total.bytes is None else wording.size(total.bytes)
    known = [] if len(held) == len(rows) else [f"as far as read ({len(held):,} of {len(rows):,})"]
    return [scans, size, *known]
