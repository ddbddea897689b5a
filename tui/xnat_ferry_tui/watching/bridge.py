"""From the journal to the screen: a thread reads what is new, four times a second at most, and posts it."""

import threading
from collections.abc import Callable, Sequence

from textual.message import Message

from xnat_ferry.events import AnyEvent, SessionVerified
from xnat_ferry.plan import Plan
from xnat_ferry.transfer import lock
from xnat_ferry.transfer.folder import TransferFolder
from xnat_ferry.transfer.journal import JournalReader
from xnat_ferry.verify.verification import Verification
from xnat_ferry_tui.watching.calls import Request, RequestReader
from xnat_ferry_tui.watching.proofs import Proofs

_EVERY = 0.25
_AT_ONCE = 500
"""Events in one message: a long past must not keep the keys waiting."""


class JournalGrew(Message):
    """New events or requests of a transfer, a new verification, or its worker came or went."""

    def __init__(
        self,
        transfer_id: str,
        events: list[AnyEvent],
        alive: bool,
        *,
        verification: Verification | None = None,
        requests: Sequence[Request] = (),
        live: bool = True,
        more: bool = False,
    ) -> None:
        super().__init__()
        self.transfer_id, self.events, self.alive = transfer_id, events, alive
        self.verification, self.requests, self.live = verification, requests, live
        self.more = more
        """Whether the next part of a long past follows at once."""
        self.taken = threading.Event()
        """Set once it has been taken in: more of a long past is read only then."""


def follow_journal(
    folder: TransferFolder, plan: Plan, post: Callable[[JournalGrew], object], leave: threading.Event
) -> None:
    """Post what a journal says until ``leave`` is set. Reading blocks, so this runs in a thread.

    The first messages tell the past and are not ``live``.
    """
    reader, proofs = JournalReader(folder.journal), Proofs(folder, plan)
    calls = RequestReader(folder.calls)
    was_alive: bool | None = None
    while not leave.is_set():
        alive = lock.running(folder)
        live = was_alive is not None
        parts = reader.read_in_parts(_AT_ONCE)
        events = next(parts, [])
        proven = _proven(events)
        for following in parts:
            part = JournalGrew(folder.id, events, alive, live=live, more=True)
            post(part)
            while not part.taken.wait(_EVERY):
                if leave.is_set():
                    return
            events = following
            proven += _proven(events)
        requests = calls.read_new()
        found = proofs.newest(proven, alive)
        if events or requests or found is not None or alive != was_alive:
            post(JournalGrew(folder.id, events, alive, verification=found, requests=requests, live=live))
        was_alive = alive
        leave.wait(_EVERY)


def _proven(events: Sequence[AnyEvent]) -> list[AnyEvent]:
    return [event for event in events if isinstance(event, SessionVerified)]
