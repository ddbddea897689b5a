"""What XNAT does when a session meets another one, and what it says then (wire-write 1.9, 3.3, 3.4)."""

import re

from msgspec import Struct


class Reply(Struct, frozen=True):
    """XNAT's part in a conflict."""

    does: str
    """What follows after "XNAT would"."""
    says: str = ""
    """Its message; "" where it goes on without one."""

    def __str__(self) -> str:
        return f'XNAT would {self.does}: "{self.says}"' if self.says else f"XNAT would {self.does}."

    @property
    def evidence(self) -> dict[str, str]:
        """Its message, for a person who meets it again in XNAT's own pages."""
        return {"XNAT says": self.says or "nothing"}


_REFUSES = "refuse to archive it"

OTHER_LABEL = Reply(_REFUSES, "Invalid modification of session label via archive process.")
"""Check 10: the label that is found without regard to case is not the same to the letter."""
OTHER_PROJECT = Reply(_REFUSES, "Invalid modification of session project via archive process.")
"""Check 11."""
OTHER_MODALITY = Reply(
    _REFUSES,
    "Invalid modification of session modality via archive process.  Data may require a manual merge.",
)
"""Check 12."""
OTHER_STUDY = Reply(_REFUSES, "Invalid modification of session UID via archive process.")
"""Check 14."""
SAME_FILES = Reply("refuse to archive what is there already", "Session already exists with matching files.")
"""Check 25, told instead of 24 where both hold."""
MERGES = Reply("merge the two without a word")
"""Where nothing tells them apart, merging is what archiving does (wire-write 3.2)."""
MERGES_OR_NOT = Reply("merge the two unless their studies turn out to differ")
"""What is not known here, it reads in the files themselves."""
KEEPS_BOTH = Reply("keep both, as two sessions of one study")
"""A label is what it knows a session by."""
APPENDS = Reply("add the files to what waits there")
"""A prearchive row is known by project, study and label (wire-write 1.7)."""
WAITS_APART = Reply("let both wait, as two sessions of one study")
WAITS_BESIDE = Reply("let both wait under one label, and merge or refuse the second when it is archived")

IN_USE = Reply("refuse to give it that label", "Label already in use")
"""For what is shared or relocated (wire-write 5.2, 5.3)."""
MEETS_LATER = Reply("let the two meet once what waits is archived")

_TURNED = frozenset(" `~@#$%^&*()+=[]{}|\\/?:;\"',.<>_-")


def other_subject(label: str) -> Reply:
    """Check 13."""
    words = "Invalid modification of session subject via archive process.: "
    return Reply(_REFUSES, f"{words}{label} Already Exists for another Subject")


def bad_label(label: str) -> Reply:
    """Some characters are changed (wire-write 1.9), the others are check 30, told in its log only (0.3)."""
    if all(character in _TURNED or (character.isascii() and character.isalnum()) for character in label):
        return Reply(f"call it {cleaned(label)} when it is archived")
    return Reply("refuse to save it", "Identifiers cannot use special characters.")


def cleaned(label: str) -> str:
    """The label with ``_`` for whatever XNAT does not take, as archiving changes labels (wire-write 1.9)."""
    return re.sub(r"[^A-Za-z0-9_-]", "_", label) or "_"
