"""Puts two projects side by side: one line a label, whoever has it."""

from collections.abc import Sequence

from msgspec import Struct

from xnat_ferry.model import SessionRow
from xnat_ferry.survey import ProjectView
from xnat_ferry.verify.verification import Verification


class Pair(Struct, frozen=True):
    """One line of the browser: a session on either side, or on both, and how they compare."""

    left: SessionRow | None
    right: SessionRow | None
    mark: str

    @property
    def label(self) -> str:
        return (self.left or self.right).label  # type: ignore[union-attr]  # one side is always there

    @property
    def subject(self) -> str:
        return (self.left or self.right).subject  # type: ignore[union-attr]


def pair_up(
    source: ProjectView | None, destination: ProjectView | None, verification: Verification | None
) -> list[Pair]:
    """The sessions of both sides by subject and label, labels compared as XNAT does.

    ``+`` is only at the source, ``-`` only at the destination. Both sides having a label proves nothing: that
    is ``?`` until a verification says ``=``, ``~`` or ``*``.
    """
    left = {row.label.casefold(): row for row in (source.sessions if source else None) or ()}
    right = {row.label.casefold(): row for row in (destination.sessions if destination else None) or ()}
    proven = _proven(verification)
    pairs = [
        Pair(left.get(label), right.get(label), _mark(label, left.get(label), right.get(label), proven))
        for label in left.keys() | right.keys()
    ]
    return sorted(pairs, key=lambda pair: (pair.subject.casefold(), pair.label.casefold()))


def matching(pairs: Sequence[Pair], words: str) -> list[Pair]:
    """Those whose label or subject has every one of the words in it."""
    wanted = words.casefold().split()
    return [
        pair for pair in pairs if all(word in f"{pair.subject} {pair.label}".casefold() for word in wanted)
    ]


def _mark(label: str, left: SessionRow | None, right: SessionRow | None, proven: dict[str, str]) -> str:
    if right is None:
        return "+"
    if left is None:
        return "-"
    return proven.get(label, "?")


def _proven(verification: Verification | None) -> dict[str, str]:
    """By the destination's label: what an archived session was found to be."""
    marks = {}
    for one in verification.sessions if verification else ():
        if one.where == "archive":
            changed = any(one.counts.get(mark) for mark in one.counts if mark == "~")
            found = {"proven": "~" if changed else "=", "differs": "*"}
            marks[one.destination.casefold()] = found.get(one.verdict, "?")
    return marks
