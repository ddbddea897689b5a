"""Which of the files that the settings name below [tls] are for a server: its own before those for all."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple
from urllib.parse import urlsplit

from xnat_ferry.errors import BadEndpoint, SettingsUnreadable, UnknownAlias
from xnat_ferry.settings.paths import servers_file
from xnat_ferry.settings.preferences import Papers, preferences_file, read_preferences
from xnat_ferry.settings.redact import plain, redact
from xnat_ferry.settings.servers import find_server, read_aliases


class Table(NamedTuple):
    """Files, and the table of the settings that names them."""

    name: str
    papers: Papers


class PapersFor(NamedTuple):
    """The tables that hold for one server."""

    authorities: Table
    certificate: Table


def find_papers(server: str) -> PapersFor:
    """Those of the server at an address, aliases being read where names are.

    Raises SettingsUnreadable for a table that is for no server, and for two that are for this one.
    """
    tls = read_preferences().tls
    everywhere = Table("[tls]", tls)
    own = list(_of(server, tls.servers))
    if len({papers for _, papers in own}) > 1:
        raise _unreadable(f"{' and '.join(name for name, _ in own)} are for one server")
    tables = [*own, everywhere]
    return PapersFor(
        authorities=next((one for one in tables if one.papers.authorities), everywhere),
        certificate=next((one for one in tables if one.papers.certificate), everywhere),
    )


def _of(server: str, named: Mapping[str, Papers]) -> Iterator[Table]:
    aliases = read_aliases(servers_file()) if named else {}
    for name, papers in named.items():
        table = f'[tls.servers."{name}"]'
        try:
            address = find_server(name, aliases)
        except UnknownAlias:
            why = "there is no such alias, and an address begins with https://"
            raise _unreadable(f"{table} is for no server: {why}") from None
        except BadEndpoint as error:
            raise _unreadable(f"{table} is for no server: {error.facts['why']}") from None
        if _host(address) == _host(server):
            yield Table(table, papers)


def _host(address: str) -> tuple[str | None, int]:
    """What TLS knows of an address: no path, and names in any case."""
    parts = urlsplit(address)
    return parts.hostname, parts.port or 443


def _unreadable(why: str) -> SettingsUnreadable:
    return SettingsUnreadable(path=preferences_file(), why=plain(redact(why)))
