"""What IDs and labels may look like (wire-write 0.3)."""

import re

from xnat_ferry.practice.http.replies import STANDARD, Refused

_VALID = re.compile(r"[A-Za-z0-9_-]+")


def valid(identifier: str) -> bool:
    """Letters, digits, underscore and hyphen."""
    return _VALID.fullmatch(identifier) is not None


def checked_label(label: str) -> str:
    """A label that can be saved; otherwise a 500 that does not say why. Raises Refused."""
    if not valid(label):
        raise Refused(500, STANDARD[500])
    return label
