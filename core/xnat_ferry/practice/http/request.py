"""A request as a handler sees it (wire-read 0.4, wire-write 0.3)."""

from dataclasses import dataclass, field
from typing import BinaryIO

from xnat_ferry.practice.faults import Fault
from xnat_ferry.practice.site.site import Site

_SHORT = {
    "application/json": "json",
    "text/xml": "xml",
    "application/xml": "xml",
    "text/html": "html",
    "text/csv": "csv",
    "text/plain": "txt",
    "application/zip": "zip",
    "application/x-tar": "tar",
    "application/x-gtar": "tar.gz",
    "image/jpeg": "jpeg",
}
"""``format=`` may be a media type too (wire-read 0.3)."""


@dataclass
class Request:
    """One request; the body lies in a file."""

    site: Site
    method: str
    path: str
    query: dict[str, list[str]]
    """The parameters, those of ``/data`` escaped, with the values of a form among them (wire-write 0.3)."""
    headers: dict[str, str]
    body: BinaryIO
    length: int
    chunked: bool
    base: str = ""
    """The address that the caller used, ``http://host:port``."""
    user: str = ""
    """The login name; "" for a guest."""
    login: str = ""
    """The JSESSIONID; "" where there is no session."""
    rest: str = ""
    """What of the path no route has named, beginning with its slash (wire-read 0.2)."""
    fault: Fault = field(default_factory=lambda: Fault(match=""))
    """What shall go wrong with this request; a room looks at the members that concern it."""
    query_string: str = ""
    """As it was sent: here a variable without ``=`` is not the same as one without a value."""
    given: dict[str, list[str]] = field(default_factory=dict)
    """The parameters as they were sent, before anything in them was escaped."""
    variant: str = ""
    """The variant that Accept names; "" where it takes any (wire-read 0.3)."""
    started: bool = False
    """Whether this request began its session, so that the answer brings the cookie."""

    def get(self, *names: str) -> str | None:
        """The first of these query variables that is there."""
        for name in names:
            if name in self.query:
                return self.query[name][-1]
        return None

    def flag(self, name: str) -> bool:
        """True if present and neither ``false`` nor ``0``, also when empty (wire-write 0.3)."""
        value = self.get(name)
        return value is not None and value.lower() not in ("false", "0")

    def format(self, default: str) -> str:
        """What ``format=`` asks for, else what Accept names."""
        asked = self.get("format")
        return _SHORT.get(asked, asked) if asked else self.variant or default
