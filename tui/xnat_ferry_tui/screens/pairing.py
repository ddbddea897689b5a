"""Puts two projects side by side: one line a label, whoever has it."""

from collections.abc import Sequence

from msgspec import Struct

from xnat_ferry.model import Mark, SessionRow, Where
from xnat_ferry.survey import ProjectView
from xnat_ferry.verify.verification import DIFFERS, PROVEN, Verification

_NO_ROWS: dict[str, SessionRow] = {}


class Pair(Struct, frozen=True):
    """One line of the browser: a session on either side, or on both, and how they compare."""

    left: SessionRow | None
    right: SessionRow | None
    mark: str
    key: str
    """Subject and label without case: by this, lines are sorted and found."""
    waits: bool = False
    """One of this label waits in the destination's prearchive."""

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

    ``+`` is only at the source, ``-`` only at the destination; where the other side could not be read nobody
    knows that, so it is ``?``. Both sides having a label proves nothing either: that is ``?`` until a
    verification between these two projects says ``=``, ``~`` or ``*``.
    """
    left, right = _by_label(source), _by_label(destination)
    proven = _proven(verification)
    waiting = {row.name.casefold() for row in (destination.prearchive if destination else None) or ()}
    here, there = left or _NO_ROWS, right or _NO_ROWS
    pairs = []
    for label in here.keys() | there.keys():
        one, other = here.get(label), there.get(label)
        if one is None:
            mark = str(Mark.ONLY_DESTINATION if left is not None else Mark.UNKNOWN)
        elif other is None:
            mark = str(Mark.ONLY_SOURCE if right is not None else Mark.UNKNOWN)
        else:
            mark = proven.get(label, str(Mark.UNKNOWN))
        subject = (one or other).subject  # type: ignore[union-attr]  # the label came from one of them
        pairs.append(Pair(one, other, mark, f"{subject.casefold()}\0{label}", label in waiting))
    return sorted(pairs, key=lambda pair: pair.key)


def matching(pairs: Sequence[Pair], words: str) -> Sequence[Pair]:
    """Those whose label or subject has every one of the words in it."""
    wanted = words.casefold().split()
    return [pair for pair in pairs if all(word in pair.key for word in wanted)] if wanted else pairs


def _by_label(view: ProjectView | None) -> dict[str, SessionRow] | None:
    if view is None or view.sessions is None:
        return None
    return {row.label.casefold(): row for row in view.sessions}


def _proven(verification: Verification | None) -> dict[str, str]:
    """What an archived session was found to be, by its label; a renamed one pairs with nothing here."""
    marks = {}
    for one in verification.sessions if verification else ():
        if one.where == Where.ARCHIVE and one.source.casefold() == one.destination.casefold():
            clean = Mark.AS_PLANNED if one.counts.get(Mark.AS_PLANNED) else Mark.SAME
            found = {PROVEN: clean, DIFFERS: Mark.DIFFERS}
            marks[one.source.casefold()] = str(found.get(one.verdict, Mark.UNKNOWN))
    return marks
