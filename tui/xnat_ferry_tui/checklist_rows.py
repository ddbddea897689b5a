"""The checklist line by line, ready to be drawn. No Textual.

Made aside, since one line may stand for very many findings.
"""

from collections.abc import Iterator, Sequence

from msgspec import Struct

from xnat_ferry.checks import ConflictClass, Finding
from xnat_ferry.checks.grouping import advice_of, as_one, groups, items_of, worst
from xnat_ferry.model import Verdict
from xnat_ferry_tui.explaining.reasons import REASONS
from xnat_ferry_tui.explaining.ways import on_screen

_EVIDENCE = 12
_CLASSES = frozenset(ConflictClass)


class Row(Struct, frozen=True, kw_only=True):
    """One line: an item of the checklist, or what was found below it."""

    check: str
    title: str
    """What the item is called, or the message of the first that was found."""
    verdict: Verdict
    standing: Verdict
    """The verdict as it counts."""
    found: Sequence[Finding] = ()
    """None for an item."""
    details: tuple[str, ...]
    """Why it is asked, or all that is to be said of what was found."""

    @property
    def item(self) -> bool:
        """Whether it is one of the items."""
        return not self.found

    @property
    def to_read(self) -> bool:
        """Whether something was found that is not fine."""
        return not self.item and self.verdict != Verdict.OK


def rows_of(findings: Sequence[Finding]) -> Iterator[Row]:
    """The items in their order, each with what was found below it."""
    for check, title in items_of(findings).items():
        found = [finding for finding in findings if finding.check == check]
        verdict = worst(found)
        yield Row(check=check, title=title, verdict=verdict, standing=verdict, details=(REASONS[check],))
        for group in groups(found, conflicts=True):
            first = group[0]
            yield Row(
                check=check,
                title=first.message,
                verdict=first.verdict,
                standing=first.standing,
                found=group,
                details=tuple(_details(group)),
            )


def _details(group: Sequence[Finding]) -> Iterator[str]:
    first = group[0]
    yield from map(on_screen, as_one([(one.about, one.message) for one in group], ""))
    if first.kind in _CLASSES:
        yield "Do this: answer it in step 8."
    elif first.accepted:
        yield from advice_of(group)
    else:
        yield from (f"Do this: {on_screen(advice)}" for advice in advice_of(group))
    for name, value in list(first.evidence.items())[:_EVIDENCE]:
        yield f"  {name}: {value}"
