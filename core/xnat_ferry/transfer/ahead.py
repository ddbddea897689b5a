"""Makes the next things while the last one is still in use: on a thread of its own, a few ahead."""

import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

Thing = TypeVar("Thing")


@contextmanager
def run_ahead(
    make: Callable[[Callable[[], bool]], Iterator[Thing]], *, depth: int, drop: Callable[[Thing], None]
) -> Iterator[Iterator[Thing]]:
    """Give the things that ``make`` makes, in order, while up to ``depth`` more are made.

    ``make`` is handed a question that turns true once nobody wants any more. An error in it is raised here,
    at its place in the order. Things that nobody took are given to ``drop``.
    """
    ahead = _Ahead(make, depth, drop)
    ahead.thread.start()
    try:
        yield ahead.things()
    finally:
        ahead.leave()


class _Ahead(Generic[Thing]):
    def __init__(
        self,
        make: Callable[[Callable[[], bool]], Iterator[Thing]],
        depth: int,
        drop: Callable[[Thing], None],
    ) -> None:
        self._make = make
        self._drop = drop
        self._made: queue.Queue[tuple[Thing] | BaseException | None] = queue.Queue(depth)
        self._unwanted = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)

    def things(self) -> Iterator[Thing]:
        while (got := self._made.get()) is not None:
            if isinstance(got, BaseException):
                raise got
            yield got[0]

    def leave(self) -> None:
        """Nobody wants any more: what was made is dropped, and the thread left alone only once it is done."""
        self._unwanted.set()
        while self.thread.is_alive() or not self._made.empty():
            try:
                got = self._made.get(timeout=0.05)
            except queue.Empty:
                continue
            if isinstance(got, tuple):
                self._drop(got[0])

    def _run(self) -> None:
        try:
            for thing in self._make(self._unwanted.is_set):
                self._made.put((thing,))
                if self._unwanted.is_set():
                    break
            self._made.put(None)
        except BaseException as error:
            self._made.put(error)
