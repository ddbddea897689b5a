"""What became another between two drafts, for whoever takes something back. No Textual."""

from collections.abc import Callable, Iterator, Mapping

from xnat_ferry import wording
from xnat_ferry.plan.draft import Draft
from xnat_ferry_tui.screens.wizard.steps import KEYS

_FIELDS = {
    "sessions": ("which sessions are taken", "choose"),
    "scans": ("which scans are taken", "choose"),
    "road": ("the road", "choose"),
    "receiver": ("the receiver", "choose"),
    "keep": ("what the approval keeps", "checks"),
    "accepted": ("what is accepted", "checks"),
    "labels": ("the label rule", "labels"),
    "to": ("where it goes to", "review"),
    "verify": ("how it is proven", "review"),
    "move": ("whether the source is deleted", "review"),
    "also": ("what travels beside", "review"),
    "resources": ("which resources travel", "review"),
    "existing": ("what becomes of what is there", "review"),
}


def in_words(before: Draft, now: Draft, called: Callable[[str], str]) -> str:
    """``the label rule (step 9)``; ``called`` gives the label of a session by its accession ID."""
    found = [
        *(f"{words} (step {KEYS[step]})" for words, step in _changed(before, now)),
        *_of_sessions("the answer to", "conflicts", before.answers, now.answers, called),
        *_of_sessions("the labels of", "labels", before.table, now.table, called),
    ]
    if before.class_answers != now.class_answers:
        found.append(f"the answer to a whole class (step {KEYS['conflicts']})")
    return ", ".join(found) or "what was said last"


def _changed(before: Draft, now: Draft) -> Iterator[tuple[str, str]]:
    yield from (told for name, told in _FIELDS.items() if getattr(before, name) != getattr(now, name))


def _of_sessions(
    words: str,
    step: str,
    before: Mapping[str, object],
    now: Mapping[str, object],
    called: Callable[[str], str],
) -> Iterator[str]:
    others = [name for name in {**before, **now} if before.get(name) != now.get(name)]
    if others:
        which = called(others[0]) if len(others) == 1 else wording.plural(len(others), "session")
        yield f"{words} {which} (step {KEYS[step]})"
