"""What a check answers, and what the whole checklist comes to."""

from collections.abc import Sequence
from enum import StrEnum

from msgspec import Struct

from xnat_ferry.labels import Labels
from xnat_ferry.model import Verdict


class Finding(Struct, frozen=True, kw_only=True):
    """One answer of one check: verdict, evidence a person can check, and what to do."""

    check: str
    """The guide's item it answers: access, conflicts, labels, metadata, settings, anonymization, room."""
    verdict: Verdict
    about: str
    """A session's label or a project."""
    message: str
    kind: str = ""
    """What kind of thing was found, as a word for programs: ``routing-to-source``. Findings of one kind read
    alike, so that faces can show many as one."""
    advice: str = ""
    evidence: dict[str, str] = {}
    accepted: bool = False
    """Whether a person has said that it is known and allowed."""

    @property
    def standing(self) -> Verdict:
        """The verdict as it counts: what was accepted is to be seen, and forbids nothing."""
        return Verdict.WARN if self.accepted and self.verdict != Verdict.OK else self.verdict


class ConflictClass(StrEnum):
    """The ways in which a session may meet something that is already there."""

    SAME_STUDY = "same-study"
    OTHER_STUDY = "other-study"
    OTHER_SUBJECT = "other-subject"
    SHARED = "shared"
    PREARCHIVE = "prearchive"
    DUPLICATE_TARGET = "duplicate-target"
    DUPLICATE_STUDY = "duplicate-study"
    BAD_LABEL = "bad-label"


class Answer(StrEnum):
    """What can be done about a conflict."""

    SKIP = "skip"
    """Leave the session alone."""
    RENAME = "rename"
    """Keep both: the session gets another label, unless the two have different ones anyway."""
    COMPLETE = "complete"
    """Add to what is there of the same study what it lacks."""
    MERGE = "merge"
    """Put two studies into one session, on purpose."""


class Conflict(Struct, frozen=True, kw_only=True, rename={"kind": "class"}):
    """One session that meets something; no answer is ever guessed."""

    session: str
    """Its label at the source."""
    id: str = ""
    """Its accession ID at the source."""
    subject: str
    kind: ConflictClass
    message: str
    """What it meets and what XNAT would do, in two or three sentences."""
    answers: tuple[Answer, ...]
    """Those that make sense."""
    suggested: Answer
    """Never applied by itself."""
    there: str = ""
    """What it meets: a label there, a prearchive row's path below /data, the labels of other chosen sessions,
    or the label that XNAT refuses."""
    apart: bool = False
    """Whether only the study is met, under another label: then keeping both takes no new label."""
    joins: Labels | None = None
    """The labels of what is there, under which completing or merging sends."""
    evidence: dict[str, str] = {}


_FORBIDS = {"project-unread", "session-unread"}
"""What need not have failed but leaves nothing to plan with."""


class Checklist(Struct, frozen=True, kw_only=True):
    """All findings and conflicts of a survey."""

    findings: tuple[Finding, ...]
    conflicts: tuple[Conflict, ...]
    keep: tuple[str, ...] = ()
    """The options of PS3.15 by which the headers were judged."""
    accepted: tuple[str, ...] = ()
    """The kinds of findings that were accepted."""

    @property
    def verdict(self) -> str:
        """``blocked`` by what forbids going on, ``warned`` by anything else but ok, else ``clear``."""
        if self.first_failures():
            return "blocked"
        return "clear" if {finding.verdict for finding in self.findings} <= {Verdict.OK} else "warned"

    @property
    def sure(self) -> bool:
        """Whether nothing failed and nothing remained unknown but what was accepted."""
        return not {finding.standing for finding in self.findings} & {Verdict.FAIL, Verdict.UNKNOWN}

    def first_failures(self) -> Sequence[Finding]:
        """The findings that forbid going on."""
        return [
            finding
            for finding in self.findings
            if finding.standing == Verdict.FAIL or finding.kind in _FORBIDS
        ]
