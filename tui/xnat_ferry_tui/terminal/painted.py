"""What the terminal shows already is not sent to it again: over SSH each byte has a long way to go.

Textual sends whatever was painted anew, by whole lines and often more than once: a new line on top of a log
sends all the lines below it, blanks and colours included. Here every picture is compared, cell by cell, with
what was sent before.
"""

from collections import defaultdict
from collections.abc import Iterator
from itertools import groupby, repeat
from operator import itemgetter

from rich.color import ColorSystem
from rich.console import Console, RenderableType
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.app import App
from textual.events import Resize
from textual.screen import Screen
from textual.strip import Strip

Cell = tuple[str, str]
"""How a character is drawn, as the numbers of an SGR sequence, and the character."""

_NEAR = 4
"""So many cells that are right already are sent along: to pass over them takes as many bytes."""
_UNKNOWN: Cell = ("", "\0")
_COVERED: Cell = ("", "")


class SparingApp(App[None]):
    """An application that sends its terminal only what is new."""

    def __init__(self) -> None:
        super().__init__()
        self._painted = Painted()

    def forget_picture(self) -> None:
        """Send all of the next picture: the terminal may have lost this one."""
        self._painted.forget()

    def on_resize(self, event: Resize) -> None:
        self.forget_picture()
        if event.size == self.size:  # the program was suspended and is back: nothing else would paint
            self.refresh(repaint=True, layout=True)

    def _display(self, screen: Screen[object], renderable: RenderableType | None) -> None:
        if isinstance(renderable, CompositorUpdate):
            renderable = self._painted.only_new(renderable)
        super()._display(screen, renderable)


class Painted:
    """The picture on the terminal, as far as it is known."""

    def __init__(self) -> None:
        self._size = (0, 0)
        self._rows: dict[int, list[Cell]] = defaultdict(list)

    def forget(self) -> None:
        """Know nothing any more."""
        self._rows.clear()

    def only_new(self, update: CompositorUpdate) -> "OnlyNew":
        """The same update; once it is written, only what differs from the picture."""
        return OnlyNew(update, self)

    def bring(self, update: CompositorUpdate, console: Console) -> str:
        """Take the update into the picture; what has to be sent for that."""
        size = _size(update)
        if size != self._size:
            self.forget()
            self._size = size
        sending = _Sending()
        for x, y, strip in _strips(update):
            now = _cells(strip, console)
            row = self._rows[y]
            row.extend(repeat(_UNKNOWN, x + len(now) - len(row)))
            before = row[x : x + len(now)]
            if now != before:
                for start, end in _differing(before, now):
                    sending.send(x + start, y, now[start:end])
                row[x : x + len(now)] = now
        return sending.text()


class OnlyNew(CompositorUpdate):
    """Compares when it is written: an update that Textual drops has never been on the terminal."""

    def __init__(self, update: CompositorUpdate, painted: Painted) -> None:
        self._update, self._painted = update, painted

    def render_segments(self, console: Console) -> str:
        """The sequences to send."""
        return self._painted.bring(self._update, console)


class _Sending:
    """Sequences that move and draw; a colour is said once for all that follows in it."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._at: tuple[int, int] | None = None
        self._how = ""

    def send(self, x: int, y: int, cells: list[Cell]) -> None:
        if self._at != (x, y):
            self._parts.append(self._move(x, y))
        for how, same in groupby(cells, itemgetter(0)):
            if how != self._how:
                self._parts.append(f"\x1b[0;{how}m" if how else "\x1b[0m")
                self._how = how
            self._parts.extend(character for _, character in same)
        # after what is not ASCII nobody knows where the cursor stands
        self._at = (x + len(cells), y) if cells[0][1].isascii() else None

    def _move(self, x: int, y: int) -> str:
        if self._at is not None and self._at[1] == y and self._at[0] < x:
            return f"\x1b[{x - self._at[0]}C"
        return f"\x1b[{y + 1};{x + 1}H"

    def text(self) -> str:
        return "".join(self._parts) + ("\x1b[0m" if self._how else "")


def _size(update: CompositorUpdate) -> tuple[int, int]:
    if isinstance(update, LayoutUpdate):
        return update.region.size
    if isinstance(update, ChopsUpdate):
        return update.chop_ends[0][-1], len(update.chops)
    raise TypeError(update)


def _strips(update: CompositorUpdate) -> Iterator[tuple[int, int, Strip]]:
    """The pieces of lines in an update, with the column and the row that each begins at."""
    if isinstance(update, LayoutUpdate):
        for y, strips in enumerate(update.strips, update.region.y):
            x = update.region.x
            for strip in strips:
                yield x, y, strip
                x += strip.cell_length
    elif isinstance(update, ChopsUpdate):
        # beside a span stands what lies beneath, without what covers it: that is not of this update
        for y, begin, end in update.spans:
            for stop, (x, piece) in zip(update.chop_ends[y], update.chops[y].items(), strict=True):
                if piece is not None and x < end and stop > begin:
                    yield x, y, piece if stop <= end else piece.crop(0, end - x)


def _cells(strip: Strip, console: Console) -> list[Cell]:
    """One for each cell of the terminal. What is not ASCII stays in one piece: how wide it is, each terminal
    decides for itself."""
    if not strip.text.isascii():
        return [("", strip.render(console)), *repeat(_COVERED, strip.cell_length - 1)]
    colors, cells = console._color_system or ColorSystem.TRUECOLOR, list[Cell]()
    for text, style, _ in strip:
        cells.extend(zip(repeat(Strip.render_ansi(style, colors) if style else ""), text, strict=False))
    return cells


def _differing(before: list[Cell], now: list[Cell]) -> Iterator[tuple[int, int]]:
    """Where the cells differ, from and to; what lies near together as one."""
    if _COVERED in now:
        yield 0, len(now)
        return
    places = [at for at, (old, new) in enumerate(zip(before, now, strict=True)) if old != new]
    start = end = places[0]
    for place in places:
        if place - end > _NEAR:
            yield start, end + 1
            start = place
        end = place
    yield start, end + 1
