"""What a series import filter refuses: XNAT drops such files at receipt without a word (wire-read 4.4).

The patterns are another server's text and written for Java. Each is tried only where it means the same here
and is sure to end soon; about the others the answer is "not known".
"""

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from math import comb, prod

from msgspec import Struct

from xnat_ferry.project import SeriesFilter

SERIES_DESCRIPTION = 0x0008103E

ValuesOf = Callable[[int], tuple[str, ...] | None]
"""An element's text by tag: empty where the file has no such element, None where that is not known."""


class Pattern(Struct, frozen=True):
    """One line of a filter, and the element it is tried on; ``tag`` is None for a name nobody knows."""

    tag: int | None
    text: str


def refuses(rules: SeriesFilter, values_of: ValuesOf) -> bool | None:
    """Whether a filter keeps a file out; None where that cannot be told.

    A blacklist refuses what any line matches, a whitelist what none does.
    """
    if not rules.enabled:
        return False
    mode = rules.mode.strip().lower()
    if mode not in ("blacklist", "whitelist"):
        return None
    matches = [_matches(pattern, values_of) for pattern in patterns_of(rules.patterns)]
    if True in matches:
        return mode == "blacklist"
    return None if None in matches else mode == "whitelist"


def untried(rules: SeriesFilter) -> tuple[str, ...]:
    """The lines of a filter that cannot be tried on anything."""
    return tuple(
        pattern.text
        for pattern in patterns_of(rules.patterns)
        if pattern.tag is None or _compiled(pattern.text) is None
    )


@lru_cache(maxsize=16)
def patterns_of(text: str) -> tuple[Pattern, ...]:
    """The lines that are patterns: ``[Tag]`` begins those for another element, ``#`` a comment."""
    return tuple(_lines(text))


_TAG = re.compile(r"\(?([0-9A-Fa-f]{4}),?([0-9A-Fa-f]{4})\)?")
_SECTION = re.compile(r"\[(\w+|\(?[0-9A-Fa-f]{4},[0-9A-Fa-f]{4}\)?)\]")


def _lines(text: str) -> Iterator[Pattern]:
    tag: int | None = SERIES_DESCRIPTION
    for raw in re.split(r"\\n|\n", text):
        line = raw.strip()
        if section := _SECTION.fullmatch(line):
            tag = _tag(section[1])
        elif line and not line.startswith("#"):
            yield Pattern(tag, line)


def _tag(name: str) -> int | None:
    from xnat_ferry.dicom.loaded import datadict  # slow to import, and seldom wanted

    given = _TAG.fullmatch(name)
    return int(given[1] + given[2], 16) if given else datadict.tag_for_keyword(name)


def _matches(pattern: Pattern, values_of: ValuesOf) -> bool | None:
    if pattern.tag is None:
        return None
    value = values_of(pattern.tag)
    if value is None:
        return None
    if pattern.text in ("EXISTS", "!EXISTS"):
        return bool(value) == (pattern.text == "EXISTS")
    return _found(pattern.text, value[0]) if value else False


@lru_cache(maxsize=4096)
def _found(text: str, value: str) -> bool | None:
    """Whether a pattern occurs in a value; None where it cannot be tried."""
    pattern = _compiled(text)
    if pattern is None or _steps(text, len(value)) > MOST_STEPS:
        return None
    return pattern.search(value) is not None


LONGEST = 500
"""Characters of a pattern beyond which it is not tried."""
MOST_STEPS = 2_000_000
"""What a search may cost at worst, in steps; a tenth of a second or so."""

_PARTS = re.compile(
    r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\(\?[:!=]|\(\?<[=!]|[*+?][?+]?|\{\d*,?\d*\}[?+]?|.", re.DOTALL
)
_ONLY_JAVA = re.compile(r"(?<!\\)(?:\\\\)*(?:\[\^?\]?(?:\\.|[^\]\\])*?(?:&&|--|~~|\|\||\[)|\\[GzZhHvVRX])")
"""What Java reads otherwise, though it is no error here: nested and intersected classes, some escapes.

A bracket behind a backslash begins no class, unless that backslash is behind another one.
"""


@lru_cache(maxsize=256)
def _compiled(text: str) -> re.Pattern[str] | None:
    """The pattern; None where it is none, too long, or may mean something else in Java."""
    if len(text) > LONGEST or _ONLY_JAVA.search(text) or _steps(text, 1) > MOST_STEPS:
        return None
    try:
        return re.compile(text, re.IGNORECASE | re.ASCII)  # Java's case and classes are ASCII's
    except (re.error, ValueError, OverflowError, RecursionError):
        return None


def _steps(text: str, length: int) -> int:
    """At most so many steps does a search take in a value of this length.

    Each repetition may begin anywhere after the one before it, each bracket may take any of its branches. A
    repeated bracket may take more than can be counted.
    """
    repeats, before = 0, ""
    branches, forks = [1], 1
    for part in _PARTS.findall(text):
        if part.startswith("("):
            branches.append(1)
        elif part == "|":
            branches[-1] += 1
        elif part == ")" and len(branches) > 1:
            forks *= branches.pop()
        elif part[0] in "*+?{" and part != "{":
            if before == ")" and not part.startswith("?"):
                return MOST_STEPS + 1
            repeats += 1
        before = part
    ways = comb(length + repeats + 1, repeats + 1) + (1 << repeats)
    return ways * forks * prod(branches)
