"""Alias tokens as they are stored (wire-read 1.7)."""

import secrets
import string
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from xnat_ferry.practice.site.preferences import seconds_of

if TYPE_CHECKING:
    from xnat_ferry.practice.site.site import Site

_SIGNS = string.ascii_letters + string.digits


@dataclass
class Token:
    """One alias with its secret."""

    alias: str
    secret: str
    user: str
    """The login name."""
    id: int
    created: float
    expires: float


def issue(site: "Site", user: str) -> Token:
    """A new one, good for ``aliasTokenTimeout``."""
    now = site.clock.now()
    secret = "".join(secrets.choice(_SIGNS) for _ in range(64))
    expires = now + seconds_of(site.preferences["aliasTokenTimeout"])
    made = Token(str(uuid.uuid4()), secret, user, site.next_number("token"), now, expires)
    with site.lock:
        site.tokens[made.alias] = made
    return made


def check_token(site: "Site", alias: str, secret: str) -> str | None:
    """Whose token it is, or None where it is wrong, unknown or over."""
    found = site.tokens.get(alias)
    if found is None or site.clock.now() > found.expires:
        return None
    return found.user if secrets.compare_digest(found.secret.encode(), secret.encode()) else None


def tokens_of(site: "Site", user: str) -> list[Token]:
    """Those of one user that are still good."""
    return [one for one in site.tokens.values() if one.user == user and one.expires >= site.clock.now()]


def invalidate(site: "Site", token: Token) -> None:
    with site.lock:
        site.tokens.pop(token.alias, None)
