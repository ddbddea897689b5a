"""The rows that ``src`` names (wire-write 2.5, 2.7)."""

import re
from typing import NamedTuple

from xnat_ferry.practice.http.request import Request

_PLACE = re.compile(r"/prearchive/projects/([^/]+)/([^/]+)/([^/]+)")
_PREFIX = re.compile(r"^/(?:data|REST)(?=/)")


class Source(NamedTuple):
    """One row as the caller names it."""

    project: str
    timestamp: str
    folder: str

    @property
    def uri(self) -> str:
        return f"/prearchive/projects/{self.project}/{self.timestamp}/{self.folder}"


def parse_source(uri: str) -> Source | None:
    """None for what is no address of a row; ``/data`` in front is tolerated."""
    found = _PLACE.fullmatch(_PREFIX.sub("", uri))
    return Source(*found.groups()) if found else None


def named_apart(request: Request) -> list[Source]:
    """The alternative to ``src``: project, timestamp and folder as parameters of their own."""
    project = request.get("project")
    stamps = request.query.get("PREARC_TIMESTAMP", [])
    names = request.query.get("PREARC_SESSION_FOLDER", [])
    if project is None or not stamps:
        return []
    return [Source(project, stamp, folder) for stamp, folder in zip(stamps, names, strict=False)]
