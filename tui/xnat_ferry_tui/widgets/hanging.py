"""Sentences beside a word: what does not fit goes on below the sentence and not below the word."""

from collections.abc import Iterable

from xnat_ferry.cli.page import paragraph


def hanging(pairs: Iterable[tuple[str, str]], width: int, column: int) -> list[str]:
    """Each pair's word in a column of its own, its sentence beside it broken between words."""
    return [
        line.text
        for word, sentence in pairs
        for line in paragraph(sentence, width, f"{word:<{column}}", " " * column)
    ]
