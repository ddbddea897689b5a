"""What a person ordered beside the plan, in the transfer's folder: the worker has nobody to ask."""

from pathlib import Path

import msgspec

from xnat_ferry.checks import Answer
from xnat_ferry.errors import CannotWrite, UsageError
from xnat_ferry.plan import Plan, PlannedSession
from xnat_ferry.settings.redact import plain
from xnat_ferry.transfer.folder import TransferFolder

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
        return msgspec.json.decode(_answers_file(folder).read_bytes(), type=dict[str, Answer])
    except (FileNotFoundError, msgspec.MsgspecError):
        return {}


def write_whole(path: Path, content: bytes) -> None:
    """Write a file whole or not at all, for its owner's eyes only; raises CannotWrite."""
    fresh = path.with_name(path.name + ".new")
    try:
        fresh.touch(0o600)
        fresh.write_bytes(content)
        fresh.replace(path)
    except OSError as error:
        raise CannotWrite(folder=path.parent, why=error.strerror) from None


def _answers_file(folder: TransferFolder) -> Path:
    return folder.path / "answers.json"
