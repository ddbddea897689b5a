"""What a hostile server can make of a conversation: redirects, endless answers, addresses, headers."""

import gzip
import threading
import tracemalloc
from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import quote

import pytest

from tests.security.hostile import LOGIN, Hostile, hostile
from xnat_ferry.errors import ConnectionLost, FerryError, NotAnAnswer, NotAnXnat, ServerAnswer
from xnat_ferry.settings.servers import parse_server
from xnat_ferry.xnat import bodies, resources
from xnat_ferry.xnat.client import XnatClient, data_path
from xnat_ferry.xnat.deletion import Holding, delete_session
from xnat_ferry.xnat.listings import read_session
from xnat_ferry.xnat.login import _take_up
from xnat_ferry.xnat.prearchive import build, remove
from xnat_ferry.xnat.scan_zips import open_scans
from xnat_ferry.xnat.subjects import find_subject


@pytest.fixture(scope="module")
def open_server() -> Iterator[Hostile]:
    with hostile() as one:
        yield one


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[Hostile]:
    with hostile() as one:
        yield one


@pytest.fixture
def server(open_server: Hostile) -> Hostile:
    open_server.status, open_server.body = 200, b"{}"
    open_server.headers = {"Content-Type": "application/json"}
    open_server.heard.clear()
    return open_server


@pytest.fixture
def client(server: Hostile) -> Iterator[XnatClient]:
    with XnatClient(server.url, LOGIN) as opened:
        server.heard.clear()
        yield opened


def test_an_address_without_a_scheme_means_https() -> None:
    assert parse_server("xnat.example.org") == "https://xnat.example.org"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_is_followed_and_no_login_goes_along(
    server: Hostile, elsewhere: Hostile, client: XnatClient, status: int
) -> None:
    server.status, server.headers = status, {"Location": f"{elsewhere.url}/data/projects"}
    elsewhere.heard.clear()
    with pytest.raises(ServerAnswer):
        client.table("/data/projects")
    with pytest.raises(ServerAnswer), client.stream("/data/projects"):
        pass
    for method in ("POST", "PUT", "DELETE"):
        body = None if method == "DELETE" else lambda: iter([b"pixels"])
        with pytest.raises(ServerAnswer):
            client.send(method, "/data/services/import", body=body)
    assert elsewhere.heard == []


@pytest.mark.parametrize("place", ["{elsewhere}/", "https://127.0.0.1:9/", "//127.0.0.1:9/"])
def test_what_keeps_a_session_alive_follows_no_redirect_to_elsewhere(
    server: Hostile, elsewhere: Hostile, place: str
) -> None:
    server.status, server.headers = 302, {"Location": place.format(elsewhere=elsewhere.url)}
    elsewhere.heard.clear()
    before = set(threading.enumerate())
    with suppress(Exception):  # xnatpy's own; the client only logs in again then
        _take_up(server.url, "A" * 32).disconnect()
    assert elsewhere.heard == []
    assert "XNATpyKeepAliveThread" not in {one.name for one in set(threading.enumerate()) - before}
    assert server.heard


def test_a_login_that_is_redirected_is_refused(elsewhere: Hostile) -> None:
    with hostile() as server:
        server.first["/data/auth"] = (302, {"Location": f"{elsewhere.url}/data/auth"}, b"")
        elsewhere.heard.clear()
        with pytest.raises(FerryError):
            XnatClient(server.url, LOGIN)
    assert elsewhere.heard == []


@pytest.mark.parametrize("value", ["a b", "\x80\xff", 'a"b', "a,b"])
def test_a_cookie_that_is_none_begins_no_session(value: str) -> None:
    with hostile() as server:
        server.first["/data/auth"] = (200, {"Set-Cookie": f"JSESSIONID={value}"}, b"User 'ada' is logged in")
        with pytest.raises(NotAnXnat):
            XnatClient(server.url, LOGIN)


def test_an_answer_without_end_is_refused_also_when_it_is_packed(
    server: Hostile, client: XnatClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bodies, "LARGEST", 1_000_000)
    for body, headers in (
        (b"[" + b" " * 1_000_001 + b"]", {}),
        (gzip.compress(b"[" + b" " * 40_000_000 + b"]"), {"Content-Encoding": "gzip"}),
    ):
        server.body, server.headers = body, headers
        with pytest.raises(NotAnAnswer, match="more than"):
            client.json("/data/projects")


def test_a_packed_answer_is_unpacked_by_small_pieces(
    server: Hostile, client: XnatClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bodies, "LARGEST", 1_000_000)
    server.body, server.headers = gzip.compress(bytes(100_000_000)), {"Content-Encoding": "gzip"}
    tracemalloc.start()
    try:
        with pytest.raises(NotAnAnswer, match="more than"):
            client.json("/data/projects")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 10_000_000
    server.body = gzip.compress(b'{"ResultSet":{"Result":[{"ID":"A"}]}}')
    assert client.table("/data/projects") == [{"id": "A"}]


@pytest.mark.parametrize(
    "packing", ["gzip, gzip", "deflate", "br", "zstd", "gzip,identity", "compress", "no"]
)
def test_what_is_packed_as_nobody_asked_is_no_answer(
    server: Hostile, client: XnatClient, packing: str
) -> None:
    server.body = gzip.compress(gzip.compress(bytes(1_000_000)))
    server.headers = {"Content-Encoding": packing}
    with pytest.raises(NotAnAnswer, match="not asked for"):
        client.json("/data/projects")
    ((_, headers),) = server.heard
    assert "Accept-Encoding: gzip\n" in headers.replace("\r", "")


def test_what_is_packed_badly_is_a_broken_answer(server: Hostile, client: XnatClient) -> None:
    server.body, server.headers = b"no gzip", {"Content-Encoding": "gzip"}
    with pytest.raises(ConnectionLost):
        client.send("DELETE", "/data/projects/A")


def test_a_login_ends_without_waiting_for_what_is_said_to_it(server: Hostile) -> None:
    bomb = gzip.compress(gzip.compress(bytes(50_000_000)))
    server.first["/data/JSESSION"] = (200, {"Content-Encoding": "gzip, gzip"}, bomb)
    tracemalloc.start()
    try:
        XnatClient(server.url, LOGIN).close()
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
        del server.first["/data/JSESSION"]
    assert any(line.startswith("DELETE /data/JSESSION") for line, _ in server.heard)
    assert peak < 10_000_000


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000,
        b'{"ResultSet":' * 100_000,
        b'{"ResultSet":{"Result":[{"ID":' + b"[" * 960 + b"]" * 960 + b"}]}}",
        b'{"ResultSet":{"Result":[{"ID":' + b"9" * 6000 + b"}]}}",
        b'{"items":[' + b'{"data_fields":{},"children":[{"field":"x","items":[' * 5_000,
        b'{"ResultSet":{"Result":{"a":1}}}',
        b'{"items":[{"data_fields":{},"children":[1]}]}',
        b'{"items":[{"data_fields":{},"meta":[],"children":[]}]}',
        b'{"items":[{"data_fields":{"ID":{"a":1}},"children":[]}]}',
        b"\xff\xfe\x00",
    ],
    ids=range(10),
)
def test_json_that_is_a_bomb_is_an_answer_that_is_none(
    server: Hostile, client: XnatClient, body: bytes
) -> None:
    server.body = body
    with pytest.raises(NotAnAnswer):
        client.table("/data/projects")
    with pytest.raises(NotAnAnswer):
        read_session(client, "X", files=False)


@pytest.mark.parametrize("charset", ["hex", "zlib", "base64", "rot13", "idna", "undefined", "punycode", "no"])
def test_characters_are_never_read_by_a_codec_of_the_servers_choice(
    server: Hostile, client: XnatClient, charset: str
) -> None:
    server.headers, server.body = (
        {"Content-Type": f"text/html; charset={charset}"},
        b"<html><h3>caf\xc3\xa9</h3>",
    )
    server.status = 500
    with pytest.raises(ServerAnswer, match="café"):
        client.table("/data/projects")


HOLDING = Holding(id="..", label="A", owner="P", subject="S", shares={}, assessors=0, variables={})


@pytest.mark.parametrize("name", ["..", ".", "../..", "a/../b"])
def test_no_name_climbs_out_of_its_address(server: Hostile, client: XnatClient, name: str) -> None:
    for ask in (
        lambda: client.table(data_path("projects", name, "experiments")),
        lambda: client.send("DELETE", data_path("experiments", name)),
        lambda: find_subject(client, "P", name),
        lambda: remove(client, f"/prearchive/projects/P/{name}"),
        lambda: open_scans(client, name, ["1"], ["DICOM"]).__enter__(),
        lambda: resources.open_file(client, "/data/projects/P", "1", f"a/{name}").__enter__(),
        lambda: resources.open_resource(client, "/data/projects/P", name).__enter__(),
    ):
        with pytest.raises(ServerAnswer):
            ask()
    assert server.heard == []
    with pytest.raises(ServerAnswer):
        delete_session(client, "P", HOLDING)
    assert server.heard == []


@pytest.mark.parametrize("name", ["a/b", "a?x=1", "a#b", "a%2Fb", "a b", "a;b", "a\\b", "a&b=c", "ä\r\nX: y"])
def test_whatever_a_name_holds_stays_one_part_of_the_address(
    server: Hostile, client: XnatClient, name: str
) -> None:
    with pytest.raises(ServerAnswer):
        client.table(data_path("projects", name, "subjects"), columns=name)
    ((line, _),) = server.heard
    path, _, query = line.removeprefix("GET ").partition("?")
    assert path == f"/data/projects/{quote(name, safe='')}/subjects"
    assert query.count("&") == 1  # its own two parameters
    assert "X: y" not in str(server.heard)


@pytest.mark.parametrize("row", ["/prearchive/projects/P/1/A?action=x", "/prearchive/projects/P/1/A#x"])
def test_a_place_in_the_prearchive_brings_no_question_with_it(
    server: Hostile, client: XnatClient, row: str
) -> None:
    for ask in (remove, build):
        with pytest.raises(NotAnAnswer):
            ask(client, row)
    assert server.heard == []
