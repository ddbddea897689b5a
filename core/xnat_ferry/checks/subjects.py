"""Whether each subject stays one person: two that would become one, or meet one of theirs or of elsewhere."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from xnat_ferry.checks.finding import Finding
from xnat_ferry.checks.phrases import some
from xnat_ferry.labels import LabelRules
from xnat_ferry.listing import NO_SESSIONS
from xnat_ferry.model import SessionRow, Verdict
from xnat_ferry.settings.redact import plain
from xnat_ferry.survey import Chosen, Survey
from xnat_ferry.survey.seen_subjects import may_be_ids
from xnat_ferry.wording import plural

_ID = re.compile(r"(.+)_[A-Z][0-9]{5,}", re.DOTALL)
_NEW_LABEL = "Give it another label, as --labels subject.prefix=P_."

ByLabel = Mapping[str, list[Chosen]]
"""The chosen sessions by their subject's label at the destination, in lower case as XNAT compares it."""


def subject_findings(survey: Survey, rules: LabelRules) -> Iterator[Finding]:
    """What becomes of the subjects under the labels that the rules give them."""
    labels, sessions = _by_subject(survey, rules)
    yield from _joined(labels, sessions)
    yield from _met(survey, labels, sessions)
    yield from _taken_for_ids(survey, labels.values())


def joined_subjects(survey: Survey, rules: LabelRules) -> dict[str, str]:
    """By accession ID, the sessions whose subject would become one with another, and what is said of that."""
    if survey.staying is not None:
        return {}
    return {one.id: words for _, group, words in _groups(*_by_subject(survey, rules)) for one in group}


def _by_subject(survey: Survey, rules: LabelRules) -> tuple[dict[str, str], ByLabel]:
    """The new labels of the subjects, and their sessions, both by the label in lower case."""
    labels: dict[str, str] = {}
    sessions: dict[str, list[Chosen]] = defaultdict(list)
    for chosen in survey.chosen:
        to = rules.apply(chosen.row).subject
        labels.setdefault(to.casefold(), to)
        sessions[to.casefold()].append(chosen)
    return labels, sessions


def _groups(labels: Mapping[str, str], sessions: ByLabel) -> Iterator[tuple[str, list[SessionRow], str]]:
    """Subjects of the source that would be one; XNAT knows no case in labels (wire-write 3.1).

    Their new label, their sessions, and what is said of it.
    """
    for folded, group in sessions.items():
        subjects = {_subject(chosen): chosen.row.subject for chosen in group}
        if len(subjects) > 1:
            to = plain(labels[folded], 60)
            words = f"{len(subjects):,} subjects would become {to}: {some(sorted(subjects.values()))}."
            yield to, [chosen.row for chosen in group], words


def _joined(labels: Mapping[str, str], sessions: ByLabel) -> Iterator[Finding]:
    for to, _, words in _groups(labels, sessions):
        yield _finding(
            Verdict.FAIL,
            "subjects-joined",
            to,
            words,
            "Give each a label of its own, with --labels; or, where they are one person, "
            "say --accept subjects-joined.",
        )


def _subject(chosen: Chosen) -> str:
    """Its label in its project, which is its own; where that shows none, its accession ID."""
    return chosen.row.subject or (chosen.detail.subject_id if chosen.detail else "")


def _met(survey: Survey, labels: Mapping[str, str], sessions: ByLabel) -> Iterator[Finding]:
    """Subjects that are there already, but for those of whom a chosen study is there too."""
    project, there = survey.destination.endpoint.project, survey.destination.sessions or NO_SESSIONS
    known = {label.casefold() for label in there.subjects.words}
    met = {folded for folded in sessions if folded in known}
    if not met:
        return
    studies = {(one.study_uid, folded) for folded in met for one in sessions[folded] if one.study_uid}
    same = {
        subject.casefold()
        for subject, study in zip(there.subjects, there.study_uids, strict=True)
        if (study, subject.casefold()) in studies
    }
    left = [labels[folded] for folded in sessions if folded in met - same]
    if left:
        are = "is" if len(left) == 1 else "are"
        yield _finding(
            Verdict.WARN,
            "subject-there",
            project,
            f"{plural(len(left), 'subject')} {are} in {project} already, and would get further sessions: "
            f"{some(left)}.",
            "Make sure that they are the same people there; else map them with --labels.",
        )


def _taken_for_ids(survey: Survey, labels: Iterable[str]) -> Iterator[Finding]:
    """New labels by which XNAT finds a subject elsewhere: it tries accession IDs, too (wire-write 3.1)."""
    project, there = survey.destination.endpoint.project, survey.destination.sessions
    seen = survey.subject_ids
    if there is None:
        return
    new = [one for one in may_be_ids(labels, there) if one.casefold() not in seen.own]
    for label in new:
        owner = plain(seen.owners.get(label, ""), 60)
        if owner:
            shown = plain(label, 60)
            yield _finding(
                Verdict.FAIL,
                "subject-is-an-id",
                shown,
                f"{shown} is no subject's label in {project}, but the accession ID of a subject of {owner}: "
                "XNAT would put the sessions under that one.",
                _NEW_LABEL,
            )
    prefixes = _prefixes(survey) if new else set()
    alike = [one for one in new if not prefixes or _prefix(one) in prefixes]
    hidden = [one for one in alike if seen.owners.get(one) == ""]
    if hidden:
        yield _finding(
            Verdict.WARN,
            "subject-id-unclear",
            project,
            f"New subject labels look like accession IDs: {some(hidden)}. Whether a subject that you may "
            "not see has one of them is not known; XNAT would put the sessions under that one.",
            _NEW_LABEL,
        )
    unasked = [one for one in alike if one not in seen.owners]
    if unasked:
        yield _finding(
            Verdict.UNKNOWN,
            "subject-id-unclear",
            project,
            f"New subject labels look like accession IDs: {some(unasked)}. Whether another subject has one "
            "of them was not looked at; XNAT would put the sessions under that one.",
            _NEW_LABEL if survey.depth.sessions else "Check without --quick.",
        )


def _prefixes(survey: Survey) -> set[str]:
    """What the site's accession IDs begin with, as far as there are any; none where that is not known."""
    here, there = survey.source, survey.destination
    views = [there, *([here] if here.endpoint.server == there.endpoint.server else [])]
    found = {_prefix(one) for view in views for one in (view.sessions or NO_SESSIONS).ids}
    return found - {""}


def _prefix(accession_id: str) -> str:
    found = _ID.fullmatch(accession_id.upper())
    return found[1] if found else ""


def _finding(verdict: Verdict, kind: str, about: str, message: str, advice: str) -> Finding:
    return Finding(check="labels", verdict=verdict, about=about, message=message, kind=kind, advice=advice)
