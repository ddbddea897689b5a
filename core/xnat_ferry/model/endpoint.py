"""Where a transfer begins or ends: a project on a server, or a place on this machine."""

from msgspec import Struct

HERE, ZIPS_HERE = "file:", "file+zip:"
"""In place of a server's address, for an end on this machine; the second has each session in a ZIP."""


class Endpoint(Struct, frozen=True):
    """A project on a server; ``server`` is the address without a trailing slash.

    Or a folder or file on this machine: then ``server`` is HERE and ``project`` its absolute path.
    """

    server: str
    project: str

    @property
    def local(self) -> bool:
        """Whether it is on this machine."""
        return self.server in (HERE, ZIPS_HERE)

    def __str__(self) -> str:
        if self.local:
            return self.project
        return f"{self.project} @ {self.server.removeprefix('https://').removeprefix('http://')}"


def servers_of(*ends: Endpoint) -> list[str]:
    """The addresses of those ends that are servers, each once."""
    return sorted({end.server for end in ends if not end.local})
