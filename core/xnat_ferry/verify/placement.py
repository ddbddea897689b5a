"""Whether a session lies under the subject, is the study and has the owner that it should: pure."""

from collections.abc import Iterator

from xnat_ferry.model import Level, Mark
from xnat_ferry.verify import likely
from xnat_ferry.verify.observed import Observed
from xnat_ferry.verify.rewriting import STUDY_INSTANCE_UID, Rewriting
from xnat_ferry.verify.verification import Item, What


def strayed(
    session: str,
    observed: Observed,
    *,
    subject: str,
    subject_id: str | None,
    study_uid: str,
    owner: str = "",
    level: Level,
    rewriting: Rewriting,
) -> Iterator[Item]:
    """What is wrong with the session as a whole, if it is there.

    ``subject`` is the label that its subject should have, ``subject_id`` that subject's accession ID there,
    "" when there is none and None when that is not known. ``owner`` is the project that should own it. What
    was not asked for is "".
    """

    def about(mark: Mark, what: What, source: str, destination: str, cause: str) -> Item:
        return Item(
            mark=mark,
            session=session,
            scan="",
            file="",
            what=what,
            source=source,
            destination=destination,
            likely=cause,
        )

    if subject and observed.subject_id:
        if subject_id is None:
            yield about(Mark.UNKNOWN, What.SUBJECT, subject, observed.subject_id, likely.SUBJECT_UNREAD)
        elif subject_id != observed.subject_id:
            yield about(Mark.DIFFERS, What.SUBJECT, subject, observed.subject_id, likely.OTHER_SUBJECT)
    if subject and observed.subject and observed.subject.casefold() != subject.casefold():
        # as archiving would look it up, whatever the case (wire-write 3.1)
        yield about(Mark.DIFFERS, What.SUBJECT, subject, observed.subject, likely.WAITS_UNDER_ANOTHER)
    if owner and observed.id and observed.owner != owner:
        yield about(Mark.DIFFERS, What.OWNER, owner, observed.owner, likely.OTHER_OWNER)
    rewritten = rewriting.runs is None or rewriting.touches(STUDY_INSTANCE_UID)
    known = level.reaches(Level.IDENTITY) and study_uid and observed.study_uid and not rewritten
    if known and observed.study_uid != study_uid:
        yield about(Mark.DIFFERS, What.UID, study_uid, observed.study_uid, likely.OTHER_STUDY)
