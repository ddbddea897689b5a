"""Comparisons as they are kept in a transfer's folder; loads nothing that speaks with a server."""

from collections.abc import Sequence
from pathlib import Path

import msgspec

from xnat_ferry.errors import CannotWrite
from xnat_ferry.model import Level
from xnat_ferry.plan import Plan, PlannedSession
from xnat_ferry.settings.private import write_private
from xnat_ferry.transfer.folder import TransferFolder
from xnat_ferry.transfer.session_state import Phase
from xnat_ferry.transfer.state import TransferState
from xnat_ferry.verify.verification import DIFFERS, SessionVerification, Verification

# made before threads want it: two that do for the first time at once may crash
_KEPT = msgspec.json.Decoder(SessionVerification)


def read_verification(folder: TransferFolder, plan: Plan) -> Verification | None:
    """The newest verification of each session as it was kept; None when there is none yet."""
    kept = [_read(folder.verification(session.id)) for session in plan.sessions]
    sessions = tuple(one for one in kept if one is not None)
    return together(sessions) if sessions else None


def together(sessions: tuple[SessionVerification, ...]) -> Verification:
    """Sessions that were compared at different times, perhaps; the level is what each of them reaches."""
    level = min((one.level for one in sessions), key=list(Level).index)
    return Verification(level=level, sessions=sessions)


def differing_since(folder: TransferFolder, state: TransferState) -> Sequence[SessionVerification]:
    """What was found of sessions that are done when somebody looked at them again, where it differs."""
    done = (one for one in state.plan.sessions if state.sessions[one.session].phase == Phase.DONE)
    kept = (_read(folder.verification(one.id)) for one in done)
    return tuple(one for one in kept if one is not None and one.verdict == DIFFERS)


def sent_again(folder: TransferFolder, state: TransferState) -> frozenset[str]:
    """The labels of those of them of which a resume sends what is missing; none where nothing travels."""
    return (
        frozenset()
        if state.plan.road.stays
        else frozenset(one.source for one in differing_since(folder, state))
    )


def keep_verification(folder: TransferFolder, session: PlannedSession, result: SessionVerification) -> None:
    """Keep the newest comparison of a session in the transfer's folder; raises CannotWrite."""
    path = folder.verification(session.id)
    try:
        write_private(path, msgspec.json.encode(result))
    except OSError as error:
        raise CannotWrite(folder=path.parent, why=error.strerror) from None


def _read(path: Path) -> SessionVerification | None:
    try:
        return _KEPT.decode(path.read_bytes())
    except (FileNotFoundError, msgspec.MsgspecError, ValueError, RecursionError):
        return None
