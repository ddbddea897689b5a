"""What a person ordered beside the plan, in the transfer's folder: the worker has nobody to ask."""

from pathlib import Path

import msgspec
from msgspec import Struct

from xnat_ferry.checks import Answer
from xnat_ferry.errors import CannotWrite, UsageError
from xnat_ferry.plan import Plan, PlannedSession
from xnat_ferry.settings.private import write_private
from xnat_ferry.settings.redact import plain
from xnat_ferry.transfer.folder import TransferFolder


class RemovalOrder(Struct, frozen=True, kw_only=True):
    """A person's wish to have proven sessions removed from the source, good for one worker only."""

    typed: str
    """The project's name as the person gave it."""
    sessions: tuple[str, ...]
    """Their labels at the source."""
    unshare: bool = False
    """Whether what is only shared into the source project may be taken out of it."""
    subjects: bool = False
    """Whether subjects that are left without any session may be deleted."""
    despite_workflows: bool = False
    """Whether sessions may be deleted on which a workflow is open, or of which that is not known."""
    waiting: bool = False
    """Their rows in the destination's prearchive are meant, and nothing at the source."""


# made before threads want them: two that do for the first time at once may crash
_ANSWERS = msgspec.json.Decoder(dict[str, Answer])
_ORDER = msgspec.json.Decoder(RemovalOrder)

ADDING = (Answer.COMPLETE, Answer.MERGE)
"""The answers that let archiving add to a session that is there."""


def answer_for(folder: TransferFolder, session: PlannedSession) -> Answer | None:
    """Whether a session may be added to one that is there: as ordered, else as the plan says."""
    ordered = read_answers(folder).get(session.session)
    return ordered or next((answer for answer in ADDING if answer.value == session.fate.value), None)


def parse_archive_answers(plan: Plan, texts: tuple[str, ...]) -> dict[str, Answer]:
    """``001_MR1=merge`` by the session's label or accession ID at the source; raises UsageError."""
    known = {name: one.session for one in plan.sessions for name in (one.id, one.session)}
    answers: dict[str, Answer] = {}
    for text in texts:
        name, _, word = text.rpartition("=")
        if name not in known or word not in ADDING:
            what = f"--answer {plain(text, 60)!r} is not SESSION=merge or SESSION=complete of this transfer."
            raise UsageError(what=what)
        answers[known[name]] = Answer(word)
    return answers


def keep_answers(folder: TransferFolder, answers: dict[str, Answer]) -> None:
    """Add answers to those kept; they hold for later tries too. Raises CannotWrite."""
    if answers:
        write_whole(_answers_file(folder), msgspec.json.encode(read_answers(folder) | answers))


def read_answers(folder: TransferFolder) -> dict[str, Answer]:
    """The answers given when archiving, by the session's label at the source."""
    try:
        return _ANSWERS.decode(_answers_file(folder).read_bytes())
    except (OSError, msgspec.MsgspecError, ValueError, RecursionError):
        return {}


def keep_removal_order(folder: TransferFolder, order: RemovalOrder) -> None:
    """Leave an order for the worker that is started next. Raises CannotWrite."""
    write_whole(_removal_file(folder), msgspec.json.encode(order))


def take_removal_order(folder: TransferFolder) -> RemovalOrder | None:
    """The order, once: whoever is started later has to be told again by a person.

    Raises CannotWrite where it cannot be taken away: it would be followed twice.
    """
    file = _removal_file(folder)
    try:
        content = file.read_bytes()
        file.unlink()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise CannotWrite(folder=folder.path, why=error.strerror) from None
    try:
        return _ORDER.decode(content)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None


def write_whole(path: Path, content: bytes) -> None:
    """Write a file whole or not at all, for its owner's eyes only; raises CannotWrite."""
    try:
        write_private(path, content)
    except OSError as error:
        raise CannotWrite(folder=path.parent, why=error.strerror) from None


def _answers_file(folder: TransferFolder) -> Path:
    return folder.path / "answers.json"


def _removal_file(folder: TransferFolder) -> Path:
    return folder.path / "removal.json"
