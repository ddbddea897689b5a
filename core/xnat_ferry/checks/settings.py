"""The guide's fifth item: which settings of the destination change what arrives, and how far it goes."""

import re
from collections import Counter
from collections.abc import Iterator

from xnat_ferry.checks.filtering import filter_findings
from xnat_ferry.checks.finding import Finding
from xnat_ferry.checks.phrases import some
from xnat_ferry.checks.whom_to_ask import owners_of
from xnat_ferry.labels import KEEP, LabelRules
from xnat_ferry.model import Verdict
from xnat_ferry.settings.redact import plain
from xnat_ferry.survey import ProjectView, Survey
from xnat_ferry.wording import plural

_OLDEST = (1, 8)
"""The first version of XNAT whose ways this program knows."""


def check_settings(survey: Survey, to: str, rules: LabelRules = KEEP) -> tuple[Finding, ...]:
    """What the destination would do by itself, drop, refuse or rather not have.

    ``to`` is ``prearchive`` or ``archive``: how far the sessions shall go.
    """
    view = survey.destination
    if view.sessions is None:
        words = (
            f"The settings of {view.endpoint.project} are not known, since the project could not be listed."
        )
        return (_finding(view, Verdict.UNKNOWN, "setting-unread", words, "See what stands under access."),)
    findings = [
        *_unread(view),
        *_prearchive(view, to),
        *filter_findings(survey),
        *_types(survey),
        *_uploader(survey, rules),
        *_checksums(survey),
        *_versions(survey),
    ]
    return tuple(findings) or (_fine(survey),)


_TOLD_BY = {
    "prearchive_code": ("the project's prearchive and quarantine codes", {"the roles in the projects"}),
    "quarantine": ("the project's prearchive and quarantine codes", {"the roles in the projects"}),
    "site_filter": ("the site's series filter", {"the site's settings"}),
    "project_filter": ("the project's series filter", {"the project's configuration"}),
    "uploader": (
        "the project's upload rules",
        {"the project's configuration", "the site's configuration", "the site's upload rules"},
    ),
    "checksums": ("whether the server keeps digests", {"the site's settings"}),
}
"""By setting: its name, and what else must have been read for it."""


def _unread(view: ProjectView) -> Iterator[Finding]:
    """What could not be read, with its reason; what the server was silent about, without."""
    why = {one.what: one.why for one in view.settings.unread}
    for setting, (what, sources) in _TOLD_BY.items():
        if getattr(view.settings, setting) is None and not sources & why.keys():
            why.setdefault(what, "the server did not say")
    for what, reason in why.items():
        yield _finding(
            view,
            Verdict.UNKNOWN,
            "setting-unread",
            f"Not known of {view.endpoint.project}: {plain(what, 100)}.",
            f"Check again; if it stays so, ask {owners_of(view)}.",
            {"what": plain(what, 100), "why": plain(reason)},
        )


def _prearchive(view: ProjectView, to: str) -> Iterator[Finding]:
    """Code 4 archives what has waited, 5 also overwrites files of the same name (wire-write 2.3, 2.8)."""
    project, settings = view.endpoint.project, view.settings
    evidence = {"prearchive code": str(settings.prearchive_code)}
    if settings.prearchive_code == 4 and to == "prearchive":
        yield _finding(
            view,
            Verdict.WARN,
            "auto-archive",
            f"{project} archives by itself what has waited a while in its prearchive. The upload asks it not "
            "to, but a session that somebody touches there may be archived before it was reviewed.",
            f"Review soon after the transfer, or ask {owners_of(view)} to turn that off for the time being.",
            evidence,
        )
    if settings.prearchive_code == 5:
        yield _finding(
            view,
            Verdict.WARN,
            "auto-overwrite",
            f"{project} archives by itself what has waited a while in its prearchive, and lets it replace "
            "files of the same name that are there already.",
            "Do not let a session meet one that is there: answer every conflict with skip or rename.",
            evidence,
        )
    if settings.prearchive_code not in (None, 0, 4, 5):
        yield _finding(
            view,
            Verdict.UNKNOWN,
            "setting-unread",
            f"Not known of {project}: where uploads go, since its prearchive code has no known meaning.",
            f"Ask {owners_of(view)} whether the project archives by itself.",
            evidence,
        )
    if settings.quarantine:
        yield _finding(
            view,
            Verdict.WARN,
            "quarantine",
            f"{project} puts archived sessions in quarantine until somebody releases them.",
            f"Ask {owners_of(view)} to release them after the transfer.",
        )


def _types(survey: Survey) -> Iterator[Finding]:
    view = survey.destination
    if not any(one.endswith("SessionData") for one in view.rights.creatable or ()):
        return  # nothing at all may be created, which is a matter of access
    counted = Counter(chosen.row.xsi_type for chosen in survey.chosen)
    for xsi_type, count in sorted(counted.items()):
        if xsi_type and view.rights.may_create(xsi_type) is False:
            yield _finding(
                view,
                Verdict.FAIL,
                "type-missing",
                f"You may create sessions in {view.endpoint.project}, but none of the type "
                f"{plain(xsi_type, 60)}, as {plural(count, 'chosen session')} would be.",
                f"Ask {owners_of(view)} to let you create this type there, or leave these sessions out.",
                {"type": plain(xsi_type, 60), "sessions": f"{count:,}"},
            )


_WISH = "XNAT's import does not enforce it, but it is what the project wants of uploads."


def _uploader(survey: Survey, rules: LabelRules) -> Iterator[Finding]:
    """What the project's owners ask of people who upload (wire-read 4.5)."""
    view = survey.destination
    project, wishes = view.endpoint.project, view.settings.uploader
    if wishes is None:
        return
    known = {one.casefold() for one in (view.sessions.subjects.words if view.sessions else ())}
    subjects = [rules.apply(chosen.row).subject for chosen in survey.chosen]
    new = {one.casefold(): one for one in subjects if one.casefold() not in known}
    undated = [chosen.row.label for chosen in survey.chosen if not chosen.row.date]
    agree = f"Agree with {owners_of(view)} before you send."
    if wishes.allow_create_subject is False and new:
        words = f"Uploads to {project} shall not create subjects, and {len(new):,} have no session there yet."
        yield _finding(
            view,
            Verdict.WARN,
            "uploader-subjects",
            f"{words} {_WISH}",
            agree,
            {"subjects": some(new.values())},
        )
    if wishes.require_date and undated:
        words = f"Uploads to {project} shall be told the session's date, and {len(undated):,} have none."
        yield _finding(
            view, Verdict.WARN, "uploader-date", f"{words} {_WISH}", agree, {"sessions": some(undated)}
        )
    if wishes.allow_bulk_upload is False and len(survey.chosen) > 1:
        words = f"{project} does not want many sessions at once, and {len(survey.chosen):,} are chosen."
        yield _finding(view, Verdict.WARN, "uploader-bulk", f"{words} {_WISH}", agree)


def _checksums(survey: Survey) -> Iterator[Finding]:
    for view in _servers(survey):
        if view.settings.checksums is False:
            yield _finding(
                view,
                Verdict.WARN,
                "no-checksums",
                f"{view.endpoint.server} keeps no digests of its files, so these cannot be compared: names, "
                "sizes and SOPInstanceUIDs are.",
                "If that is not proof enough, ask the server's administrator to turn checksums on.",
            )


def _versions(survey: Survey) -> Iterator[Finding]:
    for view in _servers(survey):
        number = re.match(r"(\d{1,6})\.(\d{1,6})", view.version)
        if number is None or tuple(map(int, number.groups())) < _OLDEST:
            words = f"is XNAT {plain(view.version, 40)}" if number else "does not tell its version"
            yield _finding(
                view,
                Verdict.WARN,
                "old-server",
                f"{view.endpoint.server} {words}; this program knows XNAT 1.8 and later.",
                "Try one small session first, and look closely at what arrives.",
                {"version": plain(view.version, 40) or "unknown"},
            )


def _servers(survey: Survey) -> tuple[ProjectView, ...]:
    """Both ends, or the one where one server holds both or the other is no server."""
    views = {view.endpoint.server: view for view in (survey.source, survey.destination)}
    return tuple(view for view in views.values() if not view.endpoint.local)


def _fine(survey: Survey) -> Finding:
    view = survey.destination
    settings, wishes = view.settings, view.settings.uploader
    evidence = {
        "prearchive code": str(settings.prearchive_code),
        "series filters": _filters(view),
        "XNAT at the source": plain(survey.source.version, 40),
        "XNAT at the destination": plain(view.version, 40),
    }
    if wishes and wishes.subject_labels:
        evidence["labels of subjects"] = plain(wishes.subject_labels, 100)
    if wishes and wishes.session_labels:
        evidence["labels of sessions"] = plain(wishes.session_labels, 100)
    words = f"Nothing in the settings of {view.endpoint.project} stands in the way."
    return _finding(view, Verdict.OK, "ok", words, evidence=evidence)


def _filters(view: ProjectView) -> str:
    named = (("site", view.settings.site_filter), ("project", view.settings.project_filter))
    on = [where for where, rules in named if rules and rules.enabled]
    return f"{' and '.join(on)}; none drops a chosen scan" if on else "none"


def _finding(
    view: ProjectView,
    verdict: Verdict,
    kind: str,
    message: str,
    advice: str = "",
    evidence: dict[str, str] | None = None,
) -> Finding:
    return Finding(
        check="settings",
        verdict=verdict,
        about=view.endpoint.project,
        message=message,
        kind=kind,
        advice=advice,
        evidence=evidence or {},
    )
