"""The guide's second item: what is already at the destination under these labels or of these studies."""

from collections.abc import Iterator, Sequence

from xnat_ferry.checks.asking import owners_of
from xnat_ferry.checks.finding import Conflict, ConflictClass, Finding
from xnat_ferry.checks.meeting.archived import meet_archived
from xnat_ferry.checks.meeting.coming import Coming, coming
from xnat_ferry.checks.meeting.namesakes import There, companions
from xnat_ferry.checks.meeting.together import meet_companions, meet_label_rule
from xnat_ferry.checks.meeting.waiting import meet_waiting
from xnat_ferry.labels import KEEP, LabelRules
from xnat_ferry.model import Verdict
from xnat_ferry.survey import ProjectView, Survey


def check_conflicts(survey: Survey, conflicts: tuple[Conflict, ...]) -> tuple[Finding, ...]:
    """One finding for each session and class of conflict; ok when there is none and both lists were read."""
    about = survey.destination.endpoint.project
    findings = [*_of_conflicts(conflicts), *_unread(survey.destination)]
    if not findings:
        count = len(survey.chosen)
        words = f"{count:,} of {count:,} labels are free in {about}, prearchive included."
        findings.append(Finding(check="conflicts", verdict=Verdict.OK, about=about, message=words, kind="ok"))
    return tuple(findings)


def find_conflicts(survey: Survey, rules: LabelRules = KEEP) -> tuple[Conflict, ...]:
    """Every conflict of every chosen session, labels compared without regard to case, as XNAT does."""
    stays = survey.staying is not None
    sessions = [coming(chosen, rules.apply(chosen.row), stays=stays) for chosen in survey.chosen]
    return conflicts_of(sessions, There(survey.destination))


def label_troubles(survey: Survey, rules: LabelRules) -> dict[str, Conflict]:
    """By accession ID, the first conflict that another label would settle."""
    troubles: dict[str, Conflict] = {}
    for conflict in find_conflicts(survey, rules):
        if not conflict.apart:
            troubles.setdefault(conflict.id, conflict)
    return troubles


def conflicts_of(sessions: Sequence[Coming], there: There) -> tuple[Conflict, ...]:
    """The same for sessions that were given their labels already."""
    fellows = companions(sessions)
    return tuple(
        conflict
        for one in sessions
        for conflict in (
            *meet_label_rule(one),
            *meet_destination(one, there),
            *meet_companions(one, fellows),
        )
    )


def meet_destination(one: Coming, there: There) -> Iterator[Conflict]:
    """What one session meets in the archive and the prearchive."""
    yield from meet_archived(one, there)
    yield from meet_waiting(one, there)


def _of_conflicts(conflicts: tuple[Conflict, ...]) -> Iterator[Finding]:
    together: dict[tuple[str, ConflictClass], list[Conflict]] = {}
    for conflict in conflicts:
        together.setdefault((conflict.id, conflict.kind), []).append(conflict)
    for (_, kind), some in together.items():
        yield Finding(
            check="conflicts",
            verdict=Verdict.WARN,
            about=some[0].session,
            message=" ".join(one.message for one in some),
            kind=kind,
            advice=_ADVICE[kind],
            evidence=_evidence(some),
        )


def _evidence(some: Sequence[Conflict]) -> dict[str, str]:
    """Of several, each name carries a number, so that none hides another."""
    if len(some) == 1:
        return some[0].evidence
    return {
        f"{name} ({number})": value
        for number, one in enumerate(some, 1)
        for name, value in one.evidence.items()
    }


def _unread(view: ProjectView) -> Iterator[Finding]:
    project = view.endpoint.project
    for what, kind, known, why in (
        ("archived sessions", "archive-unread", view.sessions, view.problem),
        ("prearchive", "prearchive-unread", view.prearchive, view.prearchive_problem),
    ):
        if known is None:
            words = f"The {what} of {project} could not be read, so conflicts there are not known. {why}"
            advice = f"Ask {owners_of(view)} for the role Member, then check again."
            yield Finding(
                check="conflicts",
                verdict=Verdict.UNKNOWN,
                about=project,
                message=words.rstrip(),
                kind=kind,
                advice=advice,
            )


def _answer_with(kind: ConflictClass, answers: str) -> str:
    return f"Answer with --on-conflict {kind}=ANSWER; {answers}."


_OTHER_LABEL = "rename gives a label that is free, SESSION=rename:LABEL the one you want"
_ADVICE = {
    ConflictClass.SAME_STUDY: _answer_with(
        ConflictClass.SAME_STUDY, "skip leaves it, complete sends what is missing there, rename keeps both"
    ),
    ConflictClass.OTHER_STUDY: _answer_with(
        ConflictClass.OTHER_STUDY, f"skip leaves it, {_OTHER_LABEL}, merge is possible where it is offered"
    ),
    ConflictClass.PREARCHIVE: _answer_with(
        ConflictClass.PREARCHIVE, "skip leaves it, rename keeps both, complete adds to what waits"
    ),
    ConflictClass.DUPLICATE_STUDY: _answer_with(
        ConflictClass.DUPLICATE_STUDY,
        "skip leaves all of them, rename keeps them apart, SESSION=skip leaves one",
    ),
    ConflictClass.BAD_LABEL: _answer_with(
        ConflictClass.BAD_LABEL, "rename puts _ for what XNAT refuses; or map the labels with --labels"
    ),
} | {
    kind: _answer_with(kind, f"skip leaves it, {_OTHER_LABEL}")
    for kind in (ConflictClass.OTHER_SUBJECT, ConflictClass.SHARED, ConflictClass.DUPLICATE_TARGET)
}
