"""The last words of ``check`` and ``plan``: what it comes to, and the command that goes on from there."""

from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from xnat_ferry import wording
from xnat_ferry.checks import Checklist
from xnat_ferry.checks.grouping import titled
from xnat_ferry.cli.options.surveying import Surveying
from xnat_ferry.cli.telling.conflicts import suggested_answers
from xnat_ferry.cli.telling.page import Line, command_lines, paragraph
from xnat_ferry.model import Verdict
from xnat_ferry.plan import Plan
from xnat_ferry.plan.judged import Judged

_STYLES = {"clear": "bold green", "warned": "bold yellow", "blocked": "bold red"}


class Command(NamedTuple):
    """What was asked for, to be said again."""

    ends: tuple[str, str]
    surveying: Surveying
    more: tuple[str, ...] = ()
    """Other options than those of a look."""

    def as_(self, name: str, *answers: str) -> list[str]:
        """The arguments of the command that goes on with it."""
        return [name, *self.ends, *self.surveying.again(*answers), *self.more]


def check_ending(judged: Judged, given: Command, width: int) -> Iterator[Line]:
    """The verdict and what next."""
    yield from verdict_lines(judged.checklist, width)
    if judged.checklist.verdict == "blocked":
        yield from _next("Then look again:", given.as_("check"), width)
        return
    if judged.survey.depth.sessions:
        yield from _ready(judged.planned, width)
    yield from _other_roads(judged, width)
    yield from _plan_next(judged, given, width)


def plan_ending(judged: Judged, given: Command, written: str, width: int) -> Iterator[Line]:
    """What became of the plan and what next; ``written`` is the file's name."""
    checklist, planned = judged.checklist, judged.planned
    yield from verdict_lines(checklist, width)
    if checklist.verdict == "blocked":
        yield from _next("No plan was written. Then plan again:", given.as_("plan"), width)
    elif planned.undecided:
        count = wording.plural(len(planned.undecided), "session")
        yield from paragraph(f"{written} leaves {count} undecided: answer the conflicts above.", width)
        yield from _plan_next(judged, given, width)
    elif not planned.travelling:
        yield from paragraph(f"{written} carries nothing: every session is skipped.", width)
    else:
        yield from _next(f"{written} is written: read it, change it, then", ["run", written], width)


def _other_roads(judged: Judged, width: int) -> Iterator[Line]:
    """Where copying is not the only way."""
    source, destination = judged.survey.source.endpoint, judged.survey.destination.endpoint
    if not source.local and source.server == destination.server:
        yield from paragraph(
            f"Both projects are on one server: 'share' can show these sessions in {destination.project} and "
            f"'relocate' can give them to it, without moving a byte. 'xnat-ferry share --help' tells more.",
            width,
        )


def _ready(planned: Plan, width: int) -> Iterator[Line]:
    ready = f"Ready to go: {planned.amount}" if planned.travelling else "Nothing is ready to go"
    undecided = len(planned.undecided)
    needs = f"; {wording.plural(undecided, 'session')} undecided" if undecided else ""
    yield from paragraph(f"{ready}{needs}.", width)


def verdict_lines(checklist: Checklist, width: int) -> Iterator[Line]:
    """What the checklist comes to, in a sentence."""
    yield Line("")
    text = f"checklist: {checklist.verdict}{_in_words(checklist)}"
    yield from paragraph(text, width, style=_STYLES[checklist.verdict])


def _in_words(checklist: Checklist) -> str:
    if checklist.verdict == "blocked":
        blocking = checklist.first_failures()
        marks = " or ".join(sorted({"FAIL" if one.standing == Verdict.FAIL else "??" for one in blocking}))
        return f" by {_items({one.check for one in blocking})}. Mend what is marked {marks} there."
    unknown = [finding.check for finding in checklist.findings if finding.standing == Verdict.UNKNOWN]
    if unknown:
        things = wording.plural(len(unknown), "thing")
        return f". {things} could not be known: see what is marked ?? under {_items(unknown)}."
    if checklist.verdict == "warned":
        warned = {finding.check for finding in checklist.findings if finding.standing == Verdict.WARN}
        return f". Nothing forbids going on, but read first: {_items(warned)}."
    return ". Nothing stands in the way."


def _items(checks: Collection[str]) -> str:
    return ", ".join(titled(checks).values())


def _plan_next(judged: Judged, given: Command, width: int) -> Iterator[Line]:
    answers = suggested_answers(judged)
    words = "Next, with the answers you choose, for instance those suggested:" if answers else "Next:"
    yield from _next(words, given.as_("plan", *answers), width)


def _next(words: str, arguments: Sequence[str], width: int) -> Iterator[Line]:
    yield from paragraph(words, width)
    yield from command_lines(["xnat-ferry", *arguments], width, "  ")
