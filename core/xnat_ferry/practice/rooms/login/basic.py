"""Names and passwords, in a header or a form: local accounts and alias tokens (wire-read 1.2, 1.7)."""

import base64
import binascii
import re
from typing import NamedTuple

from xnat_ferry.practice.site.site import Site
from xnat_ferry.practice.site.tokens import check_token

LOCAL = "localdb"
"""The one authentication provider of this server."""
_ALIAS = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


class Credentials(NamedTuple):
    """What somebody claims."""

    user: str
    password: str
    provider: str = LOCAL


def credentials_in(header: str) -> Credentials | None:
    """Of an Authorization header, or None if it is no Basic one. Raises ValueError for a malformed one."""
    if not header.lower().startswith("basic "):
        return None
    try:
        user, colon, password = base64.b64decode(header[6:]).decode().partition(":")
    except binascii.Error as error:
        raise ValueError(str(error)) from None
    if not colon:
        raise ValueError("no colon")
    provider, slash, name = user.partition("/")
    return Credentials(name, password, provider) if slash else Credentials(user, password)


def account_of(site: Site, claimed: Credentials) -> str | None:
    """The login name of who claims it rightly; a failed try with a password counts towards the lock."""
    if claimed.provider != LOCAL:
        return None
    if _ALIAS.fullmatch(claimed.user):
        return check_token(site, claimed.user, claimed.password)
    return claimed.user if site.logins.check(claimed.user, claimed.password) else None
