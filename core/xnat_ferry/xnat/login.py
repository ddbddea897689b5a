"""Logs in through xnatpy, which also keeps the session alive; the schema is never parsed."""

import contextlib
import logging
import os
import sys
import threading
from typing import Any
from urllib.parse import urlsplit

from xnat_ferry.errors import LoginRefused, NotAnXnat, ServerUnreachable
from xnat_ferry.settings.credentials import Credentials
from xnat_ferry.settings.redact import plain, redact

_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_SECONDS_TO_LEAVE = 5.0
REQUESTS_PER_LOGIN = 4
"""GET /, PUT services/auth, GET auth and the first heartbeat (wire-read 8.1)."""


class Login:
    """One xnatpy connection; ``jsession`` is the cookie that other clients may share."""

    def __init__(self, server: str, credentials: Credentials) -> None:
        """Log in now. Raises ServerUnreachable, NotAnXnat or LoginRefused."""
        self.server = server
        self._connection = _connect(server, credentials)
        self.user: str = self._connection.logged_in_user
        self.jsession: str = self._connection.jsession

    def close(self) -> None:
        """End the session on the server too; a server that is gone, or hangs, is no matter."""
        leaving = threading.Thread(target=self._disconnect, daemon=True)
        leaving.start()
        leaving.join(_SECONDS_TO_LEAVE)

    def _disconnect(self) -> None:
        with contextlib.suppress(Exception):
            self._connection.disconnect()


def _connect(server: str, credentials: Credentials) -> Any:
    import requests

    xnat = _xnatpy()
    logger = logging.getLogger("xnat_ferry.xnatpy")
    logger.addHandler(logging.NullHandler())
    logger.propagate = False  # its messages name the user; ours say the same once
    secrets = (credentials.user, credentials.password)
    try:
        connection = xnat.connect(
            server,
            user=credentials.user,
            password=credentials.password,
            no_parse_model=True,
            logger=logger,
            default_timeout=60,
        )
    except (xnat.exceptions.XNATLoginFailedError, xnat.exceptions.XNATExpiredCredentialsError):
        raise LoginRefused(server=server, user=plain(credentials.user)) from None
    except requests.RequestException as error:
        raise ServerUnreachable(server=server, why=f"the login broke off ({type(error).__name__})") from None
    except (xnat.exceptions.XNATError, ValueError, RuntimeError) as error:
        if "401" in str(error):
            raise LoginRefused(server=server, user=plain(credentials.user)) from None
        raise NotAnXnat(server=server, why=plain(redact(str(error), secrets), 120)) from None
    if connection.logged_in_user == "guest":
        connection.disconnect()
        raise LoginRefused(server=server, user=plain(credentials.user))
    return connection


def _xnatpy() -> Any:
    """The package ``xnat`` without pandas, which it loads for searches where there is one: half its cost."""
    unloaded = "pandas" not in sys.modules
    if unloaded:
        sys.modules["pandas"] = None  # type: ignore[assignment]  # how an import is made to fail
    try:
        import xnat
    finally:
        if unloaded:
            sys.modules.pop("pandas", None)
    return xnat


def spare_loopback_the_proxy(server: str) -> None:
    """A server on this machine is never asked through a proxy."""
    if urlsplit(server).hostname in _LOOPBACK:
        known = os.environ.get("NO_PROXY", os.environ.get("no_proxy", ""))
        os.environ["NO_PROXY"] = os.environ["no_proxy"] = ",".join(filter(None, [known, *_LOOPBACK[:2]]))
