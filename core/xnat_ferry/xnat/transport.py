"""Carries httpx's requests by the standard library's client, whose bodies cost a third of the CPU.

A body comes straight into a buffer, whatever size the server's chunks have: Tomcat's are of 8 KB. Trust,
time-outs and errors are httpx's own. A server behind a proxy is left to httpx altogether.
"""

import select
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from xnat_ferry.xnat.libraries import httpx
from xnat_ferry.xnat.trust import make_trust
from xnat_ferry.xnat.watching import WatchedResponse

_LEAST, _MOST = 64 * 1024, 512 * 1024
"""Bytes of a body that are waited for at once. Few, since a slow line must not delay a stop; more where they
come fast, since each piece costs the same."""
_FAST = 0.1
"""Seconds within which a piece has to be there, and be used, for the next one to be larger."""


def transport_to(server: str, connections: int) -> httpx.BaseTransport | None:
    """What carries requests to a server, so many at once; None where a proxy is in between."""
    parts = urlsplit(server)
    proxies = getproxies()
    if (proxies.get(parts.scheme) or proxies.get("all")) and not proxy_bypass(parts.netloc):
        return None
    return DirectTransport(connections, make_trust(server) if parts.scheme == "https" else None)


class DirectTransport(httpx.BaseTransport):
    """At most so many connections to one server, kept open between requests and shared by threads."""

    def __init__(self, connections: int, trust: ssl.SSLContext | None) -> None:
        self._trust = trust
        self._free = threading.BoundedSemaphore(connections)
        self._idle: list[HTTPConnection] = []
        self._lock = threading.Lock()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send it and return once the answer's head is there. Raises an httpx.TransportError."""
        self._free.acquire()
        try:
            kept = self._kept()
            try:
                connection, answer = self._asked(kept or self._opened(request), request)
            except (httpx.ReadError, httpx.RemoteProtocolError):
                if kept is None or request.method != "GET":
                    raise
                # closed by the server while this was on its way: asked anew (RFC 9112 9.3.1)
                connection, answer = self._asked(self._opened(request), request)
        except BaseException:
            self._free.release()
            raise
        headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in answer.getheaders()]
        body = _Body(self, connection, answer, request)
        return httpx.Response(answer.status, headers=headers, stream=body)

    def close(self) -> None:
        """Close what nobody uses."""
        with self._lock:
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def give_back(self, connection: HTTPConnection, answer: HTTPResponse) -> None:
        """Keep a connection whose answer was read to its end; close any other."""
        whole = answer.isclosed() and not answer.will_close
        answer.close()
        if whole and connection.sock is not None:
            with self._lock:
                self._idle.append(connection)
        else:
            connection.close()
        self._free.release()

    def _asked(
        self, connection: HTTPConnection, request: httpx.Request
    ) -> tuple[HTTPConnection, WatchedResponse]:
        """The head of the answer over a connection, which is closed where none comes."""
        try:
            with _told(request):
                return connection, _exchange(connection, request)
        except BaseException:
            connection.close()
            raise

    def _kept(self) -> HTTPConnection | None:
        """One that is open already."""
        while True:
            with self._lock:
                connection = self._idle.pop() if self._idle else None
            if connection is None or _is_quiet(connection):
                return connection
            connection.close()

    def _opened(self, request: httpx.Request) -> HTTPConnection:
        host, patience = request.url.raw_host.decode("ascii"), _patience(request, "connect")
        if self._trust is None:
            connection = HTTPConnection(host, request.url.port, timeout=patience)
        else:
            connection = HTTPSConnection(host, request.url.port, timeout=patience, context=self._trust)
        connection.response_class = WatchedResponse
        try:
            connection.connect()
        except OSError as error:
            connection.close()
            kind = httpx.ConnectTimeout if isinstance(error, TimeoutError) else httpx.ConnectError
            raise kind(str(error), request=request) from error
        return connection


class _Body(httpx.SyncByteStream):
    """An answer's body as it comes; its connection is given back when it is closed."""

    def __init__(
        self,
        transport: DirectTransport,
        connection: HTTPConnection,
        answer: WatchedResponse,
        request: httpx.Request,
    ) -> None:
        self._transport, self._connection = transport, connection
        self._answer, self._request = answer, request
        self._open = True

    def __iter__(self) -> Iterator[bytes]:
        buffer = memoryview(bytearray(_LEAST))
        while True:
            began = time.monotonic()
            with _told(self._request):
                count = self._answer.readinto(buffer)
                if not count and self._answer.length:
                    raise httpx.RemoteProtocolError("the body ends too early", request=self._request)
            if not count:
                return
            self._answer.piece_taken()
            yield bytes(buffer[:count])
            fast = count == len(buffer) and time.monotonic() - began < _FAST
            size = min(2 * len(buffer), _MOST) if fast else _LEAST
            buffer = buffer if size == len(buffer) else memoryview(bytearray(size))

    def close(self) -> None:
        if self._open:
            self._open = False
            self._transport.give_back(self._connection, self._answer)


def _exchange(connection: HTTPConnection, request: httpx.Request) -> WatchedResponse:
    target = request.url.raw_path.decode("ascii")
    connection.sock.settimeout(_patience(request, "read"))
    connection.putrequest(request.method, target, skip_host=True, skip_accept_encoding=True)
    for name, value in request.headers.raw:
        connection.putheader(name, value)
    connection.endheaders()
    chunked = "transfer-encoding" in request.headers
    try:
        for piece in request.stream:  # type: ignore[union-attr]  # a client without async has no other
            if piece:
                connection.send(b"%x\r\n%b\r\n" % (len(piece), piece) if chunked else piece)
        if chunked:
            connection.send(b"0\r\n\r\n")
    except (BrokenPipeError, ConnectionResetError):
        pass  # a server that does not want the rest may still say why
    answer = connection.getresponse()
    assert isinstance(answer, WatchedResponse)
    if _is_cut(answer):
        raise httpx.RemoteProtocolError("the head ends too early", request=request)
    return answer


def _is_cut(answer: HTTPResponse) -> bool:
    """Whether a connection ended within the head, which the library takes for the end of it."""
    endless = answer.version >= 11 and answer.length is None and not answer.chunked
    closing = "close" in answer.getheader("connection", "").lower()
    return bool(answer.headers.defects) or (endless and not closing)


@contextmanager
def _told(request: httpx.Request) -> Iterator[None]:
    """Failures in httpx's words."""
    try:
        yield
    except TimeoutError as error:
        raise httpx.ReadTimeout(str(error), request=request) from error
    except OSError as error:
        raise httpx.ReadError(str(error), request=request) from error
    except HTTPException as error:
        raise httpx.RemoteProtocolError(type(error).__name__, request=request) from error


def _is_quiet(connection: HTTPConnection) -> bool:
    """Whether a connection that was kept is still open; where something can be read, the server closed it."""
    ready = select.poll()
    ready.register(connection.sock, select.POLLIN)
    return not ready.poll(0)


def _patience(request: httpx.Request, kind: str) -> float | None:
    patience: float | None = request.extensions.get("timeout", {}).get(kind)
    return patience
