"""The conversation with the two servers that are on the desk, or at the ends of a transfer. No Textual."""

import threading
from collections.abc import Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING

from xnat_ferry.errors import CannotConnect, LoginRefused
from xnat_ferry.model import Endpoint
from xnat_ferry.plan import Plan
from xnat_ferry_tui.logins import Logins

if TYPE_CHECKING:
    from xnat_ferry.xnat.client import XnatClient


class Conversation:
    """The one that is held now, and those that nobody waits for. Calls may block: use a thread."""

    def __init__(self, logins: Logins) -> None:
        self._logins = logins
        self._held = _Held(logins)
        self._hung_up: list[_Held] = []

    def between(self, ends: tuple[Endpoint, Endpoint]) -> tuple["XnatClient", "XnatClient"]:
        """With the source's and the destination's server; an end on this machine has that of the other.

        Raises LoginRefused, after which another login is asked for.
        """
        return self._held.between(ends)

    def hang_up(self) -> None:
        """Ask by another one from now on; this does not block, whatever somebody is still waiting for."""
        # it is closed with all else: somebody may still be asking by it
        self._hung_up.append(self._held)
        self._held = _Held(self._logins)

    def leave(self) -> None:
        """Log out aside: nobody waits for a server that is gone. This does not block."""
        self.hang_up()
        left, self._hung_up = self._hung_up, []
        threading.Thread(target=_close, args=(left,), daemon=True).start()

    def close(self) -> None:
        """Log out."""
        _close([*self._hung_up, self._held])


class _Held:
    """Logged in when it is first asked for, then kept until it is closed or another login is called for."""

    def __init__(self, logins: Logins) -> None:
        self._logins = logins
        self._open: tuple[XnatClient, XnatClient] | None = None
        self._turns: list[int] = []
        """Of the logins by which it was opened."""
        self._stack = ExitStack()
        self._lock = threading.Lock()

    def between(self, ends: tuple[Endpoint, Endpoint]) -> tuple["XnatClient", "XnatClient"]:
        """As its holder says."""
        from xnat_ferry.xnat.pair import open_pair

        source, destination = ends
        if source.local:
            source = destination
        elif destination.local:
            destination = source
        with self._lock:
            turns = [self._logins.turn(end.server) for end in (source, destination)]
            if self._open is None or turns != self._turns:
                # what was open is closed with all else: somebody may still be asking by it
                self._open, self._turns = None, turns
                try:
                    self._open = self._stack.enter_context(open_pair(source, destination, self._logins))
                except LoginRefused as error:
                    self._logins.refuse(str(error.facts["server"]))
                    raise
            return self._open

    def close(self) -> None:
        """Log out, once nobody is logging in any more."""
        with self._lock:
            self._open = None
            self._stack.close()


def _close(conversations: Sequence[_Held]) -> None:
    for one in reversed(conversations):  # one that was hung up on may be waiting still
        one.close()


def ends_of(
    stack: ExitStack, plan: Plan, logins: Logins, *, both: bool
) -> tuple["XnatClient | None", "XnatClient"]:
    """The source of a transfer, where ``both`` are wanted and it can be reached, and the destination.

    Raises LoginRefused and CannotConnect, after the first of which another login is asked for.
    """
    from xnat_ferry.xnat.client import XnatClient

    here, there = plan.source.server, plan.destination.server
    destination = stack.enter_context(XnatClient(there, logins(there)))
    if not both or here == there:
        return (destination if both else None), destination
    if plan.source.local:
        return None, destination
    try:
        return stack.enter_context(XnatClient(here, logins(here))), destination
    except LoginRefused:
        raise
    except CannotConnect:
        return None, destination
