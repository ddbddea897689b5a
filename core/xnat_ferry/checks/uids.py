"""One study a session and one series a scan: XNAT files by these UIDs, whatever the labels say."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import islice

from xnat_ferry.checks.finding import Finding
from xnat_ferry.checks.phrases import scans, some
from xnat_ferry.model import ScanRow, Verdict
from xnat_ferry.survey import Chosen, Survey

STUDY_UID, SERIES_UID = 0x0020000D, 0x0020000E

_Series = Mapping[str, set[str]]
"""The SeriesInstanceUIDs by which XNAT would sort a session's files, by scan."""
_Known = Mapping[str, Mapping[str, str]]
"""By SeriesInstanceUID, the studies that it is in, each with the label of a session."""


def uid_findings(survey: Survey) -> Iterator[Finding]:
    """What is odd about the UIDs of the chosen sessions.

    The same study chosen twice is a conflict, and not told here.
    """
    series = [_series_of(chosen) for chosen in survey.chosen]
    known: dict[str, dict[str, str]] = defaultdict(dict)
    for chosen, each in zip(survey.chosen, series, strict=True):
        for uid in {uid for uids in each.values() for uid in uids}:
            known[uid].setdefault(_study_key(chosen), chosen.row.label)
    for chosen, each in zip(survey.chosen, series, strict=True):
        yield from _foreign_study(chosen)
        yield from _no_study(chosen)
        yield from _series_differs(chosen)
        yield from _no_series(chosen)
        yield from _series_twice(chosen, each)
        yield from _series_shared(chosen, each, known)


def _series_of(chosen: Chosen) -> _Series:
    """What the headers say, else what the source lists."""
    found: dict[str, set[str]] = defaultdict(set)
    for sample in chosen.headers:
        if uid := sample.value(SERIES_UID):
            found[sample.scan].add(uid)
    return {scan.id: found.get(scan.id) or ({scan.uid} - {""}) for scan in _carried(chosen)}


def _carried(chosen: Chosen) -> list[ScanRow]:
    """The scans that an import can carry, or perhaps can."""
    detail = chosen.detail
    return [scan for scan in detail.scans if detail.amount(scan)[0] != 0] if detail else []


def _study_key(chosen: Chosen) -> str:
    return chosen.study_uid or f"session {chosen.row.id}"


def _foreign_study(chosen: Chosen) -> Iterator[Finding]:
    said = [(sample.scan, uid) for sample in chosen.headers if (uid := sample.value(STUDY_UID))]
    own = chosen.study_uid or (said[0][1] if said else "")
    foreign = [(scan, uid) for scan, uid in said if uid != own]
    if foreign:
        where = [scan for scan, _ in foreign]
        yield _finding(
            chosen,
            Verdict.FAIL,
            "foreign-study",
            f"{chosen.row.label} has files of another study, in {scans(where)}. XNAT files by the study, so "
            "they would not arrive in this one session.",
            "Leave these scans out with --scans, or ask an owner at the source to put them right.",
            {"scans": some(where), "its study": own, "their study": some(uid for _, uid in foreign)},
        )


def _no_study(chosen: Chosen) -> Iterator[Finding]:
    if chosen.detail is not None and not chosen.study_uid:
        yield _finding(
            chosen,
            Verdict.WARN,
            "no-study-uid",
            f"The source lists {chosen.row.label} without a StudyInstanceUID, so only by its label can be "
            "told whether it is at the destination already.",
            "Look for it at the destination under other labels before sending it.",
        )


def _series_differs(chosen: Chosen) -> Iterator[Finding]:
    listed = {scan.id: scan.uid for scan in _carried(chosen)}
    other = [
        sample.scan
        for sample in chosen.headers
        if listed.get(sample.scan) and sample.value(SERIES_UID) not in ("", listed[sample.scan])
    ]
    if other:
        yield _finding(
            chosen,
            Verdict.WARN,
            "series-differs",
            f"In {chosen.row.label} the files of {scans(other)} say another series than the source lists. "
            "XNAT sorts by what the files say, so they may arrive as another scan.",
            "Look at these scans at the source, and compare them by hand when they have arrived.",
            {"scans": some(other)},
        )


def _no_series(chosen: Chosen) -> Iterator[Finding]:
    without = [scan.id for scan in _carried(chosen) if not scan.uid]
    if without:
        yield _finding(
            chosen,
            Verdict.WARN,
            "no-series-uid",
            f"The source lists {scans(without)} of {chosen.row.label} without a SeriesInstanceUID, so what "
            "arrives cannot be matched by series.",
            "Compare these scans by hand when they have arrived.",
            {"scans": some(without)},
        )


def _series_twice(chosen: Chosen, series: _Series) -> Iterator[Finding]:
    found: dict[str, list[str]] = defaultdict(list)
    for scan, uids in series.items():
        for uid in uids:
            found[uid].append(scan)
    twins = {uid: ids for uid, ids in found.items() if len(ids) > 1}
    if twins:
        ids = [one for group in twins.values() for one in group]
        yield _finding(
            chosen,
            Verdict.WARN,
            "series-twice",
            f"In {chosen.row.label}, {scans(ids)} share a SeriesInstanceUID. XNAT sorts files into scans by "
            "series, so they would arrive as one scan, with whatever is in both only once.",
            "Send one of them with --scans, or look after the arrival whether that one scan has every file.",
            {"scans": "; ".join(some(group) for group in islice(twins.values(), 5))},
        )


def _series_shared(chosen: Chosen, series: _Series, known: _Known) -> Iterator[Finding]:
    own = _study_key(chosen)
    met = {
        scan: label
        for scan, uids in series.items()
        for uid in uids
        if (label := next((there for study, there in known[uid].items() if study != own), ""))
    }
    if met:
        yield _finding(
            chosen,
            Verdict.WARN,
            "series-shared",
            f"In {chosen.row.label}, {scans(met)} have a SeriesInstanceUID that is also in "
            f"{some(met.values())}, of another study. A series belongs to one study.",
            "Look which session these images belong to before you send both.",
            {"scans": some(met), "also in": some(met.values())},
        )


def _finding(
    chosen: Chosen,
    verdict: Verdict,
    kind: str,
    message: str,
    advice: str,
    evidence: dict[str, str] | None = None,
) -> Finding:
    return Finding(
        check="metadata",
        verdict=verdict,
        about=chosen.row.label,
        message=message,
        kind=kind,
        advice=advice,
        evidence=evidence or {},
    )
