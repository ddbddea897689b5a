"""What a terminal shows of the bytes that came to it: as much of one as the program's own sequences need."""

import re

from rich.cells import cell_len

_PIECE = re.compile(
    r"\x1b\[(?P<numbers>[0-9;]*)(?P<final>[HCm])"
    r"|\x1b(?:\[[0-9;?<=>$]*[a-zA-Z]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[PX^_].*?\x1b\\|[^\[\]PX^_])"
    r"|(?P<text>[^\x1b]+)"
)


class Picture:
    """Cells by row and column, each with the numbers of the SGR sequence that it is drawn by."""

    def __init__(self) -> None:
        self.cells: dict[tuple[int, int], tuple[str, str]] = {}
        self._row = self._column = 0
        self._how = self._rest = ""

    def take(self, sequences: str) -> None:
        """Draw; what ends within a sequence waits for its end."""
        sequences, at = self._rest + sequences, 0
        while found := _PIECE.match(sequences, at):
            at = found.end()
            if found["text"]:
                self._draw(found["text"])
            elif found["final"]:
                self._obey(found["final"], found["numbers"])
        self._rest = sequences[at:]

    def text(self) -> str:
        """What can be read, line by line."""
        rows: dict[int, dict[int, str]] = {}
        for (row, column), (character, _) in self.cells.items():
            rows.setdefault(row, {})[column] = character
        return "\n".join(
            "".join(line.get(column, " ") for column in range(max(line) + 1))
            for _, line in sorted(rows.items())
        )

    def _draw(self, text: str) -> None:
        for character in text:
            if character in "\r\n":
                self._row, self._column = self._row + (character == "\n"), 0
                continue
            width = cell_len(character)
            for place in range(width):
                drawn = character if place == 0 else ""
                self.cells[self._row, self._column + place] = drawn, self._how
            self._column += width

    def _obey(self, final: str, numbers: str) -> None:
        if final == "m":
            self._how = numbers.removeprefix("0").removeprefix(";")
        elif final == "C":
            self._column += int(numbers or 1)
        else:
            row, _, column = numbers.partition(";")
            self._row, self._column = int(row or 1) - 1, int(column or 1) - 1
