"""Opens both ends of a transfer; one login serves where both are one server."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from xnat_ferry.model import Endpoint
from xnat_ferry.settings.credentials import Credentials
from xnat_ferry.xnat.client import Call, XnatClient
from xnat_ferry.xnat.limits import Limits


@contextmanager
def open_pair(
    source: Endpoint,
    destination: Endpoint,
    find: Callable[[str], Credentials],
    *,
    limits: Limits = Limits(),  # noqa: B008  frozen
    on_call: Callable[[Call], None] = lambda call: None,
) -> Iterator[tuple[XnatClient, XnatClient]]:
    """Both clients, closed together.

    ``find`` gives the login for a server's address; ``limits`` hold for each server by itself.
    """

    def opened(server: str) -> XnatClient:
        return XnatClient(server, find(server), limits=limits, on_call=on_call)

    with ExitStack() as stack:
        first = stack.enter_context(opened(source.server))
        if source.server == destination.server:
            second = first
        else:
            second = stack.enter_context(opened(destination.server))
        yield first, second
