"""A file's name from its SOPInstanceUID, for one whose own name will not do. Pure."""

import hashlib
import re
from collections.abc import Callable

_UID = re.compile(r"[0-9][0-9.]{0,63}")
"""As PS3.5 9.1 has it. A header may say anything, and a path is no place for that."""


def uid_name(sop_uid: str, taken: Callable[[str], bool]) -> str:
    """The first such name that is not ``taken``; always the same where the same ones are."""
    base = sop_uid
    if not _UID.fullmatch(base):
        base = hashlib.md5(sop_uid.encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest()
    name, count = f"{base}.dcm", 1
    while taken(name):
        name, count = f"{base}_{count}.dcm", count + 1
    return name
