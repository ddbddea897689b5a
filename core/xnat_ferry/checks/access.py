"""The guide's first item: read access to the source, write access to the destination."""

from collections.abc import Iterator

from xnat_ferry.checks.finding import Finding
from xnat_ferry.checks.whom_to_ask import owners_of
from xnat_ferry.labels import LabelRules
from xnat_ferry.model import Verdict
from xnat_ferry.settings.redact import plain
from xnat_ferry.survey import Chosen, ProjectView, Survey
from xnat_ferry.wording import plural

_LOOK_AGAIN = "Check again in a while; if this stays, show these words to the server's administrator."


def check_access(survey: Survey, rules: LabelRules, *, archives: bool) -> tuple[Finding, ...]:
    """Whether this account may read every chosen session there, and create sessions and subjects here.

    ``archives`` says whether this account shall also archive, which is when subjects are created.
    """
    findings = [*check_reading(survey)]
    findings.append(_listed(survey.destination) or _writable(survey.destination))
    if survey.destination.sessions is not None:
        findings += _subjects(survey, rules, archives)
    return tuple(findings)


def check_reading(survey: Survey) -> tuple[Finding, ...]:
    """Whether this account may read every chosen session at the source."""
    return (_listed(survey.source) or _readable(survey.source), *_unread_sessions(survey))


def _readable(view: ProjectView) -> Finding:
    count = len(view.sessions or ())
    if view.endpoint.local:
        words = f"{view.endpoint} was read: DICOM of {plural(count, 'imaging session')}."
        return _finding(view, Verdict.OK, "ok", words)
    words = f"You may read {view.endpoint.project}{_as_what(view)}: {plural(count, 'imaging session')}."
    return _finding(view, Verdict.OK, "ok", words)


def _listed(view: ProjectView) -> Finding | None:
    """What stands against listing a project: a refusal is a no, anything else is not known.

    An alias would do for lists, and neither for the prearchive nor for comparing whose a session is.
    """
    if view.alias_of:
        known = plain(view.alias_of, 60)
        words = f"{view.endpoint.project} is another name of the project {known}."
        return _finding(view, Verdict.FAIL, "project-alias", words, f"Name the project {known}.")
    if view.sessions is not None:
        return None
    if view.refused:
        return _finding(view, Verdict.FAIL, "project-hidden", view.problem, view.advice)
    words = f"Whether {view.endpoint.project} can be read is not known: {view.problem}"
    return _finding(view, Verdict.UNKNOWN, "project-unread", words, view.advice or _LOOK_AGAIN)


def _unread_sessions(survey: Survey) -> Iterator[Finding]:
    for chosen in survey.chosen:
        if chosen.problem:
            yield _unread_session(survey.source, chosen)


def _unread_session(view: ProjectView, chosen: Chosen) -> Finding:
    if chosen.refused:
        verdict, kind = Verdict.FAIL, "session-hidden"
        words = f"{chosen.row.label} is listed but not for your eyes: {chosen.problem}"
        advice = f"Leave it out, or ask {owners_of(view)} for access to it."
    else:
        verdict, kind = Verdict.UNKNOWN, "session-unread"
        words = f"What is in {chosen.row.label} is not known: {chosen.problem}"
        advice = _LOOK_AGAIN
    return Finding(
        check="access", verdict=verdict, about=chosen.row.label, message=words, kind=kind, advice=advice
    )


def _writable(view: ProjectView) -> Finding:
    project, rights = view.endpoint.project, view.rights
    advice = f"Ask {owners_of(view)} to give {view.user} the role Member, then check again."
    if rights.creatable is None:
        words = f"The server does not say whether you may add sessions to {project}{_as_what(view)}."
        return _finding(view, Verdict.UNKNOWN, "rights-unread", words, advice)
    if not [one for one in rights.creatable if one.endswith("SessionData")]:
        words = f"You can see {project} but not add sessions to it{_as_what(view)}."
        return _finding(view, Verdict.FAIL, "may-not-create", words, advice)
    if rights.edit is False:
        # the prearchive shows itself to those who may edit (wire-write 2.1)
        words = f"You may add sessions to {project} but not edit them, so not look after them there."
        return _finding(view, Verdict.WARN, "may-not-edit", words, advice)
    return _finding(view, Verdict.OK, "ok", f"You may add sessions to {project}{_as_what(view)}.")


def _subjects(survey: Survey, rules: LabelRules, archives: bool) -> Iterator[Finding]:
    view = survey.destination
    if view.rights.create_subjects is not False or not view.rights.creatable:
        return
    known = {one.casefold() for one in (view.sessions.subjects.words if view.sessions else ())}
    named = {rules.apply(chosen.row).subject for chosen in survey.chosen}
    new = sorted(subject for subject in named if subject.casefold() not in known)
    if new:
        words = f"You may not create subjects in {view.endpoint.project}, and {len(new)} would be new there."
        advice = f"Ask {owners_of(view)} to create them first, to archive for you, or to let you."
        verdict = Verdict.FAIL if archives else Verdict.WARN
        yield _finding(view, verdict, "may-not-create-subjects", words, advice, subjects=", ".join(new[:20]))


def _as_what(view: ProjectView) -> str:
    rights = view.rights
    if rights.role:
        return f" (your role: {rights.role})"
    if rights.role is None:
        return ""
    public = ", and it is public" if rights.accessibility == "public" else ""
    return f" (you are not a member{public})"


def _finding(
    view: ProjectView, verdict: Verdict, kind: str, message: str, advice: str = "", **more: str
) -> Finding:
    evidence = {
        "server": view.endpoint.server,
        "version": view.version,
        "account": view.user,
        "role": view.rights.role if view.rights.role is not None else "unknown",
        "accessibility": view.rights.accessibility or "unknown",
        **more,
    }
    return Finding(
        check="access",
        verdict=verdict,
        about=view.endpoint.project,
        message=message,
        kind=kind,
        advice=advice,
        evidence=evidence,
    )
