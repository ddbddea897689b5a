"""Downloads that a caller has chosen and may fetch later (wire-read 2.11)."""

from dataclasses import dataclass, field
from urllib.parse import quote_plus


@dataclass
class Part:
    """One resource of a download."""

    kind: str
    """``RAW``, ``RESOURCES`` or ``ASSESSORS``."""
    session: str
    """The accession ID."""
    below: str
    """What stands between the session and ``/resources`` in its address."""
    label: str
    folders: list[str] = field(default_factory=list)
    """Where its files go, below the session's folder."""
    name: str = ""
    """The same from the top."""

    @property
    def uri(self) -> str:
        return f"/archive/experiments/{self.session}{self.below}/resources/{quote_plus(self.label)}/files"


@dataclass
class Picked:
    """One session of a download."""

    session: str
    about: str
    parts: list[Part]


@dataclass
class Download:
    """A catalog of what was chosen."""

    id: str
    user: str
    options: list[str]
    picked: list[Picked]
