"""The two panes: a heading and a list each. Under 70 columns there is one at a time."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.events import DescendantFocus

from xnat_ferry_tui.screens.browse.cells import Cells, columns
from xnat_ferry_tui.screens.browse.lists import Lists
from xnat_ferry_tui.screens.browse.nodes import DESTINATION, SOURCE, Node
from xnat_ferry_tui.screens.browse.outline import Outline
from xnat_ferry_tui.widgets.facts import Facts
from xnat_ferry_tui.widgets.lines import Column, Line
from xnat_ferry_tui.widgets.lines import Lines as LinesWidget
from xnat_ferry_tui.widgets.made_lines import MadeLines

NAMES = ("here", "there")
ONE_PANE_BELOW = 70


class Panes(Horizontal):
    """Shows lists; knows on which line of which pane one stands."""

    def __init__(self, lists: Lists) -> None:
        super().__init__(id="panes")
        self._lists = lists
        self.side = SOURCE
        """The pane one is in, also while one types a filter."""

    def compose(self) -> ComposeResult:
        for name in NAMES:
            with Vertical(id=name):
                yield Facts(id=f"{name}-heading", wrap=False)
                yield LinesWidget((), id=f"{name}-lines")

    def pane(self, side: int) -> LinesWidget:
        """The list on one side."""
        return self.query_one(f"#{NAMES[side]}-lines", LinesWidget)

    def node(self, side: int | None = None) -> Node | None:
        """The line one stands on; None in an empty list."""
        side = self.side if side is None else side
        lines, place = self._lists.outline(side).lines, self.place(side)
        return lines[place] if place < len(lines) else None

    def place(self, side: int | None = None) -> int:
        """Where one stands."""
        return self.pane(self.side if side is None else side).highlighted

    def go_to(self, place: int) -> None:
        """Stand somewhere else."""
        self.pane(self.side).highlighted = place

    def go_down(self) -> None:
        """Stand on the next line."""
        self.pane(self.side).action_down()

    def flip(self) -> None:
        """Go to the other pane."""
        self.side = 1 - self.side
        self.fit()
        self.enter()

    def enter(self) -> None:
        """Take the focus."""
        self.screen.set_focus(self.pane(self.side))

    def fit(self) -> None:
        """One pane or two, by the width of the terminal."""
        narrow = self.app.size.width < ONE_PANE_BELOW
        self.set_class(narrow, "narrow")
        for side, name in enumerate(NAMES):
            self.query_one(f"#{name}").display = not narrow or side == self.side

    def room(self, side: int) -> int:
        """The columns of a line above a pane."""
        return self._width(side) - 2

    def head(self, headings: Sequence[Sequence[str]]) -> None:
        """Two lines above each pane."""
        for name, lines in zip(NAMES, headings, strict=True):
            self.query_one(f"#{name}-heading", Facts).put(lines)

    def put(self, empty: Sequence[str]) -> None:
        """Show what the lists have now; ``empty`` is said where that is nothing."""
        for side in (SOURCE, DESTINATION):
            pane, outline = self.pane(side), self._lists.outline(side)
            pane.twin = self.pane(1 - side) if self._lists.in_step else None
            pane.say_when_empty(empty[side])
            titles = columns(self._width(side), self._lists.wish(side).order)
            make = _maker(self._lists.picture.cells, outline, side, titles)
            pane.put(MadeLines(len(outline.lines), make), columns=titles)

    @contextmanager
    def staying(self) -> Iterator[None]:
        """Whatever comes to stand there meanwhile, the cursors are on the lines on which they were."""
        # in step one of them tells for both
        sides = (self.side,) if self._lists.in_step else (SOURCE, DESTINATION)
        stood = {side: (node, self.place(side)) for side in sides if (node := self.node(side))}
        yield
        for side, (node, before) in stood.items():
            outline = self._lists.outline(side)
            place = outline.place_of(node.key, before)
            if place is None and self._lists.wish(side).words:
                place = outline.first_session()  # whoever filters wants what is left, and no line at the end
            if place is not None:
                self.pane(side).highlighted = place

    def repaint(self) -> None:
        """The lines are the same and say something else."""
        for side in (SOURCE, DESTINATION):
            self.pane(side).renew()

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        for side in (SOURCE, DESTINATION):
            if event.widget is self.pane(side):
                self.side = side

    def _width(self, side: int) -> int:
        """Of a pane that is about to be shown, too."""
        width = self.app.size.width
        return width if width < ONE_PANE_BELOW else width // 2 - side


def _maker(cells: Cells, outline: Outline, side: int, titles: tuple[Column, ...]) -> Callable[[int], Line]:
    def make(place: int) -> Line:
        node = outline.lines[place]
        return cells.line(node, side, titles, is_open=outline.is_open(node))

    return make
