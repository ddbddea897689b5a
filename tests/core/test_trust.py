"""Servers with an authority of their own, those that want to see a certificate, and a proxy in between."""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests
import tomli_w

from tests.core.front import NAMED, make_papers, secured, tunnelled
from tests.core.harbour import LOGIN, Harbour, harbour, session_toml
from xnat_ferry.errors import (
    CertificateRefused,
    CertificateWanted,
    FerryError,
    NotTrusted,
    SettingsUnreadable,
)
from xnat_ferry.settings import preferences
from xnat_ferry.settings.paths import servers_file
from xnat_ferry.settings.servers import store_alias
from xnat_ferry.xnat.client import XnatClient
from xnat_ferry.xnat.listings import list_sessions
from xnat_ferry.xnat.login import _take_up


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_papers(tmp_path_factory.mktemp("papers"))


@pytest.fixture(scope="module")
def other_papers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_papers(tmp_path_factory.mktemp("papers"), "Another authority")


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

    def say(servers: Mapping[str, object] | None = None, **files: Path) -> None:
        named = {name: str(file) for name, file in files.items()}
        path.write_text(tomli_w.dumps({"tls": {**named, "servers": servers or {}}}))

    return say


def papers_in(home: Path) -> dict[str, str]:
    files = {"authorities": "ca.pem", "certificate": "client.pem", "key": "client.key"}
    return {name: str(home / file) for name, file in files.items()}


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


def test_each_of_two_servers_sees_the_certificate_that_is_for_it(
    sea: Harbour, papers: Path, other_papers: Path, said: Callable[..., None]
) -> None:
    """Each takes those of its own authority alone; also where both have gone quiet at one time."""
    usual = requests.Session
    with (
        secured(sea.server.url, papers, asks=True) as one,
        secured(sea.server.url, other_papers, asks=True) as other,
    ):
        store_alias(servers_file(), "other", other)
        said({"other": {"authorities": str(other_papers / "ca.pem")}}, **papers_in(papers))
        with pytest.raises(CertificateRefused):
            XnatClient(other, LOGIN)
        said({"other": papers_in(other_papers)}, **papers_in(papers))
        with ThreadPoolExecutor(2) as crew:
            assert list(crew.map(labels, [one, other])) == [["A"]] * 2
        assert requests.Session is usual


@pytest.mark.parametrize(
    ("words", "error"),
    [
        ("No required SSL certificate was sent", CertificateWanted),
        ("The SSL certificate error", CertificateRefused),
    ],
)
def test_a_page_of_nginx_about_certificates_is_told_as_what_it_says(
    sea: Harbour, words: str, error: type[FerryError]
) -> None:
    page = f"<html><head><title>400 {words}</title></head><body><center>{words}</center></body></html>"
    sea.server.set_faults([{"match": "GET /xapi/siteConfig/buildInfo", "status": 400, "body": page}])
    try:
        with pytest.raises(error):
            XnatClient(sea.server.url, LOGIN)
    finally:
        sea.server.set_faults([])


@pytest.mark.parametrize(
    ("servers", "words"),
    [
        ({"ours": {}}, r'\[tls.servers."ours"\] is for no server: there is no such alias'),
        ({"https://ada:pw@127.0.0.1:9": {}}, "is for no server: an address must not carry a user name"),
        ({"https://127.0.0.1:9": {"key": "/a.key"}}, "a key is named, and not the certificate"),
        (
            {"https://127.0.0.1:9": {"certificate": "/a.pem"}},
            r'of \[tls.servers."https://127.0.0.1:9"\] /a.pem',
        ),
        (
            {"https://127.0.0.1:9": {}, "https://127.0.0.1:9/xnat": {"certificate": "/a.pem"}},
            "for one server",
        ),
    ],
    ids=["an unknown alias", "a login in it", "a key alone", "a file that is not there", "two of them"],
)
def test_a_table_that_makes_no_sense_is_told(
    said: Callable[..., None], servers: dict[str, object], words: str
) -> None:
    said(servers)
    with pytest.raises(SettingsUnreadable, match=words) as caught:
        XnatClient("https://127.0.0.1:9", LOGIN)
    assert "ada:pw" not in str(caught.value)


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
