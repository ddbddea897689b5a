"""The guide's third item: what subjects and sessions will be called, and whether that fits in there."""

from collections.abc import Sequence

from xnat_ferry.checks.finding import Finding
from xnat_ferry.checks.memory import Memory
from xnat_ferry.checks.named_after import named_after
from xnat_ferry.checks.phrases import some
from xnat_ferry.checks.subjects import subject_findings
from xnat_ferry.checks.whom_to_ask import owners_of
from xnat_ferry.labels import LabelRules, Labels, common_shape, shape
from xnat_ferry.listing import NO_SESSIONS
from xnat_ferry.model import Verdict
from xnat_ferry.survey import Chosen, Survey
from xnat_ferry.wording import out_of, plural

_EXAMPLES = 5


def check_labels(survey: Survey, rules: LabelRules, memory: Memory | None = None) -> tuple[Finding, ...]:
    """What the rules make of the labels: unused lines of a table, unusual forms, subjects that are mixed up.

    What XNAT refuses and what two sessions would share are conflicts; whom a shared or relocated subject
    meets is judged by its accession ID."""
    memory = memory or Memory()
    about = survey.destination.endpoint.project
    named = [(chosen, rules.apply(chosen.row)) for chosen in survey.chosen]
    findings = [
        *named_after(survey, rules),
        *(subject_findings(survey, rules) if survey.staying is None else ()),
        *_unused(survey, rules),
        *_unusual(survey, named, memory),
    ]
    if findings:
        return tuple(findings)
    if rules.keep:
        words = "Every session keeps its label."
        return (_finding(Verdict.OK, "ok", about, words),)
    changed = [pair for pair in named if pair[1] != Labels(pair[0].row.subject, pair[0].row.label)]
    get = "gets" if len(named) == 1 else "get"
    words = f"{out_of(len(changed), len(named), 'session')} {get} other labels."
    return (_finding(Verdict.OK, "ok", about, words, evidence=_before_and_after(changed)),)


def _unused(survey: Survey, rules: LabelRules) -> list[Finding]:
    known = {name for chosen in survey.chosen for name in (chosen.row.id, chosen.row.label)}
    unused = sorted(set(rules.table) - known)
    if not unused:
        return []
    words = f"The label table names {plural(len(unused), 'session')} that nobody chose: {some(unused)}."
    advice = "Check the spelling in the table; a session that it does not name keeps its labels."
    return [_finding(Verdict.WARN, "table-unused", survey.source.endpoint.project, words, advice)]


def _unusual(survey: Survey, named: Sequence[tuple[Chosen, Labels]], memory: Memory) -> list[Finding]:
    """Labels unlike nearly all that are there already."""
    subjects, sessions = memory.of("habits", survey, _habits)
    findings = []
    for what, (form, example), new in (
        ("subject", subjects, {to.subject for _, to in named}),
        ("session", sessions, {to.session for _, to in named}),
    ):
        odd = sorted(label for label in new if shape(label) != form) if form is not None else []
        if odd:
            words = (
                f"{what.capitalize()} labels in {survey.destination.endpoint.project} look like {example}; "
                f"{len(odd)} would not: {some(odd)}."
            )
            advice = (
                "If that is not wanted, map them with --labels, or ask "
                f"{owners_of(survey.destination)} for the convention."
            )
            findings.append(
                _finding(Verdict.WARN, "labels-unusual", survey.destination.endpoint.project, words, advice)
            )
    return findings


_Habit = tuple[str | None, str]
"""The form of most labels, None where they follow none, and the first label that has it."""


def _habits(survey: Survey) -> tuple[_Habit, _Habit]:
    there = survey.destination.sessions or NO_SESSIONS
    return _habit(set(there.subjects.words)), _habit(set(there.labels))


def _habit(labels: set[str]) -> _Habit:
    each = sorted(labels)
    form = common_shape(each)
    return form, "" if form is None else next(label for label in each if shape(label) == form)


def _before_and_after(changed: Sequence[tuple[Chosen, Labels]]) -> dict[str, str]:
    return {
        f"{one.row.subject}/{one.row.label}": f"{to.subject}/{to.session}" for one, to in changed[:_EXAMPLES]
    }


def _finding(
    verdict: Verdict,
    kind: str,
    about: str,
    message: str,
    advice: str = "",
    evidence: dict[str, str] | None = None,
) -> Finding:
    return Finding(
        check="labels",
        verdict=verdict,
        about=about,
        message=message,
        kind=kind,
        advice=advice,
        evidence=evidence or {},
    )
