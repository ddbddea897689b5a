"""The guide's second item: what is already at the destination under these labels or of these studies."""

from collections import Counter, defaultdict
from collections.abc import Iterator

from xnat_ferry.checks.finding import Answer, Conflict, ConflictClass, Finding
from xnat_ferry.labels import KEEP, LabelRules, Labels
from xnat_ferry.model import LABEL, PrearchiveRow, SessionRow, Verdict
from xnat_ferry.survey import Chosen, Survey


def check_conflicts(survey: Survey, conflicts: tuple[Conflict, ...]) -> tuple[Finding, ...]:
    """One finding a conflict; ok when there is none and both lists could be read."""
    about = survey.destination.endpoint.project
    findings = [
        Finding(
            check="conflicts",
            verdict=Verdict.WARN,
            about=conflict.session,
            message=conflict.message,
            advice=f"Answer with --on-conflict {conflict.kind}=skip, or give it another label in the plan.",
            evidence=conflict.evidence,
        )
        for conflict in conflicts
    ]
    for what, known in (
        ("archived sessions", survey.destination.sessions),
        ("prearchive", survey.destination.prearchive),
    ):
        if known is None:
            words = f"The {what} of {about} could not be read, so conflicts there are not known."
            advice = "Ask an owner of the project for the role Member, then check again."
            findings.append(_about_all(about, Verdict.UNKNOWN, words, advice))
    if not findings:
        free = (
            f"{len(survey.chosen)} of {len(survey.chosen)} labels are free in {about}, prearchive included."
        )
        findings.append(_about_all(about, Verdict.OK, free))
    return tuple(findings)


def find_conflicts(survey: Survey, rules: LabelRules = KEEP) -> tuple[Conflict, ...]:
    """Every conflict of every chosen session, labels compared without regard to case, as XNAT does."""
    there = _Known(survey, rules)
    return tuple(
        conflict
        for chosen in survey.chosen
        for conflict in (
            *_labels(chosen, there),
            *_archived(chosen, there),
            *_waiting(chosen, there),
            *_within(chosen, there),
        )
    )


class _Known:
    """The survey by label and by study, so that each session is compared with its namesakes only."""

    def __init__(self, survey: Survey, rules: LabelRules) -> None:
        self.to = {chosen.row.id: rules.apply(chosen.row) for chosen in survey.chosen}
        """The labels at the destination, by accession ID."""
        self.project = survey.destination.endpoint.project
        self.archived: dict[str, list[SessionRow]] = defaultdict(list)
        self.waiting: dict[str, list[PrearchiveRow]] = defaultdict(list)
        self.labels: Counter[str] = Counter(to.session.casefold() for to in self.to.values())
        self.twins: dict[str, list[str]] = defaultdict(list)
        for row in survey.destination.sessions or ():
            for key in {_by_label(row.label), _by_study(row.study_uid)}:
                self.archived[key].append(row)
        for waiting in survey.destination.prearchive or ():
            for key in {_by_label(waiting.name), _by_study(waiting.study_uid)}:
                self.waiting[key].append(waiting)
        for chosen in survey.chosen:
            self.twins[_study(chosen)].append(chosen.row.label)


def _labels(chosen: Chosen, known: _Known) -> Iterator[Conflict]:
    to = known.to[chosen.row.id]
    for what, label in (("session", to.session), ("subject", to.subject)):
        if not LABEL.fullmatch(label):
            words = f"The {what} label '{label}' has characters that XNAT refuses."
            yield _conflict(chosen.row, ConflictClass.BAD_LABEL, words)


def _archived(chosen: Chosen, known: _Known) -> Iterator[Conflict]:
    row, study = chosen.row, _study(chosen)
    to = known.to[row.id]
    same_label = known.archived.get(_by_label(to.session), [])
    for there in same_label:
        same_study = bool(study) and study == there.study_uid
        kind, words = _same_label(to, there, known.project, same_study, bool(study and there.study_uid))
        yield _conflict(row, kind, words, _both_sides(study, there))
    for there in known.archived.get(_by_study(study), []) if study else []:
        if there not in same_label:
            words = f"The study of {row.label} is already in {known.project}, as {there.label}."
            yield _conflict(row, ConflictClass.SAME_STUDY, words, _both_sides(study, there))


def _both_sides(study: str, there: SessionRow) -> dict[str, str]:
    return {
        "there": there.label,
        "its subject": there.subject,
        "its study": there.study_uid or "unknown",
        "this study": study or "unknown",
        "its date": there.date,
    }


def _same_label(
    to: Labels, there: SessionRow, project: str, same_study: bool, both_known: bool
) -> tuple[ConflictClass, str]:
    if there.owner not in (None, project):
        return (
            ConflictClass.SHARED,
            f"{to.session} is held in {project} by a session shared from {there.owner}.",
        )
    if there.subject.casefold() != to.subject.casefold():
        words = f"{to.session} is already in {project}, under another subject ({there.subject})."
        return ConflictClass.OTHER_SUBJECT, words
    if same_study:
        return ConflictClass.SAME_STUDY, f"{to.session} is already in {project}: the same study."
    if both_known:
        words = f"{to.session} is already in {project}, with another study. Sending would merge the two."
        return ConflictClass.OTHER_STUDY, words
    words = f"{to.session} is already in {project}; whether it is the same study is not known."
    return ConflictClass.OTHER_STUDY, words


def _waiting(chosen: Chosen, known: _Known) -> Iterator[Conflict]:
    row, study = chosen.row, _study(chosen)
    same_label = known.waiting.get(_by_label(known.to[row.id].session), [])
    same_study = known.waiting.get(_by_study(study), []) if study else []
    for there in (*same_study, *(other for other in same_label if other not in same_study)):
        what = "This study" if there in same_study else "Another study"
        words = f"{what} waits in the prearchive as {there.name} ({there.status})."
        evidence = {"there": there.path, "its subject": there.subject, "status": there.status}
        yield _conflict(row, ConflictClass.PREARCHIVE, words, evidence)


def _within(chosen: Chosen, known: _Known) -> Iterator[Conflict]:
    row, study = chosen.row, _study(chosen)
    label = known.to[row.id].session
    count = known.labels[label.casefold()]
    if count > 1:
        words = f"{count} chosen sessions would become {label}."
        yield _conflict(row, ConflictClass.DUPLICATE_TARGET, words)
    twins = known.twins[study] if study else []
    if len(twins) > 1:
        words = f"One study is chosen {len(twins)} times: {', '.join(twins[:5])}."
        yield _conflict(row, ConflictClass.DUPLICATE_STUDY, words, {"study": study})


def _by_label(label: str) -> str:
    return "label " + label.casefold()


def _by_study(study_uid: str | None) -> str:
    return "study " + (study_uid or "")


def _study(chosen: Chosen) -> str:
    return (chosen.detail.study_uid if chosen.detail else "") or chosen.row.study_uid or ""


def _conflict(
    row: SessionRow, kind: ConflictClass, message: str, evidence: dict[str, str] | None = None
) -> Conflict:
    return Conflict(
        session=row.label,
        subject=row.subject,
        kind=kind,
        message=message,
        answers=(Answer.SKIP, Answer.RENAME),
        suggested=Answer.SKIP,
        evidence=evidence or {},
    )


def _about_all(project: str, verdict: Verdict, message: str, advice: str = "") -> Finding:
    return Finding(check="conflicts", verdict=verdict, about=project, message=message, advice=advice)
