"""Sessions of a plan by their names, as somebody types them."""

from collections.abc import Collection

from xnat_ferry.errors import NothingChosen, UnknownSessions
from xnat_ferry.plan.model import Plan, PlannedSession
from xnat_ferry.settings.redact import plain


def travelling_named(plan: Plan, names: Collection[str] | None) -> tuple[PlannedSession, ...]:
    """Those of these labels or accession IDs, or all that shall travel.

    Raises UnknownSessions for a name that is none of the plan's, NothingChosen for one that stays by it.
    """
    if names is None:
        return plan.travelling
    wanted = set(names)
    if unknown := wanted.difference(*((one.session, one.id) for one in plan.sessions)):
        raise UnknownSessions(project=plan.source.project, labels=_listed(unknown))
    found = tuple(one for one in plan.travelling if not wanted.isdisjoint((one.session, one.id)))
    if staying := wanted.difference(*((one.session, one.id) for one in found)):
        raise NothingChosen(why=f"by its plan this transfer leaves {_listed(staying)} where it is")
    return found


def _listed(names: Collection[str]) -> str:
    return ", ".join(plain(name, 60) for name in sorted(names))
