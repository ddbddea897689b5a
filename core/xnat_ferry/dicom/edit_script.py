"""What a DicomEdit script does to a header, read from its text without running it.

The language is that of DicomEdit 6 (wire-read 4.3): one statement a line; ``(0010,0010) := subject``
assigns, ``?=`` assigns where the attribute is there, ``- (0010,4000)`` deletes, ``a = b ? c : d`` chooses.
In a tag ``X`` stands for any hexadecimal digit, ``@`` for an even and ``#`` for an odd one. What is not
understood is counted, and held capable of anything that it names; if it names nothing, of everything.
"""

import re
from collections.abc import Iterator
from enum import StrEnum
from functools import lru_cache

from msgspec import Struct


class Effect(StrEnum):
    """What becomes of an element."""

    KEPT = "kept"
    CONSTANT = "constant"
    """Replaced by a text that the script gives."""
    LABEL = "label"
    """Replaced by the label of project, subject or session, or something made of them."""
    COMPUTED = "computed"
    """Made from elements of the same header, of which it may still tell."""
    REMOVED = "removed"
    UNCLEAR = "unclear"
    """Changed on a condition, or by a line that is not understood."""


SURE = frozenset({Effect.CONSTANT, Effect.LABEL, Effect.REMOVED})
"""The effects after which nothing is left of what was there."""


class Tags(Struct, frozen=True):
    """The tags that a script's tag stands for: those with ``tag & mask == value``."""

    mask: int
    value: int
    creator: str = ""
    """The private creator that must have reserved the block; "" for any."""

    def has(self, tag: int, creator: str = "") -> bool:
        """Whether this tag is one of them."""
        return tag & self.mask == self.value and self.creator in ("", creator)


class Change(Struct, frozen=True):
    """One statement's work."""

    tags: tuple[Tags, ...]
    """No tags: every one."""
    effect: Effect
    sure: bool = True
    """Whether it happens to every object."""
    deep: bool = False
    """Whether it may reach into sequences."""

    def touches(self, tag: int, within: tuple[int, ...], creator: str) -> bool:
        """Whether it changes this element, or a sequence around it as a whole."""
        if self.deep:
            path = (tag, *within)
            return not self.tags or any(one.has(other, creator) for one in self.tags for other in path)
        outermost = within[0] if within else tag
        whole = not within or self.effect == Effect.REMOVED
        return whole and any(one.has(outermost, creator) for one in self.tags)


class ScriptEffects(Struct, frozen=True, kw_only=True):
    """A script's changes in their order, and how much of it was not clear."""

    changes: tuple[Change, ...] = ()
    conditional: int = 0
    """Lines that act on a condition."""
    not_understood: int = 0

    def on(self, tag: int, within: tuple[int, ...] = (), creator: str = "") -> Effect:
        """What becomes of an element; ``within`` are the sequences around it, outermost first."""
        effect = Effect.KEPT
        for change in self.changes:
            if change.touches(tag, within, creator):
                if change.sure:
                    effect = change.effect
                elif not {effect, change.effect} <= SURE:
                    effect = Effect.UNCLEAR
        return effect


@lru_cache(maxsize=64)
def effects(text: str) -> ScriptEffects:
    """What a script does; raises nothing, since any text may stand there."""
    reader = _Reader()
    changes = tuple(change for line in text.splitlines() for change in reader.read(line))
    return ScriptEffects(
        changes=changes, conditional=reader.conditional, not_understood=reader.not_understood
    )


_TEXT = r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'"
_DIGIT = "[0-9A-Fa-fXx@#]"
_TAG = rf"\(\s*({_DIGIT}{{4}})\s*,\s*(?:\{{([^}}]*)\}})?\s*({_DIGIT}{{2,4}})\s*\)"
_FINDS_TAG = re.compile(_TAG)
_COMMENT = re.compile(rf"((?:{_TEXT}|[^\"'/]|/(?!/)|[\"'])*)")
_ASSIGN = re.compile(rf"(?P<tag>{_TAG})\s*[:?]=\s*(?P<value>.+)")
_DEFINE = re.compile(r"(?P<name>[A-Za-z_]\w*)\s*:=\s*(?P<value>.+)")
_DELETE = re.compile(rf"-\s*(?P<tag>{_TAG})")
_CHOOSE = re.compile(rf"(?P<condition>(?:{_TEXT}|[^\"'?])+?)\?(?!=)(?P<actions>.+)")
_PARTS = re.compile(rf"(?:{_TEXT}|[^\"':]|:=)+")
_HARMLESS = re.compile(r"(?:version|describe|export|echo)\b.*|alterPixels\s*\[.*|reject|", re.DOTALL)
_RETAIN_PRIVATE = re.compile(r"retainPrivateTags\s*\[.*")
_PRIVATE = Tags(0x00010000, 0x00010000)
_LABELS = dict.fromkeys(("project", "subject", "session"), Effect.LABEL)


class _Reader:
    """Reads line after line, and knows the variables that were defined on the way."""

    def __init__(self) -> None:
        self.conditional = self.not_understood = 0
        self._names: dict[str, Effect] = dict(_LABELS)
        self._depth = 0

    def read(self, raw: str) -> Iterator[Change]:
        """The changes that a line makes."""
        begin = _COMMENT.match(raw)
        line = (begin[0] if begin else raw).strip()
        inside = self._depth > 0
        self._follow_blocks(line)
        choice = _CHOOSE.fullmatch(line)
        if inside or choice:
            actions = _PARTS.findall(choice["actions"]) if choice else [line]
            self.conditional += 1
            for change in (change for action in actions for change in self._act(action.strip())):
                yield Change(change.tags, change.effect, False, change.deep)
        else:
            yield from self._act(line)

    def _follow_blocks(self, line: str) -> None:
        """Braces that are neither in a text nor around a private creator hold what ``if`` decides on."""
        bare = _FINDS_TAG.sub("", re.sub(_TEXT, "", line))
        self._depth = max(0, self._depth + bare.count("{") - bare.count("}"))

    def _act(self, line: str) -> Iterator[Change]:
        if _HARMLESS.fullmatch(line):
            return
        if line == "removeAllPrivateTags":
            # whether it reaches into the sequences of the standard is not known
            yield Change((_PRIVATE,), Effect.UNCLEAR, False, True)
            yield Change((_PRIVATE,), Effect.REMOVED)
        elif _RETAIN_PRIVATE.fullmatch(line):
            yield Change((_PRIVATE,), Effect.UNCLEAR, False, True)
        elif found := _DELETE.fullmatch(line):
            yield Change((_tags(found["tag"]),), Effect.REMOVED)
        elif (found := _ASSIGN.fullmatch(line)) and (effect := self._value(found["value"])):
            yield Change((_tags(found["tag"]),), effect)
        elif (found := _DEFINE.fullmatch(line)) and (effect := self._value(found["value"])):
            self._names[found["name"]] = effect
        else:
            self.not_understood += 1
            named = tuple(_tags(one[0]) for one in _FINDS_TAG.finditer(line))
            yield Change(named, Effect.UNCLEAR, False, True)

    def _value(self, text: str) -> Effect | None:
        """What kind of value an expression has; None where it is not understood."""
        bare, tags = _FINDS_TAG.subn(" ", re.sub(_TEXT, " ", text))
        words = re.findall(r"([A-Za-z_]\w*)\s*(\[?)", bare)
        if not re.fullmatch(r"[\w\s\[\],+.-]*", bare):
            return None
        functions = {name for name, bracket in words if bracket}
        kinds = {self._names.get(name) for name, bracket in words if not bracket}
        if None in kinds or not functions <= _FUNCTIONS:
            return None
        if tags:
            kinds.add(Effect.COMPUTED)
        if functions & _HIDING and re.fullmatch(r"\w+\s*\[[^\[\]]*\]", bare.strip()):
            return Effect.CONSTANT
        return next((one for one in (Effect.COMPUTED, Effect.LABEL) if one in kinds), Effect.CONSTANT)


_HIDING = {"hashUID", "newUID"}
"""Functions whose value betrays nothing of their argument."""
_FUNCTIONS = _HIDING | {
    *("concatenate", "format", "lowercase", "uppercase", "substring", "replace", "match"),
    *("shiftDateByIncrement", "shiftDateTimeByIncrement"),
}


def _tags(text: str) -> Tags:
    found = _FINDS_TAG.fullmatch(text)
    assert found is not None  # only what matched before comes here
    group, creator, element = found.groups()
    digits = group + (element if creator is None else "XX" + element[-2:]).rjust(4, "0")
    mask = value = 0
    for digit in digits.upper():
        bits, number = {"X": (0, 0), "@": (1, 0), "#": (1, 1)}.get(digit) or (15, int(digit, 16))
        mask, value = mask << 4 | bits, value << 4 | number
    return Tags(mask, value, creator or "")
