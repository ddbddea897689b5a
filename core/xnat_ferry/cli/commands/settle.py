"""``archive`` and ``settle``: from the prearchive into the archive, and the end of a move at the source."""

import sys
from collections.abc import Sequence
from typing import Annotated

from cyclopts import Parameter

from xnat_ferry import wording
from xnat_ferry.cli.common import AsJson, Names, Spool, Transfers, say, split_names
from xnat_ferry.cli.telling import following
from xnat_ferry.errors import NothingChosen, UsageError
from xnat_ferry.events import SettlingFinished
from xnat_ferry.model import Road
from xnat_ferry.plan import Plan, PlannedSession
from xnat_ferry.plan.named import travelling_named
from xnat_ferry.settings.credentials import find_logins
from xnat_ferry.settings.paths import spool_folder, transfers_folder
from xnat_ferry.settings.preferences import read_preferences
from xnat_ferry.settings.redact import plain
from xnat_ferry.settle.meant import given_up, is_given_up, to_settle
from xnat_ferry.settle.orders import (
    RemovalOrder,
    keep_answers,
    keep_removal_order,
    parse_archive_answers,
)
from xnat_ferry.transfer import folder as transfer_folders
from xnat_ferry.transfer.folder import TransferFolder
from xnat_ferry.transfer.journal import read_all
from xnat_ferry.transfer.launch import start_worker
from xnat_ferry.transfer.lock import refuse_if_running
from xnat_ferry.transfer.state import TransferState
from xnat_ferry.transfer.status import read_state
from xnat_ferry.verify.kept import read_verification

_LISTED = 20
Flag = Annotated[bool, Parameter(negative=(), show_default=False)]


def archive(
    name: str | None = None,
    /,
    *,
    answer: Names = None,
    transfers: Transfers = None,
    spool: Spool = None,
    json: AsJson = False,
) -> int:
    """Take a transfer's sessions from the prearchive into the archive, each verified before and after.

    Parameters
    ----------
    name
        The transfer's ID or its end; may be left out where there is only one.
    answer
        SESSION=merge or SESSION=complete, for a session that shall be added to one that is there already.
    """
    found = transfer_folders.find(transfers_folder(transfers), name)
    refuse_if_running(found)
    plan = found.read_plan()
    if not plan.road.arrives:
        what = f"Nothing passes a prearchive on the road {plan.road}, so there is nothing to archive."
        raise UsageError(what=what, advice="'xnat-ferry status' tells where the transfer stands.")
    answers = parse_archive_answers(plan, split_names(answer) or ())
    logins = find_logins(plan.source, plan.destination)
    keep_answers(found, answers)
    before = len(read_all(found.journal))
    say(f"transfer {found.id}")
    worker = start_worker(found, logins, spool=spool_folder(spool), archive=True)
    return following.follow_to_end(found, worker, skip=before, json=json)


def settle(
    name: str | None = None,
    /,
    *,
    sessions: Names = None,
    unshare: Flag = False,
    empty_subjects: Flag = False,
    despite_workflows: Flag = False,
    remove_waiting: Flag = False,
    yes_delete_from: str | None = None,
    transfers: Transfers = None,
    spool: Spool = None,
    json: AsJson = False,
) -> int:
    """Make a copy a move: delete at the source what is proven in the archive of the destination.

    Every file of a session is fetched back and compared first, and both sides are looked at again right
    before it is deleted, one session after another. Deleting is permanent.

    Parameters
    ----------
    name
        The transfer's ID or its end; may be left out where there is only one.
    sessions
        Labels or accession IDs at the source, with commas between; all that are archived without it.
    unshare
        Take sessions that are only shared into the source project out of it; their owner keeps them.
    empty_subjects
        Delete subjects at the source that have no session left, with their demographics and variables.
    despite_workflows
        Delete a session also where a workflow is open on it, or where the server does not tell.
    remove_waiting
        Remove from the destination's prearchive what was sent of sessions that did not come to their end;
        nothing is deleted at the source then.
    yes_delete_from
        The name of the project that loses something, instead of being asked for the destination's: the
        source, with --remove-waiting the destination.
    """
    found = transfer_folders.find(transfers_folder(transfers), name)
    refuse_if_running(found)
    state = read_state(found)
    _refuse_mixed(unshare, empty_subjects, despite_workflows, remove_waiting=remove_waiting)
    _refuse_road(state.plan.road, waiting=remove_waiting)
    meant = _meant(found, state, split_names(sessions), waiting=remove_waiting)
    advice = read_preferences().data_loss.advice  # a settings file that is damaged is told of first
    if remove_waiting:
        _describe_waiting(state, meant)
    else:
        _describe(state, meant, unshare=unshare, empty_subjects=empty_subjects)
    say(f"Deleting is permanent. If something is deleted that should not be: {advice}")
    typed = _confirmed(state.plan, yes_delete_from, waiting=remove_waiting)
    logins = find_logins(state.plan.source, state.plan.destination)
    order = RemovalOrder(
        typed=typed,
        sessions=tuple(session.session for session in meant),
        unshare=unshare,
        subjects=empty_subjects,
        despite_workflows=despite_workflows,
        waiting=remove_waiting,
    )
    before = len(read_all(found.journal))
    keep_removal_order(found, order)
    worker = start_worker(found, logins, spool=spool_folder(spool), settle=True)
    code = following.follow_to_end(found, worker, skip=before, json=json)
    last = read_all(found.journal)[-1]
    if not isinstance(last, SettlingFinished):
        return code
    if remove_waiting:
        return 1 if last.kept else 0
    return _outcome(found, meant, advice, quiet=json)


def _refuse_road(road: Road, *, waiting: bool) -> None:
    """Files on this machine are not ours to delete; what an upload left in a prearchive may go."""
    if road.copies or (waiting and road.arrives):
        return
    what = f"Only a copy between two projects leaves something to settle; the road was {road}."
    advice = "Nothing was deleted."
    if road.stays:
        advice += " 'xnat-ferry undo' takes back what was shared or relocated."
    if road.arrives:
        advice += " --remove-waiting is about the prearchive, which an upload can leave something in, too."
    raise UsageError(what=what, advice=advice)


def _refuse_mixed(*wishes: bool, remove_waiting: bool) -> None:
    if remove_waiting and any(wishes):
        raise UsageError(what="--remove-waiting is about the prearchive alone; leave the other wishes out.")


def _meant(
    found: TransferFolder, state: TransferState, names: Sequence[str] | None, *, waiting: bool = False
) -> list[PlannedSession]:
    """The sessions that were named, or all that it could be about; raises UsageErrors where there is none."""
    if names is not None:
        meant = list(travelling_named(state.plan, names))
    else:
        meant = list(given_up(state, read_verification(found, state.plan)) if waiting else to_settle(state))
    if not meant and waiting:
        why = "nothing that this transfer gave up or sent twice is known to wait in the prearchive"
        raise NothingChosen(why=why, advice="'xnat-ferry verify' looks whether something does.")
    if not meant:
        raise NothingChosen(why="no session of this transfer is archived and still to be settled")
    return meant


def _describe_waiting(state: TransferState, meant: Sequence[PlannedSession]) -> None:
    plan = state.plan
    count = wording.plural(len(meant), "session")
    say(f"To be removed from the prearchive of {plain(str(plan.destination))}: what was sent of {count},")
    say("each only if this transfer sent all that lies there, and the source still has it:")
    for one in meant[:_LISTED]:
        past = state.sessions[one.session]
        rows = [past.row] if is_given_up(state, one) else past.beside
        say(f"  {plain(one.session)}: {plain(', '.join(filter(None, rows))) or 'its row is looked for'}")
    if len(meant) > _LISTED:
        say(f"  and {len(meant) - _LISTED:,} more")


def _describe(
    state: TransferState, meant: Sequence[PlannedSession], *, unshare: bool, empty_subjects: bool
) -> None:
    plan = state.plan
    files = sum(one.totals.files for one in meant)
    size = wording.size(sum(one.totals.bytes for one in meant))
    count = wording.plural(len(meant), "session")
    say(f"To be deleted at {plain(str(plan.source))}: {count}, {wording.plural(files, 'file')}, {size},")
    say(f"each only once it is proven in the archive of {plain(str(plan.destination))}:")
    for one in meant[:_LISTED]:
        say(f"  {plain(one.session)} -> {plain(one.to_session)}")
    if len(meant) > _LISTED:
        say(f"  and {len(meant) - _LISTED:,} more")
    if not plan.move:
        say("This transfer was planned as a copy, not as a move.")
    if unshare:
        say("Sessions that are only shared in are taken out of the source project.")
    if empty_subjects:
        say("Subjects that have no session left there are deleted as well, with their demographics.")


def _confirmed(plan: Plan, given: str | None, *, waiting: bool = False) -> str:
    """What a person typed; raises UsageError for anything else than the name that is asked for."""
    side, end = ("destination", plan.destination) if waiting else ("source", plan.source)
    if given is not None:
        if given != end.project:
            what = f"--yes-delete-from {plain(given, 60)!r} is not the {side}, {end.project}."
            raise UsageError(what=f"{what} Nothing was deleted.")
        return given
    if not sys.stdin.isatty():
        what = "Nobody is here to ask; nothing was deleted."
        advice = f"Run this in a terminal, or add --yes-delete-from {end.project}."
        raise UsageError(what=what, advice=advice)
    print("Type the destination project's name to go on: ", end="", file=sys.stderr, flush=True)
    typed = sys.stdin.readline().strip()
    if typed != plan.destination.project:
        what = f"{plain(typed, 60)!r} is not the destination, {plan.destination.project}."
        raise UsageError(what=f"{what} Nothing was deleted.")
    return typed


def _outcome(found: TransferFolder, meant: Sequence[PlannedSession], advice: str, *, quiet: bool) -> int:
    """0 where all is gone there and complete here; says what is not, and whom to tell of a loss."""
    state = read_state(found)
    code = 0
    for one in meant:
        session = state.sessions[one.session]
        settled = session.settled
        if settled is None or not settled.gone:
            code = 1
        elif settled.verdict != "proven":
            code = 1
            say(f"{plain(one.session)} is deleted, but its copy is not complete now. {advice}")
    empty = [subject for subject, gone in state.empty_subjects.items() if not gone]
    if empty and not quiet:
        names = ", ".join(plain(name) for name in empty[:_LISTED])
        say(f"Without any session at the source now: {names}. --empty-subjects deletes such subjects.")
    return code
