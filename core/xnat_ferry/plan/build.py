"""From what was found to what will be done: pure, and no answer is guessed."""

from collections import Counter
from collections.abc import Collection

from msgspec import Struct

from xnat_ferry.checks import Checklist, ConflictClass
from xnat_ferry.checks.meeting.coming import coming
from xnat_ferry.errors import UsageError
from xnat_ferry.labels import KEEP, LabelRules
from xnat_ferry.model import Level, ScanRow, SessionDetail
from xnat_ferry.plan.answers import NO_ANSWERS, Answers
from xnat_ferry.plan.belongings import plan_belongings
from xnat_ferry.plan.decide import Decision, decide
from xnat_ferry.plan.freshness import seen_of
from xnat_ferry.plan.left_behind import left_behind
from xnat_ferry.plan.model import Checked, Fate, Plan, PlannedScan, PlannedSession, Target
from xnat_ferry.plan.staying import staying
from xnat_ferry.settings.redact import plain
from xnat_ferry.survey import Chosen, Survey


class PlanRequest(Struct, frozen=True, kw_only=True):
    """What the user asked for beside the sessions."""

    made: str
    """Now, in ISO 8601 with the zone: a plan has no clock of its own."""
    to: Target = Target.PREARCHIVE
    verify: Level = Level.IDENTITY
    move: bool = False
    scans: tuple[str, ...] = ()
    """IDs or types of the scans to take; none means all."""
    answers: Answers = NO_ANSWERS
    labels: LabelRules = KEEP


def make_plan(survey: Survey, checklist: Checklist, request: PlanRequest) -> Plan:
    """Give every chosen session its fate.

    The checklist must have been made with the labels of the request. Raises UsageError for an answer to a
    session that is not chosen; an answer that a conflict does not offer leaves its session undecided.
    """
    _refuse_unknown(survey, request)
    stays = survey.staying is not None
    sessions = [coming(chosen, request.labels.apply(chosen.row), stays=stays) for chosen in survey.chosen]
    decisions = decide(sessions, survey.destination, checklist.conflicts, request.answers)
    types = {chosen.row.xsi_type for chosen in survey.chosen}
    planned = tuple(
        _planned(chosen, chosen.detail, decisions[chosen.row.id], request, _along(survey, chosen))
        for chosen in survey.chosen
        if chosen.detail is not None
    )
    going = [one for one in planned if one.fate.travels]
    plan = Plan(
        made=request.made,
        source=survey.source.endpoint,
        destination=survey.destination.endpoint,
        to=request.to,
        verify=request.verify,
        move=request.move,
        answers=request.answers.texts,
        keep=checklist.keep,
        accepted=checklist.accepted,
        seen=seen_of(survey.destination, types),
        checks=_checked(checklist),
        belongings=plan_belongings(
            survey.belongings, {one.id for one in going}, {one.subject for one in going}
        ),
        sessions=planned,
    )
    return staying(plan, survey.staying) if survey.staying is not None else plan


def _checked(checklist: Checklist) -> tuple[Checked, ...]:
    counted = Counter((one.check, one.verdict, one.kind) for one in checklist.findings)
    return tuple(
        Checked(check=check, verdict=verdict, kind=kind, findings=number)
        for (check, verdict, kind), number in counted.items()
    )


def _refuse_unknown(survey: Survey, request: PlanRequest) -> None:
    known = {name for chosen in survey.chosen for name in (chosen.row.id, chosen.row.label)}
    unknown = sorted(set(request.answers.by_session) - known)
    if unknown:
        names = ", ".join(plain(name, 60) for name in unknown[:5])
        what = (
            f"--on-conflict answers for {names}, which is no chosen session's label or accession ID, "
            f"and none of {', '.join(ConflictClass)}."
        )
        raise UsageError(what=what)


def _planned(
    chosen: Chosen,
    detail: SessionDetail,
    decision: Decision,
    request: PlanRequest,
    along: Collection[tuple[str, str]],
) -> PlannedSession:
    wanted = [scan for scan in detail.scans if _wanted(scan, request.scans)]
    scans = tuple(planned for scan in wanted if (planned := _scan(detail, scan)).files)
    fate, why = decision.fate, decision.why
    if not scans:
        fate, why = Fate.SKIP, "it has no DICOM files to carry"
    return PlannedSession(
        session=chosen.row.label,
        id=chosen.row.id,
        subject=chosen.row.subject,
        modality=chosen.row.modality,
        study_uid=chosen.study_uid,
        to_subject=decision.to.subject,
        to_session=decision.to.session,
        fate=fate,
        why=why,
        conflicts=decision.conflicts,
        left_behind=left_behind(detail, wanted, along),
        scans=scans,
    )


def _along(survey: Survey, chosen: Chosen) -> set[tuple[str, str]]:
    """The resources that travel with a session: the scan's ID or "", and the label."""
    seen = survey.belongings.resources if survey.belongings else ()
    return {(one.scan, one.label) for one in seen if one.addressable and one.session == chosen.row.id}


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
