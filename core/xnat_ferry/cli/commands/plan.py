"""``plan``: the file that says what a transfer will do."""

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from xnat_ferry.cli.common import AsJson, answer_json, say, written_anew
from xnat_ferry.cli.options.receiving import NOWHERE, Receiving
from xnat_ferry.cli.options.surveying import Surveying, Switch
from xnat_ferry.cli.surveying import as_json, survey_and_judge
from xnat_ferry.cli.telling.checklist import checklist_lines
from xnat_ferry.cli.telling.ending import Command, plan_ending
from xnat_ferry.cli.telling.page import Line, page_width, show
from xnat_ferry.cli.telling.planned import plan_lines
from xnat_ferry.model import Level, Road
from xnat_ferry.plan import Plan, write_plan
from xnat_ferry.plan.by_receiver import over
from xnat_ferry.plan.judged import Judged
from xnat_ferry.survey import Depth

_PLAN_FILE = Path("plan.toml")


def plan(
    source: str,
    destination: str,
    /,
    *,
    output: Annotated[Path, Parameter(name=["--output", "-o"])] = _PLAN_FILE,
    surveying: Surveying = Surveying(),  # noqa: B008  frozen
    verify: Level = Level.IDENTITY,
    move: Switch = False,
    road: Literal["copy", "share", "relocate", "receiver"] = "copy",
    receiving: Receiving = NOWHERE,
    json: AsJson = False,
) -> int:
    """Write down what a transfer will do, as TOML to read and change.

    Parameters
    ----------
    source
        PROJECT, ALIAS:PROJECT or an address that ends with the project.
    destination
        The same for where the sessions shall go.
    output
        The file to write.
    verify
        How much is compared afterwards.
    move
        Delete the sessions at the source in the end: 'settle' does it, once all is proven and you said so.
    road
        copy sends the files; share shows the sessions in another project of the same server and relocate
        makes that their owner, both without moving a byte; receiver sends by DICOM C-STORE, for sites that
        take images in that way alone.
    """
    depth = Depth(headers=surveying.which_headers(), files=True)
    receiver = receiving.to(Road(road))  # first: wrong words need no login
    judged = survey_and_judge(source, destination, surveying, depth, verify, move=move, road=Road(road))
    judged = over(judged, receiver)
    if move and judged.survey.source.rights.delete is False:
        say(f"This account may not delete in {judged.planned.source.project}: an owner has to settle this.")
    blocked = judged.checklist.verdict == "blocked"
    if not blocked:
        write(judged.planned, output)
    if json:
        answer_json(as_json(judged) | {"plan": None if blocked else str(output)})
        if blocked:
            say("No plan was written: a check failed.")
    else:
        others = (*_others(output, verify, move, road), *receiving.again())
        _show(judged, Command((source, destination), surveying, others), output)
    return 0 if judged.checklist.sure and not judged.planned.undecided else 1


def _show(judged: Judged, given: Command, output: Path) -> None:
    width = page_width()
    show(checklist_lines(judged, width, brief=True))
    if judged.checklist.verdict != "blocked":
        show([Line(""), *plan_lines(judged.planned, width)])
    show(plan_ending(judged, given, str(output), width))


def _others(output: Path, verify: Level, move: bool, road: str) -> tuple[str, ...]:
    """The options that are the plan's alone, as arguments for the same command again."""
    place = ("--output", str(output)) if output != _PLAN_FILE else ()
    depth = ("--verify", verify) if verify != Level.IDENTITY else ()
    way = ("--road", road) if road != Road.COPY else ()
    return (*place, *depth, *way, *(("--move",) if move else ()))


def write(planned: Plan, output: Path) -> None:
    """Write a plan and keep the one that was there; raises UsageError."""
    with written_anew(output, "The plan") as place:
        write_plan(planned, place)
