"""From what was found to what will be done: pure, and no answer is guessed."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from msgspec import Struct

from xnat_ferry.checks import Answer, Checklist, Conflict, ConflictClass
from xnat_ferry.labels import KEEP, LabelRules
from xnat_ferry.model import DICOM_RESOURCES, Level, ScanRow, SessionDetail
from xnat_ferry.plan.model import Fate, Plan, PlannedScan, PlannedSession, Target
from xnat_ferry.survey import Chosen, Survey


class PlanRequest(Struct, frozen=True, kw_only=True):
    """What the user asked for beside the sessions."""

    made: str
    """Now, in ISO 8601 with the zone: a plan has no clock of its own."""
    to: Target = Target.PREARCHIVE
    verify: Level = Level.IDENTITY
    scans: tuple[str, ...] = ()
    """IDs or types of the scans to take; none means all."""
    answers: Mapping[ConflictClass, Answer] = {}
    labels: LabelRules = KEEP


def make_plan(survey: Survey, checklist: Checklist, request: PlanRequest) -> Plan:
    """Give every chosen session its fate."""
    conflicts: dict[str, list[Conflict]] = defaultdict(list)
    for conflict in checklist.conflicts:
        conflicts[conflict.session].append(conflict)
    return Plan(
        made=request.made,
        source=survey.source.endpoint,
        destination=survey.destination.endpoint,
        to=request.to,
        verify=request.verify,
        sessions=tuple(
            _planned(chosen, chosen.detail, conflicts[chosen.row.label], request)
            for chosen in survey.chosen
            if chosen.detail is not None
        ),
    )


def _planned(
    chosen: Chosen, detail: SessionDetail, conflicts: Sequence[Conflict], request: PlanRequest
) -> PlannedSession:
    wanted = [scan for scan in detail.scans if _wanted(scan, request.scans)]
    scans = tuple(planned for scan in wanted if (planned := _scan(detail, scan)).files)
    to = request.labels.apply(chosen.row)
    fate, why = _fate(conflicts, request.answers)
    if not scans:
        fate, why = Fate.SKIP, "it has no DICOM files to carry"
    return PlannedSession(
        session=chosen.row.label,
        id=chosen.row.id,
        subject=chosen.row.subject,
        modality=chosen.row.modality,
        study_uid=detail.study_uid,
        to_subject=to.subject,
        to_session=to.session,
        fate=fate,
        why=why,
        left_behind=_left_behind(detail, wanted),
        scans=scans,
    )


def _fate(conflicts: Sequence[Conflict], answers: Mapping[ConflictClass, Answer]) -> tuple[Fate, str]:
    if not conflicts:
        return Fate.COPY, ""
    for conflict in conflicts:
        if answers.get(conflict.kind) == Answer.SKIP:
            return Fate.SKIP, f"{conflict.kind}: {conflict.message}"
    return Fate.UNDECIDED, "; ".join(f"{conflict.kind}: {conflict.message}" for conflict in conflicts)


def _wanted(scan: ScanRow, names: tuple[str, ...]) -> bool:
    return not names or scan.id in names or scan.type in names


def _scan(detail: SessionDetail, scan: ScanRow) -> PlannedScan:
    files, size = detail.amount(scan)
    return PlannedScan(
        id=scan.id,
        uid=scan.uid,
        type=scan.type,
        files=files or 0,
        bytes=size or 0,
    )


def _left_behind(detail: SessionDetail, wanted: Sequence[ScanRow]) -> tuple[str, ...]:
    """What of the wanted scans an import cannot carry, in words."""
    others = {(scan.id, one.label) for scan in wanted for one in scan.resources}
    others |= {(file.scan, file.resource) for file in detail.files or ()}
    ids = {scan.id for scan in wanted}
    words = [
        f"resource {resource} of scan {scan}"
        for scan, resource in sorted(others)
        if scan in ids and resource not in DICOM_RESOURCES
    ]
    words += [f"scan {scan.id}: no DICOM files" for scan in wanted if not detail.amount(scan)[0]]
    return tuple(words)
