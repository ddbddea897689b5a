"""Told by a thread that has changed what lies on the desk."""

from collections.abc import Callable

from textual.message import Message


class DeskChanged(Message):
    """Something on the desk is new; ``then`` runs afterwards, on the screen's own thread."""

    def __init__(self, then: Callable[[], None] | None = None) -> None:
        super().__init__()
        self.then = then
