"""The checklist of a download: nothing arrives in a project, so other things matter. Pure."""

from collections.abc import Iterator, Mapping

from xnat_ferry.checks.access import check_reading
from xnat_ferry.checks.finding import Checklist, Finding
from xnat_ferry.checks.room import check_room
from xnat_ferry.labels import LabelRules
from xnat_ferry.model import Verdict
from xnat_ferry.settings.redact import plain
from xnat_ferry.survey import Survey
from xnat_ferry.wording import plural


def check_download(survey: Survey, rules: LabelRules, there: Mapping[str, bool]) -> Checklist:
    """All items in the guide's order.

    ``there`` says of each session whose place is taken, by its ID, whether it is the session itself that lies
    there.
    """
    findings = (
        *check_reading(survey),
        *_places(survey, there),
        *_labels(survey, rules),
        *_unchanged(survey),
        *check_room(survey),
    )
    return Checklist(findings=findings, conflicts=())


def _places(survey: Survey, there: Mapping[str, bool]) -> Iterator[Finding]:
    folder = plain(survey.destination.endpoint.project)
    labels = {one.row.id: one.row.label for one in survey.chosen}
    for session_id, own in there.items():
        label = plain(labels.get(session_id, session_id), 60)
        if not own:
            yield _finding(
                "conflicts",
                Verdict.FAIL,
                label,
                f"In {folder} something else has the place of {label}; it is not overwritten.",
                "place-taken",
                "Choose another folder, give other names with --labels, or move away what is there.",
            )
    if all(there.values()):
        words = f"{len(there):,} of {plural(len(labels), 'session')} lie in {folder} already"
        text = f"{words}: what is equal there is not fetched again." if there else "Nothing lies in its way."
        yield _finding("conflicts", Verdict.OK, folder, text)


def _labels(survey: Survey, rules: LabelRules) -> Iterator[Finding]:
    changed = sum(
        rules.apply(one.row).session != one.row.label or rules.apply(one.row).subject != one.row.subject
        for one in survey.chosen
    )
    words = (
        f"{changed:,} of {plural(len(survey.chosen), 'folder')} are called otherwise than their sessions."
        if changed
        else "Folders are called after subjects and sessions."
    )
    yield _finding("labels", Verdict.OK, survey.source.endpoint.project, words)


def _unchanged(survey: Survey) -> Iterator[Finding]:
    project = survey.source.endpoint.project
    yield _finding("metadata", Verdict.OK, project, "Files are fetched as they are: no header is changed.")
    yield _finding("settings", Verdict.OK, project, "No script, filter or setting touches a download.")
    yield _finding(
        "anonymization",
        Verdict.WARN,
        project,
        f"What identifies somebody in {project} does so on this machine, too: headers are not looked at.",
        "as-they-are",
        "Keep the folder where only those may read who may see the project; its files are yours alone.",
    )


def _finding(
    check: str, verdict: Verdict, about: str, message: str, kind: str = "ok", advice: str = ""
) -> Finding:
    return Finding(check=check, verdict=verdict, about=about, message=message, kind=kind, advice=advice)
