"""What ``check`` and ``plan`` share: their options, and the look at both projects that these ask for."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import msgspec
from cyclopts import Parameter

from xnat_ferry.belongings import Existing
from xnat_ferry.belongings.wish import Wish, parse_wish
from xnat_ferry.checks import Conflict, Option
from xnat_ferry.checks.accepting import parse_accepted
from xnat_ferry.cli.common import Counting, Names, endpoints, now, opened, say, split_names
from xnat_ferry.errors import UsageError
from xnat_ferry.labels import LabelRules, Labels, Rule, parse_rule
from xnat_ferry.model import Level, Road
from xnat_ferry.plan import Target
from xnat_ferry.plan.answers import Answers, parse_answers
from xnat_ferry.plan.build import PlanRequest
from xnat_ferry.plan.judged import Judged, judge
from xnat_ferry.plan.label_table import read_label_table, write_label_table
from xnat_ferry.settings.paths import spool_folder, transfers_folder
from xnat_ferry.settings.redact import plain
from xnat_ferry.settings.room import Room, read_room
from xnat_ferry.survey import Depth, Headers, ProjectView, Survey
from xnat_ferry.survey.belongings import with_belongings
from xnat_ferry.survey.staying import refuse_apart, with_road
from xnat_ferry.survey.take import take_survey

Words = Annotated[tuple[str, ...], Parameter(consume_multiple=True, negative=(), show_default=False)]
Switch = Annotated[bool, Parameter(negative=(), show_default=False)]


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Looking:
    """The options of a look at both projects.

    Parameters
    ----------
    sessions
        Labels or accession IDs, with commas between; all without it.
    scans
        IDs or types of the scans to take, with commas between; all without it.
    to
        How far the sessions shall go: prearchive leaves them there for review.
    labels
        prefix=P_, suffix=_b, replace=OLD/NEW (a regular expression), template={subject}_{modality}_{date},
        with subject. or session. in front for one of the two, or a .csv file; several are applied in order.
    write_labels
        A .csv file to write: every session with its labels before and after, to change and give to --labels.
    on_conflict
        CLASS=ANSWER or SESSION=ANSWER, for instance same-study=skip; without an answer a session stays
        undecided.
    keep
        What the project's approval keeps in the headers, with commas between: dates, device, institution,
        patient, descriptors, private.
    accept
        Kinds of findings about anonymisation that are known and allowed, with commas between; the plan keeps
        your word.
    headers
        Of which files the headers are read; auto is one of each scan, or of each session where the scans are
        very many.
    deep
        Read the header of every file.
    also
        What else shall travel once its session is archived, with commas between: resources (all, or
        resources=LABEL, resources=session:LABEL, likewise scan:, subject:, project:), demographics, fields,
        quality, notes.
    existing
        What becomes of resource files and values that are there already and differ: keep or replace; without
        it they are refused.
    spool
        The folder for data in flight, whose room is looked at.
    transfers
        The folder that holds the transfers, whose room is looked at.
    """

    sessions: Names = None
    scans: Names = None
    to: Target = Target.PREARCHIVE
    labels: Words = ()
    write_labels: Path | None = None
    on_conflict: Words = ()
    keep: Names = None
    accept: Names = None
    headers: Headers = Headers.AUTO
    deep: Switch = False
    also: Annotated[Words, Parameter(name="--with")] = ()
    existing: Existing | None = None
    spool: Path | None = None
    transfers: Path | None = None

    def rules(self) -> LabelRules:
        """The label rules as they were written, in their order; raises BadLabelRule."""
        rules: list[Rule] = []
        table: dict[str, Labels] = {}
        for text in self.labels:
            if text.lower().endswith(".csv"):
                table |= read_label_table(Path(text).expanduser())
            elif text != "keep":
                rules.append(parse_rule(text))
        return LabelRules(rules=tuple(rules), table=table)

    def request(self, verify: Level, *, move: bool = False) -> PlanRequest:
        """What a plan is asked for; raises BadLabelRule and UsageError for words that make no sense."""
        return PlanRequest(
            made=now(),
            to=self.to,
            verify=verify,
            move=move,
            scans=split_names(self.scans) or (),
            answers=parse_answers(self.on_conflict),
            labels=self.rules(),
        )

    def kept(self) -> frozenset[Option]:
        """What the headers may keep; raises UsageError for anything that is no option."""
        names = split_names(self.keep) or ()
        unknown = [name for name in names if name not in set(Option)]
        if unknown:
            what = f"--keep {plain(unknown[0], 60)!r} is none of {', '.join(Option)}."
            raise UsageError(what=what)
        return frozenset(map(Option, names))

    def accepted(self) -> frozenset[str]:
        """The kinds of findings that are allowed; raises UsageError for any that nobody may allow."""
        return parse_accepted(split_names(self.accept) or ())

    def wish(self) -> Wish:
        """What else shall travel; raises UsageError for words that name nothing."""
        return parse_wish(self.also)

    def rooms(self) -> tuple[Room, ...]:
        """What is free where a transfer would write."""
        return (
            read_room("spool", spool_folder(self.spool)),
            read_room("transfers", transfers_folder(self.transfers)),
        )

    def which_headers(self) -> Headers:
        """Of which files the headers shall be read; raises UsageError where the options say two things."""
        if self.deep and self.headers not in (Headers.AUTO, Headers.ALL):
            raise UsageError(what=f"--deep reads every file's header; leave out --headers {self.headers}.")
        return Headers.ALL if self.deep else self.headers

    def again(self, *answers: str) -> list[str]:
        """These options as arguments for the next command, and more answers; without what writes a file."""
        arguments: list[str] = []
        for name, words in (
            ("--sessions", split_names(self.sessions)),
            ("--scans", split_names(self.scans)),
            ("--labels", self.labels),
            ("--on-conflict", (*self.on_conflict, *answers)),
            ("--keep", split_names(self.keep)),
            ("--accept", split_names(self.accept)),
            ("--with", self.also),
        ):
            arguments += [name, *words] if words else []
        arguments += ["--existing", self.existing] if self.existing else []
        arguments += ["--to", self.to] if self.to != Target.PREARCHIVE else []
        arguments += ["--headers", self.headers] if self.headers != Headers.AUTO else []
        arguments += ["--deep"] if self.deep else []
        for name, folder in (("--spool", self.spool), ("--transfers", self.transfers)):
            arguments += [name, str(folder)] if folder else []
        return arguments


def look(
    source: str,
    destination: str,
    looking: Looking,
    depth: Depth,
    verify: Level = Level.IDENTITY,
    *,
    move: bool = False,
    road: Road = Road.COPY,
) -> Judged:
    """Log in at both ends, look, and judge what was found.

    Raises RoadClosed, and UsageError for what the road leaves no choice in.
    """
    # first: wrong words need no login
    request, keep, accepted = looking.request(verify, move=move), looking.kept(), looking.accepted()
    wish = looking.wish()
    if road.stays and (request.scans or wish.any or move):
        what = f"The road {road} takes whole sessions with all they have: no --scans, no --with, no --move."
        raise UsageError(what=what)
    from_end, to_end = endpoints(source, destination)
    refuse_apart(road, from_end, to_end)
    with opened(from_end, to_end) as (from_client, to_client):
        survey = take_survey(
            (from_client, from_end),
            (to_client, to_end),
            split_names(looking.sessions),
            scans=request.scans,
            depth=depth,
            rooms=looking.rooms(),
            progress=Counting(),
        )
        survey = with_belongings(from_client, to_client, survey, wish, looking.existing, request.labels)
        survey = with_road(from_client, survey, road)
    refuse_unknown(survey, request.answers)
    write_labels(looking.write_labels, survey, request.labels)
    return judge(survey, request, keep, accepted)


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
    end = view.endpoint
    return {
        "server": end.server,
        "project": end.project,
        "role": view.rights.role,
        "version": view.version,
    }


def write_labels(path: Path | None, survey: Survey, rules: LabelRules) -> None:
    """Write the labels before and after where a ``path`` was given; raises UsageError."""
    if path is None:
        return
    try:
        write_label_table(path, (chosen.row for chosen in survey.chosen), rules)
    except OSError as error:
        raise UsageError(what=f"The labels cannot be written to {path}: {error.strerror}.") from None
    say(f"The labels before and after are in {path}; change them there and give --labels {path}.")
