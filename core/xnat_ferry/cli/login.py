"""``login``: remembers a server's address under a short name, never a password."""

from xnat_ferry.cli.common import say
from xnat_ferry.settings import paths
from xnat_ferry.settings.credentials import find_credentials
from xnat_ferry.settings.servers import check_alias, parse_server, store_alias


def login(alias: str, url: str, /) -> int:
    """Try a server and store its address; the password stays in the environment, netrc or your head.

    Parameters
    ----------
    alias
        The short name for ALIAS:PROJECT.
    url
        The server's address, without a project.
    """
    from xnat_ferry.xnat.client import XnatClient

    check_alias(alias)
    server = parse_server(url)
    with XnatClient(server, find_credentials(server)) as client:
        say(f"logged in at {server} as {client.user} (XNAT {client.version})")
    store_alias(paths.servers_file(), alias, server)
    say(f"stored: {alias} is {server}. The password is not stored.")
    return 0
