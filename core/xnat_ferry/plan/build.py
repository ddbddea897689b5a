"""From what was found to what will be done: pure, and no answer is guessed."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping

from msgspec import Struct

from xnat_ferry.checks import Checklist, ConflictClass
from xnat_ferry.checks.conflicts import all_coming, all_there
from xnat_ferry.checks.memory import Memory
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


def make_plan(
    survey: Survey, checklist: Checklist, request: PlanRequest, memory: Memory | None = None
) -> Plan:
    """Give every chosen session its fate.

    The checklist must have been made with the labels of the request. Raises UsageError for an answer to a
    session that is not chosen; an answer that a conflict does not offer leaves its session undecided.
    ``memory`` spares what was thought before; the plan is the same without.
    """
    memory = memory or Memory()
    _refuse_unknown(survey, request)
    sessions = all_coming(survey, request.labels, memory)
    there = all_there(survey, memory)
    decisions = decide(sessions, survey.destination, checklist.conflicts, request.answers, there)
    types = memory.of("types", survey, lambda seen: {chosen.row.xsi_type for chosen in seen.chosen})
    planned = _all_planned(survey, decisions, request, memory)
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
        checks=_checked(checklist, memory),
        belongings=plan_belongings(
            survey.belongings, {one.id for one in going}, {(one.subject, one.to_subject) for one in going}
        ),
        sessions=planned,
    )
    return staying(plan, survey.staying) if survey.staying is not None else plan


class _Before(Struct, frozen=True):
    """How a session was planned last, and by what."""

    chosen: Chosen
    decision: Decision
    planned: PlannedSession


def _all_planned(
    survey: Survey, decisions: Mapping[str, Decision], request: PlanRequest, memory: Memory
) -> tuple[PlannedSession, ...]:
    """Every session that was looked into; one that is decided as before is the same as before."""
    basis = (request.scans, survey.belongings)
    before: Mapping[str, _Before] = memory.last("planned", *basis) or {}
    along = _along(survey)
    now = []
    for chosen in survey.chosen:
        if chosen.detail is None:
            continue
        key = chosen.row.id
        decision, old = decisions[key], before.get(key)
        if old is None or old.chosen is not chosen or old.decision != decision:
            old = _Before(
                chosen, decision, _planned(chosen, chosen.detail, decision, request, along.get(key, ()))
            )
        now.append(old)
    memory.keep("planned", {one.chosen.row.id: one for one in now}, *basis)
    return tuple(one.planned for one in now)


def _checked(checklist: Checklist, memory: Memory) -> tuple[Checked, ...]:
    known: tuple[Checked, ...] | None = memory.last("checked", checklist.findings)
    if known is None:
        known = _counted(checklist)
        memory.keep("checked", known, checklist.findings)
    return known


def _counted(checklist: Checklist) -> tuple[Checked, ...]:
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
        among = " in the scans that are taken" if request.scans else ""
        fate, why = Fate.SKIP, f"it has no DICOM files to carry{among}"
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


def _along(survey: Survey) -> Mapping[str, Collection[tuple[str, str]]]:
    """By session, the resources that travel with it: the scan's ID or "", and the label.

    An assessor is named as one.
    """
    found: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for one in survey.belongings.resources if survey.belongings else ():
        if one.addressable:
            found[one.session].add((one.scan, one.label))
    for each in survey.belongings.assessors if survey.belongings else ():
        found[each.session].add((f"assessor {each.label}", each.label))
    return found


def _wanted(scan: ScanRow, names: tuple[str, ...]) -> bool:
    return not names or scan.is_among(names)


def _scan(detail: SessionDetail, scan: ScanRow) -> PlannedScan:
    files, size = detail.amount(scan)
    return PlannedScan(
        id=scan.id,
        uid=scan.uid,
        type=scan.type,
        files=files or 0,
        bytes=size or 0,
    )
