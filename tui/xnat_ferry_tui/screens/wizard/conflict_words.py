"""A conflict in words: both sides of it, what can be done, and what comes of the answer. No Textual."""

from itertools import chain

from rich.cells import cell_len, set_cell_size

from xnat_ferry import wording
from xnat_ferry.checks import Answer, Conflict, ConflictClass
from xnat_ferry.plan import Fate, PlannedSession
from xnat_ferry.plan.answers import Given
from xnat_ferry_tui.explaining.ways import on_screen

_DOES = {
    Answer.SKIP: "s skip",
    Answer.RENAME: "l another label",
    Answer.COMPLETE: "m send what is missing",
    Answer.MERGE: "i merge into it",
}
_WHY_NOT = {
    Answer.COMPLETE: "Only a session of the same study that lacks something can be completed.",
    Answer.MERGE: "Only a session of the same label, subject and modality can be merged into.",
    Answer.RENAME: "Another label does not help here.",
    Answer.SKIP: "It cannot be skipped.",
}
_MERGING = (
    "XNAT cannot take two studies apart again once they are one session.",
    "It goes to the prearchive and stays there: only archiving it, A in area 3 or 4, merges it.",
)
_DIALOG = 66
"""How many cells a dialog has for its words."""
_FACTS = {
    "session": ("this session", "its label", "there"),
    "subject": ("this subject", "its subject"),
    "type": ("this type", "its type"),
    "date": ("this date", "its date"),
    "holds": ("this content", "its content", "status"),
}
"""What is told of either side, a column each, by the names that the evidence has for it."""
_OTHER = {ConflictClass.DUPLICATE_TARGET: "also", ConflictClass.DUPLICATE_STUDY: "also"}
"""What stands before the other side where that is chosen, too, and not at the destination."""


def in_words(conflict: Conflict, given: Given | None, fate: PlannedSession | None, width: int) -> list[str]:
    """A line each, for so many cells; ``fate`` is what is planned, None where that is not known yet."""
    possible = f"Possible: {_possible(conflict)}. Suggested: {_DOES[conflict.suggested][0]}."
    return [
        *_outcome(conflict, given, fate),
        conflict.message,
        *_both_sides(conflict, width),
        *_studies(conflict, width),
        possible,
        *_the_rest(conflict),
    ]


def merging(conflict: Conflict) -> list[str]:
    """What is asked before two studies are merged on purpose."""
    return [
        f"Merge {conflict.session} into {conflict.there}, which is another study?",
        *_both_sides(conflict, _DIALOG),
        "Whether both are of one person is for you to know.",
        *_MERGING,
    ]


def merging_class(kind: ConflictClass, count: int) -> list[str]:
    """The same before it is done to all of a class that can be merged."""
    each = "it" if count == 1 else "each"
    return [
        f"Merge {wording.plural(count, 'session')} of the class {kind}, {each} into another study?",
        "Whether both are of one person is for you to know, of each of them.",
        *_MERGING,
    ]


def called_there(conflict: Conflict) -> str:
    """What is met, as a list has it."""
    return conflict.evidence.get("its label") or conflict.there


def not_here(conflict: Conflict, answer: Answer) -> tuple[str, str]:
    """Why a conflict does not take this answer, and which it takes."""
    return f"Not here: {_WHY_NOT[answer]}", f"What is possible: {_possible(conflict)}."


def _possible(conflict: Conflict) -> str:
    return ", ".join(_DOES[one] for one in conflict.answers)


def _outcome(conflict: Conflict, given: Given | None, fate: PlannedSession | None) -> list[str]:
    """What comes of the answer; or why none is wanted."""
    if fate is None or (given is None and fate.fate == Fate.UNDECIDED):
        return []
    what = on_screen(fate.why) or f"it goes there as {fate.to_subject}/{fate.to_session}"
    if given is None:
        left_out = (
            "It is left out, so nothing is asked of you" if fate.fate == Fate.SKIP else "Nothing is asked"
        )
        return [f"{left_out}: {what}" if conflict.message not in what else f"{left_out}."]
    done = "" if what.startswith(f"{fate.fate}:") or str(fate.fate) == str(given.answer) else f"{fate.fate}, "
    told = f": {done}{what.removeprefix(f'{given}: ')}" if conflict.message not in what else "."
    return [f"Answered {given}{told}"]


def _both_sides(conflict: Conflict, width: int) -> list[str]:
    """What is known of both sides, below each other where there is room, so that one sees what differs."""
    other = _OTHER.get(conflict.kind, "there")
    rows = [[" " * len("study"), *_FACTS], ["here", *_known(conflict, 0)], [other, *_known(conflict, 1)]]
    if conflict.kind == ConflictClass.BAD_LABEL:
        rows.pop()  # what is met is a rule, and no session
    used = [column for column in zip(*rows, strict=True) if any(column[1:])]
    sizes = [max(map(cell_len, column)) for column in used]
    lines = ["  ".join(map(set_cell_size, row, sizes)).rstrip() for row in zip(*used, strict=True)]
    if max(map(cell_len, lines)) <= width:
        return lines
    return [f"{row[0]:<5}  {', '.join(filter(None, row[1:]))}" for row in rows[1:]]


def _known(conflict: Conflict, side: int) -> list[str]:
    names = (names[:1] if side == 0 else names[1:] for names in _FACTS.values())
    return [
        next((conflict.evidence[name] for name in each if conflict.evidence.get(name)), "") for each in names
    ]


def _studies(conflict: Conflict, width: int) -> list[str]:
    """Whether both sides are one study."""
    known = conflict.evidence
    if conflict.kind == ConflictClass.BAD_LABEL:
        return []
    ours, theirs = known.get("this study", "unknown"), known.get("its study", "unknown")
    if ours == theirs != "unknown":
        return [f"study  the same, {ours}"]
    other = _OTHER.get(conflict.kind, "there")
    line = f"study  here {ours}, {other} {theirs}"
    return [line] if cell_len(line) <= width else [f"study  here   {ours}", f"       {other:<5}  {theirs}"]


def _the_rest(conflict: Conflict) -> list[str]:
    """What neither the message nor the lines of both sides tell."""
    told = {"this study", "its study", *chain.from_iterable(_FACTS.values())}
    left = {name: value for name, value in conflict.evidence.items() if name not in told}
    silent = left.get("XNAT says") == "nothing" and left.pop("XNAT says")
    return [
        *([f"where: {conflict.there}"] if "its label" in conflict.evidence else []),
        *(f"{name}: {value}" for name, value in left.items() if value not in conflict.message),
        *(["XNAT itself would say nothing."] if silent else []),
    ]
