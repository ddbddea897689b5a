"""Threads for what blocks: one for each thing that is done, and none that the window's end waits for.

Python's own pool has four more than there are cores. A few that ask a server which is gone would be all of
them, and whatever comes next, were it only a file to read, would have to wait for that server.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any


class Threads(ThreadPoolExecutor):
    """What asyncio takes in place of its own; it asks for one of this class."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Do it in a thread of its own, at once."""
        future: Future[Any] = Future()
        # whoever leaves is not kept by it: what has to be waited for is waited for by name
        threading.Thread(target=_do, args=(future, fn, args, kwargs), daemon=True).start()
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Nothing is waited for."""


def _do(future: Future[Any], fn: Callable[..., Any], args: Any, kwargs: Any) -> None:
    if not future.set_running_or_notify_cancel():
        return
    try:
        future.set_result(fn(*args, **kwargs))
    except BaseException as error:
        future.set_exception(error)
