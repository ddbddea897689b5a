"""All transfers with the state of each, read again only where something has been written since."""

from pathlib import Path
from typing import NamedTuple

from xnat_ferry import wording
from xnat_ferry.errors import FerryError
from xnat_ferry.model import Endpoint
from xnat_ferry.plan import Plan
from xnat_ferry.transfer import folder as transfer_folders
from xnat_ferry.transfer import lock
from xnat_ferry.transfer.folder import TransferFolder
from xnat_ferry.transfer.journal import JournalReader
from xnat_ferry.transfer.session_state import Phase
from xnat_ferry.transfer.state import TransferState
from xnat_ferry.transfer.status import settle_phase
from xnat_ferry_tui.aside.unhurried import unhurried


class Listed(NamedTuple):
    """One transfer in a line; ``phase`` is "unreadable" where its plan cannot be read."""

    folder: TransferFolder
    phase: str
    ends: str = ""
    done: str = ""


class Listing:
    """Reads the folder of transfers. This blocks, so it belongs in a thread."""

    def __init__(self, transfers: Path) -> None:
        self._transfers = transfers
        self._kept: dict[str, tuple[tuple[int, bool], Listed]] = {}
        self._running: dict[str, tuple[TransferState, JournalReader]] = {}
        """Those that have something new at every look: of them only that is read."""

    def read(self) -> tuple[Listed, ...]:
        """Newest first."""
        found = transfer_folders.find_all(self._transfers)
        self._kept = {folder.id: self._newest(folder) for folder in found}
        return tuple(listed for _, listed in self._kept.values())

    def _newest(self, folder: TransferFolder) -> tuple[tuple[int, bool], Listed]:
        now = (_size(folder.journal), lock.running(folder))
        before = self._kept.get(folder.id)
        return before if before and before[0] == now else (now, self._listed(folder))

    def _listed(self, folder: TransferFolder) -> Listed:
        begun = self._running.pop(folder.id, None)
        try:
            state, reader = begun or (TransferState(folder.read_plan()), JournalReader(folder.journal))
        except FerryError:
            return Listed(folder, "unreadable")
        for event in unhurried(reader.fresh()):
            state.apply(event)
        if settle_phase(state, folder).phase == Phase.RUNNING:
            self._running[folder.id] = state, reader
        return Listed(folder, state.phase, _ends(state.plan), _done(state))


def _ends(plan: Plan) -> str:
    return " -> ".join(map(in_short, (plan.source, plan.destination)))


def in_short(end: Endpoint) -> str:
    """A project by its ID, a place on this machine by its last name."""
    return Path(end.project).name if end.local else end.project


def sessions_done(state: TransferState) -> str:
    """``2 of 3 sessions``: of those that shall travel how many are done."""
    return wording.out_of(*_counted(state), "session")


def _counted(state: TransferState) -> tuple[int, int]:
    travelling = len(state.plan.travelling)
    staying = len(state.plan.sessions) - travelling
    # one that was taken back is done, though it counts as skipped from then on
    return state.count(Phase.DONE) + max(state.count(Phase.SKIPPED) - staying, 0), travelling


def _done(state: TransferState) -> str:
    """The same in short; what failed comes first, since the end of it may be cut off."""
    (done, travelling), failed = _counted(state), state.count(Phase.FAILED)
    short = f"{done:,} of {travelling:,}"
    return f"{failed:,} failed, {short}" if failed else short


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return -1
