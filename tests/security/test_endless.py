"""Answers that never end, or hardly begin: each is over within the patience of its request."""

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator

import httpx
import pytest

from xnat_ferry.xnat import watching
from xnat_ferry.xnat.transport import DirectTransport

PATIENCE = 0.2
HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"
USUAL = watching.MOST_FOR_NOTHING
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


class Endless:
    """A server that says something first, then the same again and again until nobody listens."""

    def __init__(self) -> None:
        self.first, self.then, self.pause = b"", b"", 0.0
        self._server = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._server.getsockname()[1]}"
        self._over = threading.Event()
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        self._over.set()
        self._server.close()

    def _serve(self) -> None:
        while not self._over.is_set():
            with contextlib.suppress(OSError):
                caller, _ = self._server.accept()
                threading.Thread(target=self._answer, args=(caller,), daemon=True).start()

    def _answer(self, caller: socket.socket) -> None:
        with caller, contextlib.suppress(OSError):
            caller.recv(65536)
            caller.sendall(self.first)
            while not self._over.wait(self.pause):
                caller.sendall(self.then)


@pytest.fixture
def server() -> Iterator[Endless]:
    one = Endless()
    yield one
    one.close()


@pytest.fixture
def ask(server: Endless, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., bytes]]:
    """A request by the client's own transport, read to its end."""
    monkeypatch.setattr(watching, "MOST_FOR_NOTHING", 200_000)
    with httpx.Client(transport=DirectTransport(2, None), timeout=PATIENCE) as client:

        def asked(method: str = "GET", body: bytes | None = None) -> bytes:
            with client.stream(method, server.url, content=body) as answer:
                return b"".join(answer.iter_raw())

        yield asked


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
@pytest.mark.parametrize(
    "first",
    [b"", b"HTTP/1.1 200 OK\r\nX: ", HEAD, CHUNKED, CHUNKED + b"fffff\r\n", CHUNKED + b"0\r\nX: "],
    ids=["nothing", "head", "body", "mark", "chunk", "trailer"],
)
def test_an_answer_that_drips_is_over_within_the_patience(
    server: Endless, ask: Callable[..., bytes], method: str, first: bytes
) -> None:
    server.first, server.then, server.pause = first, b"1", PATIENCE / 10
    began = time.monotonic()
    with pytest.raises(httpx.ReadTimeout):
        ask(method, b"x" if method in ("POST", "PUT") else None)
    assert time.monotonic() - began < 20  # a busy machine's; by the time-out alone it would never end


@pytest.mark.parametrize(
    ("first", "then"),
    [
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 100),
        (b"", b"H" * 1000),
        (b"HTTP/1.1 200 OK\r\n", b"X: y\r\n" * 100),
        (b"HTTP/1.1 200 OK\r\nX: ", b"y" * 1000),
        (b"HTTP/1.1 200 OK\r\n", b"  folded\r\n" * 100),
        (CHUNKED, b"0" * 1000),
        (CHUNKED + b"1;", b"x" * 1000),
        (CHUNKED + b"0\r\n", b"X: y\r\n" * 100),
    ],
    ids=["continue", "status", "headers", "header", "folded", "mark", "extension", "trailers"],
)
def test_what_goes_on_for_ever_is_no_answer(
    server: Endless, ask: Callable[..., bytes], first: bytes, then: bytes
) -> None:
    server.first, server.then = first, then
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadTimeout)):
        ask()


@pytest.mark.parametrize("mark", [b"-5", b"g", b"", b"0x10", b"1_0", b"+3", b"99999999999999999999"])
def test_a_chunk_of_no_length_is_the_end_of_the_conversation(
    server: Endless, ask: Callable[..., bytes], mark: bytes
) -> None:
    server.first, server.then, server.pause = CHUNKED, mark + b"\r\nabc\r\n", 0.01
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadTimeout)):
        ask()


def test_what_is_slow_but_comes_is_waited_for(server: Endless, ask: Callable[..., bytes]) -> None:
    server.first, server.then, server.pause = HEAD, b"1" * 10_000, PATIENCE / 4
    assert ask() == b"1" * 100_000


def test_chunks_of_one_byte_each_are_a_body(
    server: Endless, ask: Callable[..., bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "MOST_FOR_NOTHING", USUAL)
    server.first, server.pause = CHUNKED + b"1\r\na\r\n" * 200_000 + b"0\r\n\r\n", 0.05
    assert ask() == b"a" * 200_000
