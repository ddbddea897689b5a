"""Whether one element of a header is still there when its file has arrived."""

from xnat_ferry.checks.anonymization.rewriting import Outcome, Rewriting
from xnat_ferry.dicom.header import HeaderElement
from xnat_ferry.project import ProjectSettings


def rewritten(settings: ProjectSettings, tag: int) -> bool | None:
    """Whether nothing of its value will be left at the destination; None where that is not known."""
    return {Outcome.GONE: True, Outcome.REMAINS: False, Outcome.UNCLEAR: None}[_of(settings, tag)[0]]


def becomes(settings: ProjectSettings, tag: int) -> str:
    """In a few words, what the destination's scripts make of it."""
    return _of(settings, tag)[1]


def _of(settings: ProjectSettings, tag: int) -> tuple[Outcome, str]:
    return Rewriting(settings).of(HeaderElement(tag, "", ""))
