"""Which chosen scans the destination's series filters would drop without a word (wire-read 4.4)."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from xnat_ferry.checks.finding import Finding
from xnat_ferry.checks.phrases import scans, some
from xnat_ferry.checks.whom_to_ask import owners_of
from xnat_ferry.dicom.header import LONGEST, HeaderSample
from xnat_ferry.dicom.series_filter import SERIES_DESCRIPTION, ValuesOf, refuses, untried
from xnat_ferry.model import ScanRow, Verdict
from xnat_ferry.project import SeriesFilter
from xnat_ferry.survey import Chosen, Survey

_ALWAYS_KEPT = {SERIES_DESCRIPTION, 0x00080008, 0x00080016, 0x00080060, 0x00081030, 0x00181030}
"""What a header sample surely has if the header has it: SeriesDescription, ImageType, SOPClassUID, Modality,
StudyDescription, ProtocolName."""


def filter_findings(survey: Survey) -> Iterator[Finding]:
    """One finding for each session that would lose scans, one for what cannot be told of each filter."""
    settings = survey.destination.settings
    named = (("the site", settings.site_filter), ("the project", settings.project_filter))
    filters = [(whose, rules) for whose, rules in named if rules and rules.enabled]
    unclear: dict[str, list[str]] = defaultdict(list)
    dropped: dict[str, list[str]] = defaultdict(list)
    for chosen in survey.chosen if filters else ():
        dropped.clear()
        for whose, rules in filters:
            answers = _answers(rules, chosen)
            dropped[whose] = [scan for scan, answer in answers.items() if answer]
            if None in answers.values() or chosen.detail is None:
                unclear[whose].append(chosen.row.label)
        if any(dropped.values()):
            yield _drops(survey, chosen, dropped)
    for whose, rules in filters:
        if unclear[whose]:
            yield _unclear(survey, whose, rules, unclear[whose])


def _answers(rules: SeriesFilter, chosen: Chosen) -> dict[str, bool | None]:
    """By scan, whether the filter drops it; None where that cannot be told."""
    detail = chosen.detail
    carried = [scan for scan in detail.scans if detail.amount(scan)[0] != 0] if detail else []
    return {scan.id: _refuses(rules, chosen, scan) for scan in carried}


def _refuses(rules: SeriesFilter, chosen: Chosen, scan: ScanRow) -> bool | None:
    """Whether it drops any file of the scan, as far as the headers or else the list tell."""
    samples = [sample for sample in chosen.headers if sample.scan == scan.id and not sample.problem]
    known = [_in_header(sample) for sample in samples] or [_in_list(scan)]
    answers = {refuses(rules, values_of) for values_of in known}
    return True if True in answers else None if None in answers else False


def _in_header(sample: HeaderSample) -> ValuesOf:
    def values_of(tag: int) -> tuple[str, ...] | None:
        values = tuple(one.value for one in sample.elements if one.tag == tag and not one.within)
        if not values:
            return () if tag in _ALWAYS_KEPT else None
        # which of several values XNAT looks at is not known, nor what was cut off
        return None if len(values[0]) >= LONGEST or "\\" in values[0] else values

    return values_of


def _in_list(scan: ScanRow) -> ValuesOf:
    described = (scan.description,) if scan.description else ()
    return lambda tag: described if tag == SERIES_DESCRIPTION else None


def _drops(survey: Survey, chosen: Chosen, dropped: Mapping[str, list[str]]) -> Finding:
    view = survey.destination
    ids = [scan for each in dropped.values() for scan in each]
    return Finding(
        check="settings",
        verdict=Verdict.FAIL,
        about=chosen.row.label,
        message=f"A series filter at {view.endpoint.project} would drop {scans(ids)} of {chosen.row.label}, "
        "without a word.",
        kind="filter-drops",
        advice=f"Leave these scans out with --scans, or ask {owners_of(view)} to change the filter.",
        evidence={f"the filter of {whose}": scans(each) for whose, each in dropped.items() if each},
    )


def _unclear(survey: Survey, whose: str, rules: SeriesFilter, labels: list[str]) -> Finding:
    view = survey.destination
    lines = untried(rules)
    evidence = {"mode": some([rules.mode]), "sessions": some(labels)}
    if lines:
        evidence["lines that cannot be tried"] = some(lines)
    return Finding(
        check="settings",
        verdict=Verdict.UNKNOWN,
        about=view.endpoint.project,
        message=f"Whether the series filter of {whose} drops a chosen scan cannot be told for "
        f"{len(dict.fromkeys(labels)):,} of the chosen sessions.",
        kind="filter-unread",
        advice=f"Ask {owners_of(view)} what the filter keeps out, and count the scans after the transfer.",
        evidence=evidence,
    )
