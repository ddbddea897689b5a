"""Logs in, and has xnatpy keep the session alive where nothing else does; the schema is never parsed.

The login is one question over the client's own connections, so its TLS, proxy and time-out are theirs. Every
request with its cookie keeps the session alive (wire-read 1.4). xnatpy takes most of a second to load, so it
takes the session up only once a conversation has gone quiet: while somebody reads a screen, or the server
works on one long call.
"""

import contextlib
import logging
import os
import re
import threading
import time
import traceback
from typing import Any
from urllib.parse import urlsplit

from xnat_ferry.errors import CannotConnect, LoginRefused, NotAnXnat, ServerUnreachable
from xnat_ferry.settings.credentials import Credentials
from xnat_ferry.settings.redact import plain, redact
from xnat_ferry.xnat import answers
from xnat_ferry.xnat.bodies import whole
from xnat_ferry.xnat.libraries import httpx, load_xnatpy
from xnat_ferry.xnat.trust import trusted_by_requests

QUIET = 240.0
"""Seconds without a request until xnatpy is called; XNAT's own patience is 15 minutes, some sites' less."""

_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_SECONDS_TO_LEAVE = 5.0
_PATH = "/data/auth"
_USER = re.compile(r"User '([^']+)' is logged in")
_COOKIE = re.compile(r"[!#-+\--:<-\[\]-~]+")
"""What a cookie's value may hold (RFC 6265 4.1.1)."""
_GUEST = "guest"


class Login:
    """One session; ``jsession`` is the cookie that all clients may share."""

    def __init__(
        self, http: httpx.Client, server: str, credentials: Credentials, *, quiet: float = QUIET
    ) -> None:
        """Log in now, by one request. Raises ServerUnreachable, NotAnXnat or LoginRefused.

        ``quiet`` are the seconds without a request after which xnatpy keeps the session alive.
        """
        self._http = http
        self._server = server
        self.user, self.jsession = _log_in(http, server, credentials)
        self._quiet = quiet
        self._xnatpy: Any = None
        self._left = threading.Event()
        self.used()
        threading.Thread(target=self._stay, daemon=True).start()

    def used(self) -> None:
        """A request has gone out with the cookie: for a while nothing else is needed."""
        self._last = time.monotonic()

    def close(self) -> None:
        """End the session on the server too; a server that is gone, or hangs, is no matter."""
        self._left.set()
        leaving = threading.Thread(target=self._leave, daemon=True)
        leaving.start()
        leaving.join(_SECONDS_TO_LEAVE)

    def _leave(self) -> None:
        with contextlib.suppress(Exception):
            if self._xnatpy is not None:
                self._xnatpy.disconnect()
            else:
                cookie = {"Cookie": f"JSESSIONID={self.jsession}"}
                with self._http.stream("DELETE", "/data/JSESSION", headers=cookie):
                    pass  # what it says is not waited for

    def _stay(self) -> None:
        """Whenever it has been quiet long enough, one heartbeat; where it fails, the client logs in again."""
        while not self._left.wait(max(self._last + self._quiet - time.monotonic(), 0)):
            if time.monotonic() - self._last >= self._quiet:
                with contextlib.suppress(Exception):
                    self._beat()
                self.used()

    def _beat(self) -> None:
        if self._xnatpy is not None:
            self._xnatpy.heartbeat()
            return
        self._xnatpy = taken = _take_up(self._server, self.jsession)
        if self._left.is_set():  # meanwhile
            taken.disconnect()


def _log_in(http: httpx.Client, server: str, credentials: Credentials) -> tuple[str, str]:
    """The account's name as the server gives it, and the session's cookie (wire-read 1.2, 1.4)."""
    http.cookies.clear()  # of a session that has lapsed
    try:
        basic = httpx.BasicAuth(credentials.user, credentials.password)
        with http.stream("GET", _PATH, auth=basic) as arriving:
            response = whole(server, _PATH, arriving)
    except httpx.HTTPError as error:
        raise ServerUnreachable(server=server, why=f"the login broke off ({type(error).__name__})") from None
    cookies = [cookie.value for cookie in response.cookies.jar if cookie.name == "JSESSIONID"]
    named = _USER.search(response.text)
    if response.status_code != 200 or named is None or named[1] == _GUEST:
        raise _refused(server, credentials, response)
    cookie = (cookies or [None])[-1] or ""
    if not _COOKIE.fullmatch(cookie):
        raise NotAnXnat(server=server, why="its login begins no session")
    return plain(named[1], 64), cookie


def _refused(server: str, credentials: Credentials, response: httpx.Response) -> CannotConnect:
    """What an answer that is no login means; an expired password is a page to change it (wire-read 1.6)."""
    status = response.status_code
    if status in (401, 403) or response.is_redirect or _USER.search(response.text):
        return LoginRefused(server=server, user=plain(credentials.user))
    if answers.is_login_page(response):
        return LoginRefused(server=server, user=plain(credentials.user))
    if status == 429 or status >= 500:
        return ServerUnreachable(server=server, why=f"it answers {status} to a login")
    secrets = (credentials.user, credentials.password)
    return NotAnXnat(server=server, why=plain(redact(answers.said(response.text), secrets), 120))


def _take_up(server: str, jsession: str) -> Any:
    """xnatpy on a session that is there; its first heartbeat has been sent when this returns."""
    logger = logging.getLogger("xnat_ferry.xnatpy")
    logger.addHandler(logging.NullHandler())
    logger.propagate = False  # its messages name the user
    xnatpy = load_xnatpy()
    try:
        with trusted_by_requests(server):
            taken = xnatpy.connect(
                server, jsession=jsession, no_parse_model=True, logger=logger, default_timeout=60
            )
    except Exception as error:
        _end_what_was_begun(error, xnatpy.session.BaseXNATSession)
        raise
    taken.keepalive = False  # a server that is gone would end its thread with a traceback on the screen
    return taken


def _end_what_was_begun(error: Exception, kind: type) -> None:
    """xnatpy forgets the thread of heartbeats that it had begun where its first one fails."""
    failed: BaseException | None = error
    while failed is not None:
        for frame, _ in traceback.walk_tb(failed.__traceback__):
            begun = frame.f_locals.get("self")
            if isinstance(begun, kind):
                kind.disconnect(begun)  # type: ignore[attr-defined]  # the part that asks no server
        failed = failed.__context__  # what it tidies up with may fail as well


def spare_loopback_the_proxy(server: str) -> None:
    """A server on this machine is never asked through a proxy; it is named once, however many clients."""
    if urlsplit(server).hostname in _LOOPBACK:
        known = os.environ.get("NO_PROXY", os.environ.get("no_proxy", "")).split(",")
        spared = dict.fromkeys([*filter(None, known), *_LOOPBACK[:2]])
        os.environ["NO_PROXY"] = os.environ["no_proxy"] = ",".join(spared)
