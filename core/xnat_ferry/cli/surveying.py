"""What the commands share that survey both ends first: the survey, its judgement, and how that is told."""

from pathlib import Path
from typing import Any

import msgspec

from xnat_ferry.checks import Conflict
from xnat_ferry.cli.common import Counting, endpoints, opened, say, split_names, written_anew
from xnat_ferry.cli.options.surveying import Surveying
from xnat_ferry.errors import UsageError
from xnat_ferry.labels import LabelRules
from xnat_ferry.model import Level, Road
from xnat_ferry.plan import Target
from xnat_ferry.plan.answers import Answers
from xnat_ferry.plan.judged import Judged, judge
from xnat_ferry.plan.label_table import write_label_table
from xnat_ferry.settings.redact import plain
from xnat_ferry.survey import Depth, ProjectView, Survey
from xnat_ferry.survey.belongings import with_belongings
from xnat_ferry.survey.staying import refuse_apart, with_road
from xnat_ferry.survey.subjects import with_subject_ids
from xnat_ferry.survey.take import take_survey
from xnat_ferry.xnat.rights import COLLABORATORS, MEMBERS, OWNERS

_ROLES = {OWNERS: "owner", MEMBERS: "member", COLLABORATORS: "collaborator"}
"""What a group of XNAT's makes of an account; a custom group is called by its name."""


def survey_and_judge(
    source: str,
    destination: str,
    surveying: Surveying,
    depth: Depth,
    verify: Level = Level.IDENTITY,
    *,
    move: bool = False,
    road: Road = Road.COPY,
) -> Judged:
    """Log in at both ends, survey them, and judge what was found.

    Raises RoadClosed, and UsageError for what the road leaves no choice in.
    """
    # first: wrong words need no login
    request, keep, accepted = surveying.request(verify, move=move), surveying.kept(), surveying.accepted()
    wish = surveying.wish()
    _refuse_idle(surveying, road, verify, move=move)
    from_end, to_end = endpoints(source, destination)
    refuse_apart(road, from_end, to_end)
    with opened(from_end, to_end) as (from_client, to_client):
        survey = take_survey(
            (from_client, from_end),
            (to_client, to_end),
            split_names(surveying.sessions),
            scans=request.scans,
            depth=depth,
            rooms=surveying.rooms(),
            progress=Counting(),
        )
        survey = with_belongings(from_client, to_client, survey, wish, surveying.existing, request.labels)
        survey = with_road(from_client, with_subject_ids(to_client, survey, request.labels), road)
    refuse_unknown(survey, request.answers)
    write_labels(surveying.write_labels, survey, request.labels)
    return judge(survey, request, keep, accepted)


def _refuse_idle(surveying: Surveying, road: Road, verify: Level, *, move: bool) -> None:
    """Raises UsageError for an option that would change nothing."""
    if surveying.existing and not surveying.also:
        raise UsageError(what="--existing is about what --with carries, and there is no --with.")
    if not road.stays:
        return
    if surveying.scans or surveying.also or move or surveying.to != Target.PREARCHIVE:
        what = f"The road {road} takes whole sessions with all they have: no --scans, --with, --move or --to."
        raise UsageError(what=what)
    if verify.reaches(Level.SAMPLE):
        what = f"Nobody sees pixels on the road {road}: --verify is counts or identity there."
        raise UsageError(what=what)


def refuse_unknown(survey: Survey, answers: Answers) -> None:
    """An answer for a session that is not chosen is a slip of the pen."""
    known = {name for chosen in survey.chosen for name in (chosen.row.label, chosen.row.id)}
    unknown = [plain(name, 60) for name in answers.by_session if name not in known]
    if unknown and survey.source.sessions is not None:
        names = ", ".join(unknown)
        raise UsageError(
            what=f"--on-conflict names {names}: neither a class of conflicts nor a chosen session."
        )


def as_json(judged: Judged) -> dict[str, Any]:
    """The shape that ``check --json`` and ``plan --json`` answer; numbers that are not known are null."""
    survey, planned = judged.survey, judged.planned
    unread = {"sessions": len(survey.chosen), "scans": None, "files": None, "bytes": None}
    return {
        "verdict": judged.checklist.verdict,
        "road": planned.road,
        "source": _side(survey.source),
        "destination": _side(survey.destination),
        "totals": planned.totals if survey.depth.sessions else unread,
        "findings": judged.checklist.findings,
        "conflicts": [
            _with_answer(conflict, judged.request.answers) for conflict in judged.checklist.conflicts
        ],
    }


def _with_answer(conflict: Conflict, answers: Answers) -> dict[str, Any]:
    answer = answers.to(conflict)
    told: dict[str, Any] = msgspec.to_builtins(conflict)
    return told | {"answered": str(answer) if answer else None}


def _side(view: ProjectView) -> dict[str, Any]:
    end, role = view.endpoint, view.rights.role
    return {
        "server": end.server,
        "project": end.project,
        "role": _ROLES.get(role, role) if role else role,
        "version": view.version,
    }


def write_labels(path: Path | None, survey: Survey, rules: LabelRules) -> None:
    """Write the labels before and after where a ``path`` was given; raises UsageError."""
    if path is None:
        return
    with written_anew(path, "The labels") as place:
        write_label_table(place, (chosen.row for chosen in survey.chosen), rules)
    say(f"The labels before and after are in {path}; change them there and give --labels {path}.")
