"""About resources and values: the guide's warning, one finding each, and what would be written over."""

from collections.abc import Iterator

from xnat_ferry import wording
from xnat_ferry.belongings import Existing, Level
from xnat_ferry.checks.finding import Finding
from xnat_ferry.model import Verdict, Where
from xnat_ferry.settings.redact import plain
from xnat_ferry.survey import Survey
from xnat_ferry.survey.seen_belongings import BelongingsSeen, SeenAssessor, SeenResource, SeenValues

CHECK = "belongings"
_GUIDE = (
    "Most resources can be made again by running the same pipeline in the destination, and may not fit "
    "there. Carry only what cannot be made again, or must stay at its exact version."
)
_ANSWER = "Say --existing keep to leave what is there, or --existing replace to write over it."
_NAMES = 8
NOT_SURVIVING = (
    "its ID, its links to scans and input files, who made and validated it, its history and its shares do "
    "not survive"
)


def check_belongings(survey: Survey, to: Where) -> Iterator[Finding]:
    """Nothing where nothing beside the DICOM is wanted."""
    seen = survey.belongings
    if seen is None:
        return
    yield from _found(seen)
    for name, why in seen.problems:
        yield _finding(
            Verdict.UNKNOWN,
            name,
            "belongings-unread",
            f"What belongs to {plain(name, 60)} could not be looked at: {why}",
            "Look again, or leave it out of --with.",
        )
    if not (seen.resources or seen.values or seen.assessors or seen.problems):
        project = survey.source.endpoint.project
        yield _finding(Verdict.OK, project, "belongings-none", "There is nothing of what was asked for.")
    elif to == Where.PREARCHIVE:
        yield _finding(
            Verdict.WARN,
            survey.destination.endpoint.project,
            "belongings-wait",
            "The prearchive takes no resources and no values: they follow when it is archived.",
            "Nothing to do now; say --to archive to have them carried at once.",
        )


def _found(seen: BelongingsSeen) -> Iterator[Finding]:
    for resource in seen.resources:
        yield from _resource(resource, seen.existing)
    for assessor in seen.assessors:
        yield _assessor(assessor)
    for values in seen.values:
        yield from _values(values, seen.existing)
    for subject, several in seen.split.items():
        yield _split(subject, several)


def _resource(one: SeenResource, existing: Existing | None) -> Iterator[Finding]:
    name = _named(one)
    if not one.addressable:
        why = "has a label that XNAT would write otherwise"
        if not one.label or one.label.isdigit():
            why = "has a number for a label, which XNAT takes for an ID" if one.label else "has no label"
        text = f"{name} stays behind: it {why}."
        yield _finding(Verdict.WARN, one.holder, "resource-unlabelled", text, "Give it another label first.")
        return
    amount = f"{wording.plural(one.files, 'file')}, {wording.size(one.bytes)}"
    if one.files and one.there == one.files:
        text = f"{name} is there already, the same: {amount}."
        yield _finding(Verdict.OK, one.holder, "resource-there", text)
    else:
        text = f"{name} travels as well: {amount}."
        yield _finding(Verdict.WARN, one.holder, "resource-travels", text, _GUIDE)
    if one.unfit:
        count = wording.plural(one.unfit, "file")
        text = f"{name} has {count} that XNAT does not store under that name; these stay behind."
        yield _finding(Verdict.WARN, one.holder, "resource-names", text, "Rename them at the source first.")
    if one.differing:
        count = wording.plural(one.differing, "file")
        yield _differing(
            one.holder, "resource-differs", f"{name} is there already with {count} that differ.", existing
        )


def _assessor(one: SeenAssessor) -> Finding:
    name = f"Assessor {plain(one.label, 60)} ({plain(one.xsi_type, 60)}) of {plain(one.holder, 60)}"
    if one.there and one.there != one.xsi_type:
        text = f"{name} meets another kind under its label at the destination ({plain(one.there, 60)})."
        advice = "Rename one of the two in the web interface, or leave assessors out of --with."
        return _finding(Verdict.FAIL, one.holder, "assessor-differs", text, advice)
    if one.there:
        text = f"{name} is there already: its values stay as they are there, files that it lacks follow."
        return _finding(Verdict.WARN, one.holder, "assessor-there", text, "Compare the two afterwards.")
    text = f"{name} travels as well, as a new one: {NOT_SURVIVING}."
    advice = "Let the pipeline make it anew where that is possible; whether the values arrived is told."
    return _finding(Verdict.WARN, one.holder, "assessor-travels", text, advice)


def _values(one: SeenValues, existing: Existing | None) -> Iterator[Finding]:
    what = f"{one.kind} of {one.level} {plain(one.holder, 60)}"
    if one.names:
        names = _names(one.names)
        yield _finding(Verdict.OK, one.holder, "values-travel", f"Written as well, {what}: {names}.")
    elif not one.differing:
        yield _finding(Verdict.OK, one.holder, "values-same", f"The same already, {what}.")
    if one.differing:
        text = f"Another value is there, or one cannot be sent, {what}: {_names(one.differing)}."
        yield _differing(one.holder, "values-differ", text, existing)


def _split(subject: str, several: tuple[str, ...]) -> Finding:
    text = f"{plain(subject, 60)} becomes {wording.plural(len(several), 'subject')}, {_names(several)}: each "
    text += "of them gets the resources and values that are the subject's own."
    advice = "If it is one person, change the label rules so that its sessions stay in one subject."
    return _finding(Verdict.WARN, subject, "subject-split", text, advice)


def _differing(about: str, kind: str, text: str, existing: Existing | None) -> Finding:
    if existing is None:
        return _finding(Verdict.FAIL, about, kind, text, _ANSWER)
    done = "It stays as it is there." if existing == Existing.KEEP else "It is written over."
    return _finding(Verdict.WARN, about, f"{kind}-{existing}", f"{text} {done}", "You said so.")


def _named(one: SeenResource) -> str:
    label = plain(one.label, 60) or "without a label"
    part = "assessor" if one.level == Level.ASSESSOR else "scan"
    where = f"{part} {plain(one.scan, 40)} of {plain(one.holder, 60)}" if one.scan else plain(one.holder, 60)
    return f"Resource {label} of {where}"


def _names(names: tuple[str, ...]) -> str:
    shown = ", ".join(plain(name, 60) for name in names[:_NAMES])
    return shown if len(names) <= _NAMES else f"{shown} and {len(names) - _NAMES} more"


def _finding(verdict: Verdict, about: str, kind: str, message: str, advice: str = "") -> Finding:
    return Finding(check=CHECK, verdict=verdict, about=about, message=message, kind=kind, advice=advice)
