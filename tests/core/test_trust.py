"""A server with an authority of its own, one that wants to see a certificate, and a proxy in between."""

import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.core.harbour import LOGIN, Harbour, harbour, session_toml
from xnat_ferry.errors import CertificateWanted, NotTrusted, SettingsUnreadable
from xnat_ferry.settings import preferences
from xnat_ferry.xnat.client import XnatClient
from xnat_ferry.xnat.listings import list_sessions
from xnat_ferry.xnat.login import _take_up


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """ca.pem, and for server and client NAME.pem and NAME.key, signed by it; good for two days."""
    home = tmp_path_factory.mktemp("papers")

    def openssl(*arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=home, check=True, capture_output=True)

    new = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2")
    openssl("req", "-x509", *new, "-subj", "/CN=An authority", "-keyout", "ca.key", "-out", "ca.pem")
    for name in ("server", "client"):
        openssl("req", *new[:-2], "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.csr")
        (home / "ext").write_text("subjectAltName=IP:127.0.0.1,DNS:xnat.invalid\n")
        signed = ("-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-extfile", "ext", "-days", "2")
        openssl("x509", "-req", "-in", f"{name}.csr", *signed, "-out", f"{name}.pem")
    return home


@pytest.fixture(scope="module")
def sea(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Harbour]:
    with harbour(tmp_path_factory.mktemp("trust"), session_toml("A")) as made:
        yield made


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
def secured(sea: Harbour, papers: Path, *, asks: bool = False) -> Iterator[str]:
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

    with fronted(sea.server.url, welcome) as port:
        yield f"https://127.0.0.1:{port}"


@pytest.fixture
def said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Writes the settings' part about TLS."""
    path = tmp_path / "settings.toml"
    monkeypatch.setattr(preferences, "preferences_file", lambda: path)
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)

    def say(**files: Path) -> None:
        path.write_text("[tls]\n" + "".join(f'{name} = "{file}"\n' for name, file in files.items()))

    return say


def labels(address: str) -> list[str]:
    with XnatClient(address, LOGIN) as client:
        # what keeps a quiet session alive must get through as well
        taken = _take_up(address, client._login.jsession)
        assert taken.xnat_version == client.version
        taken.disconnect()
    with XnatClient(address, LOGIN) as client:
        return [row.label for row in list_sessions(client, "SRC")]


def test_an_authority_of_the_site_is_trusted_once_it_is_named(
    sea: Harbour, papers: Path, said: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    with secured(sea, papers) as address:
        with pytest.raises(NotTrusted) as caught:
            XnatClient(address, LOGIN)
        assert "authorities" in caught.value.advice
        said(authorities=papers / "ca.pem")
        assert labels(address) == ["A"]
        said()
        monkeypatch.setenv("SSL_CERT_FILE", str(papers / "ca.pem"))
        assert labels(address) == ["A"]


def test_a_server_that_wants_to_see_a_certificate_sees_it(
    sea: Harbour, papers: Path, said: Callable[..., None]
) -> None:
    with secured(sea, papers, asks=True) as address:
        said(authorities=papers / "ca.pem")
        with pytest.raises(CertificateWanted):
            XnatClient(address, LOGIN)
        said(authorities=papers / "ca.pem", certificate=papers / "client.pem", key=papers / "client.key")
        assert labels(address) == ["A"]


@pytest.mark.parametrize(
    "files", [{"authorities": "none.pem"}, {"certificate": "ca.pem"}, {"certificate": "ext"}]
)
def test_files_that_cannot_be_used_are_told(
    papers: Path, said: Callable[..., None], files: dict[str, str]
) -> None:
    said(**{name: papers / file for name, file in files.items()})
    with pytest.raises(SettingsUnreadable, match="cannot be used"):
        XnatClient("https://127.0.0.1:9", LOGIN)


def test_a_proxy_is_passed_through_by_both(
    sea: Harbour, papers: Path, said: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that only the proxy knows how to reach; it is asked for a tunnel and sees no more."""
    said(authorities=papers / "ca.pem")
    asked = []

    def tunnel(caller: socket.socket) -> socket.socket:
        head = b""
        while b"\r\n\r\n" not in head:
            head += caller.recv(65536)
        asked.append(head.split()[1])
        caller.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        return caller

    with secured(sea, papers) as address, fronted(address, tunnel) as port:
        for name in ("NO_PROXY", "no_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.delenv(name, raising=False)
        for name in ("HTTPS_PROXY", "https_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{port}")
        named = "https://xnat.invalid:8443"  # the certificate is for that name as well
        assert labels(named) == ["A"]
        assert set(asked) == {b"xnat.invalid:8443"}
