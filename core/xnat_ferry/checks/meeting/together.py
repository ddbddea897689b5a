"""What sessions that travel together meet in each other, and in XNAT's rule for labels."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from xnat_ferry.checks.finding import Answer, Conflict, ConflictClass
from xnat_ferry.checks.meeting import xnat_says
from xnat_ferry.checks.meeting.coming import Coming
from xnat_ferry.checks.meeting.completeness import amount
from xnat_ferry.checks.meeting.namesakes import Namesakes
from xnat_ferry.checks.meeting.xnat_says import Reply
from xnat_ferry.model import LABEL
from xnat_ferry.settings.redact import plain

_SOME = 5
_NOTHING: Mapping[str, str] = {}


def meet_label_rule(coming: Coming) -> Iterator[Conflict]:
    """Labels of which XNAT takes letters, digits, ``-`` and ``_`` only."""
    for what, label in (("session", coming.to.session), ("subject", coming.to.subject)):
        if not LABEL.fullmatch(label):
            words = f"The {what} label '{plain(label, 60)}' has characters that XNAT refuses."
            kind, reply = ConflictClass.BAD_LABEL, xnat_says.bad_label(label)
            yield _conflict(coming, kind, words, reply, there=label, suggested=Answer.RENAME)


def meet_companions(coming: Coming, companions: Namesakes[Coming]) -> Iterator[Conflict]:
    """Chosen sessions that would get one label, and those that are of one study."""
    label = companions.of_label(coming.to.session)
    if len(label) > 1:
        others = _some_others(coming, label)
        words = f"{len(label):,} chosen sessions would become {coming.to.session}: {_named(label)}."
        if any(one.to.session != coming.to.session for one in others):
            words += " Their labels differ in case only."
        yield _conflict(
            coming,
            ConflictClass.DUPLICATE_TARGET,
            words,
            _second_of_two(coming, others[0]),
            there=_listed(others, len(label) - 1),
            suggested=Answer.RENAME,
            other=_evidence(others, len(label) - 1),
        )
    twins = companions.of_study(coming.study)
    if len(twins) > 1:
        words = f"One study is chosen {len(twins):,} times: {_named(twins)}."
        others = _some_others(coming, twins)
        there, other = _listed(others, len(twins) - 1), _evidence(others, len(twins) - 1)
        kind, reply = ConflictClass.DUPLICATE_STUDY, xnat_says.KEEPS_BOTH
        yield _conflict(coming, kind, words, reply, there=there, apart=True, other=other)


def _some_others(coming: Coming, group: Sequence[Coming]) -> list[Coming]:
    """The first few: of very many, each must not be compared with each."""
    return list(islice((one for one in group if one.id != coming.id), _SOME))


def _evidence(others: Sequence[Coming], of: int) -> dict[str, str]:
    """What the others will be called, and what is known of them where all are alike in it."""
    if of > len(others):
        return {}
    known = {
        "its subject": {one.to.subject for one in others},
        "its study": {one.study for one in others},
        "its type": {one.modality for one in others},
        "its date": {one.date for one in others},
        "its content": {amount(one.detail) for one in others},
    }
    alike = {name: value or "unknown" for name, (value, *more) in known.items() if not more}
    return {"there": ", ".join(one.to.session for one in others), **alike}


def _second_of_two(one: Coming, other: Coming) -> Reply:
    """What becomes of the second of two under one label, in the order of XNAT's checks."""
    if one.stays:
        return xnat_says.IN_USE
    found = _told_apart_by(one, other)
    if found:
        return Reply("refuse to archive the second", found.says)
    return xnat_says.MERGES if one.study and other.study else xnat_says.MERGES_OR_NOT


def _told_apart_by(one: Coming, other: Coming) -> Reply | None:
    """The first of the checks 10, 12, 13 and 14 that tells two sessions apart."""
    if one.to.session != other.to.session:
        return xnat_says.OTHER_LABEL
    if one.modality and other.modality and one.modality != other.modality:
        return xnat_says.OTHER_MODALITY
    if one.to.subject.casefold() != other.to.subject.casefold():
        return xnat_says.other_subject(one.to.session)
    if one.study and other.study and one.study != other.study:
        return xnat_says.OTHER_STUDY
    return None


def _conflict(
    coming: Coming,
    kind: ConflictClass,
    what: str,
    reply: Reply,
    *,
    there: str,
    apart: bool = False,
    suggested: Answer = Answer.SKIP,
    other: Mapping[str, str] = _NOTHING,
) -> Conflict:
    return Conflict(
        session=coming.session,
        id=coming.id,
        subject=coming.subject,
        kind=kind,
        message=f"{what} {reply}",
        answers=(Answer.SKIP, Answer.RENAME),
        suggested=suggested,
        there=there,
        apart=apart,
        evidence={
            "there": there,
            "this session": coming.to.session,
            "this subject": coming.to.subject,
            "this study": coming.study or "unknown",
            "this type": coming.modality or "unknown",
            "this date": coming.date or "unknown",
            "this content": amount(coming.detail),
            **other,
        }
        | reply.evidence,
    )


def _named(group: Sequence[Coming]) -> str:
    return _listed(group[:_SOME], len(group))


def _listed(some: Sequence[Coming], of: int) -> str:
    more = of - len(some)
    return ", ".join(one.session for one in some) + (f" and {more:,} more" if more else "")
