"""What the archiver's words, its dry run and a row's status mean: pure (wire-write 2.2, 2.6, 3.5)."""

from collections.abc import Iterable, Mapping
from enum import Enum

from msgspec import Struct

from xnat_ferry.checks import Answer
from xnat_ferry.errors import (
    AlreadyThere,
    ArchiverBusy,
    ArchiveRefused,
    BadInput,
    MergeUnanswered,
    NameTaken,
    NeedsOtherFiles,
    NeverMerged,
    OtherIdentity,
    ServerAnswer,
    ServerBusy,
    UnfitFiles,
)
from xnat_ferry.xnat import answers
from xnat_ferry.xnat.prearchive import Notice

_REFUSALS: Mapping[type[ServerAnswer], type[ArchiveRefused]] = {
    NameTaken: NeedsOtherFiles,
    AlreadyThere: MergeUnanswered,
    OtherIdentity: MergeUnanswered,
    UnfitFiles: BadInput,
    ServerBusy: ArchiverBusy,
}


def refusal(session: str, said: str) -> ArchiveRefused:
    """The error that a refusal's words stand for (wire-write 3.5)."""
    told = answers.meaning(said)
    if told is None:
        return ArchiveRefused(session=session, said=said)
    if told.kind == OtherIdentity and not told.overridable:
        return NeverMerged(session=session, said=said)
    return _REFUSALS.get(told.kind, ArchiveRefused)(session=session, said=said)


# The dry run

_CONFLICT = "CONFLICT"
_COMPLETES = frozenset({1, 16, 17})
"""Told of every session that is there, and of its scans; archiving adds to them (wire-write 2.6)."""
_MERGES = _COMPLETES | {5, 14, 18, 19}
"""What is added on purpose may be another study, and may overwrite the same instances."""
_LIFTED: Mapping[Answer | None, frozenset[int]] = {Answer.COMPLETE: _COMPLETES, Answer.MERGE: _MERGES}
_NEVER = frozenset({2, 3, 4, 19})
"""FAIL: label, project, subject or modality of the session that is there are others."""
_BUSY = 10


def objection(session: str, notices: Iterable[Notice], answer: Answer | None) -> ArchiveRefused | None:
    """The error for the gravest of what a dry run said, None where nothing stands in the way.

    Archiving merges into whatever has the label (wire-write 3.2), so what the server itself would pass over
    stands in the way too, unless ``answer`` says that it is meant. FAIL is never lifted.
    """
    lifted = _LIFTED.get(answer, frozenset())
    standing = [one for one in notices if one.type != _CONFLICT or one.code not in lifted]
    if not standing:
        return None
    kind = _kind(standing)
    gravest = sorted(standing, key=lambda one: one.type != "FAIL")
    said = "; ".join(f"{one.type} {one.message}" for one in gravest[:3])
    return kind(session=session, said=said)


def needs_override(answer: Answer | None) -> bool:
    """Whether the server has to be told to pass over what can be passed over."""
    return answer == Answer.MERGE


def _kind(standing: list[Notice]) -> type[ArchiveRefused]:
    failing = [one for one in standing if one.type == "FAIL"]
    if failing:
        return NeverMerged if all(one.code in _NEVER for one in failing) else ArchiveRefused
    conflicts = {one.code for one in standing if one.type == _CONFLICT}
    if _BUSY in conflicts:
        return ArchiverBusy
    return MergeUnanswered if conflicts else BadInput


# A row's status


class Standing(Enum):
    """What can be done with a row now."""

    READY = "it can be archived"
    WAIT = "something is at work that ends by itself"
    ARCHIVING = "it is being archived"
    STUCK = "a person must look"


class Status(Struct, frozen=True):
    """One status in words, with what to do about it."""

    standing: Standing
    meaning: str
    advice: str = "Wait some minutes; if it stays, ask the project's owners to look at the prearchive page."


_RESUME = "Run 'xnat-ferry resume': it has the session built at once."
_SOMEBODY = "Ask the project's owners who is at it, and look again when it is done."
_STATUSES = {
    "RECEIVING": Status(Standing.STUCK, "files were still coming in when it was looked at", _RESUME),
    "RECEIVING_INTERRUPT": Status(Standing.STUCK, "files came in while it was being built", _RESUME),
    "BUILDING": Status(Standing.WAIT, "its session document is being built"),
    "READY": Status(
        Standing.READY,
        "it can be archived",
        "Archive it: 'xnat-ferry archive' for what a transfer brought, the prearchive page for the rest.",
    ),
    "CONFLICT": Status(
        Standing.READY,
        "archiving it met something that is there already",
        "Compare the two, then answer, or give it another label in a new plan.",
    ),
    "ERROR": Status(
        Standing.STUCK,
        "building or archiving it failed",
        "Read its log in the prearchive page. 'xnat-ferry resume' has it built and tried once more.",
    ),
    "ARCHIVING": Status(Standing.ARCHIVING, "it is being archived"),
    "MOVING": Status(Standing.STUCK, "somebody is moving it to another project", _SOMEBODY),
    "DELETING": Status(Standing.STUCK, "somebody is deleting it from the prearchive", _SOMEBODY),
    "SEPARATING": Status(Standing.STUCK, "it is being separated into PET and MR", _SOMEBODY),
}
_HELD = Status(Standing.STUCK, "another operation holds it", _SOMEBODY)


def read_status(status: str) -> Status:
    """A prearchive status; locked (``_X``) and queued ones mean what they prepare, unknown ones are busy."""
    known = _STATUSES.get(status.removeprefix("QUEUED_").removeprefix("_"))
    if known is None:
        return Status(Standing.WAIT, "the server is doing something that this program does not know")
    if status.startswith("_") and known.standing in (Standing.READY, Standing.STUCK):
        return _HELD
    return known
