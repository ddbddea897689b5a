"""``share`` and ``relocate`` between two projects of one server, and ``undo``, which takes that back."""

import sys
from typing import Literal

from xnat_ferry import wording
from xnat_ferry.cli.at_once import AS_GIVEN, Beginning, go
from xnat_ferry.cli.common import AsJson, Spool, Transfers, say
from xnat_ferry.cli.options.surveying import Giving, Surveying, Switch
from xnat_ferry.cli.surveying import survey_and_judge
from xnat_ferry.cli.telling import following
from xnat_ferry.errors import NothingChosen, UsageError
from xnat_ferry.model import Level, Road
from xnat_ferry.settings.credentials import find_logins
from xnat_ferry.settings.paths import spool_folder, transfers_folder
from xnat_ferry.settings.redact import plain
from xnat_ferry.settle.meant import to_take_back
from xnat_ferry.survey import Depth
from xnat_ferry.transfer import folder as transfer_folders
from xnat_ferry.transfer.journal import read_all
from xnat_ferry.transfer.launch import start_worker
from xnat_ferry.transfer.lock import refuse_if_running
from xnat_ferry.transfer.state import TransferState
from xnat_ferry.transfer.status import read_state

Catalogs = Literal["counts", "identity"]
"""The levels of proof where nobody sees a pixel on the way."""


def share(
    source: str,
    destination: str,
    /,
    *,
    giving: Giving = Giving(),  # noqa: B008  frozen
    going: Beginning = AS_GIVEN,
    verify: Catalogs = "identity",
    json: AsJson = False,
) -> int:
    """Show sessions, with their subjects, in a second project of the same server; nothing travels.

    The source goes on owning them. 'undo' takes the shares back.

    Parameters
    ----------
    source
        PROJECT, ALIAS:PROJECT or an address that ends with the project.
    destination
        The same for the project that shall show them.
    verify
        How much is compared afterwards.
    """
    return _give(Road.SHARE, source, destination, giving.surveying, going, Level(verify), json=json)


def relocate(
    source: str,
    destination: str,
    /,
    *,
    giving: Giving = Giving(),  # noqa: B008  frozen
    going: Beginning = AS_GIVEN,
    verify: Catalogs = "identity",
    json: AsJson = False,
) -> int:
    """Make another project of the same server the owner of sessions and their subjects; nothing travels.

    A subject follows with the last of its sessions. 'undo' gives them back.

    Parameters
    ----------
    source
        PROJECT, ALIAS:PROJECT or an address that ends with the project.
    destination
        The same for the project that shall own them.
    verify
        How much is compared afterwards.
    """
    return _give(Road.RELOCATE, source, destination, giving.surveying, going, Level(verify), json=json)


def undo(
    name: str | None = None,
    /,
    *,
    yes: Switch = False,
    transfers: Transfers = None,
    spool: Spool = None,
    json: AsJson = False,
) -> int:
    """Take back what a transfer shared, or give back what it relocated; what was there before stays.

    Parameters
    ----------
    name
        The transfer's ID or its end; may be left out where there is only one.
    yes
        Do not ask.
    """
    found = transfer_folders.find(transfers_folder(transfers), name)
    refuse_if_running(found)
    state = read_state(found)
    if not _wanted(state, yes):
        return 1
    logins = find_logins(state.plan.source, state.plan.destination)
    before = len(read_all(found.journal))
    worker = start_worker(found, logins, spool=spool_folder(spool), taking_back=True)
    code = following.follow_to_end(found, worker, skip=before, json=json)
    return code or (1 if read_state(found).problems else 0)


def _give(
    road: Road,
    source: str,
    destination: str,
    surveying: Surveying,
    going: Beginning,
    verify: Level,
    *,
    json: bool,
) -> int:
    going.refuse_idle()
    depth = Depth(headers=surveying.which_headers(), files=True)
    judged = survey_and_judge(source, destination, surveying, depth, verify, road=road)
    more = ("--verify", verify) if verify != Level.IDENTITY else ()
    again = [road.value, source, destination, *surveying.again(), *more]
    return go(judged, surveying, going, again, {}, json)


def _wanted(state: TransferState, yes: bool) -> bool:
    """Whether a person wants it; raises UsageErrors where there is nothing to undo or nobody to ask."""
    plan = state.plan
    if not plan.road.stays:
        there = plan.destination
        where = f"in {plain(there.project)}" if there.local else "at the destination in the web interface"
        advice = f"Remove it {where}, if that is what you want."
        raise UsageError(
            what="What travelled is not taken back; 'undo' is for share and relocate.", advice=advice
        )
    meant = to_take_back(state)
    if not meant:
        raise NothingChosen(why="this transfer gave nothing to another project, or it was all taken back")
    count, project = wording.plural(len(meant), "session"), plan.destination.project
    words = f"{count} out of {project}" if plan.road == Road.SHARE else f"{count} of {project} back"
    if yes:
        return True
    if not sys.stdin.isatty():
        raise UsageError(what="Nobody is here to say yes, so nothing was taken back.", advice="Add --yes.")
    verb = "Take" if plan.road == Road.SHARE else "Give"
    say(f"{verb} {words}? [y/N]")
    return sys.stdin.readline().strip().casefold() in ("y", "yes")
