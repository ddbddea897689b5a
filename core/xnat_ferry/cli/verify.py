"""``verify`` and ``record``: the proof, looked at again, and what is kept of a transfer."""

from xnat_ferry import wording
from xnat_ferry.cli.common import AsJson, Counting, Transfers, answer_json, say
from xnat_ferry.errors import NothingChosen
from xnat_ferry.model import Level, Where
from xnat_ferry.record import write_record
from xnat_ferry.settings.credentials import find_credentials
from xnat_ferry.settings.paths import transfers_folder
from xnat_ferry.settings.redact import plain
from xnat_ferry.transfer import folder as transfer_folders
from xnat_ferry.transfer.folder import TransferFolder
from xnat_ferry.transfer.state import TransferState
from xnat_ferry.transfer.status import read_state
from xnat_ferry.verify.verification import Verification

_CODES = {"proven": 0, "differs": 1, "unknown": 1}


def verify(
    name: str | None = None,
    /,
    *,
    level: Level | None = None,
    transfers: Transfers = None,
    json: AsJson = False,
) -> int:
    """Compare what is at the destination now with what passed through; changes nothing there.

    Parameters
    ----------
    name
        The transfer's ID or its end; may be left out where there is only one.
    level
        How much is compared; what the plan says without it.
    """
    found = transfer_folders.find(transfers_folder(transfers), name)
    state = read_state(found)
    result = _verify_now(found, state, level or state.plan.verify)
    if json:
        answer_json(result.as_json())
    else:
        print_verification(result)
    return _CODES[result.verdict]


def record(name: str | None = None, /, *, transfers: Transfers = None, json: AsJson = False) -> int:
    """Write the transfer record and print it.

    Parameters
    ----------
    name
        The transfer's ID or its end; may be left out where there is only one.
    """
    from xnat_ferry.transfer.status import summarise
    from xnat_ferry.verify.session import read_verification

    found = transfer_folders.find(transfers_folder(transfers), name)
    state = read_state(found)
    verification = read_verification(found, state.plan)
    text = write_record(found, state, verification)
    if json:
        answer_json(
            {
                "status": summarise(found, state),
                "plan_hash": state.plan_hash,
                "accounts": state.logins,
                "verification": verification.as_json() if verification else None,
                "record": str(found.record),
            }
        )
        return 0
    print(text, end="")
    say(f"kept as {found.record}")
    return 0


def print_verification(result: Verification) -> None:
    """Lines as of ``rclone check``: a mark and a file, only what is not as it should be, then the sum."""
    for session in result.sessions:
        for item in session.items:
            place = plain(f"{item.session} scan {item.scan} {item.file}")
            print(f"{item.mark} {place}: {item.what} ({plain(item.source)} -> {plain(item.destination)})")
            print(f"    {item.likely}")
    for session in result.sessions:
        line = f"{session.source} -> {session.destination} ({session.where}): {session.verdict}"
        print(f"{line}  {wording.counts(session.counts)}")
        if session.note:
            print(f"    {session.note}")
    print(f"verification ({result.level}): {result.verdict}  {wording.counts(result.counts)}")


def _verify_now(found: TransferFolder, state: TransferState, level: Level) -> Verification:
    from xnat_ferry.verify.session import verify_session
    from xnat_ferry.xnat.client import XnatClient
    from xnat_ferry.xnat.project_settings import read_settings

    endpoint = state.plan.destination
    sent = [one for one in state.plan.travelling if state.sessions[one.session].row]
    if not sent:
        raise NothingChosen(why="nothing of this transfer has been sent yet")
    results = []
    with XnatClient(endpoint.server, find_credentials(endpoint.server)) as client:
        settings = read_settings(client, endpoint.project)
        tell = Counting()
        for done, session in enumerate(sent):
            tell("sessions compared", done, len(sent))
            past = state.sessions[session.session]
            results.append(
                verify_session(
                    client,
                    found,
                    session,
                    past,
                    project=endpoint.project,
                    where=past.where or Where.PREARCHIVE,
                    level=level,
                    settings=settings,
                )
            )
    return Verification(level=level, sessions=tuple(results))
