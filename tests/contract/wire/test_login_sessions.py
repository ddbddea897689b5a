"""Sessions, their endpoints and cookies, and the token of browsers (wire-read 1.4, 1.5)."""

import re
from collections.abc import Callable

import httpx
import pytest

from tests.contract.facts import LeftOut, fact
from tests.contract.wire.conftest import Xnat
from tests.contract.wire.test_login import BROWSER, basic, set_preference

UUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
FORM = {"username": "ada", "password": "practice"}
WRITE = "/data/projects/SRC/prearchive_code/0"

LEFT_OUT = [
    LeftOut(
        "read 1.4", "Secure cookies where the siteUrl is https, on https", "the practice server has no TLS"
    ),
    LeftOut(
        "read 1.5", "an e-mail to the administrator for a missing token", "a practice server sends no mail"
    ),
    LeftOut("read 5", "a running download keeps nothing alive", "the server counts requests, as XNAT does"),
]


@pytest.mark.parametrize("method", ["GET", "POST"])
@fact("read 1.4", "GET or POST of JSESSION gives the session's ID as text and nothing else")
def test_jsession_is_the_id(xnat: Xnat, method: str) -> None:
    answer = xnat.send(method, "/data/JSESSION")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain")
    assert re.fullmatch("[0-9A-F]{32}", answer.text)


@fact("read 1.4")
def test_jsession_with_a_wrong_password_is_401(xnat: Xnat) -> None:
    assert xnat.get("/data/JSESSION", "", headers=basic("ada", "no")).status_code == 401


@fact("read 1.4")
def test_jsession_without_credentials_is_a_guests_and_proves_nothing(xnat: Xnat) -> None:
    answer = xnat.get("/data/JSESSION", "")
    assert answer.status_code == 200
    cookie = {"Cookie": f"JSESSIONID={answer.text}"}
    assert xnat.get("/data/JSESSION", "", headers=cookie).text == answer.text
    assert xnat.get("/data/auth", "", headers=cookie).status_code == 401


@fact("read 1.4")
def test_jsession_with_csrf_appends_the_token(xnat: Xnat) -> None:
    assert re.fullmatch(rf"[0-9A-F]{{32}}; XNAT_CSRF={UUID}", xnat.get("/data/JSESSION?CSRF=true").text)


@fact("read 1.4")
def test_delete_of_jsession_ends_it(xnat: Xnat) -> None:
    cookie = {"Cookie": f"JSESSIONID={xnat.get('/data/JSESSION').text}"}
    assert xnat.delete("/data/JSESSION", "", headers=cookie).status_code == 200
    assert xnat.get("/data/auth", "", headers=cookie).status_code == 401


@fact("read 1.4")
def test_auth_says_who_is_logged_in(xnat: Xnat) -> None:
    answer = xnat.get("/data/auth")
    assert answer.text == "User 'ada' is logged in"
    assert answer.headers["content-type"].startswith("text/plain")
    assert re.fullmatch(rf"User 'ada' is logged in; XNAT_CSRF={UUID}", xnat.get("/data/auth?CSRF=true").text)


@fact("read 1.4")
def test_auth_of_nobody_on_an_open_site_says_guest(settable: Xnat) -> None:
    set_preference(settable, requireLogin=False)
    assert settable.get("/data/auth", "").text == "User 'guest' is logged in"


@pytest.mark.parametrize("method", ["PUT", "POST"])
@fact("read 1.4", "PUT or POST of a form to services/auth logs in; the answer is the session's ID")
def test_services_auth(xnat: Xnat, method: str) -> None:
    answer = xnat.send(method, "/data/services/auth", "", data={**FORM, "provider": "localdb"})
    assert answer.status_code == 200
    assert answer.cookies["JSESSIONID"] == answer.text
    cookie = {"Cookie": f"JSESSIONID={answer.text}"}
    assert xnat.get("/data/auth", "", headers=cookie).text == "User 'ada' is logged in"


@fact("read 1.4")
def test_services_auth_refuses_with_a_reason(xnat: Xnat) -> None:
    answer = xnat.put("/data/services/auth", "", data={**FORM, "password": "no"})
    assert answer.status_code == 401
    assert xnat.headline(answer) == "Authentication failed."
    assert xnat.put("/data/services/auth", "", data={**FORM, "provider": "ldap"}).status_code == 400
    assert xnat.get("/data/services/auth", "").status_code == 405


@fact("read 1.4")
def test_services_auth_takes_a_password_as_it_is(world: Callable[..., Xnat]) -> None:
    xnat = world('[[users]]\nlogin = "eve"\npassword = "a&b<c>\'d\\"e"\n')
    form = {"username": "eve", "password": "a&b<c>'d\"e"}
    assert xnat.put("/data/services/auth", "", data=form).status_code == 200


@fact("read 1.4")
def test_username_is_the_login_name_as_text(xnat: Xnat) -> None:
    answer = xnat.get("/xapi/users/username")
    assert (answer.text, answer.status_code) == ("ada", 200)
    assert answer.headers["content-type"].startswith("text/plain")
    assert xnat.get("/xapi/users/username", "").status_code == 401


@fact("read 1.4")
def test_profile_is_the_callers_own(xnat: Xnat) -> None:
    assert xnat.get("/xapi/users/profile").json()["username"] == "ada"
    assert xnat.get("/xapi/users/profile", "").status_code == 401


@fact("read 1.4")
def test_sessions_are_counted_for_oneself_and_for_administrators(fresh: Xnat) -> None:
    for _ in range(3):
        fresh.get("/data/auth", "carl")
    assert fresh.get("/data/services/sessions", "carl").text == "4"
    assert fresh.get("/data/services/sessions/carl", "root").text == "4"
    assert fresh.get("/data/services/sessions/carl", "zoe").status_code == 403


@fact("read 1.4")
def test_the_session_cookie_is_out_of_reach_of_scripts_and_for_every_path(xnat: Xnat) -> None:
    (cookie,) = [one for one in xnat.get("/data/auth").headers.get_list("set-cookie") if "JSESSIONID" in one]
    assert "HttpOnly" in cookie
    assert "Path=/;" in cookie
    assert "Secure" not in cookie


@fact("read 1.4")
def test_the_session_cookie_is_secure_where_the_site_says_https(settable: Xnat) -> None:
    set_preference(settable, siteUrl="https://xnat.example.org")
    (cookie,) = [
        one for one in settable.get("/data/auth").headers.get_list("set-cookie") if "JSESSIONID" in one
    ]
    assert "Secure" in cookie


@pytest.mark.parametrize(
    "path", ["/data/auth", "/data/nothing", "/xapi/users/username", "/", "/data/JSESSION"]
)
@pytest.mark.parametrize("user", ["ada", ""])
@fact("read 1.4", "SESSION_EXPIRATION_TIME is quoted, holds now and the patience, and is on every response")
def test_the_expiry_cookie(xnat: Xnat, path: str, user: str) -> None:
    cookies = "".join(xnat.get(path, user).headers.get_list("set-cookie"))
    found = re.search(r'SESSION_EXPIRATION_TIME="(\d+),(\d+)"; Version=1', cookies)
    assert found is not None
    assert found[2] == str(15 * 60 * 1000)


@fact("read 1.4")
def test_the_expiry_cookie_tells_the_servers_time(settable: Xnat) -> None:
    def now() -> int:
        found = re.search('SESSION_EXPIRATION_TIME="([0-9]+)', str(settable.get("/data/auth").headers))
        assert found is not None
        return int(found[1])

    before = now()
    settable.server.advance(5000)
    assert now() - before >= 5_000_000


@fact("read 1.1", "sessionTimeout holds for the sessions that begin after it was set")
def test_the_time_out_is_fixed_when_the_session_begins(settable: Xnat) -> None:
    early = {"Cookie": f"JSESSIONID={settable.get('/data/JSESSION').text}"}
    set_preference(settable, sessionTimeout="1 hour 30 minutes")
    late = {"Cookie": f"JSESSIONID={settable.get('/data/JSESSION').text}"}
    settable.server.advance(5000)
    assert settable.get("/data/auth", "", headers=early).status_code == 401
    assert settable.get("/data/auth", "", headers=late).status_code == 200
    assert '5400000"' in str(settable.get("/data/auth", "", headers=late).headers.get_list("set-cookie"))


@fact("read 5", "sessions of one user are limited; who keeps no cookie makes one a request")
def test_too_many_sessions_are_refused(fresh: Xnat) -> None:
    set_preference(fresh, concurrentMaxSessions=3)
    assert [fresh.get("/data/auth", "carl").status_code for _ in range(4)] == [200, 200, 200, 401]
    refused = fresh.put("/data/services/auth", "", data={"username": "carl", "password": "practice"})
    assert refused.status_code == 401
    assert fresh.get("/data/auth", "zoe").status_code == 200
    fresh.server.advance(901)
    assert fresh.get("/data/auth", "carl").status_code == 200


@fact("read 1.1")
def test_a_thousand_sessions_are_the_default_limit(xnat: Xnat) -> None:
    assert xnat.get("/xapi/siteConfig/concurrentMaxSessions", "root").text == "1000"


def in_a_browser(xnat: Xnat, path: str, method: str = "PUT", **options: object) -> httpx.Response:
    """With a session of its own; {token} in the path is its token."""
    session, token = xnat.get("/data/JSESSION?CSRF=true").text.split("; XNAT_CSRF=")
    headers = {"Cookie": f"JSESSIONID={session}", **BROWSER}
    return xnat.send(method, path.format(token=token), "", headers=headers, **options)


@fact("read 1.5")
def test_a_browser_that_writes_without_the_token_is_500(xnat: Xnat) -> None:
    answer = in_a_browser(xnat, WRITE)
    assert answer.status_code == 500
    assert "Status page" in answer.text


@fact("write 0.2")
def test_a_missing_token_is_403_with_the_switch(world: Callable[..., Xnat]) -> None:
    toml = (
        "[server]\nunconfirmed = { missing_csrf_token_is_403 = true }\n"
        '[[users]]\nlogin = "ada"\nprojects = { SRC = "owner" }\n[[projects]]\nid = "SRC"\n'
    )
    assert in_a_browser(world(toml), WRITE).status_code == 403


@fact("read 1.5")
def test_the_token_counts_in_the_query_and_in_any_case(xnat: Xnat) -> None:
    assert in_a_browser(xnat, WRITE + "?XNAT_CSRF={token}").status_code == 200
    assert in_a_browser(xnat, WRITE + "?XNAT_CSRF=nonsense").status_code == 500
    session, token = xnat.get("/data/JSESSION?CSRF=true").text.split("; XNAT_CSRF=")
    headers = {"Cookie": f"JSESSIONID={session}", **BROWSER}
    assert xnat.put(f"{WRITE}?XNAT_CSRF={token.upper()}", "", headers=headers).status_code == 200


@fact("read 1.5")
def test_the_token_counts_in_a_form_and_not_in_a_multipart_body(xnat: Xnat) -> None:
    session, token = xnat.get("/data/JSESSION?CSRF=true").text.split("; XNAT_CSRF=")
    headers = {"Cookie": f"JSESSIONID={session}", **BROWSER}
    form = xnat.post("/data/JSESSION", "", headers=headers, data={"XNAT_CSRF": token})
    assert form.status_code == 200
    multipart = xnat.post("/data/JSESSION", "", headers=headers, files={"XNAT_CSRF": (None, token)})
    assert multipart.status_code == 500


@fact("read 1.5")
def test_basic_does_not_spare_a_browser_the_token(xnat: Xnat) -> None:
    assert xnat.put(WRITE, headers=BROWSER).status_code == 500


@pytest.mark.parametrize(
    "agent",
    [
        *("", "python-requests/2.32", "curl/8.5", "python-httpx/0.28", "Java/17.0.1"),
        *("Mozilla/5.0 XNATDesktopClient/3", "Mozilla/5.0 (java applet)"),
    ],
)
@fact("read 1.5", "no agent, no browser, anything with JAVA in it, and the desktop client need no token")
def test_agents_without_a_token(xnat: Xnat, agent: str) -> None:
    assert xnat.put(WRITE, headers={"User-Agent": agent}).status_code == 200


@fact("read 1.5")
def test_no_token_is_needed_where_the_site_asks_for_none(settable: Xnat) -> None:
    set_preference(settable, enableCsrfToken=False)
    assert settable.put(WRITE, headers=BROWSER).status_code == 200


@fact("read 1.5")
def test_reading_and_xapi_need_no_token(xnat: Xnat) -> None:
    assert xnat.get("/data/projects", headers=BROWSER).status_code == 200
    answer = xnat.post(
        "/xapi/siteConfig", "root", headers=BROWSER, json={"siteHome": "/screen/QuickSearch.vm"}
    )
    assert answer.status_code == 200


@fact("read 1.5")
def test_guests_with_a_browser_need_the_token_too(settable: Xnat) -> None:
    set_preference(settable, requireLogin=False)
    session, token = settable.get("/data/JSESSION?CSRF=true", "").text.split("; XNAT_CSRF=")
    headers = {"Cookie": f"JSESSIONID={session}", **BROWSER}
    assert settable.put("/data/services/auth", "", headers=headers, data=FORM).status_code == 500
    path = f"/data/services/auth?XNAT_CSRF={token}"
    assert settable.put(path, "", headers=headers, data=FORM).status_code == 200


@fact("read 1.5")
def test_the_home_page_tells_the_token_to_the_desktop_client(xnat: Xnat) -> None:
    session, token = xnat.get("/data/JSESSION?CSRF=true").text.split("; XNAT_CSRF=")
    page = xnat.get("/", "", headers={"Cookie": f"JSESSIONID={session}"})
    assert f"var csrfToken = '{token}'" in page.text


@fact("read 1.4", "the home page says who is logged in, also that it is a guest")
def test_the_home_page_names_the_user(settable: Xnat) -> None:
    assert re.search(
        r'<span id="user_info">Logged in as: &nbsp;<a href="[^"]+">ada</a>', settable.get("/").text
    )
    set_preference(settable, requireLogin=False)
    assert (
        '<span id="user_info">Logged in as: <span style="color:red;">Guest</span>'
        in settable.get("/", "").text
    )
