"""``dest``: where an upload shall land, by exact templates (wire-write 1.5)."""

import re
from dataclasses import dataclass

_ID = r"[^/]+"
_TEMPLATES = [
    re.compile(template)
    for template in (
        r"/(?P<where>prearchive)",
        rf"/(?P<where>prearchive)/projects/(?P<project>{_ID})",
        rf"/(?P<where>prearchive)/projects/(?P<project>{_ID})/(?P<timestamp>{_ID})",
        rf"/(?P<where>prearchive)/projects/(?P<project>{_ID})/(?P<timestamp>{_ID})/(?P<folder>{_ID})",
        r"/(?P<where>archive)",
        rf"/(?P<where>archive)/projects/(?P<project>{_ID})",
        rf"/(?P<where>archive)/projects/(?P<project>{_ID})/subjects/(?P<subject>{_ID})",
        rf"/(?P<where>archive)/projects/(?P<project>{_ID})/subjects/(?P<subject>{_ID})"
        rf"/experiments/(?P<session>{_ID})",
        rf"/(?P<where>archive)/projects/(?P<project>{_ID})/experiments/(?P<session>{_ID})",
        rf"/(?P<where>archive)/experiments/(?P<session>{_ID})",
    )
]


class Malformed(Exception):
    """No template fits."""


@dataclass(frozen=True)
class Destination:
    """A valid ``dest`` in its parts; what it does not say is ""."""

    where: str
    """``prearchive`` or ``archive``."""
    project: str = ""
    subject: str = ""
    session: str = ""
    timestamp: str = ""
    folder: str = ""

    @property
    def is_archive(self) -> bool:
        return self.where == "archive"


def parse_destination(text: str | None) -> Destination | None:
    """None where nothing was asked for. Raises Malformed, also for a slash at the end."""
    if not text:
        return None
    path = text.removeprefix("/data").removeprefix("/REST")
    for template in _TEMPLATES:
        found = template.fullmatch(path)
        if found is not None:
            return Destination(**found.groupdict())
    raise Malformed
