"""One conversation with one server: a pooled client on xnatpy's login, renewed for all when it lapses."""

import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import httpx
import stamina

from xnat_ferry import __version__
from xnat_ferry.errors import (
    ConnectionLost,
    LoginLapsed,
    NotAnXnat,
    ServerAnswer,
    ServerBusy,
    ServerUnreachable,
)
from xnat_ferry.settings.credentials import Credentials
from xnat_ferry.xnat import answers
from xnat_ferry.xnat.login import REQUESTS_PER_LOGIN, Login, spare_loopback_the_proxy

PIECE = 64 * 1024
"""Bytes sent at once."""

_USER_AGENT = f"xnat-ferry/{__version__}"  # no browser's word in it: those get login pages (wire-read 1.3)
_PATIENCE = httpx.Timeout(60, connect=15, pool=None)
LONG_PATIENCE = httpx.Timeout(900, connect=15, pool=None)
"""For calls that last as long as the server works: import, build, archive (wire-write 2.5: up to 600 s)."""


class XnatClient:
    """Speaks to one server as one user; safe to share between threads."""

    def __init__(self, server: str, credentials: Credentials) -> None:
        """Connect and log in. Raises ServerUnreachable, NotAnXnat or LoginRefused."""
        self.server = server
        self._credentials = credentials
        self._lock = threading.Lock()
        self.requests = 0
        self.bytes_down = 0
        self.bytes_up = 0
        spare_loopback_the_proxy(server)
        self._http = httpx.Client(
            base_url=server,
            timeout=_PATIENCE,
            follow_redirects=False,
            limits=httpx.Limits(max_connections=8, max_keepalive_connections=8),
            headers={"Accept": "*/*", "User-Agent": _USER_AGENT},
        )
        try:
            self.version = self._ask_version()
            self._login = Login(server, credentials)
        except BaseException:
            self._http.close()
            raise
        self._count(REQUESTS_PER_LOGIN)

    @property
    def user(self) -> str:
        """The account's name as the server gives it."""
        return self._login.user

    def close(self) -> None:
        """Log out and close the connections."""
        self._login.close()
        self._count(1)
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    # What is asked for, each with its own check of what came

    def table(self, path: str, **params: str) -> list[dict[str, str]]:
        """The rows of a listing; raises NotAnAnswer when something else came with a 200."""
        what = f"GET {path}"
        return answers.table(self.server, what, self.json(path, **params))

    def item(self, path: str, **params: str) -> dict[str, Any]:
        """One item of the data model."""
        return answers.item(self.server, f"GET {path}", self.json(path, **params))

    def json(self, path: str, **params: str) -> Any:
        """Any JSON value."""
        response = self.send("GET", path, params={"format": "json", **params})
        return answers.json_value(self.server, f"GET {path}", response)

    def text(self, path: str, **params: str) -> str:
        """A plain-text answer."""
        return answers.text(self.server, f"GET {path}", self.send("GET", path, params=params))

    def send(
        self,
        method: str,
        path: str,
        *,
        accept: tuple[int, ...] = (200,),
        body: Callable[[], Iterator[bytes]] | None = None,
        **options: Any,
    ) -> httpx.Response:
        """One request; ``body`` makes a fresh body for each try, since a login may have to be renewed.

        Raises a ServerAnswer for any status not in ``accept`` and ConnectionLost when none came. A GET that
        was lost or met a busy server is asked again before that.
        """
        if method != "GET":
            return self._send_once(method, path, accept=accept, body=body, **options)
        for attempt in stamina.retry_context(
            on=(ConnectionLost, ServerBusy), attempts=4, timeout=None, wait_initial=0.2, wait_max=3.0
        ):
            with attempt:
                return self._send_once(method, path, accept=accept, body=body, **options)
        raise AssertionError("a retry ends by returning or raising")

    def _send_once(
        self,
        method: str,
        path: str,
        *,
        accept: tuple[int, ...],
        body: Callable[[], Iterator[bytes]] | None,
        **options: Any,
    ) -> httpx.Response:
        what = f"{method} {path}"
        for renewed in (False, True):
            login = self._login
            try:
                response = self._http.request(
                    method, path, content=body() if body else None, auth=_SessionCookie(login), **options
                )
            except httpx.HTTPError as error:
                raise ConnectionLost(server=self.server, what=what, why=_reason(error)) from None
            finally:
                self._count(1)
            self._count_bytes(response)
            if not answers.is_login_page(response):
                break
            if renewed:
                raise LoginLapsed(server=self.server, what=what, status=response.status_code, said="")
            self._renew(login)
        if response.status_code not in accept:
            raise answers.failure(self.server, what, response)
        return response

    @contextmanager
    def stream(self, path: str, *, first: int = 0, **params: str) -> Iterator[Iterator[bytes]]:
        """The body of a download in pieces; a broken or refused one raises a ServerAnswer.

        With ``first`` only so many bytes are asked for; a server that knows no ranges sends them all.
        """
        what = f"GET {path}"
        headers = {"Range": f"bytes=0-{first - 1}"} if first else {}
        for renewed in (False, True):
            login = self._login
            try:
                with self._http.stream(
                    "GET", path, params=params, headers=headers, auth=_SessionCookie(login)
                ) as response:
                    self._count(1)
                    html = response.headers.get("content-type", "").startswith("text/html")
                    if response.status_code in (200, 206) and not html:
                        yield self._counted(response)
                        return
                    response.read()
            except httpx.HTTPError as error:
                raise ConnectionLost(server=self.server, what=what, why=_reason(error)) from None
            if not answers.is_login_page(response):
                break
            if renewed:
                raise LoginLapsed(server=self.server, what=what, status=response.status_code, said="")
            self._renew(login)
        raise _refused_download(self.server, what, response)

    # The login

    def _ask_version(self) -> str:
        # public on every XNAT since 1.7 (wire-read 1.9), so it also tells an XNAT from anything else
        path = "/xapi/siteConfig/buildInfo"
        try:
            response = self._http.get(path)
        except httpx.HTTPError as error:
            raise ServerUnreachable(server=self.server, why=_reason(error)) from None
        finally:
            self._count(1)
        try:
            version = answers.json_value(self.server, path, response)["version"]
        except (ServerAnswer, KeyError, TypeError):
            raise NotAnXnat(server=self.server, why=f"no build information at {path}") from None
        return str(version)

    def _renew(self, lapsed: Login) -> None:
        """Log in again, once for all threads that found the same login lapsed."""
        with self._lock:
            if self._login is lapsed:
                lapsed.close()
                self._login = Login(self.server, self._credentials)
                self.requests += REQUESTS_PER_LOGIN + 1

    # Counting

    def _count(self, requests: int) -> None:
        with self._lock:
            self.requests += requests

    def _count_bytes(self, response: httpx.Response) -> None:
        with self._lock:
            self.bytes_down += response.num_bytes_downloaded
            self.bytes_up += int(response.request.headers.get("content-length", 0))

    def _counted(self, response: httpx.Response) -> Iterator[bytes]:
        for piece in response.iter_raw():  # as it arrives: a slow line must not delay a stop
            with self._lock:
                self.bytes_down += len(piece)
            yield piece


class _SessionCookie(httpx.Auth):
    """Sends xnatpy's session and nothing that the server set on other answers."""

    def __init__(self, login: Login) -> None:
        self._jsession = login.jsession

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers["Cookie"] = f"JSESSIONID={self._jsession}"
        yield request


def data_path(*parts: str) -> str:
    """``/data/…`` of parts that are percent-encoded one by one, slashes in them too."""
    return "/data/" + "/".join(quote(part, safe="") for part in parts)


def _refused_download(server: str, what: str, response: httpx.Response) -> ServerAnswer:
    if response.status_code == 200:
        return answers.not_an_answer(server, what, response)
    return answers.failure(server, what, response)


def _reason(error: httpx.HTTPError) -> str:
    """The kind of failure in words a person uses."""
    if isinstance(error, httpx.ConnectTimeout):
        return "it took too long to connect"
    if isinstance(error, httpx.TimeoutException):
        return "it took too long"
    text = str(error)
    if "CERTIFICATE" in text:
        return "its certificate is not trusted"
    if "Name or service" in text or "nodename" in text or "name resolution" in text:
        return "its name is unknown"
    if isinstance(error, httpx.ConnectError):
        return "the connection is refused" if "refused" in text else "no connection came about"
    return "the connection broke off"
