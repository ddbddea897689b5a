"""How much of a session's headers was read, and what could not be."""

from collections.abc import Iterator, Sequence

from xnat_ferry.checks.anonymization.finding import finding
from xnat_ferry.checks.finding import Finding
from xnat_ferry.checks.phrases import scans as scans_named
from xnat_ferry.dicom.header import HeaderSample
from xnat_ferry.model import Verdict
from xnat_ferry.settings.redact import plain
from xnat_ferry.survey import Chosen
from xnat_ferry.wording import plural


def unread(chosen: Chosen) -> Iterator[Finding]:
    """For a session, or scans of it, whose header nobody saw."""
    label = chosen.row.label
    problems = {sample.scan: sample.problem for sample in chosen.headers if sample.problem}
    advice = "Check again; if it stays so, look at the files themselves before you send the session."
    if problems:
        words = f"The header of {scans_named(list(problems))} of {plain(label, 64)} could not be read."
        evidence = {f"scan {plain(scan, 20)}": plain(problem) for scan, problem in problems.items()}
        yield finding(Verdict.UNKNOWN, "header-unread", label, words, advice, evidence)
    elif not chosen.headers and (chosen.detail is None or _with_dicom(chosen)):
        words = f"No header of {plain(label, 64)} could be read."
        evidence = {"why": plain(chosen.problem)} if chosen.problem else {}
        yield finding(Verdict.UNKNOWN, "header-unread", label, words, advice, evidence)


def _with_dicom(chosen: Chosen) -> list[str]:
    """The scans that have files of which a header could be read."""
    detail = chosen.detail
    return [scan.id for scan in detail.scans if detail.amount(scan)[0] != 0] if detail else []


def extent(chosen: Chosen, samples: Sequence[HeaderSample]) -> str:
    """``2 headers, of 2 of 5 scans``."""
    scans = len({sample.scan for sample in samples})
    return f"{plural(len(samples), 'header')}, of {scans} of {plural(len(_with_dicom(chosen)), 'scan')}"
