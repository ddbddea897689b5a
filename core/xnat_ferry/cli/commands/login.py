"""``login``: remembers a server's address under a short name, never a password."""

from xnat_ferry.cli.common import AsJson, answer_json, say
from xnat_ferry.errors import UsageError
from xnat_ferry.settings import paths
from xnat_ferry.settings.credentials import find_credentials
from xnat_ferry.settings.servers import check_alias, parse_server, store_alias

_ADVICE = "Make room there, or name another folder in XDG_CONFIG_HOME; the whole address does as well."


def login(alias: str, url: str, /, *, json: AsJson = False) -> int:
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
        user, version = client.user, client.version
    say(f"logged in at {server} as {user} (XNAT {version})")
    file = paths.servers_file()
    try:
        store_alias(file, alias, server)
    except OSError as error:
        raise UsageError(
            what=f"{alias} cannot be stored in {file}: {error.strerror}.", advice=_ADVICE
        ) from None
    say(f"stored: {alias} is {server}. The password is not stored.")
    if json:
        answer_json({"alias": alias, "server": server, "user": user, "version": version})
    return 0
