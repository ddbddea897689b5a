"""Makes the lists of both panes when they are to show something else; long ones aside, only the newest."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from xnat_ferry_tui.aside.undisturbed import undisturbed
from xnat_ferry_tui.screens.browse.lists import Lists, Made
from xnat_ferry_tui.screens.browse.picture import Picture
from xnat_ferry_tui.screens.browse.reading import Fetched

if TYPE_CHECKING:
    from xnat_ferry_tui.screens.browse.area import BrowseArea

_MANY = 5_000
"""Sessions from which on comparing and sorting is done aside, so that keys are answered meanwhile."""

Compare = Callable[[], Picture]


class Renewing:
    """One list is made at a time; what was asked for meanwhile is made next, and all but the last never."""

    def __init__(self, area: "BrowseArea", lists: Lists) -> None:
        self._area, self._lists = area, lists
        self._wanted = self._shown = 0
        """Numbers of what was asked for last, and of what is shown."""
        self._making = False
        self._compare: Compare | None = None
        """Compares both projects; None where what is shown rests on the newest listings."""

    @property
    def is_up_to_date(self) -> bool:
        """Whether the lists that were asked for last are those that are shown."""
        return self._wanted == self._shown

    @property
    def is_comparing(self) -> bool:
        """Whether both projects are compared anew, so that what is shown rests on older listings."""
        return self._compare is not None

    def compare(self, compare: Compare) -> None:
        """Make them of another comparison of both projects."""
        self._compare = compare
        self.begin()

    def begin(self) -> None:
        """Make them: a filter or an order is another now, or what they are of."""
        self._wanted += 1
        self._make_next()

    def _make_next(self) -> None:
        views = (self._area.desk.source, self._area.desk.destination)
        if max(len(view.sessions or ()) if view else 0 for view in views) < _MANY:
            self._take(self._wanted, self._make(self._compare))
        elif not self._making:
            self._making = True
            self._area.app.run_worker(self._make_aside, thread=True, exit_on_error=False, group="browse")

    def _make(self, compare: Compare | None) -> Made:
        return self._lists.make(self._lists.picture if compare is None else compare())

    def _make_aside(self) -> None:
        number, compare, made = self._wanted, self._compare, None
        try:
            with undisturbed(_MANY):
                made = self._make(compare)
        finally:
            self._area.post_message(Fetched(lambda: self._take(number, made)))

    def _take(self, number: int, made: Made | None) -> None:
        """Show what was made, unless something else has been asked for since: then make that."""
        self._making = False
        if made is not None and number != self._wanted:
            self._make_next()
        elif made is not None:
            self._shown, self._compare = number, None
            self._lists.take(made)
            self._area.lay()
