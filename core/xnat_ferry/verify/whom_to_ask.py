"""Names the destination's owners where a verification sends somebody to them."""

from msgspec.structs import replace

from xnat_ferry.verify.verification import Verification
from xnat_ferry.xnat.client import XnatClient
from xnat_ferry.xnat.rights import list_owners


def with_owners(result: Verification, client: XnatClient, project: str) -> Verification:
    """The same with the owners' names, as far as this account may know them. One request, only if needed."""
    return replace(result, owners=list_owners(client, project)) if result.asks_owners else result
