"""The guide's first item: read access to the source, write access to the destination."""

from xnat_ferry.checks.finding import Finding
from xnat_ferry.model import Verdict
from xnat_ferry.survey import ProjectView, Survey

_ASK_OWNER = "Ask an owner of {project} to give {user} the role Member, then check again."


def check_access(survey: Survey) -> tuple[Finding, ...]:
    """Whether this account may read every chosen session there and create sessions here."""
    findings = [_readable(survey.source), *_unread_sessions(survey)]
    findings.append(_listable(survey.destination) or _writable(survey))
    if survey.destination.sessions is not None:
        findings += _subjects(survey)
    return tuple(findings)


def _readable(view: ProjectView) -> Finding:
    refused = _listable(view)
    if refused:
        return refused
    count = len(view.sessions or ())
    return _finding(view, Verdict.OK, f"You may read {view.endpoint.project}: {count} imaging sessions.")


def _listable(view: ProjectView) -> Finding | None:
    if view.sessions is not None:
        return None
    return _finding(view, Verdict.FAIL, view.problem, view.advice)


def _unread_sessions(survey: Survey) -> list[Finding]:
    return [
        Finding(
            check="access",
            verdict=Verdict.FAIL,
            about=chosen.row.label,
            message=f"{chosen.row.label} is listed but cannot be read: {chosen.problem}",
            advice="Leave it out, or ask the owner of the session for access.",
        )
        for chosen in survey.chosen
        if chosen.detail is None
    ]


def _writable(survey: Survey) -> Finding:
    view = survey.destination
    project, role = view.endpoint.project, view.rights.role
    as_what = f" (your role: {role})" if role else " (you are not a member)" if role == "" else ""
    advice = _ASK_OWNER.format(project=project, user=view.user)
    types = {chosen.row.xsi_type for chosen in survey.chosen}
    allowed = {one: view.rights.may_create(one) for one in types}
    if None in allowed.values() or not allowed:
        words = f"The server does not say whether you may add sessions to {project}{as_what}."
        return _finding(view, Verdict.UNKNOWN, words, advice)
    if not all(allowed.values()):
        return _finding(
            view, Verdict.FAIL, f"You can see {project} but not add sessions to it{as_what}.", advice
        )
    return _finding(view, Verdict.OK, f"You may add sessions to {project}{as_what}.")


def _subjects(survey: Survey) -> list[Finding]:
    view = survey.destination
    if view.rights.create_subjects is not False:
        return []
    known = {row.subject.casefold() for row in view.sessions or ()}
    new = sorted(
        {chosen.row.subject for chosen in survey.chosen if chosen.row.subject.casefold() not in known}
    )
    if not new:
        return []
    words = f"You may not create subjects in {view.endpoint.project}, and {len(new)} would be new there."
    advice = f"Ask an owner of {view.endpoint.project} to create them first or to let you."
    return [_finding(view, Verdict.WARN, words, advice, subjects=", ".join(new[:20]))]


def _finding(view: ProjectView, verdict: Verdict, message: str, advice: str = "", **more: str) -> Finding:
    evidence = {
        "server": view.endpoint.server,
        "account": view.user,
        "role": view.rights.role if view.rights.role is not None else "unknown",
        **more,
    }
    return Finding(
        check="access",
        verdict=verdict,
        about=view.endpoint.project,
        message=message,
        advice=advice,
        evidence=evidence,
    )
