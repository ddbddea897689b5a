"""What a copy that starts in the browser would take."""

from collections.abc import Iterable, Sequence

from xnat_ferry import wording
from xnat_ferry.model import SessionRow
from xnat_ferry_tui.screens.browse.holdings import Holdings, sum_of
from xnat_ferry_tui.screens.browse.nodes import SOURCE, Node, session_of

SUMMED = 1_000
"""Of more sessions than these no sum is made while one walks about."""


def labels_on(node: Node) -> list[str]:
    """The source's sessions on a line: one, or those of a subject."""
    rows = [session_of(one, SOURCE) for one in (node.inside or (node,))]
    return [row.label for row in rows if row is not None]


def all_labels(subjects: Iterable[Node]) -> list[str]:
    """The same of very many lines."""
    things = (one.left for node in subjects for one in node.inside)
    return [thing.label for thing in things if isinstance(thing, SessionRow)]


def what_goes(rows: Sequence[SessionRow], holdings: Holdings, destination: str) -> str:
    """``19 scans, 1.3 GB -> DST``, as far as it is known."""
    return ", ".join(_amounts(rows, holdings)) + f" -> {destination}"


def _amounts(rows: Sequence[SessionRow], holdings: Holdings) -> Iterable[str]:
    held = [one for row in rows if (one := holdings.of(SOURCE, row))]
    if not held:
        return ["scans not read yet"]
    total = sum_of([one.total for one in held])
    scans = wording.plural(sum(len(one.scans) for one in held), "scan")
    size = "size not known" if total.bytes is None else wording.size(total.bytes)
    known = [] if len(held) == len(rows) else [f"as far as read ({len(held):,} of {len(rows):,})"]
    return [scans, size, *known]
