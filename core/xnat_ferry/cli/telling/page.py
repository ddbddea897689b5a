"""Lines for people: wrapped by cells, coloured on a terminal only, hostile text never obeyed."""

import shlex
import shutil
import sys
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from rich.cells import cell_len, chop_cells

from xnat_ferry.cli.streams import NARROW
from xnat_ferry.settings.redact import plain

USUAL, WIDE = 80, 100
"""The width where there is no terminal, and the most: longer lines are hard to read."""

_LONGEST = 1200
"""Characters of one paragraph; what a server says has no end of its own."""


class Line(NamedTuple):
    """One line as it will stand on the screen, and rich's name for its look on a terminal."""

    text: str
    style: str = ""


def page_width() -> int:
    """The terminal's columns between NARROW and WIDE; USUAL where standard output is no terminal."""
    if not sys.stdout.isatty():
        return USUAL
    return max(NARROW, min(WIDE, shutil.get_terminal_size().columns))


def paragraph(text: str, width: int, first: str = "", rest: str | None = None, style: str = "") -> list[Line]:
    """The text broken between words, after ``first`` on its first line and ``rest`` on the others.

    Only a word that no line could hold is broken in itself. Control characters become blanks.
    """
    rest = first if rest is None else rest
    words = _words(plain(text, _LONGEST), width - max(cell_len(first), cell_len(rest)))
    return [Line(line.rstrip(), style) for line in _filled(words, width, first, rest)]


def command_lines(arguments: Iterable[str], width: int, indent: str) -> list[Line]:
    """A command to copy: quoted for a shell, and where it is long, broken as a shell allows."""
    words = [shlex.quote(plain(one, _LONGEST)) for one in arguments]
    lines = list(_filled(words, width - 2, indent, indent + "  "))
    return [Line(line + " \\", "bold") for line in lines[:-1]] + [Line(lines[-1], "bold")]


def show(lines: Iterable[Line]) -> None:
    """Print the lines: with colours on a terminal (unless NO_COLOR forbids them), as plain text elsewhere."""
    if not sys.stdout.isatty():
        for line in lines:
            print(line.text)
        return
    from rich.console import Console
    from rich.text import Text

    console = Console(soft_wrap=True)
    for line in lines:
        console.print(Text(line.text, style=line.style))


def _words(text: str, room: int) -> Iterator[str]:
    for word in text.split():
        if cell_len(word) <= room:
            yield word
        else:
            yield from chop_cells(word, room)


def _filled(words: Iterable[str], width: int, first: str, rest: str) -> Iterator[str]:
    line, empty = first, True
    for word in words:
        if not empty and cell_len(line) + 1 + cell_len(word) > width:
            yield line
            line, empty = rest, True
        line += word if empty else f" {word}"
        empty = False
    yield line
