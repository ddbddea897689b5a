"""A server with an authority of its own, one that wants to see a certificate, and a proxy in between."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.core.front import NAMED, make_papers, secured, tunnelled
from tests.core.harbour import LOGIN, Harbour, harbour, session_toml
from xnat_ferry.errors import CertificateWanted, NotTrusted, SettingsUnreadable
from xnat_ferry.settings import preferences
from xnat_ferry.xnat.client import XnatClient
from xnat_ferry.xnat.listings import list_sessions
from xnat_ferry.xnat.login import _take_up


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_papers(tmp_path_factory.mktemp("papers"))


@pytest.fixture(scope="module")
def sea(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Harbour]:
    with harbour(tmp_path_factory.mktemp("trust"), session_toml("A")) as made:
        yield made


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
        taken = _take_up(address, client._login.current.jsession)
        assert taken.xnat_version == client.version
        taken.disconnect()
    with XnatClient(address, LOGIN) as client:
        return [row.label for row in list_sessions(client, "SRC")]


def test_an_authority_of_the_site_is_trusted_once_it_is_named(
    sea: Harbour, papers: Path, said: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    with secured(sea.server.url, papers) as address:
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
    with secured(sea.server.url, papers, asks=True) as address:
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
    with secured(sea.server.url, papers) as address, tunnelled(address) as (proxy, asked):
        for name in ("NO_PROXY", "no_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.delenv(name, raising=False)
        for name in ("HTTPS_PROXY", "https_proxy"):
            monkeypatch.setenv(name, proxy)
        assert labels(NAMED) == ["A"]
        assert asked == {b"xnat.invalid:8443"}
