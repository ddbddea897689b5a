"""Whether a plan still fits its destination: pure, over the plan and the destination as it is now."""

import hashlib
from collections.abc import Collection, Iterator

import msgspec
from msgspec.structs import replace

from xnat_ferry.checks.conflicts import meet_destination
from xnat_ferry.checks.finding import Answer, Conflict
from xnat_ferry.checks.meeting.coming import Coming
from xnat_ferry.checks.meeting.namesakes import There
from xnat_ferry.errors import PlanOutdated
from xnat_ferry.labels import Labels
from xnat_ferry.listing import Listing
from xnat_ferry.model import Road
from xnat_ferry.plan.model import Plan, PlannedSession, Seen
from xnat_ferry.project import Script, SeriesFilter
from xnat_ferry.settings.redact import plain
from xnat_ferry.survey import ProjectView

SUBJECT = "xnat:subjectData"
_OFF = "off"
_MOST = 5
_CODES = {0: "wait in the prearchive", 4: "are archived by themselves", 5: "are archived over what is there"}


def seen_of(view: ProjectView, types: Collection[str]) -> Seen:
    """What a plan remembers of its destination; ``types`` are the data types that it would create."""
    settings, rights = view.settings, view.rights
    creatable = None if rights.creatable is None else {SUBJECT, *types} & set(rights.creatable)
    return Seen(
        prearchive_code=settings.prearchive_code,
        quarantine=settings.quarantine,
        site_script=_script(settings.site_script),
        project_script=_script(settings.project_script),
        site_filter=_filter(settings.site_filter),
        project_filter=_filter(settings.project_filter),
        role=rights.role,
        creatable=None if creatable is None else tuple(sorted(creatable)),
        archive=view.sessions is not None,
        prearchive=view.prearchive is not None,
    )


def refuse_outdated(plan: Plan, view: ProjectView) -> None:
    """Raises PlanOutdated with all reasons; the view must have been taken for the plan's data types."""
    reasons = outdated(plan, view)
    if reasons:
        more = len(reasons) - _MOST
        told = [*reasons[:_MOST], *([f"There are {more} more reasons."] if more > 0 else [])]
        raise PlanOutdated(destination=plan.destination, reasons=" ".join(told))


def outdated(plan: Plan, view: ProjectView) -> tuple[str, ...]:
    """Why a plan does not fit its destination any more, in sentences; empty where it does.

    What a plan knew of is no reason, nor is a conflict that is gone. What was known when it was made and
    cannot be read now is one; what was not known then, as in a plan of an older form, is none.
    """
    if view.sessions is None:
        project = view.endpoint.project
        return (f"What is in {project} could not be read: {view.problem or 'the server does not say why.'}",)
    if plan.road == Road.RESOURCES:
        return ()  # its sessions are there on purpose, and no setting touches resources
    if plan.road.stays:
        # nothing passes the importer, and a session meets itself where it is shown already
        own = {session.id for session in plan.sessions}
        view = replace(view, sessions=Listing(row for row in view.sessions if row.id not in own))
        now = seen_of(view, plan.seen.creatable or ())
        return (*_met(plan, view), *_rights_lost(plan.seen, now, view))
    return (*_met(plan, view), *_changed(plan.seen, view))


def _met(plan: Plan, view: ProjectView) -> Iterator[str]:
    there = There(view)
    for session in plan.travelling:
        known = {(one.kind, one.there): one.answer for one in session.conflicts}
        for conflict in meet_destination(_coming(session, plan.road), there):
            answer = known.get((conflict.kind, conflict.there))
            if answer is None or not _still_possible(answer, conflict):
                yield f"{plain(session.session, 60)}: {plain(conflict.message)}"


def _still_possible(answer: str, conflict: Conflict) -> bool:
    return answer not in (Answer.COMPLETE, Answer.MERGE) or Answer(answer) in conflict.answers


def _coming(session: PlannedSession, road: Road) -> Coming:
    return Coming(
        id=session.id,
        session=session.session,
        subject=session.subject,
        to=Labels(session.to_subject, session.to_session),
        study=session.study_uid,
        modality=session.modality,
        stays=road.stays,
    )


def _changed(before: Seen, view: ProjectView) -> Iterator[str]:
    project, now = view.endpoint.project, seen_of(view, before.creatable or ())
    if before.prearchive and not now.prearchive:
        why = view.prearchive_problem or "the server does not say why."
        yield f"The prearchive of {project} could not be read: {why}"
    for what, old, new in (
        ("prearchive code", before.prearchive_code, now.prearchive_code),
        ("quarantine setting", before.quarantine, now.quarantine),
        ("site's anonymization script", before.site_script, now.site_script),
        ("project's anonymization script", before.project_script, now.project_script),
        ("site's series import filter", before.site_filter, now.site_filter),
        ("project's series import filter", before.project_filter, now.project_filter),
    ):
        if old is not None and new is None:
            yield f"The {what} of {project} could not be read now."
        elif old is not None and old != new:
            yield f"The {what} of {project} is another one now{_what_now(what, new)}."
    yield from _rights_lost(before, now, view)


def _what_now(what: str, new: object) -> str:
    if new == _OFF:
        return ": it is off"
    code = _CODES.get(new) if what == "prearchive code" and isinstance(new, int) else None
    if code:
        return f": sessions {code}"
    if what == "quarantine setting":
        return ": what is archived is put in quarantine" if new else ": nothing is put in quarantine"
    return ""


def _rights_lost(before: Seen, now: Seen, view: ProjectView) -> Iterator[str]:
    if not before.creatable:
        return
    project = view.endpoint.project
    if now.creatable is None:
        yield f"What {view.user} may create in {project} could not be read now."
        return
    lost = [one for one in before.creatable if one not in now.creatable]
    if lost:
        roles = f"role {_role(now.role)}, {_role(before.role)} when the plan was made"
        yield f"{view.user} may not create {', '.join(lost)} in {project} ({roles})."


def _role(role: str | None) -> str:
    return "unknown" if role is None else role or "none"


def _script(script: Script | None) -> str | None:
    return None if script is None else _digest(script) if script.runs else _OFF


def _filter(one: SeriesFilter | None) -> str | None:
    return None if one is None else _digest(one) if one.enabled else _OFF


def _digest(setting: Script | SeriesFilter) -> str:
    """SHA-256, its first sixteen digits: a script may name what nobody else should read."""
    return hashlib.sha256(msgspec.json.encode(setting)).hexdigest()[:16]
