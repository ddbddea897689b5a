"""Finds a login: environment, netrc, keyring if there is one, prompt. Never an option or a file of ours."""

import getpass
import netrc
import os
import sys
from pathlib import Path
from urllib.parse import urlsplit

from msgspec import Struct

from xnat_ferry.errors import NoCredentials, SettingsUnreadable, UsageError
from xnat_ferry.model import Endpoint, servers_of


class Credentials(Struct, frozen=True):
    """A user name with its password, or an alias token's alias with its secret."""

    user: str
    password: str

    def __repr__(self) -> str:
        return f"Credentials(user={self.user!r})"


def find_credentials(server: str, *, may_ask: bool = True) -> Credentials:
    """The first login found for the server; raises NoCredentials."""
    found = _from_environment() or _from_netrc(server) or _from_keyring(server)
    if found is None and may_ask and sys.stdin.isatty():
        found = _from_prompt(server)
    if found is None:
        raise NoCredentials(server=server)
    return found


def find_logins(*ends: Endpoint, may_ask: bool = True) -> dict[str, Credentials]:
    """The login of each server among the ends, for a worker that has nobody to ask; raises NoCredentials."""
    return {server: find_credentials(server, may_ask=may_ask) for server in servers_of(*ends)}


def _from_environment() -> Credentials | None:
    user, password = os.environ.get("XNAT_USER"), os.environ.get("XNAT_PASS")
    if not (user and password):
        return None
    try:
        (user + password).encode()
    except UnicodeEncodeError:
        what = "XNAT_USER or XNAT_PASS holds what is no UTF-8."
        raise UsageError(what=what, advice="Set them anew, or use an alias token.") from None
    return Credentials(user, password)


def _from_netrc(server: str) -> Credentials | None:
    named = os.environ.get("NETRC")
    path = Path(named) if named else Path.home() / ".netrc"
    try:
        # without a file name the library itself refuses a file that others may read
        entries = netrc.netrc(named) if named else netrc.netrc()
    except FileNotFoundError:
        return None
    except (netrc.NetrcParseError, OSError) as error:
        raise SettingsUnreadable(path=path, why=getattr(error, "msg", error)) from None
    parts = urlsplit(server)
    found = entries.authenticators(parts.netloc) or entries.authenticators(parts.hostname or "")
    return Credentials(found[0], found[2] or "") if found else None


def _from_keyring(server: str) -> Credentials | None:
    if not os.environ.get("DBUS_SESSION_BUS_ADDRESS"):
        return None  # without a session bus a keyring cannot answer, and some hang
    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError:
        return None
    try:
        found = keyring.get_credential(server, os.environ.get("XNAT_USER"))
    except KeyringError:
        return None
    return Credentials(found.username, found.password) if found else None


def _from_prompt(server: str) -> Credentials:
    user = os.environ.get("XNAT_USER") or _ask_user(server)
    if not user:  # Enter or the end of input: nobody's password is asked for
        raise NoCredentials(server=server)
    return Credentials(user, getpass.getpass(f"Password of {user} at {server}: ", stream=sys.stderr))


def _ask_user(server: str) -> str:
    print(f"User name at {server}: ", end="", file=sys.stderr, flush=True)  # noqa: T201  stdout is data
    return sys.stdin.readline().strip()
