"""Opens both ends of a transfer; one login serves where both are one server."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from xnat_ferry.model import Endpoint
from xnat_ferry.settings.credentials import Credentials
from xnat_ferry.xnat.client import XnatClient


@contextmanager
def open_pair(
    source: Endpoint, destination: Endpoint, find: Callable[[str], Credentials]
) -> Iterator[tuple[XnatClient, XnatClient]]:
    """Both clients, closed together; ``find`` gives the login for a server's address."""
    with ExitStack() as stack:
        first = stack.enter_context(XnatClient(source.server, find(source.server)))
        if source.server == destination.server:
            second = first
        else:
            second = stack.enter_context(XnatClient(destination.server, find(destination.server)))
        yield first, second
