"""One resource to be carried, and between which ends."""

from dataclasses import dataclass

from xnat_ferry.belongings import Existing, HeldResource
from xnat_ferry.xnat.client import XnatClient


@dataclass(frozen=True)
class Place:
    """One end of a resource: what it hangs on, at which server."""

    client: XnatClient
    address: str


@dataclass(frozen=True)
class Job:
    """One resource to be carried."""

    session: str
    """The label of the session in whose crossing it travels."""
    holder: str
    resource: HeldResource
    """As the source lists it now."""
    source: Place
    destination: Place
    existing: Existing | None
    key: str
    """A name for its file beside the manifests."""
    to: str = ""
    """The subject's label at the destination, where it is a subject's."""

    @property
    def unit(self) -> str:
        """What the journal calls it."""
        return f"resource {self.resource.label}" + (
            f" of {self.resource.level} {self.resource.scan}" if self.resource.scan else ""
        )
