"""Logging in: one question over the same connections as all else, and a session that outlasts silence."""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.core.harbour import LOGIN, WORLD
from tests.core.shore import until
from xnat_ferry.cli.app import main
from xnat_ferry.errors import LoginRefused, NotAnXnat, ServerUnreachable
from xnat_ferry.practice.process import PracticeServer
from xnat_ferry.settings.credentials import Credentials
from xnat_ferry.xnat.client import XnatClient
from xnat_ferry.xnat.libraries import httpx
from xnat_ferry.xnat.login import Login, spare_loopback_the_proxy

NAMED = WORLD + '\n[[users]]\nlogin = "zoë"\npassword = "päss:wörd"\n'


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PracticeServer]:
    world = tmp_path_factory.mktemp("login") / "world.toml"
    world.write_text(NAMED)
    with PracticeServer(str(world)) as running:
        yield running


@pytest.fixture
def server(site: PracticeServer) -> Iterator[PracticeServer]:
    site.clear_log()
    yield site
    site.set_faults([])


def asked(server: PracticeServer) -> list[str]:
    return [f"{one['method']} {one['path']}" for one in server.log()]


def test_a_login_is_two_requests_and_one_to_leave(server: PracticeServer) -> None:
    with XnatClient(server.url, LOGIN) as client:
        assert client.user == "ada"
    assert asked(server) == ["GET /xapi/siteConfig/buildInfo", "GET /data/auth", "DELETE /data/JSESSION"]
    assert client.requests == 3


def told_at_once(client: XnatClient) -> list[str | type[BaseException]]:
    """What four threads are answered, or what befalls them."""
    with ThreadPoolExecutor(4) as crew:
        asked = [crew.submit(client.text, "/data/projects", format="csv") for _ in range(4)]
    failed = [one.exception() for one in asked]
    return [type(error) if error else one.result() for error, one in zip(failed, asked, strict=True)]


def test_a_login_that_lapses_is_renewed_once_for_all_and_each_request_is_counted(
    server: PracticeServer,
) -> None:
    with XnatClient(server.url, LOGIN) as client:
        (first,) = set(told_at_once(client))
        lapses = {"match": "GET /data/projects$", "expire_login": True, "times": 1}
        server.set_faults([lapses])
        assert told_at_once(client) == [first] * 4
        server.set_faults([lapses])
        with client.stream("/data/projects", format="csv") as pieces:
            assert b"".join(pieces)
    assert asked(server).count("GET /data/auth") == asked(server).count("DELETE /data/JSESSION") == 3
    assert client.requests == len(asked(server))


def test_a_login_that_is_refused_when_it_is_renewed_is_not_tried_again(server: PracticeServer) -> None:
    """By none of the threads: a few tries lock the account."""
    with XnatClient(server.url, LOGIN) as client:
        server.clear_log()
        lapses = {"match": "GET /data/projects$", "expire_login": True}
        server.set_faults([lapses, {"match": "GET /data/auth", "status": 401}])
        assert told_at_once(client) + told_at_once(client) == [LoginRefused] * 8
    assert asked(server).count("GET /data/auth") == 1


def test_names_and_passwords_may_have_any_letters(server: PracticeServer) -> None:
    with XnatClient(server.url, Credentials("zoë", "päss:wörd")) as client:
        assert client.user == "zoë"


def test_nothing_of_the_session_is_left_after_leaving(server: PracticeServer) -> None:
    with httpx.Client(base_url=server.url, trust_env=False) as http:
        login = Login(http, server.url, LOGIN)
        cookie = {"Cookie": f"JSESSIONID={login.jsession}"}
        assert http.get("/data/auth", headers=cookie).status_code == 200
        login.close()
        assert http.get("/data/auth", headers=cookie).status_code == 401


@pytest.mark.parametrize("name", ["ada", "nobody"])
def test_who_may_not_come_in_is_told_so(server: PracticeServer, name: str) -> None:
    with pytest.raises(LoginRefused):
        XnatClient(server.url, Credentials(name, "wrong"))


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"status": 503}, ServerUnreachable),
        ({"reset": True}, ServerUnreachable),
        ({"status": 404}, NotAnXnat),
        ({"login_page": True}, LoginRefused),
    ],
    ids=["busy", "broken off", "no such place", "a page"],
)
def test_an_answer_that_is_no_login_is_told_by_its_kind(
    server: PracticeServer, fault: dict[str, Any], error: type[Exception]
) -> None:
    server.set_faults([{"match": "GET /data/auth", **fault}])
    with pytest.raises(error):
        XnatClient(server.url, LOGIN)


@pytest.mark.parametrize("host", ["\u2603.invalid", "xn--zzzzzz.invalid"])
def test_a_name_that_no_server_can_have_is_told(host: str) -> None:
    with pytest.raises(ServerUnreachable, match="its name is none that a server can have"):
        XnatClient(f"https://{host}", LOGIN)


def test_a_session_that_has_gone_quiet_is_kept_by_xnatpy(server: PracticeServer) -> None:
    with httpx.Client(base_url=server.url, trust_env=False) as http:
        login = Login(http, server.url, LOGIN, quiet=0.05)
        until(lambda: asked(server).count("GET /data/JSESSION") > 3)
        cookie = {"Cookie": f"JSESSIONID={login.jsession}"}
        assert http.get("/data/auth", headers=cookie).text == "User 'ada' is logged in"
        login.close()
        assert http.get("/data/auth", headers=cookie).status_code == 401


def test_a_heartbeat_that_fails_is_not_the_last(server: PracticeServer) -> None:
    with httpx.Client(base_url=server.url, trust_env=False) as http:
        login = Login(http, server.url, LOGIN, quiet=0.05)
        until(lambda: "GET /data/JSESSION" in asked(server))
        server.set_faults([{"match": "GET /data/JSESSION", "status": 503}])
        server.clear_log()
        until(lambda: asked(server).count("GET /data/JSESSION") > 3)
        login.close()


def test_a_session_in_use_needs_no_xnatpy(server: PracticeServer) -> None:
    with httpx.Client(base_url=server.url, trust_env=False) as http:
        login = Login(http, server.url, LOGIN)
        login.close()
    assert asked(server) == ["GET /data/auth", "DELETE /data/JSESSION"]


def test_a_short_name_that_cannot_be_kept_is_told_as_that(
    server: PracticeServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "nowhere").symlink_to(tmp_path / "gone")
    for name, value in (
        ("XDG_CONFIG_HOME", str(tmp_path / "nowhere")),
        ("XNAT_USER", LOGIN.user),
        ("XNAT_PASS", LOGIN.password),
    ):
        monkeypatch.setenv(name, value)
    assert main(["login", "lab", server.url]) == 2
    assert "lab cannot be stored in" in capsys.readouterr().err


def test_this_machine_is_spared_the_proxy_and_named_once(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "xnat.example")
    for _ in range(3):  # each client of a long day asks for it
        spare_loopback_the_proxy("http://127.0.0.1:8080")
    assert os.environ["NO_PROXY"] == os.environ["no_proxy"] == "xnat.example,127.0.0.1,localhost"
