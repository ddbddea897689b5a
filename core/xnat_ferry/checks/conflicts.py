"""The guide's second item: what is already at the destination under these labels or of these studies."""

from collections.abc import Iterable, Iterator, Sequence

from xnat_ferry.checks.finding import Conflict, ConflictClass, Finding
from xnat_ferry.checks.meeting.archived import meet_archived
from xnat_ferry.checks.meeting.coming import Coming, coming
from xnat_ferry.checks.meeting.namesakes import Namesakes, There, companions
from xnat_ferry.checks.meeting.together import meet_companions, meet_label_rule
from xnat_ferry.checks.meeting.waiting import meet_waiting
from xnat_ferry.checks.memory import Memory
from xnat_ferry.checks.whom_to_ask import owners_of
from xnat_ferry.labels import KEEP, LabelRules
from xnat_ferry.model import Verdict
from xnat_ferry.survey import ProjectView, Survey
from xnat_ferry.wording import out_of


def check_conflicts(survey: Survey, conflicts: tuple[Conflict, ...]) -> tuple[Finding, ...]:
    """One finding for each session and class of conflict; ok when there is none and both lists were read."""
    about = survey.destination.endpoint.project
    findings = [*_of_conflicts(conflicts), *_unread(survey.destination)]
    if not findings:
        count = len(survey.chosen)
        free = f"{out_of(count, count, 'label')} {'is' if count == 1 else 'are'} free"
        words = f"{free} in {about}, prearchive included."
        findings.append(Finding(check="conflicts", verdict=Verdict.OK, about=about, message=words, kind="ok"))
    return tuple(findings)


def find_conflicts(
    survey: Survey, rules: LabelRules = KEEP, memory: Memory | None = None
) -> tuple[Conflict, ...]:
    """Every conflict of every chosen session, labels compared without regard to case, as XNAT does."""
    memory = memory or Memory()
    return conflicts_of(all_coming(survey, rules, memory), all_there(survey, memory))


def all_coming(survey: Survey, rules: LabelRules, memory: Memory) -> Sequence[Coming]:
    """The chosen sessions under the labels that the rules give them."""

    def think(seen: Survey) -> Sequence[Coming]:
        stays = seen.staying is not None
        return [coming(chosen, rules.apply(chosen.row), stays=stays) for chosen in seen.chosen]

    return memory.of("coming", survey, think, rules)


def all_there(survey: Survey, memory: Memory) -> There:
    """What they may meet at the destination."""
    return memory.of("there", survey, lambda seen: There(seen.destination))


def troubles_of(conflicts: Iterable[Conflict]) -> dict[str, Conflict]:
    """By accession ID, the first conflict that another label would settle."""
    troubles: dict[str, Conflict] = {}
    for conflict in conflicts:
        if not conflict.apart:
            troubles.setdefault(conflict.id, conflict)
    return troubles


def label_troubles(survey: Survey, rules: LabelRules, memory: Memory | None = None) -> dict[str, Conflict]:
    """The same for sessions under the labels that some rules give them."""
    return troubles_of(find_conflicts(survey, rules, memory))


def conflicts_of(sessions: Sequence[Coming], there: There) -> tuple[Conflict, ...]:
    """The same for sessions that were given their labels already."""
    fellows = companions(sessions)
    return tuple(conflict for one in sessions for conflict in meet(one, there, fellows))


def meet(one: Coming, there: There, fellows: Namesakes[Coming]) -> Iterator[Conflict]:
    """What one session meets: XNAT's rule for labels, the destination, those that it travels with."""
    yield from meet_label_rule(one)
    yield from meet_destination(one, there)
    yield from meet_companions(one, fellows)


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
