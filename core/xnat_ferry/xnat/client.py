"""One conversation with one server: what is asked, and what is taken for an answer."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from types import TracebackType
from typing import Any, Self, TypeVar

import stamina
import stamina.instrumentation

from xnat_ferry import __version__
from xnat_ferry.errors import LoginLapsed, ServerAnswer
from xnat_ferry.settings.credentials import Credentials
from xnat_ferry.settings.redact import plain
from xnat_ferry.xnat import answers, failing
from xnat_ferry.xnat.addresses import data_path as data_path
from xnat_ferry.xnat.addresses import refuse_climbing
from xnat_ferry.xnat.bodies import PACKING, whole
from xnat_ferry.xnat.kept_login import KeptLogin, SessionCookie
from xnat_ferry.xnat.libraries import httpx
from xnat_ferry.xnat.limits import Limits
from xnat_ferry.xnat.login import Login, spare_loopback_the_proxy
from xnat_ferry.xnat.traffic import Call as Call
from xnat_ferry.xnat.traffic import Traffic
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
        self._attempts = limits.attempts
        self._traffic = Traffic(server, limits, on_call)
        spare_loopback_the_proxy(server)
        transport = transport_to(server, limits.connections)
        with failing.if_it_has_no_name(server):
            base_url = httpx.URL(server)
            _ = base_url.host
        self._http = httpx.Client(
            base_url=base_url,
            timeout=_PATIENCE,
            follow_redirects=False,
            transport=transport,
            verify=make_trust(server) if transport is None else True,
            limits=httpx.Limits(
                max_connections=limits.connections, max_keepalive_connections=limits.connections
            ),
            headers={"Accept": "*/*", "Accept-Encoding": PACKING, "User-Agent": _USER_AGENT},
        )
        try:
            self.version = self._ask_version()
            self._login = KeptLogin(partial(Login, self._http, server, credentials), self._traffic.sent)
        except BaseException:
            self._http.close()
            raise

    @property
    def user(self) -> str:
        """The account's name as the server gives it."""
        return self._login.current.user

    @property
    def requests(self) -> int:
        """How many were sent, the login's own among them."""
        return self._traffic.requests

    @property
    def bytes_down(self) -> int:
        """Bytes that came as bodies, packed where they were."""
        return self._traffic.bytes_down

    @property
    def bytes_up(self) -> int:
        """Bytes that were sent as bodies."""
        return self._traffic.bytes_up

    def close(self) -> None:
        """Log out and close the connections."""
        self._login.close()
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
            on=failing.wait_for_it, attempts=self._attempts, timeout=None, wait_initial=0.2, wait_max=15.0
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
        refuse_climbing(self.server, what, path)
        for login in self._login.tries():
            with self._ask(login, method, path, body, **options) as arriving:
                response = whole(self.server, what, arriving)
                self._traffic.came(arriving.num_bytes_downloaded)
            if not answers.is_login_page(response):
                break
        else:
            raise LoginLapsed(server=self.server, what=what, status=response.status_code, said="")
        if response.status_code not in accept:
            raise answers.failure(self.server, what, response)
        return response

    @contextmanager
    def stream(self, path: str, *, first: int = 0, **params: str) -> Iterator[Iterator[bytes]]:
        """The body of a download in pieces; a broken or refused one raises a ServerAnswer.

        With ``first`` only so many bytes are asked for; a server that knows no ranges sends them all.
        """
        what = f"GET {path}"
        refuse_climbing(self.server, what, path)
        headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes=0-{first - 1}"} if first else {})
        for login in self._login.tries():
            with self._ask(login, "GET", path, params=params, headers=headers) as arriving:
                html = arriving.headers.get("content-type", "").startswith("text/html")
                if arriving.status_code in (200, 206) and not html:
                    yield self._traffic.arriving(arriving)
                    return
                response = whole(self.server, what, arriving)
            if not answers.is_login_page(response):
                break
        else:
            raise LoginLapsed(server=self.server, what=what, status=response.status_code, said="")
        raise failing.refused_download(self.server, what, response)

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

    @contextmanager
    def _ask(
        self,
        login: Login,
        method: str,
        path: str,
        body: Callable[[], Iterator[bytes]] | None = None,
        **options: Any,
    ) -> Iterator[httpx.Response]:
        """One request, and its answer as it begins to come; raises ConnectionLost for a broken one."""
        try:
            with (
                self._traffic.call(method, path) as call,
                self._http.stream(
                    method,
                    path,
                    content=self._traffic.leaving(body()) if body else None,
                    auth=SessionCookie(login),
                    **options,
                ) as arriving,
            ):
                call.status = arriving.status_code
                yield arriving
        except httpx.HTTPError as error:
            raise failing.lost(self.server, f"{method} {path}", error) from None

    def _ask_version(self) -> str:
        # public on every XNAT since 1.7 (wire-read 1.9), so it also tells an XNAT from anything else
        path = "/xapi/siteConfig/buildInfo"
        try:
            with self._http.stream("GET", path) as arriving:
                response = whole(self.server, path, arriving)
        except httpx.HTTPError as error:
            raise failing.unreachable(self.server, error) from None
        finally:
            self._traffic.sent()
        try:
            version = answers.json_value(self.server, path, response)["version"]
        except (ServerAnswer, KeyError, TypeError):
            raise failing.no_xnat(self.server, path, response) from None
        return plain(str(version), 64)
