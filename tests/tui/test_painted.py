"""The terminal shows what Textual would have it show, and is sent only what is new."""

import io

from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.geometry import Region
from textual.strip import Strip

from tests.tui.picture import Picture
from xnat_ferry_tui.terminal.painted import Painted

_CONSOLE = Console(file=io.StringIO(), color_system="256", force_terminal=True)
_WIDTH, _HEIGHT = 30, 3
_STYLES = [None, Style.parse("red"), Style.parse("bold white on blue"), Style.parse("on blue")]
_WORDS = ["scan 1", "scan 2", "      ", "SUB0001_MR1", "a", "Zürich", "脳", "▅"]


def line(*pieces: tuple[str, Style | None]) -> Strip:
    """Pieces beside each other, filled up to the width of the picture."""
    strip = Strip([Segment(text, style) for text, style in pieces])
    return strip.adjust_cell_length(_WIDTH)


def whole(strips: list[list[Strip]]) -> LayoutUpdate:
    return LayoutUpdate(list(strips), Region(0, 0, _WIDTH, len(strips)))


STRIPS = st.lists(st.tuples(st.sampled_from(_WORDS), st.sampled_from(_STYLES)), min_size=1, max_size=5).map(
    lambda pieces: line(*pieces)
)
LINES = st.tuples(STRIPS, st.sampled_from([_WIDTH, 11, _WIDTH - 1])).map(
    lambda made: list(made[0].divide([made[1], _WIDTH])) if made[1] < _WIDTH else [made[0]]
)
"""Of one piece, or cut in two."""


@st.composite
def updates(draw: st.DrawFn) -> CompositorUpdate:
    lines = draw(st.lists(LINES, min_size=_HEIGHT, max_size=_HEIGHT))
    rows = draw(st.sets(st.integers(0, _HEIGHT - 1)))
    if not rows:
        return whole(lines)
    chops: list[dict[int, Strip | None]] = []
    for strips in lines:
        starts = [0, *(strip.cell_length for strip in strips[:-1])]
        chops.append(dict(zip(starts, strips, strict=True)))
    ends = [[*list(chop)[1:], _WIDTH] for chop in chops]
    spans = []
    for row in sorted(rows):
        first = draw(st.integers(0, len(ends[row]) - 1))
        last = draw(st.integers(first, len(ends[row]) - 1))
        spans.append((row, list(chops[row])[first], ends[row][last]))  # the pieces beside it are not meant
    return ChopsUpdate(chops, spans, ends)


@given(st.lists(updates(), max_size=5))
def test_the_terminal_shows_the_same_as_if_all_were_sent(some: list[CompositorUpdate]) -> None:
    painted, ours, theirs = Painted(), Picture(), Picture()
    for update in some:
        ours.take(painted.only_new(update).render_segments(_CONSOLE))
        theirs.take(update.render_segments(_CONSOLE))
        assert ours.cells == theirs.cells


def test_what_stands_there_is_not_sent_again() -> None:
    painted, white = Painted(), Style.parse("white on blue")
    before = whole([[line((f"12:00:01 SUB0001_MR1 scan {row}", white))] for row in range(_HEIGHT)])
    after = whole([[line((f"12:00:02 SUB0001_MR1 scan {row}", white))] for row in range(_HEIGHT)])
    assert len(painted.only_new(before).render_segments(_CONSOLE)) > _WIDTH * _HEIGHT
    assert painted.only_new(before).render_segments(_CONSOLE) == ""
    assert len(painted.only_new(after).render_segments(_CONSOLE)) < 12 * _HEIGHT


def test_a_terminal_that_may_have_lost_its_picture_gets_all_of_the_next() -> None:
    painted = Painted()
    picture = whole([[line(("scan", None))]] * _HEIGHT)
    all_of_it = painted.only_new(picture).render_segments(_CONSOLE)
    painted.forget()
    assert painted.only_new(picture).render_segments(_CONSOLE) == all_of_it
    painted.only_new(whole([[line(("scan", None))]])).render_segments(_CONSOLE)
    assert painted.only_new(picture).render_segments(_CONSOLE) == all_of_it


def test_what_is_never_written_counts_as_not_sent() -> None:
    painted = Painted()
    painted.only_new(whole([[line(("dropped", None))]]))
    assert "dropped" in painted.only_new(whole([[line(("dropped", None))]])).render_segments(_CONSOLE)
