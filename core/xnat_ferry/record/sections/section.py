"""What any section of the record is made of, whatever form it is written in."""

from collections.abc import Iterable

from msgspec import Struct

MOST = 40
"""Sentences of one kind before the rest is only counted."""


class Section(Struct, frozen=True, kw_only=True):
    """A heading with facts, a table and sentences, each only where there is something to say."""

    title: str
    facts: tuple[tuple[str, str], ...] = ()
    head: tuple[str, ...] = ()
    """Names of the table's columns; one that ends in ``#`` holds numbers."""
    rows: tuple[tuple[str, ...], ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether there is nothing to say."""
        return not (self.facts or self.rows or self.notes)


def shortened(sentences: Iterable[str], most: int = MOST) -> tuple[str, ...]:
    """The first of them, and a last one that counts the rest."""
    everything = tuple(sentences)
    if len(everything) <= most:
        return everything
    return (*everything[:most], f"and {len(everything) - most:,} more; record.json has them all")
