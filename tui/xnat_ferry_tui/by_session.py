"""A judgement as the steps look it up. Made aside, since there may be very many sessions. No Textual."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from msgspec import Struct

from xnat_ferry.checks import Conflict
from xnat_ferry.checks.conflicts import troubles_of
from xnat_ferry.labels import Labels
from xnat_ferry.model import SessionRow
from xnat_ferry.plan import Fate, PlannedSession
from xnat_ferry.plan.free_labels import FreeLabels
from xnat_ferry.plan.judged import Judged


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
    troubles: Mapping[str, Conflict] = {}
    """By session, what another label would settle."""
    free: FreeLabels | None = None
    """Which labels nobody has there."""


NOTHING = BySession()


def by_session(judged: Judged) -> BySession:
    """Sort out a judgement."""
    conflicts, met = judged.checklist.conflicts, defaultdict[str, list[Conflict]](list)
    for conflict in conflicts:
        met[conflict.id].append(conflict)
    planned = {one.id: one for one in judged.planned.sessions}
    decided = {key for key, one in planned.items() if one.fate != Fate.UNDECIDED}
    going = [Labels(one.to_subject, one.to_session) for one in judged.planned.sessions]
    return BySession(
        rows=[one.row for one in judged.survey.chosen],
        conflicts=conflicts,
        met=dict(met),
        planned=planned,
        undecided=planned.keys() - decided,
        unsettled=[one for one in conflicts if one.id not in decided],
        troubles=troubles_of(conflicts),
        free=FreeLabels(judged.survey.destination, going),
    )
