"""Several hands that take one task after another: what must stop all does, and nobody is waited for long."""

import threading
import time
from collections.abc import Callable, Iterable

from xnat_ferry.errors import Stopped

GRACE = 3.0
"""Seconds that a task has to leave off by itself once a stop was asked for."""
_LOOK_EVERY = 0.1


def work_through(tasks: Iterable[Callable[[], None]], *, hands: int, stop: threading.Event) -> None:
    """Run all tasks, ``hands`` at a time, in their order.

    A task that raises ends all: ``stop`` is set, and its error is raised here once the others have left
    off. When ``stop`` is set from outside, Stopped is raised. A task that hangs on a dead connection is left
    behind after ``GRACE``: its thread ends with the process.
    """
    crew = _Crew(tasks, stop)
    threads = [threading.Thread(target=crew.work, daemon=True) for _ in range(hands)]
    for thread in threads:
        thread.start()
    deadline = None
    while any(thread.is_alive() for thread in threads):
        threads[0].join(_LOOK_EVERY)
        threads = [thread for thread in threads if thread.is_alive()]
        if stop.is_set():
            deadline = deadline or time.monotonic() + GRACE
            if time.monotonic() > deadline:
                break
    if crew.error is not None:
        raise crew.error
    if stop.is_set() and not crew.done:
        raise Stopped


class _Crew:
    def __init__(self, tasks: Iterable[Callable[[], None]], stop: threading.Event) -> None:
        self._tasks = iter(tasks)
        self._stop = stop
        self._lock = threading.Lock()
        self._busy = 0
        self.error: BaseException | None = None

    @property
    def done(self) -> bool:
        """Whether every task has ended by itself; asked once the hands rest."""
        return self.error is None and self._busy == 0 and next(self._tasks, None) is None

    def work(self) -> None:
        """What one hand does."""
        while not self._stop.is_set() and (task := self._next()) is not None:
            try:
                task()
            except BaseException as error:
                with self._lock:
                    # those that leave off because of the first say Stopped, which is not the reason
                    self.error = self.error or (None if isinstance(error, Stopped) else error)
                self._stop.set()
                return
            with self._lock:
                self._busy -= 1

    def _next(self) -> Callable[[], None] | None:
        with self._lock:
            task = next(self._tasks, None)
            self._busy += task is not None
            return task
