"""Routing strings in the headers that point elsewhere than where the sessions go."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from xnat_ferry.checks.anonymization.rewriting import becomes, rewritten
from xnat_ferry.checks.finding import Finding
from xnat_ferry.checks.memory import Memory
from xnat_ferry.checks.phrases import some
from xnat_ferry.checks.whom_to_ask import owners_of
from xnat_ferry.dicom.routing import Routing, routing_of
from xnat_ferry.labels import LabelRules, Labels
from xnat_ferry.model import Verdict
from xnat_ferry.settings.redact import plain
from xnat_ferry.survey import Chosen, ProjectView, Survey

_KEYWORDS = {
    0x00081030: "StudyDescription",
    0x00104000: "PatientComments",
    0x00324000: "StudyComments",
    0x001021B0: "AdditionalPatientHistory",
}
_SHOWN_RULES = 5


def routing_findings(survey: Survey, rules: LabelRules, memory: Memory) -> Iterator[Finding]:
    """One finding a session and kind; none where every string points at where the session goes.

    An upload names its project, subject and session, so these strings do not decide about it (wire-write
    1.9); whoever imports the files again, or sends them to a DICOM receiver, is led by them. A project's bare
    ID in StudyDescription leads there too, but XNAT's own script writes it into every file: no finding.
    """
    for chosen, routings in memory.of("routings", survey, _written):
        to = rules.apply(chosen.row)
        found: dict[str, list[Routing]] = defaultdict(list)
        for routing in routings:
            if kind := _kind(survey, routing, to):
                found[kind].append(routing)
        for kind, some_of_them in found.items():
            yield _finding(survey, chosen, kind, some_of_them)


def _written(survey: Survey) -> list[tuple[Chosen, Sequence[Routing]]]:
    """The sessions whose headers have such strings, each string once."""
    written = (
        (chosen, list(dict.fromkeys(found for sample in chosen.headers for found in routing_of(sample))))
        for chosen in survey.chosen
    )
    return [(chosen, routings) for chosen, routings in written if routings]


def _kind(survey: Survey, routing: Routing, to: Labels) -> str:
    project = routing.project.casefold()
    if project in ("", survey.destination.endpoint.project.casefold()):
        told = ((routing.subject, to.subject), (routing.session, to.session))
        same = all(not said or said.casefold() == label.casefold() for said, label in told)
        return "" if same else "routing-other-labels"
    return (
        "routing-to-source" if project == survey.source.endpoint.project.casefold() else "routing-elsewhere"
    )


def _finding(survey: Survey, chosen: Chosen, kind: str, routings: list[Routing]) -> Finding:
    view = survey.destination
    tags = dict.fromkeys(routing.tag for routing in routings)
    gone = all(rewritten(view.settings, tag) for tag in tags)
    where = " and ".join(_KEYWORDS[tag] for tag in tags)
    return Finding(
        check="metadata",
        verdict=Verdict.WARN,
        about=chosen.row.label,
        message=f"{where} of {chosen.row.label} {_says(survey, kind, routings)}. "
        + ("A script replaces it on arrival." if gone else "The upload is not led by it, others would be."),
        kind=kind,
        advice=_advice(view, gone),
        evidence=_evidence(view, routings),
    )


def _says(survey: Survey, kind: str, routings: list[Routing]) -> str:
    project = survey.destination.endpoint.project
    if kind == "routing-to-source":
        return f"still routes to the source, {survey.source.endpoint.project}"
    if kind == "routing-elsewhere":
        return f"routes to {some(routing.project for routing in routings)}, not to {project}"
    return f"routes within {project} to other labels than the session will get"


def _advice(view: ProjectView, gone: bool) -> str:
    if gone:
        return (
            "Nothing to do for this transfer; do not send the source's files to a DICOM receiver as they are."
        )
    return (
        f"Do not send these files to a DICOM receiver before the string is changed; ask {owners_of(view)} "
        "whether a script of the project should clear it."
    )


def _evidence(view: ProjectView, routings: list[Routing]) -> dict[str, str]:
    """Which elements, to which project, and what becomes of them; labels in comments may be names."""
    evidence: dict[str, str] = {}
    for routing in routings:
        tag = f"{_KEYWORDS[routing.tag]} ({routing.tag >> 16:04x},{routing.tag & 0xFFFF:04x})"
        project = plain(routing.project, 60) or "none named"
        evidence.setdefault(tag, f"project {project}; {becomes(view.settings, routing.tag)}")
    if view.settings.routing:
        evidence["routing rules of the site"] = some(view.settings.routing[:_SHOWN_RULES])
    return evidence
