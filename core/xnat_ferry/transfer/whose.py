"""Whose a row of the prearchive is, as far as the journal tells; what it leaves open the files in it tell.

The importer joins whatever waits under the same project, study and label (wire-write 1.7), and the archiver
merges by default (3.2): neither must ever happen to somebody else's by accident.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from enum import Enum, auto

from xnat_ferry.errors import DestinationTaken
from xnat_ferry.model import PrearchiveRow
from xnat_ferry.plan import Fate, PlannedSession
from xnat_ferry.transfer.session_state import SessionState
from xnat_ferry.transfer.state import TransferState

Doubts = Callable[[PlannedSession, PrearchiveRow], str]
"""Fetches back all that a row holds; says what in it is not known to be of this transfer, "" for nothing."""


class Whose(Enum):
    """What the journal tells of a row."""

    OURS = auto()
    """The server named it when it took what this transfer sent."""
    PERHAPS = auto()
    """An upload lands there, and of one the end was not heard."""
    OTHERS = auto()


def whose(row: PrearchiveRow, session: PlannedSession, past: SessionState) -> Whose:
    """Whose a row is that waits under a session's label, or with its study. Pure."""
    if row.path == past.row:
        return Whose.OURS
    return Whose.PERHAPS if past.cut_off and lands_in(row, session) else Whose.OTHERS


def lands_in(row: PrearchiveRow, session: PlannedSession) -> bool:
    """Whether an upload of this session lands in that row."""
    return row.name == session.to_session and session.study_uid in ("", row.study_uid)


def rows_meeting(
    rows: Iterable[PrearchiveRow], sessions: Iterable[PlannedSession]
) -> dict[str, tuple[PrearchiveRow, ...]]:
    """Of a project's rows those that wait under a session's label or with its study, by the session's label.

    Sessions that meet none are left out. Pure.
    """
    by_label: dict[str, list[PrearchiveRow]] = defaultdict(list)
    by_study: dict[str, list[PrearchiveRow]] = defaultdict(list)
    for row in rows:
        by_label[row.name.casefold()].append(row)
        by_study[row.study_uid].append(row)
    found = {}
    for session in sessions:
        alike = by_study[session.study_uid] if session.study_uid else []
        every = {row.path: row for row in (*by_label[session.to_session.casefold()], *alike)}
        if every:
            found[session.session] = tuple(every.values())
    return found


def rows_beside(
    rows: Iterable[PrearchiveRow], sessions: Iterable[PlannedSession], state: TransferState
) -> dict[str, tuple[PrearchiveRow, ...]]:
    """The same without the rows that sessions of this transfer came through."""
    own = {one.row for one in state.sessions.values()}
    return rows_meeting((row for row in rows if row.path not in own), sessions)


def is_ours(row: PrearchiveRow, session: PlannedSession, past: SessionState, doubts: Doubts) -> bool:
    """Whether all that a row holds is of this transfer; False for one that the plan means to add to.

    Raises DestinationTaken for any other.
    """
    match whose(row, session, past):
        case Whose.OURS:
            return True
        case Whose.PERHAPS:
            doubt = doubts(session, row)
        case Whose.OTHERS:
            doubt = "nothing of this transfer can be in it"
    if doubt and not (session.fate == Fate.COMPLETE and lands_in(row, session)):
        why = f"{row.path} waits in the prearchive now, and {doubt}"
        raise DestinationTaken(label=session.to_session, why=why)
    return not doubt
