"""Bodies by the standard library's client under httpx: whole or an error, connections kept and capped."""

import contextlib
import socket
import threading
from collections.abc import Iterator

import httpx
import pytest

from xnat_ferry.xnat.transport import DirectTransport, transport_to

BODY = bytes(range(256)) * 1200
CHUNKS = b"".join(
    b"%x\r\n%b\r\n" % (len(piece), piece)
    for piece in (BODY[place : place + 8192] for place in range(0, len(BODY), 8192))
)
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
SIZED = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(BODY)


class Answering:
    """A server that gives the next of its answers to each request, and counts its connections."""

    def __init__(self) -> None:
        self.answers: list[tuple[bytes, bool]] = []
        """Bytes, and whether the connection is closed after them."""
        self.heard: list[bytes] = []
        self.connections = 0
        self.closed = threading.Event()
        """Set once a connection has been closed."""
        self._server = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._server.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        self._server.close()

    def _serve(self) -> None:
        while True:
            try:
                caller, _ = self._server.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._answer, args=(caller,), daemon=True).start()

    def _answer(self, caller: socket.socket) -> None:
        with caller, contextlib.suppress(OSError):
            while head := _head(caller):
                self.heard.append(head)
                answer, closing = self.answers.pop(0)
                caller.sendall(answer)
                if closing:
                    break
        self.closed.set()


def _head(caller: socket.socket) -> bytes:
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        piece = caller.recv(1)
        if not piece:
            return b""
        head += piece
    return head


@pytest.fixture
def server() -> Iterator[Answering]:
    answering = Answering()
    yield answering
    answering.close()


@pytest.fixture
def client(server: Answering) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url, transport=DirectTransport(2, None), timeout=30) as opened:
        yield opened


@pytest.mark.parametrize(
    ("answer", "closing"),
    [
        (CHUNKED + CHUNKS + b"0\r\n\r\n", False),
        (SIZED + BODY, False),
        (b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + BODY, True),
        (b"HTTP/1.1 100 Continue\r\n\r\n" + SIZED + BODY, False),
    ],
    ids=["in chunks", "with its length", "until the end", "after a word before"],
)
def test_a_body_comes_whole(server: Answering, client: httpx.Client, answer: bytes, closing: bool) -> None:
    server.answers = [(answer, closing), (answer, closing)]
    assert [client.get("/a").content for _ in range(2)] == [BODY, BODY]
    assert server.connections == (2 if closing else 1)


@pytest.mark.parametrize(
    "answer",
    [
        *(CHUNKED + CHUNKS, CHUNKED + CHUNKS[:100_000], SIZED + BODY[:-1]),
        *(SIZED[:30], SIZED[:36], SIZED[:17], SIZED[:9], b"", b"EHLO\r\n\r\n"),
    ],
    ids=[
        *("no last chunk", "a cut chunk", "a byte too few"),
        *("a cut name", "a cut number", "only a status", "a cut status", "nothing", "no HTTP"),
    ],
)
def test_what_is_cut_is_an_error(server: Answering, client: httpx.Client, answer: bytes) -> None:
    server.answers = [(answer, True), (SIZED + BODY, False)]
    with pytest.raises(httpx.TransportError):
        client.get("/a")
    assert client.get("/b").content == BODY


def test_a_kept_connection_that_the_server_closed_is_not_used(
    server: Answering, client: httpx.Client
) -> None:
    server.answers = [(SIZED + BODY, True), (SIZED + BODY, False)]
    assert client.get("/a").content == BODY
    assert server.closed.wait(30)
    assert client.post("/b").content == BODY
    assert server.connections == 2


def test_a_kept_connection_that_is_closed_just_then_is_no_loss_to_a_question(
    server: Answering, client: httpx.Client
) -> None:
    server.answers = [(SIZED + BODY, False), (b"", True), (SIZED + BODY, False), (b"", True)]
    assert client.get("/a").content == BODY
    assert client.get("/b").content == BODY
    assert server.connections == 2
    with pytest.raises(httpx.TransportError):
        client.post("/c")  # who knows what came of it
    assert len(server.heard) == 4


def test_what_nobody_read_to_its_end_is_not_used_again(server: Answering, client: httpx.Client) -> None:
    server.answers = [(SIZED + BODY, False), (SIZED + BODY, False)]
    with client.stream("GET", "/a") as response:
        assert next(response.iter_raw()) == BODY[: 64 * 1024]
    assert client.get("/b").content == BODY
    assert server.connections == 2


def test_no_more_connections_than_were_allowed(server: Answering, client: httpx.Client) -> None:
    server.answers = [(SIZED + BODY, False)] * 9
    got: list[bytes] = []
    hands = [threading.Thread(target=lambda: got.append(client.get("/a").content)) for _ in range(9)]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    assert got == [BODY] * 9
    assert server.connections <= 2


def test_a_server_that_wants_no_more_is_heard(server: Answering, client: httpx.Client) -> None:
    server.answers = [(b"HTTP/1.1 413 No\r\nContent-Length: 3\r\nX-Why: \xe4\r\n\r\nbig", True)]

    def body() -> Iterator[bytes]:
        yield b"x"

    answer = client.post("/a", content=body(), headers={"Content-Length": "1"})
    assert (answer.status_code, answer.text, answer.headers["x-why"]) == (413, "big", "ä")


def test_a_body_of_unknown_length_goes_in_chunks(server: Answering, client: httpx.Client) -> None:
    server.answers = [(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", True)]
    assert client.post("/a", content=iter([b"one", b"", b"two"])).text == "ok"
    assert b"transfer-encoding: chunked" in server.heard[0].lower()


def test_nobody_there_is_a_refused_connection() -> None:
    with socket.socket() as deaf:  # held, so that nobody else can begin to listen there
        deaf.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{deaf.getsockname()[1]}"
        with (
            httpx.Client(base_url=url, transport=DirectTransport(1, None)) as client,
            pytest.raises(httpx.ConnectError, match="refused"),
        ):
            client.get("/")


def test_a_server_behind_a_proxy_is_left_to_httpx(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    assert isinstance(transport_to("https://xnat.example", 2), DirectTransport)
    monkeypatch.setenv("https_proxy", "http://proxy.example:3128")
    assert transport_to("https://xnat.example", 2) is None
    assert isinstance(transport_to("http://xnat.example", 2), DirectTransport)
    monkeypatch.setenv("no_proxy", "xnat.example")
    assert isinstance(transport_to("https://xnat.example:8443", 2), DirectTransport)
