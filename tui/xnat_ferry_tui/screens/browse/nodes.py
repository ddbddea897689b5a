"""The lines of the browser: what stands on each, on either side."""

from collections.abc import Sequence
from enum import StrEnum

from msgspec import Struct

from xnat_ferry.model import FileRow, Mark, PrearchiveRow, ScanRow, SessionRow

SOURCE, DESTINATION = 0, 1
"""The two sides."""

Pair = tuple[SessionRow | None, SessionRow | None]
"""A session and its counterpart."""

Thing = SessionRow | ScanRow | FileRow | PrearchiveRow | str | None
"""What a side has there: a row, a name or words, or nothing."""


class Kind(StrEnum):
    """The levels."""

    SUBJECT = "subject"
    SESSION = "session"
    SCAN = "scan"
    FILE = "file"
    PREARCHIVE = "prearchive"
    WAITING = "waiting"
    """One session in the prearchive."""
    NOTE = "note"
    """Words where there is nothing to list."""


OPEN_AT_FIRST = frozenset({Kind.SUBJECT})
OPENABLE = frozenset({Kind.SUBJECT, Kind.SESSION, Kind.SCAN, Kind.PREARCHIVE})


class Node(Struct, frozen=True, gc=False):
    """One line: the same thing on both sides, or on one of them. There may be very many of them."""

    kind: Kind
    key: str
    """Unique in the tree: by this a line is found again after a change."""
    depth: int
    left: Thing
    right: Thing
    inside: Sequence["Node"] = ()
    """What it opens to, where that is known from the project's list."""
    mark: Mark | None = None
    """How a scan or a file compares; a session is compared when its line is painted."""
    sessions: Pair = (None, None)
    """The sessions that a scan or a file is in, whether or not the line shows both."""

    def on(self, side: int) -> Thing:
        """What one side has."""
        return self.right if side else self.left


def session_of(node: Node, side: int) -> SessionRow | None:
    """The session on one side of a line; None on every other line."""
    thing = node.on(side)
    return thing if isinstance(thing, SessionRow) else None
