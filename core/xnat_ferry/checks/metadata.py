"""The guide's fourth item: UIDs, PatientIDs and routing strings, as the lists and the headers tell them."""

from collections.abc import Iterator

from xnat_ferry.checks.anonymization.rewriting import becomes
from xnat_ferry.checks.finding import Finding
from xnat_ferry.checks.memory import Memory
from xnat_ferry.checks.patient_ids import PATIENT_ID, patient_findings
from xnat_ferry.checks.phrases import scans
from xnat_ferry.checks.routing_strings import routing_findings
from xnat_ferry.checks.uids import uid_findings
from xnat_ferry.dicom.routing import STUDY_DESCRIPTION
from xnat_ferry.labels import LabelRules
from xnat_ferry.model import Verdict
from xnat_ferry.settings.redact import plain
from xnat_ferry.survey import Chosen, Headers, Survey
from xnat_ferry.wording import plural


def check_metadata(survey: Survey, rules: LabelRules, memory: Memory | None = None) -> tuple[Finding, ...]:
    """One study a session, one series a scan, one patient a session and subject, no string that leads astray.

    What was not sampled is judged by the server's lists alone, and said to be unknown.
    """
    memory = memory or Memory()
    findings = [
        *memory.of("uids", survey, lambda seen: (*_unread(seen), *uid_findings(seen))),
        *patient_findings(survey, rules, memory),
        *routing_findings(survey, rules, memory),
    ]
    return tuple(findings) or (_fine(survey),)


def _unread(survey: Survey) -> Iterator[Finding]:
    if survey.headers == Headers.NONE or not survey.chosen:
        yield Finding(
            check="metadata",
            verdict=Verdict.UNKNOWN,
            about=survey.source.endpoint.project,
            message="No header was read, so what the files say of study, series and patient is not known.",
            kind="headers-not-read",
            advice="Check again with the headers, and with sessions to look at.",
        )
        return
    for chosen in survey.chosen:
        yield from _unread_session(chosen)


def _unread_session(chosen: Chosen) -> Iterator[Finding]:
    failed = [sample for sample in chosen.headers if sample.problem]
    nothing_to_read = chosen.detail is not None and not _carries(chosen)
    if nothing_to_read or (chosen.headers and not failed):
        return
    where = scans(sample.scan for sample in failed) if failed else "any scan"
    yield Finding(
        check="metadata",
        verdict=Verdict.UNKNOWN,
        about=chosen.row.label,
        message=f"No header could be read in {where} of {chosen.row.label}, so what it says is not known.",
        kind="header-unread",
        advice="Check again; if it stays so, look whether the files of this session can be opened at all.",
        evidence={"why": plain(failed[0].problem if failed else chosen.problem) or "no file was found"},
    )


def _carries(chosen: Chosen) -> bool:
    """Whether there is, or may be, a file with a header."""
    detail = chosen.detail
    return detail is not None and any(detail.amount(scan)[0] != 0 for scan in detail.scans)


def _fine(survey: Survey) -> Finding:
    settings = survey.destination.settings
    looked_into = [len(chosen.headers) for chosen in survey.chosen if chosen.headers]
    held = sum(len(chosen.detail.scans) for chosen in survey.chosen if chosen.detail)
    return Finding(
        check="metadata",
        verdict=Verdict.OK,
        about=survey.source.endpoint.project,
        message=f"{plural(len(looked_into), 'session')}: each of one study and one patient."
        if looked_into
        else "No chosen session has a file with a header.",
        kind="ok",
        evidence={
            "headers": f"{sum(looked_into):,} read, of {plural(held, 'scan')}",
            "PatientID": becomes(settings, PATIENT_ID),
            "StudyDescription": becomes(settings, STUDY_DESCRIPTION),
        },
    )
