"""What both panes list: one list in step, two apart, each with its filter, order and what of it is open."""

from msgspec import Struct

from xnat_ferry.model import SessionRow
from xnat_ferry_tui.screens.browse.arranging import Order, arranged
from xnat_ferry_tui.screens.browse.nodes import DESTINATION, SOURCE, Node
from xnat_ferry_tui.screens.browse.outline import Outline
from xnat_ferry_tui.screens.browse.pairing import Waiting, prearchive, session_keys
from xnat_ferry_tui.screens.browse.picture import Picture
from xnat_ferry_tui.screens.browse.shown import Shown
from xnat_ferry_tui.screens.browse.sides import Sides


class Wish(Struct, frozen=True):
    """What a list is asked to show; ``side`` is whose numbers it is sorted by."""

    words: str = ""
    order: Order = Order.LABEL
    side: int = SOURCE


class Made(Struct, frozen=True):
    """Both projects compared, and arranged for the panes."""

    picture: Picture
    shown: tuple[Shown, Shown]


class Lists:
    """The state of the panes. ``make`` takes long where the lists are long and changes nothing."""

    def __init__(self) -> None:
        self.in_step = True
        self.picture = Picture(Sides(None, None), lambda side, session_id: None, set(), in_step=True)
        self._wishes = [Wish(), Wish()]
        self._shown = self.make(self.picture).shown
        self._outlines: list[Outline] = []
        self._separate()

    def outline(self, side: int) -> Outline:
        """The lines of a pane."""
        return self._outlines[side]

    def wish(self, side: int) -> Wish:
        """What a pane was asked to show."""
        return self._wishes[side]

    def ask(self, side: int, wish: Wish) -> None:
        """Ask it of a pane, and of the other one if they are in step."""
        for one in (SOURCE, DESTINATION) if self.in_step else (side,):
            self._wishes[one] = wish

    def turn(self, side: int) -> None:
        """Go apart, or come together by the wish of this side."""
        self.in_step = not self.in_step
        self._wishes = [self._wishes[side]] * 2
        self._separate()

    def make(self, picture: Picture) -> Made:
        """Arrange the lists by what was asked."""
        here = _shown(picture, SOURCE, self._wishes[SOURCE])
        there = here if picture.in_step else _shown(picture, DESTINATION, self._wishes[DESTINATION])
        return Made(picture, (here, there))

    def take(self, made: Made) -> None:
        """Show this from now on, once it is laid."""
        self.picture, self._shown = made.picture, made.shown

    def lay(self, waiting: tuple[Waiting | None, Waiting | None] | None) -> None:
        """Lay the lines of both panes anew, those of the prearchives last; None where nothing is known.

        A side that has no prearchive has None.
        """
        here, there = waiting or (None, None)
        ends: tuple[list[Node], list[Node]] = [], []
        if waiting is not None:
            together = prearchive(here, there)
            apart = (
                [] if here is None else [prearchive(here, None)],
                [] if there is None else [prearchive(None, there)],
            )
            ends = ([together], [together]) if self.in_step else apart
        for side in (SOURCE,) if self.in_step else (SOURCE, DESTINATION):
            self._outlines[side].lay(self._shown[side], ends[side])

    def fold(self, side: int) -> None:
        """Close all subjects of a pane, or open them all again, once the lines are laid anew."""
        self._outlines[side].fold()

    def renew(self, row: SessionRow) -> None:
        """A session was read: what it opens to is another now."""
        keys = session_keys(self.picture.sides, row)
        for outline in self._outlines[:1] if self.in_step else self._outlines:
            outline.renew(keys)

    def sessions(self, side: int) -> tuple[int, int]:
        """How many sessions a pane's side has, those that the filter leaves first."""
        return self._shown[side].counts[side], len(self.picture.sides.listings[side])

    def shown(self, side: int) -> Shown:
        """What of a pane's subjects and sessions is shown."""
        return self._shown[side]

    def _separate(self) -> None:
        made = [Outline(lambda node: self.picture.inside.of(node)) for _ in range(1 if self.in_step else 2)]
        self._outlines = made * 2 if self.in_step else made


def _shown(picture: Picture, side: int, wish: Wish) -> Shown:
    return arranged(picture.table(side), wish.words, picture.cells.rank(wish.order), wish.side)
