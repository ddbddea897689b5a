"""``verify``: the proof, looked at again."""

from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter
from msgspec.structs import replace

from xnat_ferry.cli.common import (
    AsJson,
    Counting,
    Names,
    Spool,
    Transfers,
    answer_json,
    endpoints,
    opened,
    say,
    split_names,
)
from xnat_ferry.cli.options.idle import refuse_idle_proof as refuse_idle
from xnat_ferry.cli.options.surveying import Surveying, Switch, Words
from xnat_ferry.cli.telling.differences import difference_lines
from xnat_ferry.cli.telling.page import page_width, show
from xnat_ferry.errors import CannotConnect, UsageError
from xnat_ferry.model import Endpoint, Level, Mark, Road
from xnat_ferry.settings.credentials import find_credentials
from xnat_ferry.settings.paths import spool_folder, transfers_folder
from xnat_ferry.transfer import folder as transfer_folders
from xnat_ferry.transfer.folder import TransferFolder
from xnat_ferry.transfer.state import TransferState
from xnat_ferry.transfer.status import read_state
from xnat_ferry.verify.scrutiny import Scrutiny
from xnat_ferry.verify.verification import Verification

if TYPE_CHECKING:
    from xnat_ferry.xnat.client import XnatClient

_CODES = {"proven": 0, "differs": 1, "unknown": 1}
Only = Annotated[str, Parameter(show_default=False)]


def verify(
    name: str | None = None,
    destination: str | None = None,
    /,
    *,
    level: Level | None = None,
    sessions: Names = None,
    labels: Words = (),
    only: Only = "",
    refresh: Switch = False,
    every_header: Switch = False,
    transfers: Transfers = None,
    spool: Spool = None,
    json: AsJson = False,
) -> int:
    """Compare what is at the destination now with what was sent, or two projects with each other.

    Parameters
    ----------
    name
        The transfer's ID or its end (may be left out where there is only one), or a source project when a
        destination follows.
    destination
        The project to compare the source with, where no transfer of ours connects the two.
    level
        counts, identity, sample (one file a scan is fetched back) or full (every file is); without it what
        the plan says, else identity.
    sessions
        Labels or accession IDs at the source, with commas between; all without it.
    labels
        How labels of two projects change, as for 'plan': prefix=P_, a .csv file and so on.
    only
        Tell the files with these marks alone, for instance '*!+'.
    refresh
        Have the server take sizes and digests of its files anew first; this writes its catalogs.
    every_header
        At level full, fetch the source's files too and compare all headers; without it one a scan.
    """
    wanted = split_names(sessions)
    marks = _marks(only)
    road = Road.COPY
    how = partial(Scrutiny, scratch=spool_folder(spool), refresh=refresh, every_header=every_header)
    if destination is not None:
        if transfers is not None:
            raise UsageError(what="Two projects are compared without any transfer: leave out --transfers.")
        depth = level or Level.IDENTITY
        refuse_idle(None, level, depth, refresh=refresh, every_header=every_header)
        result = _two_projects(name or "", destination, wanted, Surveying(labels=labels), how(level=depth))
    elif labels:
        raise UsageError(what="--labels is for two projects; a transfer knows its labels.")
    else:
        found = transfer_folders.find(transfers_folder(transfers), name)
        state = read_state(found)
        depth, road = level or state.plan.verify, state.plan.road
        refuse_idle(road, level, depth, refresh=refresh, every_header=every_header)
        result = _transfer(found, state, wanted, how(level=depth))
    if json:
        answer_json(_narrowed(result, marks).as_json())
    else:
        show(difference_lines(result, page_width(), marks))
    return _CODES[result.verdict]


def print_verification(result: Verification) -> None:
    """The differences and the sums, for people."""
    show(difference_lines(result, page_width()))


def _marks(only: str) -> str:
    """The marks that were asked for; raises UsageError for anything else."""
    unknown = set(only) - set(Mark) - {" ", ","}
    if unknown:
        raise UsageError(what=f"--only {only[:20]!r} holds something else than the marks {''.join(Mark)}.")
    return only


def _narrowed(result: Verification, marks: str) -> Verification:
    """The same with the items of these marks alone; counts and verdicts stay."""
    if not marks:
        return result
    sessions = tuple(
        replace(one, items=tuple(item for item in one.items if item.mark in marks)) for one in result.sessions
    )
    carried = tuple(
        replace(one, items=tuple(item for item in one.items if item.mark in marks)) for one in result.carried
    )
    return replace(result, sessions=sessions, carried=carried)


def _two_projects(
    source: str,
    destination: str,
    names: tuple[str, ...] | None,
    surveying: Surveying,
    scrutiny: Scrutiny,
) -> Verification:
    from xnat_ferry.verify.projects import verify_projects

    rules = surveying.rules()
    from_end, to_end = endpoints(source, destination)
    with opened(from_end, to_end) as (from_client, to_client):
        return verify_projects(
            (from_client, from_end),
            (to_client, to_end),
            names,
            rules,
            scrutiny,
            progress=Counting(),
        )


def _transfer(
    found: TransferFolder,
    state: TransferState,
    names: tuple[str, ...] | None,
    scrutiny: Scrutiny,
) -> Verification:
    from xnat_ferry.verify.carried.comparing import carried_with, compare_carried
    from xnat_ferry.verify.transfer import needs_source, sessions_to_verify, verify_transfer
    from xnat_ferry.verify.unsent import with_unsent
    from xnat_ferry.xnat.client import XnatClient

    source, destination = state.plan.source, state.plan.destination
    sent = sessions_to_verify(state, names)
    beside = carried_with(state, sent)
    if destination.local:
        from xnat_ferry.verify.on_disk import verify_downloads

        level, scratch = scrutiny.level, scrutiny.scratch
        kept = verify_downloads(found, state, sent, level=level, scratch=scratch, progress=Counting())
        return with_unsent(kept, state, names)
    with ExitStack() as stack:
        client = stack.enter_context(XnatClient(destination.server, find_credentials(destination.server)))
        wanted = needs_source(sent, scrutiny.level) or bool(beside)
        other = _source_client(stack, source, client) if wanted else None
        result = verify_transfer(found, state, sent, client, other, scrutiny, progress=Counting())
        carried = compare_carried(state, beside, client, other, refresh=scrutiny.refresh)
        return with_unsent(replace(result, carried=carried), state, names)


def _source_client(stack: ExitStack, source: Endpoint, destination: "XnatClient") -> "XnatClient | None":
    """The source, for its headers; a source that cannot be reached leaves them uncompared."""
    from xnat_ferry.xnat.client import XnatClient

    if source.server == destination.server:
        return destination
    if source.local:
        return None  # files of this machine need no login
    try:
        return stack.enter_context(XnatClient(source.server, find_credentials(source.server)))
    except CannotConnect as error:
        say(f"Headers are not compared: {error}")
        return None
