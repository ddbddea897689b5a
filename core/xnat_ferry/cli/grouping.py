"""Many findings of one kind told as one."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

SHOWN = 3
"""How many of one kind are told or named; the others are counted."""


def as_one(said: Iterable[tuple[str, str]]) -> list[str]:
    """The paragraphs for what is said of several things, given as pairs of a name and a message.

    Messages that differ in the name alone are told once, with the names they hold for; up to SHOWN different
    ones are told at all.
    """
    distinct: dict[str, str] = {}
    for name, message in said:
        distinct.setdefault(message, name)
    alike: dict[str, dict[str, str]] = defaultdict(dict)
    for message, name in distinct.items():
        alike[message.replace(name, "\0", 1)][message] = name
    groups = list(alike.values())
    paragraphs = [text for group in groups[:SHOWN] for text in _told(group)]
    left = sum(map(len, groups[SHOWN:]))
    return [*paragraphs, f"And {left:,} more like these (all with --json)."] if left else paragraphs


def _told(group: Mapping[str, str]) -> Iterator[str]:
    """The first message, and the names for which the others say the same."""
    yield next(iter(group))
    others = list(group.values())[1:]
    if others:
        more = len(others) - SHOWN + 1
        named = ", ".join(others[: SHOWN - 1])
        yield f"The same of {named}{f' and {more:,} more (all with --json)' if more > 0 else ''}."
