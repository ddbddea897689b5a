"""What a session meets in the destination's archive (wire-write 3.1 to 3.4)."""

from collections.abc import Iterator

from xnat_ferry.checks.finding import Answer, Conflict, ConflictClass
from xnat_ferry.checks.meeting import xnat_says
from xnat_ferry.checks.meeting.coming import Coming
from xnat_ferry.checks.meeting.completeness import Completeness, amount, compare
from xnat_ferry.checks.meeting.namesakes import There
from xnat_ferry.checks.meeting.xnat_says import Reply
from xnat_ferry.labels import Labels
from xnat_ferry.model import SessionDetail, SessionRow


def meet_archived(coming: Coming, there: There) -> Iterator[Conflict]:
    """Whatever holds its label there, and whatever is of its study under another label."""
    same_label = there.archived.of_label(coming.to.session)
    for row in same_label:
        yield _same_label(coming, row, there.project)
    for row in there.archived.of_study(coming.study):
        if row not in same_label:
            yield _same_study(coming, row, there.project)


def _same_label(coming: Coming, row: SessionRow, project: str) -> Conflict:
    """In the order of XNAT's own checks: 11, 12 and 13, then 14."""
    label, both = coming.to.session, bool(coming.study and row.study_uid)
    if row.owner not in (None, project):
        what = f"{label} is held in {project} by a session shared from {row.owner}."
        return _conflict(coming, row, project, ConflictClass.SHARED, what, xnat_says.OTHER_PROJECT)
    if row.subject.casefold() != coming.to.subject.casefold():
        what = f"{label} is already in {project}, under another subject ({row.subject})."
        reply = xnat_says.other_subject(label)
        return _conflict(coming, row, project, ConflictClass.OTHER_SUBJECT, what, reply)
    if coming.modality and row.modality and coming.modality != row.modality:
        what = f"{label} is already in {project}, as {row.modality} and not {coming.modality}."
        return _conflict(coming, row, project, ConflictClass.OTHER_STUDY, what, xnat_says.OTHER_MODALITY)
    if both and coming.study == row.study_uid:
        return _same_study(coming, row, project)
    if both:
        what = f"{label} is already in {project}, with another study."
        reply = xnat_says.OTHER_STUDY
    else:
        what = f"{label} is already in {project}; whether it is the same study is not known."
        reply = xnat_says.MERGES_OR_NOT
    return _conflict(coming, row, project, ConflictClass.OTHER_STUDY, what, reply, Answer.MERGE)


def _same_study(coming: Coming, row: SessionRow, project: str) -> Conflict:
    """One study under one label, or under two: a second session is then what XNAT makes of it."""
    found = _compared(coming, row)
    apart = row.label.casefold() != coming.label
    what = (
        f"The study of {coming.session} is already in {project}, as {row.label}, {_how_much(found)}."
        if apart
        else f"{coming.to.session} is already in {project}: the same study, {_how_much(found)}."
    )
    reply = xnat_says.KEEPS_BOTH if apart else xnat_says.SAME_FILES
    more = () if found.complete else (Answer.COMPLETE,)
    # where it is not known what is missing, nobody can say that something should be sent
    suggested = Answer.COMPLETE if found.complete is False else Answer.SKIP
    return _conflict(coming, row, project, ConflictClass.SAME_STUDY, what, reply, *more, suggested=suggested)


def _how_much(found: Completeness) -> str:
    if found.complete:
        return "with every file"
    if found.complete is None:
        return "and it is not known whether all of it"
    return f"but not all of it ({found.what_is_missing})"


def _compared(coming: Coming, row: SessionRow) -> Completeness:
    return compare(coming.detail, _counterpart(coming, row))


def _counterpart(coming: Coming, row: SessionRow) -> SessionDetail | None:
    return next((one for one in coming.counterparts if one.id == row.id), None)


def _conflict(
    coming: Coming,
    row: SessionRow,
    project: str,
    kind: ConflictClass,
    what: str,
    reply: Reply,
    *more: Answer,
    suggested: Answer = Answer.SKIP,
) -> Conflict:
    apart = row.label.casefold() != coming.label
    if not apart and row.label != coming.to.session:
        what += f" The two labels differ in case only ({row.label})."
        reply = xnat_says.OTHER_LABEL
    if coming.stays and not apart:
        reply = xnat_says.IN_USE
    joins = Labels(row.subject, row.label) if more and _can_take_more(coming, row, project) else None
    return Conflict(
        session=coming.session,
        id=coming.id,
        subject=coming.subject,
        kind=kind,
        message=f"{what} {reply}",
        answers=(Answer.SKIP, Answer.RENAME, *(more if joins else ())),
        suggested=suggested if joins else Answer.SKIP,
        there=row.label,
        apart=apart,
        joins=joins,
        evidence=_both_sides(coming, row) | reply.evidence,
    )


def _can_take_more(coming: Coming, row: SessionRow, project: str) -> bool:
    """Whether nothing that XNAT cannot be made to pass over stands against it: checks 11, 12 and 13."""
    return (
        not coming.stays
        and row.owner == project
        and row.subject.casefold() == coming.to.subject.casefold()
        and (not coming.modality or not row.modality or coming.modality == row.modality)
    )


def _both_sides(coming: Coming, row: SessionRow) -> dict[str, str]:
    there = _counterpart(coming, row)
    return {
        "there": row.label,
        "its owner": row.owner or "not told",
        "its subject": row.subject,
        "its study": row.study_uid or "unknown",
        "its date": row.date or "unknown",
        "its type": row.modality or "unknown",
        "its content": amount(there),
        "this session": coming.to.session,
        "this subject": coming.to.subject,
        "this study": coming.study or "unknown",
        "this date": coming.date or "unknown",
        "this type": coming.modality or "unknown",
        "this content": amount(coming.detail),
    }
