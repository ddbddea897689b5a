"""The checklist for people: seven items in the guide's order, and many findings of one kind told as one."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from xnat_ferry.checks.finding import ConflictClass, Finding
from xnat_ferry.model import Verdict

ITEMS = {
    "access": "Access",
    "conflicts": "Conflicts",
    "labels": "Label mapping",
    "metadata": "DICOM metadata",
    "settings": "Project settings",
    "anonymization": "Anonymisation",
    "room": "Room on this machine",
}
"""The checks in the guide's order, and what their items are called."""

_ON_REQUEST = {"belongings": "Resources and values"}
"""Items that are there only where something was asked for."""

SHOWN = 3
"""How many of one kind are told or named; the others are counted."""

_CLASSES = frozenset(ConflictClass)
_WORST_FIRST = (Verdict.FAIL, Verdict.UNKNOWN, Verdict.WARN, Verdict.OK)


def items_of(findings: Iterable[Finding]) -> dict[str, str]:
    """The items with their titles, those on request only where there are findings."""
    return ITEMS | titled({finding.check for finding in findings} - ITEMS.keys())


def titled(checks: Collection[str]) -> dict[str, str]:
    """Some items with their titles."""
    return {check: title for check, title in (ITEMS | _ON_REQUEST).items() if check in checks}


def worst(findings: Iterable[Finding]) -> Verdict:
    """The verdict of several findings together; unknown where there is none."""
    verdicts = {finding.standing for finding in findings}
    return next((one for one in _WORST_FIRST if one in verdicts), Verdict.UNKNOWN)


def groups(findings: Iterable[Finding], *, conflicts: bool = False) -> list[list[Finding]]:
    """Findings of one kind together, the worst first.

    Those of conflicts are left out unless asked for: they are told, and answered, one by one.
    """
    found: dict[tuple[Verdict, str], list[Finding]] = defaultdict(list)
    for finding in findings:
        if conflicts or finding.kind not in _CLASSES:
            found[finding.standing, finding.kind].append(finding)
    return sorted(found.values(), key=lambda group: _WORST_FIRST.index(group[0].standing))


def advice_of(group: Sequence[Finding]) -> list[str]:
    """What to do about findings of one kind, each advice once."""
    if group[0].verdict == Verdict.OK:
        return []
    if group[0].accepted:
        return ["Accepted: somebody said that this is known and allowed."]
    return list(dict.fromkeys(finding.advice for finding in group[:SHOWN] if finding.advice))


def as_one(said: Iterable[tuple[str, str]], rest: str = " (all with --json)") -> list[str]:
    """The paragraphs for what is said of several things, given as pairs of a name and a message.

    Messages that differ in the name alone are told once, with the names they hold for; up to SHOWN different
    ones are told at all. ``rest`` says where those are that are only counted.
    """
    distinct: dict[str, str] = {}
    for name, message in said:
        distinct.setdefault(message, name)
    alike: dict[str, dict[str, str]] = defaultdict(dict)
    for message, name in distinct.items():
        alike[message.replace(name, "\0", 1)][message] = name
    together = list(alike.values())
    paragraphs = [text for group in together[:SHOWN] for text in _told(group, rest)]
    left = sum(map(len, together[SHOWN:]))
    return [*paragraphs, f"And {left:,} more like these{rest}."] if left else paragraphs


def _told(group: Mapping[str, str], rest: str) -> Iterator[str]:
    """The first message, and the names for which the others say the same."""
    yield next(iter(group))
    others = list(group.values())[1:]
    if others:
        more = len(others) - SHOWN + 1
        named = ", ".join(others[: SHOWN - 1])
        yield f"The same of {named}{f' and {more:,} more{rest}' if more > 0 else ''}."
