"""A plan for what belongs to sessions that are at the destination already: pure, and no DICOM travels."""

from xnat_ferry.checks import Checklist
from xnat_ferry.checks.access import check_access
from xnat_ferry.checks.belongings import check_belongings
from xnat_ferry.labels import LabelRules
from xnat_ferry.model import Road, SessionRow, Where
from xnat_ferry.plan.belongings import plan_belongings
from xnat_ferry.plan.build import PlanRequest
from xnat_ferry.plan.judged import Judged
from xnat_ferry.plan.model import Fate, Plan, PlannedScan, PlannedSession, Target
from xnat_ferry.settings.redact import plain
from xnat_ferry.survey import Chosen, Survey


def judge_resources(survey: Survey, request: PlanRequest) -> Judged:
    """What the checks say of resources and values, and a plan that carries them alone."""
    checklist = Checklist(
        findings=(
            *check_access(survey, request.labels, archives=True),
            *check_belongings(survey, Where.ARCHIVE),
        ),
        conflicts=(),
    )
    planned = _plan(survey, request)
    return Judged(survey=survey, checklist=checklist, request=request, planned=planned)


def _plan(survey: Survey, request: PlanRequest) -> Plan:
    there = {row.label.casefold(): row for row in survey.destination.sessions or ()}
    sessions = tuple(_session(chosen, request.labels, there) for chosen in survey.chosen)
    going = [one for one in sessions if one.fate.travels]
    return Plan(
        made=request.made,
        source=survey.source.endpoint,
        destination=survey.destination.endpoint,
        road=Road.RESOURCES,
        to=Target.ARCHIVE,
        belongings=plan_belongings(
            survey.belongings, {one.id for one in going}, {(one.subject, one.to_subject) for one in going}
        ),
        sessions=sessions,
    )


def _session(chosen: Chosen, rules: LabelRules, there: dict[str, SessionRow]) -> PlannedSession:
    row, to = chosen.row, rules.apply(chosen.row)
    twin = there.get(to.session.casefold())
    why = _why_not(chosen, twin, to.session)
    return PlannedSession(
        session=row.label,
        id=row.id,
        subject=row.subject,
        modality=row.modality,
        study_uid=chosen.study_uid,
        to_subject=twin.subject if twin else to.subject,
        to_session=twin.label if twin else to.session,
        fate=Fate.SKIP if why else Fate.COPY,
        why=why,
        scans=_scans(chosen),
    )


def _why_not(chosen: Chosen, twin: SessionRow | None, label: str) -> str:
    if chosen.detail is None:
        return "it could not be read"
    if not chosen.detail.scans:
        return "it has no scans"
    if twin is None:
        return f"there is no session {plain(label, 60)} in the archive of the destination: copy it first"
    if chosen.study_uid and twin.study_uid and chosen.study_uid != twin.study_uid:
        return f"{plain(label, 60)} at the destination is another study"
    return ""


def _scans(chosen: Chosen) -> tuple[PlannedScan, ...]:
    """Its scans, with nothing in them that would travel."""
    scans = chosen.detail.scans if chosen.detail else ()
    return tuple(PlannedScan(id=scan.id, uid=scan.uid, type=scan.type, files=0, bytes=0) for scan in scans)
