"""From the journal to the screen: a thread reads what is new, four times a second at most, and posts it."""

import threading
from collections.abc import Callable

from textual.message import Message

from xnat_ferry.events import AnyEvent
from xnat_ferry.transfer import lock
from xnat_ferry.transfer.folder import TransferFolder
from xnat_ferry.transfer.journal import JournalReader

_EVERY = 0.25


class JournalGrew(Message):
    """New events of a transfer, or its worker came or went."""

    def __init__(self, transfer_id: str, events: list[AnyEvent], alive: bool) -> None:
        super().__init__()
        self.transfer_id, self.events, self.alive = transfer_id, events, alive


def follow_journal(
    folder: TransferFolder, post: Callable[[JournalGrew], object], leave: threading.Event
) -> None:
    """Post what a journal says until ``leave`` is set. Reading blocks, so this runs in a thread."""
    reader = JournalReader(folder.journal)
    was_alive: bool | None = None
    while not leave.is_set():
        alive = lock.running(folder)
        events = reader.read_new()
        if events or alive != was_alive:
            post(JournalGrew(folder.id, events, alive))
        was_alive = alive
        leave.wait(_EVERY)
