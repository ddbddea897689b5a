"""The checklist as lines: seven items in the guide's order, findings of one kind as one, what to do below."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from xnat_ferry import wording
from xnat_ferry.checks import Finding
from xnat_ferry.checks.grouping import advice_of, as_one, groups, items_of, worst
from xnat_ferry.cli.telling.conflicts import conflict_lines
from xnat_ferry.cli.telling.page import Line, paragraph
from xnat_ferry.cli.telling.planned import label_examples
from xnat_ferry.model import Road, Verdict
from xnat_ferry.plan.judged import Judged
from xnat_ferry.survey import Headers, Survey

_SIGNS = {Verdict.OK: "[ ok ]", Verdict.WARN: "[warn]", Verdict.FAIL: "[FAIL]", Verdict.UNKNOWN: "[ ?? ]"}
_MARKS = {Verdict.OK: "ok  ", Verdict.WARN: "warn", Verdict.FAIL: "FAIL", Verdict.UNKNOWN: "??  "}
_STYLES = {
    Verdict.OK: "green",
    Verdict.WARN: "yellow",
    Verdict.FAIL: "bold red",
    Verdict.UNKNOWN: "magenta",
}

INDENT = " " * 7
"""Where the text below an item begins."""


def checklist_lines(judged: Judged, width: int, *, brief: bool = False) -> Iterator[Line]:
    """What was looked at, then each item with its worst verdict and its findings.

    ``brief`` leaves out what is fine and the labels' examples, which a plan lists in full.
    """
    yield from _head(judged.survey, width)
    findings = defaultdict(list)
    for finding in judged.checklist.findings:
        findings[finding.check].append(finding)
    for check, title in items_of(judged.checklist.findings).items():
        if judged.planned.road == Road.RESOURCES and check not in findings:
            continue  # no DICOM travels, so most of the checklist has no question
        yield from _item(title, findings[check], width, brief=brief)
        if check == "conflicts":
            yield from conflict_lines(judged, width, INDENT)
        if check == "labels" and not brief:
            yield from label_examples(judged.survey, judged.planned, judged.request.labels, width, INDENT)


def _head(survey: Survey, width: int) -> Iterator[Line]:
    yield from paragraph(f"{survey.source.endpoint}  ->  {survey.destination.endpoint}", width, style="bold")
    chosen = wording.plural(len(survey.chosen), "session")
    if not survey.depth.sessions:
        text = f"{chosen} chosen; a quick look: what is in them was not read, nor any header."
    else:
        scans = sum(len(one.detail.scans) for one in survey.chosen if one.detail)
        text = f"{chosen} chosen with {wording.plural(scans, 'scan')}; {_headers(survey)}."
    yield from paragraph(text, width)
    yield Line("")


def _headers(survey: Survey) -> str:
    read = sum(not sample.problem for one in survey.chosen for sample in one.headers)
    if survey.headers == Headers.NONE:
        return "no header was read"
    of_each = {Headers.SESSION: "one of each session", Headers.ALL: "of every file"}
    return f"{wording.plural(read, 'header')} read, {of_each.get(survey.headers, 'one of each scan')}"


def _item(title: str, findings: Sequence[Finding], width: int, *, brief: bool) -> Iterator[Line]:
    verdict = worst(findings)
    yield Line(f"{_SIGNS[verdict]} {title}", _STYLES[verdict])
    if not findings:
        yield from paragraph("This was not looked at.", width, INDENT)
    one_kind = len({finding.standing for finding in findings}) == 1
    for group in groups(findings):
        told = group[0].standing
        if told != Verdict.OK or not brief:
            yield from _group(group, width, "" if one_kind else f"{_MARKS[told]}  ")


def _group(group: Sequence[Finding], width: int, mark: str) -> Iterator[Line]:
    below = INDENT + " " * len(mark)
    first = INDENT + mark
    for text in as_one([(finding.about, finding.message) for finding in group]):
        yield from paragraph(text, width, first, below)
        first = below
    for advice in advice_of(group):
        yield from paragraph(advice, width, f"{below}-> ", f"{below}   ", "cyan")
