"""Plans for sessions that do not travel, made of those that the checks and the answers gave: pure."""

from msgspec.structs import replace

from xnat_ferry.model import Level, Road
from xnat_ferry.plan.model import Fate, Plan, PlannedSession, Target
from xnat_ferry.settings.redact import plain
from xnat_ferry.survey.seen_staying import StayingSeen


def staying(plan: Plan, seen: StayingSeen) -> Plan:
    """The plan for sharing or relocating: whole sessions, with all that is in them.

    Nobody sees their pixels on the way, so that digests are the most that can be compared afterwards.
    """
    return replace(
        plan,
        road=seen.road,
        to=Target.ARCHIVE,
        verify=Level.IDENTITY if plan.verify.reaches(Level.IDENTITY) else plan.verify,
        move=False,
        sessions=tuple(_session(one, seen) for one in plan.sessions),
    )


def _session(one: PlannedSession, seen: StayingSeen) -> PlannedSession:
    there = seen.already.get(one.id)
    if seen.road == Road.SHARE and there is not None:
        why = f"it is shown there already, as {plain(there, 60)}"
        return replace(one, fate=Fate.SKIP, why=why, left_behind=())
    return replace(one, left_behind=())
