"""Logging in: one question over the same connections as all else, and a session that outlasts silence."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.core.harbour import LOGIN, WORLD
from tests.core.shore import until
from xnat_ferry.errors import LoginRefused, NotAnXnat, ServerUnreachable
from xnat_ferry.practice.process import PracticeServer
from xnat_ferry.settings.credentials import Credentials
from xnat_ferry.xnat.client import XnatClient
from xnat_ferry.xnat.libraries import httpx
from xnat_ferry.xnat.login import Login

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
