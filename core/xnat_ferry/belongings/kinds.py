"""What else belongs to a session beside its DICOM, by the words that plans and commands have for it."""

from enum import StrEnum


class Level(StrEnum):
    """Where a resource hangs (wire-read 2.7)."""

    PROJECT = "project"
    SUBJECT = "subject"
    SESSION = "session"
    SCAN = "scan"
    ASSESSOR = "assessor"


class Kind(StrEnum):
    """What else can be carried, as ``--with`` names it."""

    RESOURCES = "resources"
    DEMOGRAPHICS = "demographics"
    """A subject's."""
    FIELDS = "fields"
    """Custom variables and custom fields of subject and session."""
    QUALITY = "quality"
    """Quality and note of each scan."""
    NOTES = "notes"
    """A session's note, date and time."""
    ASSESSORS = "assessors"
    """What was derived from a session, as far as it survives: its own values and its output files."""


class Existing(StrEnum):
    """What a person wants done with a file or value that is there already and differs."""

    KEEP = "keep"
    REPLACE = "replace"
