"""One call of an importer, with all that the importers share."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import IO

from xnat_ferry.practice.faults import Fault
from xnat_ferry.practice.http.request import Request
from xnat_ferry.practice.rooms.imports.parameters import Parameters
from xnat_ferry.practice.site.site import Site


@dataclass(frozen=True)
class Upload:
    """The one file of a call."""

    name: str
    file: IO[bytes]


@dataclass(frozen=True)
class Call:
    """Who wants what to be done with which file."""

    request: Request
    parameters: Parameters
    upload: Upload | None
    tell: Callable[[str, str, bool], None]
    """Progress: status, message, whether it is the last (wire-write 0.7)."""

    @property
    def site(self) -> Site:
        return self.request.site

    @property
    def user(self) -> str:
        return self.request.user

    @property
    def fault(self) -> Fault:
        return self.request.fault

    def processing(self, message: str) -> None:
        """One step more."""
        self.tell("PROCESSING", message, False)

    @property
    def file(self) -> Upload:
        """The upload, where there has to be one."""
        assert self.upload is not None
        return self.upload
