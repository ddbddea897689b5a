"""One transfer in numbers, from its journal and its lock; loads neither a client nor pydicom."""

import time

from msgspec import Struct

from xnat_ferry.plan import Totals
from xnat_ferry.transfer import lock
from xnat_ferry.transfer.folder import TransferFolder
from xnat_ferry.transfer.journal import replay
from xnat_ferry.transfer.session_state import Phase, Problem
from xnat_ferry.transfer.slurm.tasks import find_tasks
from xnat_ferry.transfer.state import TransferState


class SessionCounts(Struct, frozen=True):
    """Sessions by how far they are; skipped ones count as done."""

    done: int
    failed: int
    waiting: int
    running: int


class Status(Struct, frozen=True):
    """What ``status --json`` answers. Bytes are those of the zips that were sent; seconds span all events."""

    id: str
    state: Phase
    pid: int | None
    sessions: SessionCounts
    files: int
    files_total: int
    bytes: int
    bytes_total: int
    seconds: float
    errors: list[Problem]
    why: str = ""
    bytes_per_second: float | None = None
    """Over the last minute, while it runs; ``None``: not known, or nothing has moved for a while."""
    seconds_left: float | None = None
    bytes_done: int = 0
    """How much of ``bytes_total`` that is, with what leaves now as far as it has, and without the packing."""


def read_state(folder: TransferFolder) -> TransferState:
    """Replay a transfer's journal; a worker that is gone without a word counts as stopped."""
    state = TransferState(folder.read_plan(), replay(folder.journal))
    return settle_phase(state, folder)


def settle_phase(state: TransferState, folder: TransferFolder) -> TransferState:
    """What the journal cannot know: that its worker was killed, or has not written yet."""
    alive = lock.running(folder)
    if find_tasks(folder):
        state.phase = _phase_of_tasks(state, alive)
    if state.phase == Phase.RUNNING and not alive:
        state.phase = Phase.STOPPED
    if not alive:
        for session in state.sessions.values():
            session.phase = Phase.WAITING if session.phase == Phase.RUNNING else session.phase
    if state.phase in (Phase.WAITING, Phase.STOPPED) and alive:
        state.phase = Phase.RUNNING
    return state


def _phase_of_tasks(state: TransferState, alive: bool) -> Phase:
    """Of several workers the last word is that of one; how far all are, their sessions tell."""
    if state.count(Phase.WAITING) or state.count(Phase.RUNNING):
        return Phase.RUNNING if alive else Phase.STOPPED
    return state.phase_of_sessions


def status_of(folder: TransferFolder) -> Status:
    """The numbers of one transfer."""
    return summarise(folder, read_state(folder))


def summarise(folder: TransferFolder, state: TransferState) -> Status:
    """The numbers of a state."""
    found = lock.worker(folder)
    running = state.phase == Phase.RUNNING
    totals = Totals() if state.plan.road.stays else state.plan.totals  # then nothing is to be sent
    done = state.bytes_done if running else sum(one.bytes_kept for one in state.sessions.values())
    now = time.time()
    return Status(
        id=folder.id,
        state=state.phase,
        pid=found.pid if found and running else None,
        sessions=SessionCounts(
            done=state.count(Phase.DONE) + state.count(Phase.SKIPPED),
            failed=state.count(Phase.FAILED),
            waiting=state.count(Phase.WAITING),
            running=state.count(Phase.RUNNING),
        ),
        files=state.files_sent,
        files_total=totals.files,
        bytes=state.bytes_sent,
        bytes_total=totals.bytes,
        seconds=round((state.last_at or 0) - (state.started_at or 0), 3),
        errors=state.problems,
        why=state.stopped.why if state.stopped and not running else "",
        bytes_per_second=state.rate.per_second(now) if running else None,
        seconds_left=state.rate.seconds_left(totals.bytes - state.bytes_done, now) if running else None,
        bytes_done=min(done, totals.bytes),
    )
