"""Which transfer is looked at, what its journal and its queue say, and how all the others stand."""

import threading
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from xnat_ferry.events import SettlingFinished, TakingBackFinished, TransferFinished, WorkerStopped
from xnat_ferry.model import Endpoint
from xnat_ferry.transfer.folder import TransferFolder
from xnat_ferry.transfer.session_state import Phase
from xnat_ferry_tui.desk_changed import DeskChanged
from xnat_ferry_tui.terminal.glyphs import fit_to_show
from xnat_ferry_tui.watching import in_view
from xnat_ferry_tui.watching.bridge import JournalGrew, follow_journal
from xnat_ferry_tui.watching.listed import Listed, Listing
from xnat_ferry_tui.watching.queue import QueueSaid, follow_queue
from xnat_ferry_tui.watching.watched import Watched

if TYPE_CHECKING:
    from xnat_ferry_tui.app import FerryApp


_PAST_EVERY = 0.25
"""Seconds between two pictures while a long past is read."""
_CHANGING = (TransferFinished, SettlingFinished, TakingBackFinished)
"""After these there is something else in the projects."""
_ENDINGS = (*_CHANGING, WorkerStopped)


class Following:
    """Whatever reads a disk or asks Slurm is in threads, and comes back as messages."""

    def __init__(self, app: "FerryApp") -> None:
        self._app = app
        self.transfers: tuple[Listed, ...] = ()
        """All that there are, newest first, as they were when they were last looked at."""
        self._listing = Listing(app.desk.transfers)
        self._is_listing = False
        self._seeking = threading.Lock()
        self._sought: Watched | None = None
        """The one that was found last, which may not have come into view yet."""
        self._leave = threading.Event()
        self._past_at = 0.0
        self._opened_at = time.time()
        self._heeded: set[tuple[str, float]] = set()
        """Refused logins that were heeded, by transfer and when: each comes again with its past."""
        self._changed: tuple[Endpoint, Endpoint] | None = None
        """Projects that a transfer has changed and that have not been listed since."""

    # Which one

    def newest(self) -> None:
        """Look at the newest transfer."""
        self._find(lambda: in_view.newest(self._app.desk.transfers))

    def next_older(self) -> None:
        """Look at the one before, and after the oldest at the newest."""
        self._find(lambda: in_view.next_older(self._app.desk.transfers, self._sought))

    def folder(self, folder: TransferFolder) -> None:
        """Look at this transfer."""
        self._find(lambda: in_view.first_readable([folder]))

    def started(self, watched: Watched) -> None:
        """Go and look at what was started from here; its marks have served."""
        self._app.desk.marks = set()
        self._sought = watched
        self.follow(watched)
        self.list_all()  # else its list says for a second that there is none
        self._app.switch_mode("transfer")

    def list_all(self) -> None:
        """See how all transfers stand."""
        if self._is_listing:
            return
        self._is_listing = True

        def run() -> None:
            try:
                found = self._listing.read()
            finally:
                self._is_listing = False
            if found != self.transfers:
                self.transfers = found
                self._app.post_message(DeskChanged())

        self._app.run_worker(run, thread=True, exit_on_error=False, group="listing")

    def _find(self, choose: Callable[[], in_view.Found]) -> None:
        """Find one to look at; reading its plan blocks."""

        def run() -> None:
            with self._seeking:  # one that is asked for meanwhile is sought from there
                found, unreadable = choose()
                self._sought = found or self._sought
                self._app.post_message(DeskChanged(lambda: self._found(found, unreadable)))

        self._app.run_worker(run, thread=True, exit_on_error=False, group="disk")

    def _found(self, found: Watched | None, unreadable: Iterable[str]) -> None:
        for one in unreadable:
            words = fit_to_show(self._app.screen, f"Unreadable plan: {one}")
            self._app.notify(words, severity="warning", markup=False)
        if found is not None:
            self.follow(found)

    # What it says

    def follow(self, watched: Watched) -> None:
        """Look at this transfer from now on."""
        app = self._app
        if app.desk.watched is not None and app.desk.watched.folder.id == watched.folder.id:
            return
        self._leave.set()
        leave = self._leave = threading.Event()
        app.desk.watched = watched
        for follower in (
            lambda: follow_journal(watched.folder, watched.state.plan, app.post_message, leave),
            lambda: follow_queue(watched.folder, app.post_message, leave),
        ):
            app.run_worker(follower, thread=True, exit_on_error=False, group="journal")
        app.redraw()

    def under_way(self) -> int:
        """How many transfers run, as far as they were looked at."""
        running = {one.folder.id for one in self.transfers if one.phase == Phase.RUNNING}
        watched = self._app.desk.watched
        if watched is not None and not watched.reading:  # of it more is known
            running.discard(watched.folder.id)
            running |= {watched.folder.id} if watched.phase == Phase.RUNNING else set()
        return len(running)

    def leave(self) -> None:
        """Look at none any more."""
        self._leave.set()

    def take(self, message: JournalGrew) -> None:
        """What its journal says now."""
        app, watched = self._app, self._app.desk.watched
        if watched is None or watched.folder.id != message.transfer_id:
            message.taken.set()
            return
        watched.take(message.events, message.alive, more=message.more)
        message.taken.set()
        watched.verification = message.verification or watched.verification
        watched.requests.extend(message.requests)
        # one that is over before its journal is first read has ended since this window was opened, too
        fresh = [event for event in message.events if event.at >= self._opened_at]
        for event in fresh:
            if isinstance(event, WorkerStopped) and event.login_refused:
                self._heed(watched.folder.id, event)
        if not message.more or time.monotonic() - self._past_at >= _PAST_EVERY:
            self._past_at = time.monotonic()
            app.redraw()
        ended = any(isinstance(event, _CHANGING) for event in fresh)
        if message.live and any(isinstance(event, _ENDINGS) for event in message.events):
            app.bell()  # heard through SSH and tmux, where no notice would be
        if ended:
            self._changed = (watched.state.plan.source, watched.state.plan.destination)
            self.catch_up()

    def catch_up(self) -> None:
        """List what a transfer has changed, once nothing else is being done: more is there now, or less."""
        changed, desk = self._changed, self._app.desk
        if changed is None or desk.busy:
            return
        self._changed = None
        if desk.ends == changed:
            self._app.look()

    def _heed(self, transfer_id: str, stopped: WorkerStopped) -> None:
        """Have another login asked for, or it would go on with the same; once: then there is a new one."""
        if (transfer_id, stopped.at) not in self._heeded:
            self._heeded.add((transfer_id, stopped.at))
            self._app.desk.logins.refuse(stopped.login_refused)

    def take_queue(self, message: QueueSaid) -> None:
        """What Slurm's queue shows of it now."""
        watched = self._app.desk.watched
        if watched is not None and watched.folder.id == message.transfer_id:
            watched.queue = message.words
            self._app.redraw()
