"""Options that would change nothing where they are given: each is refused with a sentence that says why."""

from dataclasses import fields

from xnat_ferry.cli.options.pacing import Asking
from xnat_ferry.errors import UsageError
from xnat_ferry.model import Level, Road
from xnat_ferry.plan import Plan

_BYTES = ("bytes_per_second", "spool_size")


def refuse_idle_proof(
    road: Road | None, asked: Level | None, level: Level, *, refresh: bool, every_header: bool
) -> None:
    """Raises UsageError for an option of ``verify`` that means nothing to a road; None for two projects.

    ``asked`` is the level that was given, ``level`` the one that holds.
    """
    if road == Road.DOWNLOAD:
        if refresh:
            raise UsageError(what="--refresh is about a server's catalogs; this download lies in files here.")
        if every_header or asked not in (None, Level.FULL):
            what = "A download is always read again whole, headers too: leave out --level and --every-header."
            raise UsageError(what=what)
    elif road == Road.RESOURCES:
        if every_header or asked is not None:
            what = "--level and --every-header are about images, and this transfer carried none."
            raise UsageError(what=what)
    elif every_header and road is not None and road.stays:
        what = f"--every-header needs a second session to compare with; on the road {road} there is one."
        raise UsageError(what=what)
    elif every_header and level != Level.FULL:
        raise UsageError(what=f"--every-header is for --level full; at level {level} it changes nothing.")


def refuse_idle_pace(plan: Plan, pacing: Asking) -> None:
    """Raises UsageError for a pace of bytes on a road on which none travel, or lie here on the way."""
    idle = _BYTES if plan.road.stays else _BYTES[1:] if plan.road == Road.RESOURCES else ()
    given = [name for name in given_of(pacing) if name in idle]
    if given:
        what = "no byte travels" if plan.road.stays else "nothing lies on this machine on its way"
        raise UsageError(what=f"{option(given[0])} changes nothing: {what} on the road {plan.road}.")


def given_of(pacing: Asking) -> tuple[str, ...]:
    """The names of the options of a pace that were given."""
    return tuple(one.name for one in fields(pacing) if getattr(pacing, one.name) is not None)


def option(name: str) -> str:
    """A field's name as the option that it is."""
    return f"--{name.replace('_', '-')}"
