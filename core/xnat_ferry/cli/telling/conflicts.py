"""The conflicts as lines: what meets what, what XNAT would say, and the option that answers it."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from xnat_ferry import wording
from xnat_ferry.checks import Conflict, ConflictClass
from xnat_ferry.checks.finding import Answer
from xnat_ferry.checks.grouping import as_one
from xnat_ferry.cli.telling.page import Line, paragraph
from xnat_ferry.model import LABEL
from xnat_ferry.plan.judged import Judged

OPTION = "--on-conflict"


def conflict_lines(judged: Judged, width: int, indent: str) -> Iterator[Line]:
    """What the answers given so far come to, and class by class what is left to answer."""
    answered = [answer for one in judged.checklist.conflicts if (answer := judged.request.answers.to(one))]
    if answered:
        each = ", ".join(f"{count:,} {answer}" for answer, count in Counter(map(str, answered)).items())
        yield from paragraph(
            f"Answered: {wording.plural(len(answered), 'conflict')} ({each}).", width, indent
        )
    groups = _open_groups(judged)
    classes = Counter(group[0].kind for group in groups)
    asked = {conflict.id for group in groups for conflict in group}
    for session in judged.planned.undecided:
        if session.id not in asked:  # its answer leads into another conflict
            yield from paragraph(f"{session.session} stays undecided: {session.why}", width, indent)
    for group in groups:
        yield from _group(group, width, indent, whole_class=classes[group[0].kind] == 1)


def suggested_answers(judged: Judged) -> list[str]:
    """What could be given to ``--on-conflict`` for all that has no answer yet, as the checks suggest."""
    suggested: dict[ConflictClass, set[Answer]] = defaultdict(set)
    for group in _open_groups(judged):
        suggested[group[0].kind].add(group[0].suggested)
    return [
        f"{kind}={answer}" for kind, answers in suggested.items() for answer in answers if len(answers) == 1
    ]


def _open_groups(judged: Judged) -> list[list[Conflict]]:
    """The conflicts without an answer, those together that take the same ones."""
    groups = defaultdict(list)
    for conflict in judged.open_conflicts:
        groups[conflict.kind, conflict.answers, conflict.suggested].append(conflict)
    return sorted(groups.values(), key=lambda group: list(ConflictClass).index(group[0].kind))


def _group(group: Sequence[Conflict], width: int, indent: str, *, whole_class: bool) -> Iterator[Line]:
    first, below = group[0], indent + "  "
    sessions = wording.plural(len({conflict.session for conflict in group}), "session")
    yield from paragraph(f"{first.kind} ({sessions})", width, indent, style="bold")
    for text in as_one([(conflict.session, _told(conflict)) for conflict in group]):
        yield from paragraph(text, width, below)
    named = first.kind if whole_class else _named(first)
    others = ", ".join(f"={answer}" for answer in first.answers if answer != first.suggested)
    so_on = "" if whole_class or len(group) == 1 else "; likewise for the others"
    text = f"{OPTION} {named}={first.suggested} (suggested), or {others}{so_on}"
    yield from paragraph(text, width, f"{below}-> ", f"{below}   ", "cyan")


def _told(conflict: Conflict) -> str:
    """The message, which tells in XNAT's own words what XNAT would do, with the session's name in it."""
    named = conflict.session in conflict.message
    return conflict.message if named else f"{conflict.session}: {conflict.message}"


def _named(conflict: Conflict) -> str:
    """As it is written in an option without any quoting."""
    return conflict.session if LABEL.fullmatch(conflict.session) else conflict.id
