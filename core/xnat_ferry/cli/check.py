"""``check`` and ``plan``: what a transfer would meet, and the file that says what it will do."""

from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from xnat_ferry import wording
from xnat_ferry.checks import Answer, Checklist, ConflictClass, run_checks
from xnat_ferry.cli.common import (
    AsJson,
    Counting,
    Names,
    answer_json,
    endpoints,
    now,
    opened,
    say,
    split_names,
)
from xnat_ferry.errors import UsageError
from xnat_ferry.labels import LabelRules, Labels, Rule, parse_rule
from xnat_ferry.model import Level, Verdict
from xnat_ferry.plan import Plan, Target, plan_hash, write_plan
from xnat_ferry.plan.build import PlanRequest, make_plan
from xnat_ferry.plan.label_table import read_label_table, write_label_table
from xnat_ferry.survey import Survey
from xnat_ferry.survey.take import take_survey

LabelOption = Annotated[tuple[str, ...], Parameter(consume_multiple=True, negative=())]

_SIGNS = {Verdict.OK: "[ ok ]", Verdict.WARN: "[warn]", Verdict.FAIL: "[FAIL]", Verdict.UNKNOWN: "[ ?? ]"}


def check(
    source: str,
    destination: str,
    /,
    *,
    sessions: Names = None,
    labels: LabelOption = (),
    write_labels: Path | None = None,
    json: AsJson = False,
) -> int:
    """Survey both projects and run the checklist; changes nothing anywhere.

    Parameters
    ----------
    source
        PROJECT, ALIAS:PROJECT or an address that ends with the project.
    destination
        The same for where the sessions shall go.
    sessions
        Labels or accession IDs, with commas between; all without it.
    labels
        prefix=P_, suffix=_b, replace=OLD/NEW (a regular expression), template={subject}_{modality}_{date},
        with subject. or session. in front for one of the two, or a .csv file; several are applied in order.
    write_labels
        A .csv file to write: every session with its labels before and after, to change and give to --labels.
    """
    rules = _rules(labels)
    survey = survey_for(source, destination, split_names(sessions))
    checklist = run_checks(survey, rules)
    preview = make_plan(survey, checklist, PlanRequest(made=now(), labels=rules))
    _write_labels(write_labels, survey, rules)
    if json:
        answer_json(as_json(survey, checklist, preview))
    else:
        print_checklist(survey, checklist)
    return 1 if checklist.verdict == "blocked" else 0


def plan(
    source: str,
    destination: str,
    /,
    *,
    output: Annotated[Path, Parameter(name=["--output", "-o"])] = Path("plan.toml"),
    sessions: Names = None,
    scans: Names = None,
    labels: LabelOption = (),
    write_labels: Path | None = None,
    on_conflict: Annotated[tuple[str, ...], Parameter(consume_multiple=True, negative=())] = (),
    to: Target = Target.PREARCHIVE,
    verify: Level = Level.IDENTITY,
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
    sessions
        Labels or accession IDs, with commas between; all without it.
    scans
        IDs or types of the scans to take, with commas between; all without it.
    labels
        prefix=P_, suffix=_b, replace=OLD/NEW (a regular expression), template={subject}_{modality}_{date},
        with subject. or session. in front for one of the two, or a .csv file; several are applied in order.
    write_labels
        A .csv file to write: every session with its labels before and after, to change and give to --labels.
    on_conflict
        CLASS=ANSWER, for instance same-study=skip; without an answer the plan leaves the session undecided.
    to
        How far the sessions go: prearchive leaves them there for review.
    verify
        How much is compared afterwards.
    """
    answers, rules = _answers(on_conflict), _rules(labels)
    survey = survey_for(source, destination, split_names(sessions))
    checklist = run_checks(survey, rules)
    _write_labels(write_labels, survey, rules)
    request = PlanRequest(
        made=now(),
        to=to,
        verify=verify,
        scans=split_names(scans) or (),
        answers=answers,
        labels=rules,
    )
    planned = make_plan(survey, checklist, request)
    blocked = checklist.verdict == "blocked"
    if json:
        answer_json({**as_json(survey, checklist, planned), "plan": None if blocked else str(output)})
    else:
        print_checklist(survey, checklist)
    if blocked:
        say("No plan was written: a check failed.")
        return 1
    _write(planned, output)
    if not json:
        print_plan(planned, output)
    return 1 if planned.undecided else 0


def survey_for(source: str, destination: str, wanted: tuple[str, ...] | None) -> Survey:
    """Log in at both ends and look."""
    from_end, to_end = endpoints(source, destination)
    with opened(from_end, to_end) as (from_client, to_client):
        return take_survey((from_client, from_end), (to_client, to_end), wanted, progress=Counting())


def as_json(survey: Survey, checklist: Checklist, planned: Plan) -> dict[str, Any]:
    """The shape that ``check --json`` and ``plan --json`` answer."""
    return {
        "verdict": checklist.verdict,
        "source": _side(survey.source.endpoint.server, survey.source.endpoint.project, survey.source),
        "destination": _side(
            survey.destination.endpoint.server, survey.destination.endpoint.project, survey.destination
        ),
        "totals": planned.totals,
        "findings": checklist.findings,
        "conflicts": checklist.conflicts,
    }


def print_checklist(survey: Survey, checklist: Checklist) -> None:
    """The findings as lines, advice below each that needs some."""
    print(f"{survey.source.endpoint}  ->  {survey.destination.endpoint}")
    for finding in checklist.findings:
        print(f"{_SIGNS[finding.verdict]} {finding.check:<10} {finding.message}")
        if finding.advice and finding.verdict != Verdict.OK:
            print(f"{'':18}{finding.advice}")
    print(f"checklist: {checklist.verdict}")


def print_plan(planned: Plan, output: Path | None = None) -> None:
    """What will travel, and what will not."""
    totals = planned.totals
    print(
        f"plan: {wording.plural(totals.sessions, 'session')}, {wording.plural(totals.scans, 'scan')}, "
        f"{wording.plural(totals.files, 'file')}, {wording.size(totals.bytes)} "
        f"to the {planned.to} of {planned.destination.project}; verified by {planned.verify}"
    )
    for session in planned.sessions:
        before, after = (session.subject, session.session), (session.to_subject, session.to_session)
        if session.fate == "copy" and before != after:
            print(f"  {'/'.join(before)} becomes {'/'.join(after)}")
        if session.fate != "copy":
            print(f"  {session.session}: {session.fate}: {session.why}")
        for left in session.left_behind:
            print(f"  {session.session}: left behind: {left}")
    if output is not None:
        print(f"written to {output} (content {plan_hash(planned)[:12]})")
    if planned.undecided:
        say(
            f"{wording.plural(len(planned.undecided), 'session')} undecided: answer with --on-conflict first."
        )


def _side(server: str, project: str, view: Any) -> dict[str, Any]:
    return {"server": server, "project": project, "role": view.rights.role, "version": view.version}


def _rules(given: tuple[str, ...]) -> LabelRules:
    """The label rules as they were written, in their order."""
    rules: list[Rule] = []
    table: dict[str, Labels] = {}
    for text in given:
        if text.lower().endswith(".csv"):
            table |= read_label_table(Path(text).expanduser())
        elif text != "keep":
            rules.append(parse_rule(text))
    return LabelRules(rules=tuple(rules), table=table)


def _write_labels(path: Path | None, survey: Survey, rules: LabelRules) -> None:
    if path is None:
        return
    try:
        write_label_table(path, (chosen.row for chosen in survey.chosen), rules)
    except OSError as error:
        raise UsageError(what=f"The labels cannot be written to {path}: {error.strerror}.") from None


def _answers(given: tuple[str, ...]) -> dict[ConflictClass, Answer]:
    answers = {}
    for text in given:
        kind, _, answer = text.partition("=")
        if kind not in list(ConflictClass) or answer != Answer.SKIP:
            known = ", ".join(ConflictClass)
            what = f"--on-conflict {text[:60]!r} is not CLASS=skip with a class out of {known}."
            raise UsageError(what=what)
        answers[ConflictClass(kind)] = Answer(answer)
    return answers


def _write(planned: Plan, output: Path) -> None:
    try:
        if output.exists():
            # it may hold somebody's edits
            kept = output.with_name(output.name + ".bak")
            output.replace(kept)
            say(f"The plan that was there is kept as {kept}.")
        write_plan(planned, output)
    except OSError as error:
        raise UsageError(what=f"The plan cannot be written to {output}: {error.strerror}.") from None
