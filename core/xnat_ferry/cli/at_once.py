"""Planning and running in one command: what was planned is shown, and begun once somebody says so."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from xnat_ferry import wording
from xnat_ferry.cli.commands.plan import write
from xnat_ferry.cli.commands.run import begin
from xnat_ferry.cli.common import answer_json, say
from xnat_ferry.cli.options.idle import given_of, option
from xnat_ferry.cli.options.pacing import AS_IT_COMES, JUST_ASKING, STREAMING, Asking, Pacing, Streaming
from xnat_ferry.cli.options.surveying import Surveying, Switch
from xnat_ferry.cli.surveying import as_json
from xnat_ferry.cli.telling.checklist import checklist_lines
from xnat_ferry.cli.telling.conflicts import suggested_answers
from xnat_ferry.cli.telling.ending import verdict_lines
from xnat_ferry.cli.telling.page import Line, command_lines, page_width, paragraph, show
from xnat_ferry.cli.telling.planned import plan_lines
from xnat_ferry.errors import UsageError
from xnat_ferry.model import Road
from xnat_ferry.plan import Plan
from xnat_ferry.plan.judged import Judged
from xnat_ferry.settings.credentials import find_logins
from xnat_ferry.settings.paths import spool_folder
from xnat_ferry.transfer.pacing.pace import Pace, spool_for


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Beginning:
    """What becomes of the plan.

    Parameters
    ----------
    output
        Write the plan to this file and begin nothing: 'run' does, later.
    yes
        Begin without asking.
    detach
        Return once it has begun; the worker goes on by itself.
    """

    output: Annotated[Path | None, Parameter(name=["--output", "-o"], show_default=False)] = None
    yes: Switch = False
    detach: Switch = False
    pacing: Asking = JUST_ASKING

    def refuse_idle(self) -> None:
        """Raises UsageError for what is about a beginning where none comes, and for a pace without sense."""
        self.pacing.over(Pace())
        given = ["--yes"] * self.yes + ["--detach"] * self.detach + [*map(option, given_of(self.pacing))]
        if self.output is not None and given:
            what = f"-o writes the plan and begins nothing, so {given[0]} would be forgotten."
            advice = "Leave it out here" + ("." if given[0] == "--yes" else ", and give it to 'run'.")
            raise UsageError(what=what, advice=advice)


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class GoingBeside(Beginning):
    """The same for what takes no room here on its way."""

    pacing: Streaming = STREAMING


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Going(Beginning):
    """The same for what does."""

    pacing: Pacing = AS_IT_COMES


AS_GIVEN, AS_ADDED, AS_ASKED = Beginning(), GoingBeside(), Going()
_BEGIN = {Road.SHARE: "Share", Road.RELOCATE: "Give away"}


def go(
    judged: Judged,
    surveying: Surveying,
    going: Beginning,
    again: Sequence[str],
    facts: dict[str, Any],
    json: bool,
) -> int:
    """Show what was judged; write the plan, or begin. ``again`` is this command, to be told for next time.

    ``facts`` are added to the JSON answer. Returns the command's exit code.
    """
    ready = judged.checklist.verdict != "blocked" and not judged.planned.undecided
    writes = going.output is not None and judged.checklist.verdict != "blocked"
    if going.output is not None and writes:
        write(judged.planned, going.output)
    if json:
        answer_json(as_json(judged) | {"plan": str(going.output) if writes else None} | facts)
    else:
        _show(judged, again, writes, going.output)
    if not ready:
        return 1
    if writes:
        return 0 if judged.checklist.sure else 1
    if judged.planned.is_empty:
        return _nothing(judged.planned)
    return _begin(judged, surveying, going, json) if _wanted(judged, going) else 1


def _show(judged: Judged, again: Sequence[str], written: bool, output: Path | None) -> None:
    width, planned = page_width(), judged.planned
    show(checklist_lines(judged, width, brief=True))
    blocked = judged.checklist.verdict == "blocked"
    if not blocked:
        show([Line(""), *plan_lines(planned, width)])
        show(line for left in planned.left_out for line in paragraph(f"left out: {left}", width, "  "))
    show(verdict_lines(judged.checklist, width))
    if blocked:
        show(paragraph("Nothing was begun. Then again:", width))
        show(command_lines(["xnat-ferry", *again], width, "  "))
    elif planned.undecided:
        show(paragraph("Answer the conflicts above, for instance as is suggested. Then again:", width))
        show(command_lines(["xnat-ferry", *_answered(again, suggested_answers(judged))], width, "  "))
    elif written:
        show(paragraph(f"{output} is written: read it, change it, then", width))
        show(command_lines(["xnat-ferry", "run", str(output)], width, "  "))


def _answered(again: Sequence[str], answers: Sequence[str]) -> list[str]:
    """The command with more answers, beside those that it gave."""
    place = [*again].index("--on-conflict") + 1 if "--on-conflict" in again else len(again)
    option = ["--on-conflict"] if answers and place == len(again) else []
    return [*again[:place], *option, *answers, *again[place:]]


def _nothing(planned: Plan) -> int:
    """Says that nothing travels; 1 where it is not there yet to what it belongs."""
    if planned.road == Road.RESOURCES and planned.travelling:
        say("There is nothing of what was asked for.")
        return 0
    if planned.road == Road.RESOURCES:
        source, destination = planned.source.project, planned.destination.project
        say(f"Nothing was carried: none of these sessions of {source} is in {destination}'s archive yet.")
        return 1
    say("Nothing is left to carry.")
    return 0


def _wanted(judged: Judged, going: Beginning) -> bool:
    if going.yes:
        return True
    if not sys.stdin.isatty():
        what = "Nobody is here to say yes, so nothing was begun."
        raise UsageError(what=what, advice="Add --yes, or -o plan.toml to write the plan and run it later.")
    sure = "" if judged.checklist.sure else " Something above is not known."
    say(f"{_BEGIN.get(judged.planned.road, 'Begin to carry')} {judged.planned.amount}?{sure} [y/N]")
    return sys.stdin.readline().strip().casefold() in ("y", "yes")


def _begin(judged: Judged, surveying: Surveying, going: Beginning, json: bool) -> int:
    plan, pace = judged.planned, going.pacing.over(Pace())
    if not plan.road.stays and plan.road != Road.RESOURCES:
        size = spool_for(plan, pace, spool_folder(surveying.spool))
        say(f"Up to {wording.size(size)} lie in {spool_folder(surveying.spool)} on the way.")
    logins = find_logins(plan.source, plan.destination)
    return begin(
        plan,
        logins,
        pace,
        detach=going.detach,
        transfers=surveying.transfers,
        spool=surveying.spool,
        json=json,
    )
