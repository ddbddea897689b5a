"""What stands before a server: TLS with an authority of its own, a wish for a certificate, a proxy."""

import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

NAMED = "https://xnat.invalid:8443"
"""An address that only a proxy knows how to reach; the papers are good for it."""


def make_papers(home: Path, authority: str = "An authority") -> Path:
    """ca.pem, and for server and client NAME.pem and NAME.key, signed by it; good for two days."""
    home.mkdir(exist_ok=True)

    def openssl(*arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=home, check=True, capture_output=True)

    new = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2")
    openssl("req", "-x509", *new, "-subj", f"/CN={authority}", "-keyout", "ca.key", "-out", "ca.pem")
    for name in ("server", "client"):
        openssl("req", *new[:-2], "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.csr")
        (home / "ext").write_text("subjectAltName=IP:127.0.0.1,DNS:xnat.invalid\n")
        signed = ("-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-extfile", "ext", "-days", "2")
        openssl("x509", "-req", "-in", f"{name}.csr", *signed, "-out", f"{name}.pem")
    return home


@contextmanager
def fronted(behind: str, welcome: Callable[[socket.socket], socket.socket]) -> Iterator[str]:
    """The port of something before a server, which treats every caller as ``welcome`` does."""
    listening = socket.create_server(("127.0.0.1", 0))

    def serve(caller: socket.socket) -> None:
        port = urlsplit(behind).port
        with (
            suppress(OSError),
            socket.create_connection(("127.0.0.1", port)) as server,
            welcome(caller) as inside,
        ):
            threading.Thread(target=pour, args=(server, inside), daemon=True).start()
            pour(inside, server)

    def accept() -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=serve, args=(listening.accept()[0],), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield str(listening.getsockname()[1])
    finally:
        listening.close()


def pour(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while piece := source.recv(65536):
            sink.sendall(piece)
        sink.shutdown(socket.SHUT_WR)


@contextmanager
def secured(behind: str, papers: Path, *, asks: bool = False) -> Iterator[str]:
    """The practice server behind TLS; with ``asks`` for those alone who show a certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(papers / "server.pem", papers / "server.key")
    if asks:
        context.load_verify_locations(papers / "ca.pem")
        context.verify_mode = ssl.CERT_REQUIRED

    def welcome(caller: socket.socket) -> socket.socket:
        inside = context.wrap_socket(caller, server_side=True, do_handshake_on_connect=False)
        try:
            inside.do_handshake()
        except OSError:
            with suppress(OSError), inside:
                while socket.socket.recv(inside, 65536):
                    pass  # closing earlier would take back the words that say why
            raise
        return inside

    with fronted(behind, welcome) as port:
        yield f"https://127.0.0.1:{port}"


@contextmanager
def tunnelled(address: str) -> Iterator[tuple[str, set[bytes]]]:
    """A proxy that is asked for a tunnel and sees no more: its address, and for whom it was asked."""
    asked = set[bytes]()

    def tunnel(caller: socket.socket) -> socket.socket:
        head = b""
        while b"\r\n\r\n" not in head:
            head += caller.recv(65536)
        asked.add(head.split()[1])
        caller.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        return caller

    with fronted(address, tunnel) as port:
        yield f"http://127.0.0.1:{port}", asked
