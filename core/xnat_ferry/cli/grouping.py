"""Many findings of one kind told as one."""

from collections.abc import Sequence

SHOWN = 3
"""How many of one kind are told or named; the others are counted."""


def as_one(said: Sequence[tuple[str, str]]) -> list[str]:
    """The paragraphs for what is said of several things, given as pairs of a name and a message.

    Messages that differ in the name alone are told once, with the names they hold for; others up to SHOWN.
    """
    said = list({message: (name, message) for name, message in said}.values())
    alike = len({message.replace(name, "\0", 1) for name, message in said}) == 1
    told = said[: 1 if alike else SHOWN]
    paragraphs = [message for _, message in told]
    left = said[len(told) :]
    if left and alike:
        paragraphs.append(f"The same of {_names([name for name, _ in left])}.")
    elif left:
        paragraphs.append(f"And {len(left):,} more like these (all with --json).")
    return paragraphs


def _names(names: Sequence[str]) -> str:
    more = len(names) - SHOWN + 1
    return ", ".join(names[: SHOWN - 1]) + (f" and {more:,} more (all with --json)" if more > 0 else "")
