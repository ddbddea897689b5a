"""A judgement as the steps look it up. Made aside, since there may be very many sessions. No Textual."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from msgspec import Struct

from xnat_ferry.checks import Conflict
from xnat_ferry.checks.conflicts import label_troubles, troubles_of
from xnat_ferry.checks.memory import Memory
from xnat_ferry.checks.subjects import joined_subjects
from xnat_ferry.labels import LabelRules, Labels
from xnat_ferry.model import SessionRow
from xnat_ferry.plan import Fate, PlannedSession
from xnat_ferry.plan.free_labels import FreeLabels
from xnat_ferry.plan.judged import Judged
from xnat_ferry.survey import Survey


class BySession(Struct, frozen=True, kw_only=True):
    """What was found and planned; sessions go by their accession IDs."""

    rows: Sequence[SessionRow] = ()
    conflicts: Sequence[Conflict] = ()
    met: Mapping[str, Sequence[Conflict]] = {}
    """What each session meets; none where it meets nothing."""
    planned: Mapping[str, PlannedSession] = {}
    undecided: Collection[str] = frozenset()
    unsettled: Sequence[Conflict] = ()
    """The conflicts of sessions whose fate is not decided: only of these a person may be asked."""
    troubles: Mapping[str, str] = {}
    """By session, what another label would settle, in words."""
    joined: Mapping[str, str] = {}
    """Of these, where the subject would become one with another and nobody said that they are one person."""
    free: FreeLabels | None = None
    """Which labels nobody has there."""


NOTHING = BySession()


JOINED = "subjects-joined"
"""The kind of finding by which a person says that two subjects are one."""


def troubles(
    survey: Survey, rules: LabelRules, memory: Memory, accepted: Collection[str]
) -> Mapping[str, str]:
    """What would collide under some rules, be refused or become one subject, by session and in words."""
    met = label_troubles(survey, rules, memory)
    return _in_words(met, {} if JOINED in accepted else joined_subjects(survey, rules))


def _in_words(met: Mapping[str, Conflict], joined: Mapping[str, str]) -> Mapping[str, str]:
    return {**{key: conflict.message for key, conflict in met.items()}, **joined}


def by_session(judged: Judged) -> BySession:
    """Sort out a judgement."""
    conflicts, met = judged.checklist.conflicts, defaultdict[str, list[Conflict]](list)
    for conflict in conflicts:
        met[conflict.id].append(conflict)
    planned = {one.id: one for one in judged.planned.sessions}
    decided = {key for key, one in planned.items() if one.fate != Fate.UNDECIDED}
    accepted = JOINED in judged.checklist.accepted
    joined = {} if accepted else joined_subjects(judged.survey, judged.request.labels)
    going = [Labels(one.to_subject, one.to_session) for one in judged.planned.sessions]
    return BySession(
        rows=[one.row for one in judged.survey.chosen],
        conflicts=conflicts,
        met=dict(met),
        planned=planned,
        undecided=planned.keys() - decided,
        unsettled=[one for one in conflicts if one.id not in decided],
        troubles=_in_words(troubles_of(conflicts), joined),
        joined=joined,
        free=FreeLabels(judged.survey.destination, going),
    )
