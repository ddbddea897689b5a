"""The files of a resource, and how two sides of them compare. Pure."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping

from msgspec import Struct

from xnat_ferry.belongings.kinds import Level
from xnat_ferry.model import Mark

_LONGEST_PATH = 4096
"""Bytes of a path that a server's disk takes."""


class HeldFile(Struct, frozen=True, kw_only=True):
    """One file of a resource; ``path`` is relative to it, ``digest`` "" where the server has none."""

    path: str
    size: int | None
    digest: str = ""


class HeldResource(Struct, frozen=True, kw_only=True):
    """One resource as a server lists it (wire-read 2.7, 2.8)."""

    level: Level
    scan: str = ""
    """The scan's ID where it hangs on one, or the assessor's label."""
    label: str
    number: str = ""
    """Its number on the server: a label may mean another level's."""
    format: str = ""
    content: str = ""
    tags: str = ""
    files: tuple[HeldFile, ...] = ()

    @property
    def bytes(self) -> int:
        """The sum of the listed sizes; a file without one counts as nothing."""
        return sum(file.size or 0 for file in self.files)


class Compared(Struct, frozen=True, kw_only=True):
    """A resource's files, path by path, with what their comparison came to."""

    marks: Mapping[str, Mark]

    def marked(self, *marks: Mark) -> list[str]:
        """The paths that have one of these marks."""
        return [path for path, mark in self.marks.items() if mark in marks]

    @property
    def counts(self) -> dict[Mark, int]:
        """How many have each mark."""
        return dict(Counter(self.marks.values()))

    @property
    def verdict(self) -> str:
        """``proven`` where all are the same, ``unknown`` where a digest is not known, else ``differs``."""
        found = set(self.marks.values()) - {Mark.SAME, Mark.ONLY_DESTINATION}
        return "proven" if not found else "unknown" if found == {Mark.UNKNOWN} else "differs"


def compare_files(sent: Iterable[HeldFile], there: Iterable[HeldFile]) -> Compared:
    """By size and digest; a file without a digest is not known, and never the same (wire-read 2.8)."""
    found = {file.path: file for file in there}
    marks = {file.path: compare_file(file, found.pop(file.path, None)) for file in sent}
    return Compared(marks=marks | dict.fromkeys(found, Mark.ONLY_DESTINATION))


def compare_file(sent: HeldFile, there: HeldFile | None) -> Mark:
    """The same for one file, None where the other side has none of its path."""
    if there is None:
        return Mark.ONLY_SOURCE
    if None not in (sent.size, there.size) and sent.size != there.size:
        return Mark.DIFFERS
    if sent.digest and there.digest:
        return Mark.SAME if sent.digest == there.digest else Mark.DIFFERS
    return Mark.UNKNOWN


def fingerprint(files: Iterable[HeldFile]) -> str:
    """SHA-256 over paths, sizes and digests, in hex: two resources with one fingerprint hold the same."""
    lines = sorted(f"{file.path}\0{file.size}\0{file.digest}\n" for file in files)
    return hashlib.sha256("".join(lines).encode("utf-8", "surrogatepass")).hexdigest()


def why_not(path: str) -> str:
    """Why XNAT would not store a file of this name, "" where it would (wire-write 4.5)."""
    if path.endswith("_catalog.xml"):
        return "XNAT takes no file whose name ends with _catalog.xml"
    try:
        encoded = path.encode()
    except UnicodeEncodeError:
        return "its name is not Unicode"
    if len(encoded) > _LONGEST_PATH:
        return "its path is too long"
    parts = path.split("/")
    if not path or path.startswith("/") or any(part in ("", ".", "..") for part in parts):
        return "its path would not stay as it is"
    return ""
