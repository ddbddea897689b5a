"""What a judge may look at: both projects at some moments, the journal, and what the program said."""

from dataclasses import dataclass, field
from typing import Any

from tests.contract.chaos.scenario import Scenario


@dataclass(frozen=True)
class Moment:
    """Both projects at one time, as ``/practice/state`` has them, and what the journal claims by then."""

    source: dict[str, Any]
    destination: dict[str, Any]
    unassigned: list[dict[str, Any]]
    claims: dict[str, str]
    """Session to ``done archive``, ``done prearchive``, ``failed``, ``skipped`` or ``open``."""
    at: float = 0.0
    """When that was, in seconds since 1970."""


@dataclass
class Evidence:
    """All that a judge may look at."""

    scenario: Scenario
    before: Moment
    journal: list[dict[str, Any]]
    moments: list[Moment]
    """After the faults, and after the end."""
    codes: list[int | None] = field(default_factory=list)
    """How each worker ended; None did not."""
    status: dict[str, Any] = field(default_factory=dict)
    verify: dict[str, Any] = field(default_factory=dict)
    record: dict[str, Any] = field(default_factory=dict)
    left_behind: list[str] = field(default_factory=list)
    """In the spool, and beside the lock and other files of the transfer."""
    leaks: list[str] = field(default_factory=list)
    output: str = ""
    uploads: list[dict[str, Any]] = field(default_factory=list)
    """As the server has them in its log, once it was at rest."""
    between: dict[str, Any] | None = None
    """What ``verify`` said where a late upload had opened what was done, before the last worker and the last
    look; None where none had."""
    settled: list[Moment] = field(default_factory=list)
    """After each worker that was ordered to delete what is proven at the source."""
    settling_codes: list[int | None] = field(default_factory=list)

    def fates(self) -> dict[str, str]:
        """What the journal says of each session, its last word."""
        said = {session.label: "open" for session in self.scenario.sessions}
        for event in self.journal:
            match event.get("event"):
                case "SessionStarted":
                    said[event["session"]] = "open"
                case "SessionFinished":
                    said[event["session"]] = f"done {event['where']}"
                case "SessionFailed":
                    said[event["session"]] = "failed"
                case "SessionSkipped":
                    said[event["session"]] = "skipped"
        return said


# What a state holds


def files_of(one: dict[str, Any]) -> list[dict[str, Any]]:
    return [file for scan in one["scans"] for resource in scan["resources"] for file in resource["files"]]


def key_of(one: dict[str, Any]) -> str:
    return str(one["id"]) if "id" in one else f"{one['timestamp']}/{one['folder']}"


def name_of(one: dict[str, Any]) -> str:
    return str(one["label"] if "label" in one else one["name"])
