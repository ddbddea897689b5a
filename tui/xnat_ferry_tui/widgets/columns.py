"""What stands in the columns of a list, and how it is fitted into so many cells of the terminal."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len, set_cell_size


@dataclass(frozen=True)
class Column:
    """One column; a width of 0 takes what the others leave, shared among those that do."""

    title: str
    width: int = 0
    right: bool = False
    middle: bool = False
    """Whether what does not fit loses its middle: labels differ at their ends."""


@dataclass(frozen=True)
class Line:
    """One line: its cells, and the name of a style for all of it ("" for none)."""

    cells: tuple[str, ...]
    style: str = ""


def widths(columns: Sequence[Column], width: int) -> list[int]:
    """How wide each column is in a list so wide, a cell between each two."""
    fixed = sum(column.width for column in columns) + len(columns) - 1
    open_ones = sum(column.width == 0 for column in columns)
    share, rest = divmod(max(width - fixed, 0), open_ones) if open_ones else (0, 0)
    found = []
    for column in columns:
        size = column.width or share + (1 if rest > 0 else 0)
        rest -= column.width == 0
        found.append(size)
    return found


def fitted(text: str, size: int, column: Column, cut: str) -> str:
    """The text in exactly so many cells of the terminal; ``cut``, one cell, stands for what does not fit."""
    length = len(text) if text.isascii() else cell_len(text)
    if length <= size:
        room = " " * (size - length)
        return room + text if column.right else text + room
    if size < 1:
        return ""
    indent = len(text) - len(text.lstrip(" "))
    room_for_text = size - indent - 1
    halves = column.middle and room_for_text > _SPLIT
    head = indent + room_for_text * 2 // 5 if halves else size - 1
    kept = set_cell_size(text, head).rstrip() + cut
    return kept + _end_of(text, size - cell_len(kept)) if head < size - 1 else set_cell_size(kept, size)


_SPLIT = 8
"""In fewer cells than these two halves say less than one beginning."""


def _end_of(text: str, size: int) -> str:
    """As much of the end as fits into so many cells."""
    start = len(text)
    while start and cell_len(text[start - 1 :]) <= size:
        start -= 1
    return set_cell_size(text[start:], size)
