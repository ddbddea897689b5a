"""The list of all transfers, whose cursor stays with the one that it is on."""

from xnat_ferry.transfer.folder import TransferFolder
from xnat_ferry_tui.screens.transfer import log
from xnat_ferry_tui.watching.listed import Listed
from xnat_ferry_tui.widgets.lines import Line, Lines
from xnat_ferry_tui.widgets.made_lines import MadeLines

_ROOMY = 60
"""With as many columns there is room for the longest that is told as done."""


class Transfers(Lines):
    """Newest first."""

    def __init__(self, *, empty: str) -> None:
        super().__init__(log.TRANSFERS, id="transfers", empty=empty)
        self._found: tuple[Listed, ...] = ()
        self._here = ""

    def show(self, found: tuple[Listed, ...], here: str) -> None:
        """Show these from now on; ``here`` is the ID of the one in view."""
        before = self.chosen.id if self.chosen is not None else ""
        self._found, self._here = found, here
        columns = log.ROOMY_TRANSFERS if self.size.width >= _ROOMY else log.TRANSFERS
        self.put(MadeLines(len(found), self._made), columns=columns)
        places = (place for place, one in enumerate(found) if one.folder.id == before)
        self.highlighted = next(places, self.highlighted)

    @property
    def chosen(self) -> TransferFolder | None:
        """The one that the cursor is on."""
        return self._found[self.highlighted].folder if self.highlighted < len(self._found) else None

    def _made(self, place: int) -> Line:
        one = self._found[place]
        return log.transfer_line(one, one.folder.id == self._here)
