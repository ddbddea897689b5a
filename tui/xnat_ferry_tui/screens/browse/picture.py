"""Both projects compared: made in one go, and anew when what it rests on has changed."""

from xnat_ferry_tui.screens.browse.cells import Cells
from xnat_ferry_tui.screens.browse.holdings import Find, Holdings
from xnat_ferry_tui.screens.browse.inside import Inside
from xnat_ferry_tui.screens.browse.nodes import DESTINATION, SOURCE
from xnat_ferry_tui.screens.browse.sides import Sides
from xnat_ferry_tui.screens.browse.table import Table
from xnat_ferry_tui.screens.browse.tabling import one_side, pair_up


class Picture:
    """The subjects of both sides, on the same lines in step, on lists of their own apart."""

    def __init__(self, sides: Sides, find: Find, marks: set[str], *, in_step: bool) -> None:
        """Put them in order; takes long where there are many sessions."""
        self.sides, self.in_step = sides, in_step
        self.holdings = Holdings(find)
        self.inside = Inside(sides, self.holdings, in_step=in_step)
        self.cells = Cells(sides, self.holdings, self.inside, marks)
        self._tables = (
            (pair_up(sides),) * 2 if in_step else (one_side(sides, SOURCE), one_side(sides, DESTINATION))
        )

    def table(self, side: int) -> Table:
        """All of a pane's subjects and sessions."""
        return self._tables[side]
