"""A conflict in words: both sides of it, what can be done, and what comes of the answer. No Textual."""

from xnat_ferry.checks import Answer, Conflict
from xnat_ferry.plan import PlannedSession
from xnat_ferry.plan.answers import Given
from xnat_ferry_tui.ways import on_screen

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
_HERE = ("this session", "this subject", "this type", "this date", "this content")
_THERE = ("there", "its label", "its subject", "its type", "its date", "its content", "status")


def in_words(conflict: Conflict, given: Given | None, fate: PlannedSession | None) -> list[str]:
    """A line each; ``fate`` is what is planned by the answer, None where that is not known yet."""
    outcome = [_outcome(conflict, given, fate)] if given and fate is not None else []
    possible = f"Possible: {_possible(conflict)}. Suggested: {_DOES[conflict.suggested][0]}."
    return [*outcome, conflict.message, *_both_sides(conflict), possible, *_the_rest(conflict)]


def not_here(conflict: Conflict, answer: Answer) -> tuple[str, str]:
    """Why a conflict does not take this answer, and which it takes."""
    return f"Not here: {_WHY_NOT[answer]}", f"What is possible: {_possible(conflict)}."


def _possible(conflict: Conflict) -> str:
    return ", ".join(_DOES[one] for one in conflict.answers)


def _outcome(conflict: Conflict, given: Given, fate: PlannedSession) -> str:
    what = on_screen(fate.why) or f"it goes there as {fate.to_subject}/{fate.to_session}"
    done = "" if what.startswith(f"{fate.fate}:") else f"{fate.fate}, "
    told = f": {done}{what.removeprefix(f'{given}: ')}" if conflict.message not in what else "."
    return f"Answered {given}{told}"


def _both_sides(conflict: Conflict) -> list[str]:
    """What is known of both sides, a line each, and whether they are one study."""
    known = conflict.evidence
    here, there = (", ".join(known[name] for name in names if known.get(name)) for names in (_HERE, _THERE))
    ours, theirs = known.get("this study", "unknown"), known.get("its study", "unknown")
    same = ours == theirs != "unknown"
    return [
        f"here   {here}",
        f"there  {there}",
        f"study  the same, {ours}" if same else f"study  here {ours}, there {theirs}",
    ]


def _the_rest(conflict: Conflict) -> list[str]:
    told = {*_HERE, *_THERE, "this study", "its study"}
    return [f"{name}: {value}" for name, value in conflict.evidence.items() if name not in told]
