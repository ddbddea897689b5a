"""What may speak against archiving, in XNAT's order and words: pure judgement (wire-write 2.6, 3.3)."""

from collections.abc import Callable, Iterable
from enum import Enum
from typing import NamedTuple

from xnat_ferry.practice.dicom.series_filter import refuses
from xnat_ferry.practice.http.replies import Refused
from xnat_ferry.practice.rooms.archiving.cases import Case
from xnat_ferry.practice.rooms.archiving.stray import duplicated_uids, missing_catalogs, stray_files
from xnat_ferry.practice.rooms.archiving.wishes import unknown_paths
from xnat_ferry.practice.rules import autorun
from xnat_ferry.practice.site.records import Scan
from xnat_ferry.practice.site.site import Site

_SERIES_DESCRIPTION = 0x0008103E


class Lifted(Enum):
    """What makes archiving pass over a check."""

    NEVER = "nothing"
    MERGE = "merging is allowed"
    OVERRIDE = "overriding"
    FILES = "overwriting files"
    ONLY_TOLD = "always: it is told by a validation only"


class Check(NamedTuple):
    """One row of the table."""

    number: str
    """As in wire-write 3.3."""
    status: int
    code: int
    """In a validation; 0 is not told there."""
    kind: str
    lifted: Lifted
    find: Callable[[Site, Case], Iterable[str]]
    """The messages, none where all is well."""


class Notice(NamedTuple):
    """One line of a validation."""

    code: int
    kind: str
    message: str


def judge(site: Site, case: Case) -> None:
    """Raises Refused for the first check that fails and is not lifted."""
    for check in CHECKS:
        if _lifted(site, case, check):
            continue
        for message in check.find(site, case):
            raise Refused(check.status, message)


def notices(site: Site, case: Case) -> list[Notice]:
    """All that archiving would meet, by code."""
    return sorted(
        Notice(check.code, check.kind, message)
        for check in CHECKS
        if check.code
        for message in check.find(site, case)
    )


def _lifted(site: Site, case: Case, check: Check) -> bool:
    if check.number == "21":  # tested in archiving only where the site wants it
        return not site.preferences["verifyComplianceInPrearcSessionReview"]
    match check.lifted:
        case Lifted.ONLY_TOLD:
            return True
        case Lifted.MERGE:
            return case.wish.merge
        case Lifted.OVERRIDE:
            return case.wish.override
        case Lifted.FILES:
            return case.project is not None and case.wish.overwrites(case.project)
    return False


def _no_project(_site: Site, case: Case) -> Iterable[str]:
    if case.project is None:
        yield "unable to identify destination project"


def _bad_paths(_site: Site, case: Case) -> Iterable[str]:
    if unknown_paths(case.wish.paths, case.xsi_type):
        yield "unable to map parameters to valid xml path: "


def _open_workflow(site: Site, case: Case) -> Iterable[str]:
    name = autorun.running(site, case.there.id) if case.there is not None else ""
    if name:
        yield (
            f"Session processing may already be in progress: {name}.  Concurrent modification is discouraged."
        )


def _no_subject(_site: Site, case: Case) -> Iterable[str]:
    if not case.subject_name:
        yield "Unable to identify subject."


def _exists(_site: Site, case: Case) -> Iterable[str]:
    if case.there is not None:
        yield "Session already exists, retry with overwrite enabled"


def _other_label(_site: Site, case: Case) -> Iterable[str]:
    if case.there is not None and case.there.label != case.label:
        yield "Invalid modification of session label via archive process."


def _other_project(_site: Site, case: Case) -> Iterable[str]:
    if case.there is not None and case.there.project != case.row.project:
        yield "Invalid modification of session project via archive process."


def _other_modality(site: Site, case: Case) -> Iterable[str]:
    guarded = site.preferences["preventCrossModalityMerge"]
    if guarded and case.there is not None and case.there.xsi_type != case.xsi_type:
        yield (
            "Invalid modification of session modality via archive process.  Data may require a manual merge."
        )


def _other_subject(_site: Site, case: Case) -> Iterable[str]:
    if case.there is not None and (case.subject is None or case.subject.id != case.there.subject):
        yield (
            "Invalid modification of session subject via archive process.: "
            f"{case.label} Already Exists for another Subject"
        )


def _uids_differ(case: Case) -> bool:
    known = case.there.study_uid if case.there is not None else ""
    return bool(known and case.row.study_uid and known != case.row.study_uid)


def _may_differ(site: Site, case: Case) -> bool:
    """The config tool ``sessionmerging``, of the project or the site."""
    found = [site.config(project, "sessionmerging", "uid_mod") for project in (case.row.project, "")]
    return next((one for one in found if one is not None), "").strip().lower() == "true"


def _other_uid(site: Site, case: Case) -> Iterable[str]:
    if _uids_differ(case) and not _may_differ(site, case):
        yield "Invalid modification of session UID via archive process."


def _tolerated_uid(site: Site, case: Case) -> Iterable[str]:
    if _uids_differ(case) and _may_differ(site, case):
        yield "StudyInstanceUIDs do not match. Continue to override."


def _by_number(case: Case, same_uid: bool) -> Iterable[Scan]:
    if case.there is None:
        return
    for scan in case.row.scans.values():
        stored = case.there.scans.get(scan.id)
        if stored is not None and (stored.uid == scan.uid) == same_uid:
            yield scan


def _same_scan(_site: Site, case: Case) -> Iterable[str]:
    for scan in _by_number(case, True):
        yield f"Session already contains a scan ({scan.id}) with the same UID and number."


def _same_number(_site: Site, case: Case) -> Iterable[str]:
    for scan in _by_number(case, False):
        yield (
            f"Session already contains a scan ({scan.id}) with the same number, but a different UID."
            " - New scan will be renamed during archive."
        )


def _same_series(_site: Site, case: Case) -> Iterable[str]:
    for scan in case.row.scans.values():
        if case.there is not None and scan.id not in case.there.scans and case.scan_of_uid(scan):
            yield f"Session already contains a scan with the same UID, but a different number ({scan.id})."


def _stray(_site: Site, case: Case) -> Iterable[str]:
    for scan, label, count in stray_files(case.row):
        yield f"Scan {scan} has {count} non-{label} (or non-parsable {label}) files"


def _duplicated(_site: Site, case: Case) -> Iterable[str]:
    for scan, label, uids in duplicated_uids(case.row):
        yield f"Scan {scan} {label} catalog contains duplicated SOP instance UIDs: {', '.join(uids)}"


def _no_catalog(_site: Site, case: Case) -> Iterable[str]:
    return ("Expected a catalog file, however it was missing." for _ in missing_catalogs(case.row))


def _filtered(site: Site, case: Case) -> Iterable[str]:
    for scan in case.row.scans.values():
        known = {_SERIES_DESCRIPTION: scan.description}
        if refuses(site, case.row.project, known.get):
            yield f"Scan {scan.id} is non-compliant with this project's DICOM whitelist/blacklist."


def _destination_taken(_site: Site, case: Case) -> Iterable[str]:
    if case.there is not None or case.folder.exists():
        yield _MATCHING


def _same_files(site: Site, case: Case) -> Iterable[str]:
    if case.incoming_paths() & case.files_in_the_way():
        yield _MATCHING
    elif _same_entries(bool(site.preferences["useSopInstanceUidToUniquelyIdentifyDicom"]), case):
        yield "Session already exists with the same resources."


def _same_entries(by_uid: bool, case: Case) -> bool:
    for new, old in case.pairs():
        known = {file.uid for file in old.files.values() if file.uid} if by_uid else set()
        if new.files.keys() & old.files.keys() or any(file.uid in known for file in new.files.values()):
            return True
    return False


_MATCHING = "Session already exists with matching files."

CHECKS = (
    Check("2", 400, 6, "FAIL", Lifted.NEVER, _no_project),
    Check("3", 400, 7, "FAIL", Lifted.NEVER, _bad_paths),
    Check("6", 409, 10, "CONFLICT", Lifted.OVERRIDE, _open_workflow),
    Check("8", 400, 11, "FAIL", Lifted.NEVER, _no_subject),
    Check("9", 409, 1, "CONFLICT", Lifted.MERGE, _exists),
    Check("10", 409, 2, "FAIL", Lifted.NEVER, _other_label),
    Check("11", 409, 3, "FAIL", Lifted.NEVER, _other_project),
    Check("12", 409, 19, "FAIL", Lifted.NEVER, _other_modality),
    Check("13", 409, 4, "FAIL", Lifted.NEVER, _other_subject),
    Check("14", 409, 5, "CONFLICT", Lifted.OVERRIDE, _other_uid),
    Check("14", 409, 19, "CONFLICT", Lifted.ONLY_TOLD, _tolerated_uid),
    Check("15", 409, 16, "CONFLICT", Lifted.ONLY_TOLD, _same_scan),
    Check("16", 409, 17, "CONFLICT", Lifted.ONLY_TOLD, _same_number),
    Check("17", 409, 18, "CONFLICT", Lifted.OVERRIDE, _same_series),
    Check("18", 400, 20, "WARN", Lifted.OVERRIDE, _stray),
    Check("19", 400, 22, "WARN", Lifted.OVERRIDE, _duplicated),
    Check("20", 400, 21, "WARN", Lifted.OVERRIDE, _no_catalog),
    Check("21", 400, 22, "FAIL", Lifted.NEVER, _filtered),
    Check("23", 409, 0, "", Lifted.MERGE, _destination_taken),
    Check("24", 409, 14, "CONFLICT", Lifted.FILES, _same_files),
)
"""In the order in which archiving goes through them. 25 is told with 24, and instead of it where both hold.

1 and 5 are locks (``jobs.py``), 26 to 28 come up in the merge (``matching.py``), 29 while it acts.
"""
