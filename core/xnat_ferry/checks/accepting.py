"""What a person may say is known and allowed: then it stands in the plan and the record, and forbids nothing.

Only what headers and labels say of persons can be accepted: whether that may be there, and whether two
PatientIDs or two subjects are one person, is for people to know. Whether bytes get lost or two sessions meet
is no matter of permission.
"""

from collections.abc import Collection, Iterable

from msgspec.structs import replace

from xnat_ferry.checks.finding import Finding
from xnat_ferry.errors import UsageError
from xnat_ferry.settings.redact import plain

ACCEPTABLE = (
    "identifying-remains",
    "identifying-unclear",
    "identifying-replaced",
    "name-in-text",
    "profile-deviates",
    "profile-unclear",
    "private-tags",
    "private-unclear",
    "burned-in",
    "no-script",
    "patient-differs",
    "patients-nameless",
    "label-identifies",
    "subjects-joined",
)
"""Kinds of findings."""


def parse_accepted(names: Iterable[str]) -> frozenset[str]:
    """Kinds as they are written on the command line; raises UsageError for others."""
    wanted = frozenset(names)
    unknown = sorted(wanted - set(ACCEPTABLE))
    if unknown:
        what = f"--accept {plain(unknown[0], 60)!r} is none of {', '.join(ACCEPTABLE)}."
        raise UsageError(what=what)
    return wanted


def accepting(findings: Iterable[Finding], accepted: Collection[str]) -> tuple[Finding, ...]:
    """The same findings, those of the accepted kinds marked so."""
    kinds = set(accepted) & set(ACCEPTABLE)
    if not kinds:
        return tuple(findings)
    return tuple(replace(one, accepted=True) if one.kind in kinds else one for one in findings)
