"""What is tried again, after how long, and when a server is given up."""

import random
import threading
from collections.abc import Callable
from typing import TypeVar

from xnat_ferry.errors import (
    ConnectionLost,
    FerryError,
    LoginLapsed,
    RetriesSpent,
    Retry,
    ServerBusy,
    ServerDown,
    ServerUnreachable,
    StillWorking,
)

Result = TypeVar("Result")

PASSING = (ConnectionLost, ServerBusy, StillWorking, LoginLapsed, ServerUnreachable)
"""What a restart, a busy hour or a bad line looks like: worth more tries than a fault."""
ATTEMPTS, ATTEMPTS_AT_PASSING = 4, 8
IN_A_ROW = 20
"""So many passing failures with nothing done between them, and the server counts as down."""
RESERVE, EARNED = 100, 2
"""Passing failures that a run may meet in all, and how many more it may for everything that works."""
_FIRST, _LONGEST = 0.5, 30.0


class Patience:
    """One worker's, shared by its threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._in_a_row = self._failures = 0
        self._left = RESERVE

    def failed(self, error: FerryError) -> None:
        """Count a failure that may pass.

        Raises ServerDown when there were too many and nothing worked between them, RetriesSpent when a run
        that goes on somehow costs more tries than it is worth.
        """
        if not isinstance(error, PASSING):
            return  # of one session, and no reason to leave the others
        with self._lock:
            self._failures += 1
            self._left -= 1
            self._in_a_row += 1
            in_a_row, failures, left = self._in_a_row, self._failures, self._left
        facts = {"server": error.facts.get("server", "The server"), "said": str(error)}
        if in_a_row >= IN_A_ROW:
            raise ServerDown(count=in_a_row, **facts) from None
        if left < 0:
            raise RetriesSpent(count=failures, **facts) from None

    def succeeded(self) -> None:
        """Something worked."""
        with self._lock:
            self._in_a_row = 0
            self._left += EARNED


def persist(
    act: Callable[[], Result],
    *,
    patience: Patience,
    wait: Callable[[float], None],
    again: Callable[[FerryError, int], None],
) -> Result:
    """Do something until it works or trying again is in vain; then its last error is raised.

    ``wait`` sleeps for some seconds and may raise; ``again`` hears of each failure that is not the last, with
    its number.
    """
    attempt = 1
    while True:
        try:
            result = act()
        except FerryError as error:
            patience.failed(error)
            if error.retry != Retry.AGAIN or attempt >= attempts_at(error):
                raise
            again(error, attempt)
            wait(pause_after(error, attempt))
            attempt += 1
        else:
            patience.succeeded()
            return result


def attempts_at(error: FerryError) -> int:
    """How often something that fails like this is tried in all."""
    return ATTEMPTS_AT_PASSING if isinstance(error, PASSING) else ATTEMPTS


def pause_after(error: FerryError, attempt: int) -> float:
    """Seconds until the next try: what the server asked for, else doubling, and never the same for all."""
    asked = error.facts.get("after")
    if isinstance(asked, float) and asked > 0:
        return asked
    pause: float = min(_FIRST * 2 ** (attempt - 1), _LONGEST)
    return pause * random.uniform(0.75, 1.25)  # noqa: S311  no secret
