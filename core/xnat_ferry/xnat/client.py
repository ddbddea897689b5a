"""One conversation with one server: a pooled client on one login, renewed for all when it lapses."""

import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from functools import partial
from types import TracebackType
from typing import Any, Self, TypeVar
from urllib.parse import quote, unquote

import stamina
import stamina.instrumentation
from msgspec import Struct

from xnat_ferry import __version__
from xnat_ferry.errors import (
    CertificateWanted,
    ConnectionLost,
    LoginLapsed,
    LoginRefused,
    NotAnAnswer,
    NotAnXnat,
    NotTrusted,
    ServerAnswer,
    ServerBusy,
    ServerUnreachable,
    StillWorking,
)
from xnat_ferry.settings.credentials import Credentials
from xnat_ferry.settings.redact import plain
from xnat_ferry.xnat import answers
from xnat_ferry.xnat.libraries import httpx
from xnat_ferry.xnat.limits import Limits, Throttle
from xnat_ferry.xnat.login import Login, spare_loopback_the_proxy
from xnat_ferry.xnat.transport import transport_to
from xnat_ferry.xnat.trust import make_trust

stamina.instrumentation.set_on_retry_hooks([])  # its own would write on the standard error

Answer = TypeVar("Answer")

PIECE = 256 * 1024
"""Bytes sent at once."""

_USER_AGENT = f"xnat-ferry/{__version__}"  # no browser's word in it: those get login pages (wire-read 1.3)
_PATIENCE = httpx.Timeout(60, connect=15, pool=None)
LONG_PATIENCE = httpx.Timeout(900, connect=15, pool=None)
"""For calls that last as long as the server works: import, build, archive (wire-write 2.5: up to 600 s)."""


class Call(Struct, frozen=True):
    """One request as a log may hold it: no query, no header, no body. ``status`` 0: no answer came."""

    server: str
    method: str
    path: str
    status: int
    seconds: float


class XnatClient:
    """Speaks to one server as one user; safe to share between threads."""

    def __init__(
        self,
        server: str,
        credentials: Credentials,
        *,
        limits: Limits = Limits(),  # noqa: B008  frozen
        on_call: Callable[[Call], None] = lambda call: None,
    ) -> None:
        """Connect and log in. Raises ServerUnreachable, NotAnXnat or LoginRefused.

        ``on_call`` hears of every request once it has ended, from whichever thread made it.
        """
        self.server = server
        self._credentials = credentials
        self._attempts = limits.attempts
        self._turn = Throttle(limits.requests_per_second)
        self._flow = Throttle(limits.bytes_per_second)
        self._on_call = on_call
        self._lock = threading.Lock()
        self._refused: LoginRefused | None = None
        self.requests = 0
        self.bytes_down = 0
        self.bytes_up = 0
        spare_loopback_the_proxy(server)
        transport = transport_to(server, limits.connections)
        self._http = httpx.Client(
            base_url=server,
            timeout=_PATIENCE,
            follow_redirects=False,
            transport=transport,
            verify=make_trust() if transport is None else True,
            limits=httpx.Limits(
                max_connections=limits.connections, max_keepalive_connections=limits.connections
            ),
            headers={"Accept": "*/*", "Accept-Encoding": answers.PACKING, "User-Agent": _USER_AGENT},
        )
        try:
            self.version = self._ask_version()
            self._login = self._log_in()
        except BaseException:
            self._http.close()
            raise

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
        return list(self.rows(path, **params))

    def rows(self, path: str, **params: str) -> Iterator[dict[str, str]]:
        """The same one after the other, for listings that may be very long."""
        response = self.send("GET", path, params={"format": "json", **params})
        return answers.table(self.server, f"GET {path}", response)

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
        harmless: bool = False,
        **options: Any,
    ) -> httpx.Response:
        """One request; ``body`` makes a fresh body for each try, since a login may have to be renewed.

        Raises a ServerAnswer for any status not in ``accept`` and ConnectionLost when none came. A GET, and
        what is said to be ``harmless`` to repeat, is asked again before that when it was lost or met a busy
        server.
        """
        once = partial(self._send_once, method, path, accept=accept, body=body, **options)
        return once() if method != "GET" and not harmless else self._asked_again(once)

    def _asked_again(self, ask: Callable[[], Answer]) -> Answer:
        """What comes of a question that may be repeated: it is when it was lost or met a busy server."""
        for attempt in stamina.retry_context(
            on=_wait_for_it, attempts=self._attempts, timeout=None, wait_initial=0.2, wait_max=15.0
        ):
            with attempt:
                return ask()
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
        self._refuse_climbing(what, path)
        for renewed in (False, True):
            login = self._login
            with (
                self._call(method, path) as call,
                self._http.stream(
                    method,
                    path,
                    content=self._leaving(body()) if body else None,
                    auth=_SessionCookie(login),
                    **options,
                ) as arriving,
            ):
                call.status = arriving.status_code
                response = answers.whole(self.server, what, arriving)
                self._count_down(arriving.num_bytes_downloaded)
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
        self._refuse_climbing(what, path)
        headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes=0-{first - 1}"} if first else {})
        for renewed in (False, True):
            login = self._login
            with (
                self._call("GET", path) as call,
                self._http.stream(
                    "GET", path, params=params, headers=headers, auth=_SessionCookie(login)
                ) as arriving,
            ):
                call.status = arriving.status_code
                html = arriving.headers.get("content-type", "").startswith("text/html")
                if arriving.status_code in (200, 206) and not html:
                    yield self._arriving(arriving)
                    return
                response = answers.whole(self.server, what, arriving)
            if not answers.is_login_page(response):
                break
            if renewed:
                raise LoginLapsed(server=self.server, what=what, status=response.status_code, said="")
            self._renew(login)
        raise _refused_download(self.server, what, response)

    def start(self, path: str, size: int, **params: str) -> bytes:
        """The first bytes of a download, asked for again like any other question; raises a ServerAnswer."""

        def once() -> bytes:
            found = bytearray()
            with self.stream(path, first=size, **params) as pieces:
                for piece in pieces:
                    found += piece
                    if len(found) >= size:
                        break  # the server knew no ranges; the rest is not wanted
            return bytes(found[:size])

        return self._asked_again(once)

    def _refuse_climbing(self, what: str, path: str) -> None:
        """Raise NotAnAnswer for an address that would mean another one on its way, or at the server.

        Parts of it are what servers say: labels, numbers, places in the prearchive.
        """
        if any(part in (".", "..") for part in unquote(path).split("/")) or set(path) & set("?#\\"):
            said = "no address of it: a name has dots, or a character that ends it"
            raise NotAnAnswer(server=self.server, what=plain(what), status=0, said=said)

    # The login

    def _ask_version(self) -> str:
        # public on every XNAT since 1.7 (wire-read 1.9), so it also tells an XNAT from anything else
        path = "/xapi/siteConfig/buildInfo"
        try:
            with self._http.stream("GET", path) as arriving:
                response = answers.whole(self.server, path, arriving)
        except httpx.HTTPError as error:
            raise _unreachable(self.server, error) from None
        finally:
            self._count(1)
        try:
            version = answers.json_value(self.server, path, response)["version"]
        except (ServerAnswer, KeyError, TypeError):
            raise NotAnXnat(server=self.server, why=f"no build information at {path}") from None
        return str(version)

    def _log_in(self) -> Login:
        self.requests += 1
        return Login(self._http, self.server, self._credentials)

    def _renew(self, lapsed: Login) -> None:
        """Log in again, once for all threads that found the same login lapsed.

        One that is refused is not tried again, by none of them: that would lock the account.
        """
        with self._lock:
            if self._refused is not None:
                raise LoginRefused(**self._refused.facts)
            if self._login is lapsed:
                lapsed.close()
                self.requests += 1
                try:
                    self._login = self._log_in()
                except LoginRefused as error:
                    self._refused = error
                    raise

    # Counting and keeping to the limits

    @contextmanager
    def _call(self, method: str, path: str) -> Iterator["_Status"]:
        """One request: waits for its turn, counts it, tells of it; raises ConnectionLost for a broken one."""
        self._turn.pass_through(1)
        began, call = time.monotonic(), _Status()
        try:
            yield call
        except httpx.HTTPError as error:
            raise ConnectionLost(server=self.server, what=f"{method} {path}", why=_reason(error)) from None
        finally:
            self._count(1)
            self._on_call(Call(self.server, method, path, call.status, time.monotonic() - began))

    def _count(self, requests: int) -> None:
        with self._lock:
            self.requests += requests

    def _count_down(self, count: int) -> None:
        with self._lock:
            self.bytes_down += count

    def _leaving(self, body: Iterator[bytes]) -> Iterator[bytes]:
        for piece in body:
            self._flow.pass_through(len(piece))
            yield piece
            with self._lock:
                self.bytes_up += len(piece)

    def _arriving(self, response: httpx.Response) -> Iterator[bytes]:
        for piece in response.iter_raw():
            self._flow.pass_through(len(piece))
            self._count_down(len(piece))
            yield piece


class _Status:
    """What one request was answered with, as far as it came."""

    status = 0


def _wait_for_it(error: Exception) -> bool | float:
    """Whether a question is asked again, and after how many seconds if the server said so."""
    if not isinstance(error, ConnectionLost | ServerBusy | StillWorking):
        return False
    after = error.facts.get("after")
    return after if isinstance(after, float) and after > 0 else True


class _SessionCookie(httpx.Auth):
    """Sends the login's session and nothing that the server set on other answers."""

    def __init__(self, login: Login) -> None:
        self._login = login

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers["Cookie"] = f"JSESSIONID={self._login.jsession}"
        self._login.used()
        yield request


def data_path(*parts: str) -> str:
    """``/data/…`` of parts that are percent-encoded one by one, slashes in them too."""
    return "/data/" + "/".join(quote(part, safe="") for part in parts)


def _refused_download(server: str, what: str, response: httpx.Response) -> ServerAnswer:
    if response.status_code == 200:
        return answers.not_an_answer(server, what, response)
    return answers.failure(server, what, response)


def _unreachable(server: str, error: httpx.HTTPError) -> ServerUnreachable:
    text = str(error).upper()
    if "CERTIFICATE REQUIRED" in text or "CERTIFICATE_REQUIRED" in text:
        return CertificateWanted(server=server)
    if "CERTIFICATE_VERIFY_FAILED" in text:
        return NotTrusted(server=server)
    return ServerUnreachable(server=server, why=_reason(error))


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
