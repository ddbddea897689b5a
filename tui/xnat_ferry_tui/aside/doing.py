"""What blocks runs in a thread, one thing at a time; what only looks can be ended while it lasts."""

import threading
import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from textual.message import Message

from xnat_ferry.errors import FerryError
from xnat_ferry_tui.aside.errand import Errand, stopped
from xnat_ferry_tui.desk_changed import DeskChanged

if TYPE_CHECKING:
    from xnat_ferry_tui.app import FerryApp

_PROGRESS_EVERY = 0.25
_BROKEN = "It is a fault of ours, and not begun again by itself."
LASTS = 1.0
"""Seconds from which on it is said how something is ended."""
SILENT = 10
"""Seconds from which on it is said for how long nothing new has come, and how often that is said anew."""

Then = Callable[[], None]
Otherwise = Callable[[FerryError], None]


class CameBack(Message):
    """A thread has done what it was to do, or could not."""

    def __init__(self, errand: Errand, then: Then | None) -> None:
        super().__init__()
        self.errand, self.then = errand, then


class Doing:
    """The one thing that is being done. All but the work itself belongs to the screen's own thread."""

    def __init__(self, app: "FerryApp") -> None:
        self._app = app
        self._errand: Errand | None = None
        self._may_end = False
        self._over = threading.Event()
        """Set once its thread has come to its end, whether or not there is a screen still to say it on."""
        self._progress_at = 0.0
        self._news_at = 0.0
        """When it was begun, or last told how much of it is done."""
        self.clock = time.monotonic

    @property
    def silent(self) -> str:
        """For how long nothing new has come of it, in words; "" where that is not long."""
        seconds = int(self.clock() - self._news_at) // SILENT * SILENT
        return f"Nothing new for {seconds} s." if self._errand is not None and seconds else ""

    @property
    def lasts(self) -> bool:
        """Whether what is being done can be ended, and has lasted so long that it is said how."""
        errand = self._errand
        return self._may_end and errand is not None and errand.lasts and not errand.ended

    @property
    def changing(self) -> str:
        """What is under way that may be changing something, in words; "" where nothing is."""
        there = self._errand is not None and not self._may_end and not self._over.is_set()
        return self._app.desk.busy if there else ""

    def wait(self) -> None:
        """Wait until what is being done has come to its end. Not for the screen's own thread."""
        self._over.wait()

    def begin(
        self,
        words: str,
        work: Callable[[Errand], object],
        then: Then | None,
        otherwise: Otherwise | None,
        *,
        may_end: bool,
        at_once: bool = True,
    ) -> None:
        """Do it; an error becomes a sentence on the screen, unless ``otherwise`` takes it.

        Where a login was refused, another one is asked for, and the work begins again with it.
        """
        app, desk = self._app, self._app.desk
        if desk.busy:
            app.still_busy()
            return
        errand = self._errand = Errand(self._report, at_once=at_once)
        self._may_end, self._over = may_end, threading.Event()
        over, self._news_at = self._over, self.clock()
        desk.busy, desk.problem = words, None
        again = partial(self.begin, words, work, then, None, may_end=may_end, at_once=at_once)
        app.redraw()
        app.set_timer(LASTS, partial(self._say_how, errand))

        def run() -> None:
            done: Then | None = None
            try:
                work(errand)
                done = then
            except FerryError as error:
                done = partial(otherwise, error) if otherwise else partial(self._failed, error, again)
            except Exception:
                if not errand.ended:
                    done = partial(self._failed, FerryError(advice=_BROKEN), again)
                    raise
            finally:
                over.set()
                app.post_message(CameBack(errand, done))

        app.run_worker(run, thread=True, exit_on_error=False, group="work")

    def came_back(self, message: CameBack) -> None:
        """Show what came of it, unless nobody waits for it any more."""
        awaited = message.errand is self._errand
        if awaited:
            self._errand, self._app.desk.busy = None, ""
        if awaited and message.then is not None:
            message.then()
        # after that: what begins by itself where nothing is known must see why nothing is
        self._app.redraw()
        self._app.following.catch_up()

    def leave_off(self) -> None:
        """End what only looks; what may be changing something is not ended."""
        app, errand = self._app, self._errand
        if errand is None:
            app.notify("Nothing is being looked at.", markup=False)
        elif not self._may_end:
            app.notify(f"This ends by itself, since it does more than look. {app.desk.busy}", markup=False)
        elif errand.ended:
            app.notify("It ends at its next step: what is being read is read to its end.", markup=False)
        elif not errand.at_once:
            errand.end()
            app.desk.busy += " It is left off at its next step."
            app.redraw()
        else:
            errand.end()
            self._errand, app.desk.busy, app.desk.problem = None, "", stopped(app.desk.busy)
            app.desk.conversation.hang_up()
            app.redraw()

    def _failed(self, error: FerryError, again: Then) -> None:
        self._app.desk.problem = error
        self._app.redraw()
        self._app.connecting.log_in_again(error, again)

    def _say_how(self, errand: Errand) -> None:
        errand.lasts = True
        if errand is self._errand:
            self._app.redraw()
            self._app.set_timer(SILENT, partial(self._say_how, errand))

    def _report(self, what: str, done: int, total: int) -> None:
        """Say from a thread how much of it is done."""
        now = self._news_at = self.clock()
        if now - self._progress_at >= _PROGRESS_EVERY:
            self._progress_at = now
            self._app.desk.busy = f"{what.capitalize()}: {done:,} of {total:,}"
            self._app.post_message(DeskChanged())
