"""The guide's sixth item: whether data are anonymised, session by session, those judged before remembered.

Values are shown masked, and only in findings: they are for whoever looks, not for any file.
"""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from xnat_ferry.checks.anonymization.finding import finding
from xnat_ferry.checks.anonymization.identifying import Known
from xnat_ferry.checks.anonymization.session import JudgedBy, judge_session
from xnat_ferry.checks.finding import Finding
from xnat_ferry.checks.memory import Memory
from xnat_ferry.dicom.profile import Option
from xnat_ferry.labels import KEEP, LabelRules
from xnat_ferry.model import Verdict
from xnat_ferry.survey import Chosen, Headers, Survey
from xnat_ferry.wording import plural


def check_anonymization(
    survey: Survey,
    keep: frozenset[Option] = frozenset(),
    rules: LabelRules = KEEP,
    memory: Memory | None = None,
) -> tuple[Finding, ...]:
    """What the headers that were read say of persons, and what of it will stand at the destination.

    ``keep`` are the options of PS3.15 Annex E.3 that the project takes on purpose; ``rules`` make the labels
    that sessions get. With ``memory``, headers that were judged before are judged again only where other
    labels could matter to them.
    """
    project = survey.destination.endpoint.project
    if survey.headers == Headers.NONE:
        words = "No header was looked at, so whether the data are anonymised is not known."
        advice = "Check without --headers none." if survey.depth.sessions else "Check without --quick."
        return (finding(Verdict.UNKNOWN, "headers-not-read", project, words, advice),)
    by = JudgedBy.of(survey.destination, keep)
    findings = [one for judged in _judge_all(survey, by, rules, memory or Memory()) for one in judged.found]
    if by.rewriting.none_runs and any(one.kind in _MATTERS for one in findings):
        words = f"No anonymisation script runs in {project}: headers are stored there as they come."
        advice = f"Ask {by.owners} whether one should run, before you send."
        findings.append(finding(Verdict.WARN, "no-script", project, words, advice))
    return tuple(findings) or (_nothing(survey),)


_MATTERS = frozenset({"identifying-remains", "name-in-text", "profile-deviates", "private-tags"})


class _Judged(Struct, frozen=True):
    """What was found in the headers of one session, and the labels by which it was judged."""

    chosen: Chosen
    known: Known
    found: tuple[Finding, ...]

    def holds(self, chosen: Chosen, known: Known) -> bool:
        """Whether the same would be found by these labels."""
        elements = (element for sample in chosen.headers for element in sample.elements)
        return chosen is self.chosen and not known.differs(self.known, elements)


def _judge_all(survey: Survey, by: JudgedBy, rules: LabelRules, memory: Memory) -> Sequence[_Judged]:
    """Each session, judged now or before."""
    source = survey.source.endpoint
    basis = (survey.destination.settings, by.keep, source.project, source.local, by.project, by.owners)
    before: Mapping[str, _Judged] = memory.last("headers", *basis) or {}
    judged = []
    for chosen in survey.chosen:
        known, old = _known(survey, rules, chosen), before.get(chosen.row.id)
        if old is None or not old.holds(chosen, known):
            old = _Judged(chosen, known, tuple(judge_session(chosen, known, by)))
        judged.append(old)
    memory.keep("headers", {one.chosen.row.id: one for one in judged}, *basis)
    return judged


def _known(survey: Survey, rules: LabelRules, chosen: Chosen) -> Known:
    """What the session and its subject are called on both sides."""
    source, project = survey.source.endpoint, survey.destination.endpoint.project
    row, to = chosen.row, rules.apply(chosen.row)
    if source.local:
        return Known.of(project)  # what names these sessions was taken from their headers
    return Known.of(
        row.subject, row.label, row.id, row.owner, source.project, project, to.subject, to.session
    )


def _nothing(survey: Survey) -> Finding:
    looked_into = [len(chosen.headers) for chosen in survey.chosen if chosen.headers]
    words = f"Nothing that identifies a person was seen in {plural(sum(looked_into), 'header')}"
    words += f" of {plural(len(looked_into), 'session')}."
    evidence = {"headers": _DEPTHS.get(survey.headers, "one of each scan")}
    return finding(Verdict.OK, "ok", survey.destination.endpoint.project, words, evidence=evidence)


_DEPTHS = {Headers.SESSION: "one of each session", Headers.ALL: "all"}
