"""Sentences beside a word: what does not fit goes on below the sentence and not below the word."""

from collections.abc import Iterable

from xnat_ferry.cli.telling.page import paragraph


def hanging(pairs: Iterable[tuple[str, str]], width: int, column: int) -> list[str]:
    """Each pair's word in a column of its own, its sentence beside it broken between words.

    A word as wide as the column stands on a line of its own.
    """
    lines: list[str] = []
    for word, sentence in pairs:
        beside = f"{word:<{column}}" if len(word) < column else " " * column
        lines += [word] if len(word) >= column else []
        lines += [line.text for line in paragraph(sentence, width, beside, " " * column)]
    return lines
