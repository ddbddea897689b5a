"""Which project, subject and session an object says that it belongs to (wire-write 1.9, wire-read 13.15)."""

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import NamedTuple

from xnat_ferry.practice.site.records import Project
from xnat_ferry.practice.site.site import Site

Text = Callable[[int], str]
"""An element's text by tag; "" where there is none."""

_PATIENT_NAME, _PATIENT_ID = 0x00100010, 0x00100020
_STUDY_DESCRIPTION, _ACCESSION_NUMBER = 0x00081030, 0x00080050
_COMMENTS = (0x00104000, 0x00324000, 0x001021B0)
"""Patient comments, study comments, additional patient history."""
_RULE = re.compile(
    r"\(([0-9A-Fa-f]{4}),([0-9A-Fa-f]{4})\):(.+?)(?::(\d+))?(?:\s+t:(.*?)\s+r:(.*))?\s*", re.DOTALL
)


class Rule(NamedTuple):
    """One line of a rules' file."""

    tag: int
    pattern: re.Pattern[str]
    group: int
    target: re.Pattern[str] | None
    replacement: str

    def of(self, text: Text) -> str:
        """What it takes from an object; "" where it does not match the whole value, or there is none."""
        value = text(self.tag)
        found = self.pattern.fullmatch(value) if value else None
        if found is None or self.group > self.pattern.groups:
            return ""
        taken = found[self.group] or ""
        return self.target.sub(self.replacement, taken) if self.target is not None else taken


def routed_project(site: Site, text: Text) -> Project | None:
    """The first candidate that is a project's ID or alias here."""
    for candidate in _project_candidates(site, text):
        found = site.project_named(candidate) if candidate else None
        if found is not None:
            return found
    return None


def _project_candidates(site: Site, text: Text) -> Iterator[str]:
    yield from (rule.of(text) for rule in _rules(site, "projectRules"))
    yield from (keyword(text(tag), "Project") for tag in _COMMENTS)
    yield text(_STUDY_DESCRIPTION)
    yield text(_ACCESSION_NUMBER)


def routed_subject(site: Site, text: Text) -> str:
    """The subject's label; "" where the object says nothing."""
    return _first_label(site, text, "subjectRules", "Subject", _PATIENT_NAME)


def routed_session(site: Site, text: Text) -> str:
    """The session's label; "" where the object says nothing."""
    return _first_label(site, text, "sessionRules", "Session", _PATIENT_ID)


def _first_label(site: Site, text: Text, rules: str, word: str, tag: int) -> str:
    found = next(filter(None, (rule.of(text) for rule in _rules(site, rules))), "")
    found = found or next(filter(None, (keyword(text(place), word) for place in _COMMENTS)), "")
    label = found or text(tag)
    return to_label(label) if site.unconfirmed["dicom_labels_are_cleaned_at_receipt"] else label


def wants_archiving(text: Text) -> bool | None:
    """``AA:true`` or ``AA:f`` in a comment; None where nothing is said."""
    for tag in _COMMENTS:
        said = keyword(text(tag), "AA").lower()
        if said in ("t", "true", "f", "false"):
            return said.startswith("t")
    return None


def keyword(comment: str, name: str) -> str:
    """``Project:X``, at the beginning or after white space, comma or semicolon, in any case."""
    found = re.search(rf"(?:^|[\s,;]){name}:([\w-]*)", comment, re.IGNORECASE | re.ASCII)
    return found[1] if found else ""


def to_label(text: str) -> str:
    """What comes from an object is made fit for a label."""
    return re.sub(r"[^A-Za-z0-9_-]", "_", text)


def _rules(site: Site, name: str) -> tuple[Rule, ...]:
    return _parsed(site.config("", "dicom", name) or "")


@lru_cache(maxsize=16)
def _parsed(text: str) -> tuple[Rule, ...]:
    return tuple(rule for line in text.splitlines() if (rule := _rule(line.strip())) is not None)


def _rule(line: str) -> Rule | None:
    """``(gggg,eeee):regex[:group] [t:X r:Y]``; the group is the first one unless given."""
    found = _RULE.fullmatch(line)
    if found is None:
        return None
    group = int(found[4]) if found[4] else 1
    try:
        pattern = re.compile(found[3])
        target = re.compile(found[5]) if found[5] is not None else None
    except re.error:
        return None
    # Java writes groups in a replacement as $1
    replacement = re.sub(r"\$(\d)", r"\\\1", found[6] or "")
    return Rule(int(found[1] + found[2], 16), pattern, group, target, replacement)
