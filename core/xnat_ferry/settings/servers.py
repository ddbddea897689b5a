"""Reads ``PROJECT``, ``ALIAS:PROJECT`` or an address, and keeps the aliases (never a password)."""

import os
import re
import tomllib
from collections.abc import Mapping
from ipaddress import IPv6Address
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

import tomli_w

from xnat_ferry.errors import BadAlias, BadEndpoint, NoDefaultServer, SettingsUnreadable, UnknownAlias
from xnat_ferry.model import Endpoint
from xnat_ferry.settings.private import make_private, write_private

DEFAULT_VARIABLE = "XNAT_HOST"

_HOST = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]*(:[0-9]+)?/")
_PROJECT = re.compile(r"[A-Za-z0-9_-]+")
_ALIAS = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*")


def parse_endpoint(text: str, aliases: dict[str, str], default_server: str | None = None) -> Endpoint:
    """The project that ``text`` names; raises BadEndpoint, UnknownAlias or NoDefaultServer.

    A host with a slash after it is an address, too: browsers show those without ``https://``, and neither an
    alias nor a project has a slash.
    """
    default_server = default_server or os.environ.get(DEFAULT_VARIABLE) or aliases.get("default")
    if "://" in text or _HOST.match(text):
        server, _, project = _without_rest_path(parse_server(text)).rpartition("/")
        if server.endswith("/") or "://" not in server:
            raise BadEndpoint(text=_safe(text), why="the address has no project at its end")
    elif ":" in text:
        alias, _, project = text.partition(":")
        if alias not in aliases:
            raise UnknownAlias(alias=_safe(alias))
        server = aliases[alias]
    elif not default_server:
        raise NoDefaultServer(text=_safe(text))
    else:
        server, project = parse_server(default_server), text
    if not _PROJECT.fullmatch(project):
        raise BadEndpoint(text=_safe(text), why="a project's ID has only letters, digits, - and _")
    return Endpoint(server=server, project=project)


def parse_server(text: str) -> str:
    """An address without trailing slash; one that carries a login, or is not http(s), is refused."""
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
        _ = parts.port
    except ValueError as error:
        raise BadEndpoint(text=_safe(text), why=str(error)) from None
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise BadEndpoint(text=_safe(text), why="an address starts with https:// and a host name")
    if parts.username is not None or parts.password is not None:
        raise BadEndpoint(text=_safe(text), why="an address must not carry a user name or password")
    if not _can_be_host(parts.hostname):
        raise BadEndpoint(text=_safe(text), why="its host is no name that a server can have")
    return _without_query(parts).rstrip("/")


def _can_be_host(name: str) -> bool:
    """Whether it can be looked up: no empty or overlong part (RFC 1035 2.3.4), no zone of this machine."""
    try:
        if ":" in name:
            return "%" not in name and bool(IPv6Address(name).packed)
        name.encode("idna")
    except ValueError:
        return False
    return True


def find_server(name: str, aliases: Mapping[str, str]) -> str:
    """The address that an alias or an address means; raises UnknownAlias or BadEndpoint."""
    if name in aliases:
        return aliases[name]
    if "://" not in name:
        raise UnknownAlias(alias=_safe(name))
    return parse_server(name)


def same_server(one: str, other: str) -> bool:
    """Whether two addresses lead to the same place: hosts in any case, the usual port written or not."""
    return _place(one) == _place(other)


def _place(address: str) -> tuple[str | None, int, str]:
    parts = urlsplit(address)
    return parts.hostname, parts.port or (80 if parts.scheme == "http" else 443), parts.path.rstrip("/")


def read_aliases(path: Path) -> dict[str, str]:
    """Alias to address; an absent file is no aliases. Raises SettingsUnreadable."""
    try:
        servers = tomllib.loads(path.read_text(encoding="utf-8")).get("servers", {})
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError) as error:
        raise SettingsUnreadable(path=path, why=str(error)) from None
    if not isinstance(servers, dict) or not all(isinstance(url, str) for url in servers.values()):
        raise SettingsUnreadable(path=path, why='[servers] must hold lines such as main = "https://…"')
    return {alias: parse_server(url) for alias, url in servers.items()}


def check_alias(alias: str) -> None:
    """Raise BadAlias for what could not be told from a project or an address later."""
    if not _ALIAS.fullmatch(alias):
        raise BadAlias(text=_safe(alias), why="an alias starts with a letter and has no colon or slash")


def store_alias(path: Path, alias: str, server: str) -> None:
    """Writes one alias beside those already there."""
    check_alias(alias)
    servers = read_aliases(path) | {alias: parse_server(server)}
    make_private(path.parent)
    write_private(path, tomli_w.dumps({"servers": servers}).encode())


def _without_query(parts: SplitResult) -> str:
    return f"{parts.scheme}://{parts.netloc}{parts.path}"


def _without_rest_path(address: str) -> str:
    # people paste what the browser or the API shows: …/data/projects/P, …/data/archive/projects/P
    return re.sub(r"/(?:data|REST)(?:/archive)?/projects/([^/]+)$", r"/\1", address)


def _safe(text: str) -> str:
    from xnat_ferry.settings.redact import plain, redact

    return plain(redact(text), longest=80)
