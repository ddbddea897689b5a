"""What a session meets in the destination's prearchive (wire-write 1.7, 2.2, 2.3)."""

from collections.abc import Iterator

from xnat_ferry.checks.finding import Answer, Conflict, ConflictClass
from xnat_ferry.checks.meeting import xnat_says
from xnat_ferry.checks.meeting.coming import Coming
from xnat_ferry.checks.meeting.completeness import amount
from xnat_ferry.checks.meeting.namesakes import There
from xnat_ferry.checks.meeting.xnat_says import Reply
from xnat_ferry.labels import Labels
from xnat_ferry.model import LABEL, PrearchiveRow

_TAKES_MORE = {"READY", "RECEIVING"}
_WENT_WRONG = {"CONFLICT", "ERROR"}


def meet_waiting(coming: Coming, there: There) -> Iterator[Conflict]:
    """Whatever waits of its study, and whatever else waits under its label."""
    same_study = there.waiting.of_study(coming.study)
    for row in same_study:
        yield _conflict(coming, row, f"This study waits in the prearchive as {row.name} ({row.status}).")
    for row in there.waiting.of_label(coming.to.session):
        if row not in same_study:
            which = "Another study" if coming.study and row.study_uid else "A session of an unknown study"
            yield _conflict(coming, row, f"{which} waits in the prearchive as {row.name} ({row.status}).")


def _conflict(coming: Coming, row: PrearchiveRow, what: str) -> Conflict:
    apart = row.name.casefold() != coming.label
    reply = _reply(coming, row, apart)
    joins = Labels(row.subject or coming.to.subject, row.name) if _can_take_more(coming, row) else None
    return Conflict(
        session=coming.session,
        id=coming.id,
        subject=coming.subject,
        kind=ConflictClass.PREARCHIVE,
        message=" ".join(filter(None, (what, str(reply), _hint(row.status)))),
        answers=(Answer.SKIP, Answer.RENAME, *([Answer.COMPLETE] if joins else [])),
        suggested=Answer.SKIP,
        there=row.path,
        apart=apart,
        joins=joins,
        evidence=_both_sides(coming, row) | reply.evidence,
    )


def _reply(coming: Coming, row: PrearchiveRow, apart: bool) -> Reply:
    if apart:
        return xnat_says.WAITS_APART
    if coming.stays:
        return xnat_says.MEETS_LATER
    return xnat_says.APPENDS if coming.study and coming.study == row.study_uid else xnat_says.WAITS_BESIDE


def _can_take_more(coming: Coming, row: PrearchiveRow) -> bool:
    return (
        not coming.stays
        and bool(coming.study)
        and coming.study == row.study_uid
        and row.status in _TAKES_MORE
        and row.subject.casefold() in ("", coming.to.subject.casefold())
        and bool(LABEL.fullmatch(row.name))
    )


def _hint(status: str) -> str:
    """What to do about a status that stands in the way; a status that is not known is a busy one (2.2)."""
    if status in _TAKES_MORE:
        return ""
    if status in _WENT_WRONG:
        return "Read its log in the prearchive page, then archive or remove it there, and check again."
    return "XNAT is busy with it; wait until it is done, and check again."


def _both_sides(coming: Coming, row: PrearchiveRow) -> dict[str, str]:
    return {
        "there": row.path,
        "its label": row.name,
        "its subject": row.subject or "unknown",
        "its study": row.study_uid or "unknown",
        "status": row.status,
        "this session": coming.to.session,
        "this subject": coming.to.subject,
        "this study": coming.study or "unknown",
        "this content": amount(coming.detail),
    }
