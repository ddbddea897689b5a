"""Projects as people write them."""

from pathlib import Path

import pytest

from xnat_ferry.errors import (
    BadAlias,
    BadEndpoint,
    FerryError,
    NoDefaultServer,
    SettingsUnreadable,
    UnknownAlias,
)
from xnat_ferry.model import Endpoint
from xnat_ferry.settings.servers import (
    find_server,
    parse_endpoint,
    parse_server,
    read_aliases,
    same_server,
    store_alias,
)

ALIASES = {"lab": "https://lab.example/xnat"}


@pytest.mark.parametrize(
    ("text", "server", "project"),
    [
        ("lab:P1", "https://lab.example/xnat", "P1"),
        ("https://x.example/P1", "https://x.example", "P1"),
        ("https://x.example/xnat/P_1-a/", "https://x.example/xnat", "P_1-a"),
        ("http://127.0.0.1:8080/data/projects/P1", "http://127.0.0.1:8080", "P1"),
        ("https://x.example/data/archive/projects/P1", "https://x.example", "P1"),
        ("https://x.example/P1?format=json", "https://x.example", "P1"),
        ("x.example/xnat/data/projects/P1", "https://x.example/xnat", "P1"),
        ("127.0.0.1:8080/P1", "https://127.0.0.1:8080", "P1"),
        ("P1", "https://default.example", "P1"),
    ],
)
def test_finds_server_and_project(text: str, server: str, project: str) -> None:
    assert parse_endpoint(text, ALIASES, "https://default.example/") == Endpoint(server, project)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("nowhere:P1", UnknownAlias),
        ("P1", NoDefaultServer),
        ("https://x.example", BadEndpoint),
        ("https://x.example/", BadEndpoint),
        ("ftp://x.example/P1", BadEndpoint),
        ("https://ada:secret@x.example/P1", BadEndpoint),
        ("lab:P 1", BadEndpoint),
        ("lab:", BadEndpoint),
        ("lab:/P1", BadEndpoint),
        ("ada:secret@x.example/P1", UnknownAlias),
        ("../P1", NoDefaultServer),
        ("https://x.example/P1/../..", BadEndpoint),
        ("https://x.example:notaport/P1", BadEndpoint),
        ("https://x..example/P1", BadEndpoint),
        (f"https://{'x' * 64}.example/P1", BadEndpoint),
        ("https://[fe80::1%25eth0]/P1", BadEndpoint),
        ("https://\udcff/P1", BadEndpoint),
        ("", NoDefaultServer),
    ],
)
def test_refuses_what_is_no_project(
    text: str, error: type[FerryError], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("XNAT_HOST", raising=False)
    with pytest.raises(error) as caught:
        parse_endpoint(text, ALIASES)
    assert "secret" not in str(caught.value)


def test_takes_the_default_server_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XNAT_HOST", "https://env.example/")
    assert parse_endpoint("P1", {}) == Endpoint("https://env.example", "P1")


def test_a_bad_alias_is_called_a_short_name_and_no_project(tmp_path: Path) -> None:
    with pytest.raises(BadAlias, match="'a/b' cannot be the short name of a server: an alias starts"):
        store_alias(tmp_path / "servers.toml", "a/b", "https://lab.example")


def test_keeps_aliases_beside_each_other(tmp_path: Path) -> None:
    path = tmp_path / "settings" / "servers.toml"
    store_alias(path, "lab", "https://lab.example/")
    store_alias(path, "home", "https://home.example/xnat")
    assert read_aliases(path) == {"lab": "https://lab.example", "home": "https://home.example/xnat"}


@pytest.mark.parametrize("content", ["servers = 3", "[servers]\nlab = 4", "not toml ["])
def test_names_a_settings_file_it_cannot_read(tmp_path: Path, content: str) -> None:
    path = tmp_path / "servers.toml"
    path.write_text(content)
    with pytest.raises(SettingsUnreadable, match=r"servers\.toml"):
        read_aliases(path)


def test_a_server_is_the_same_however_its_address_is_written() -> None:
    aliases = {"lab": "https://lab.example/xnat"}
    assert find_server("lab", aliases) == find_server("https://lab.example/xnat/", aliases)
    for one in ("HTTPS://LAB.example/xnat", "https://lab.example:443/xnat/"):
        assert same_server(one, aliases["lab"])
    for other in ("http://lab.example/xnat", "https://lab.example:8443/xnat", "https://lab.example/other"):
        assert not same_server(other, aliases["lab"])
    with pytest.raises(UnknownAlias, match="'lap'"):
        find_server("lap", aliases)


def test_refuses_an_alias_with_a_colon(tmp_path: Path) -> None:
    with pytest.raises(BadEndpoint):
        store_alias(tmp_path / "servers.toml", "a:b", "https://x.example")
    assert not (tmp_path / "servers.toml").exists()


def test_a_bare_host_is_taken_as_https() -> None:
    assert parse_server("x.example/") == "https://x.example"
