"""Names and passwords, and what those get who have none (wire-read 1.1 to 1.3, wire-write 0.2)."""

import base64
import re
from collections.abc import Iterator

import httpx
import pytest

from tests.contract.facts import LeftOut, fact
from tests.contract.wire.conftest import Xnat

LISTING = "/data/projects?format=json"
BROWSER = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/126.0"}
MARKER = "<!-- BEGIN xnat-templates/screens/Login.vm -->"

LEFT_OUT = [
    LeftOut("read 1.1", "checksums, zipCompressionMethod", "shown with the files and zips that they change"),
    LeftOut("read 1.1", "passwordExpirationInterval", "no password of a world grows old, see read 1.6"),
    LeftOut(
        "read 1.1",
        "open pages for e-mail verification, registration and /scripts/, /style/, /images/, /themes/",
        "open, but a practice server has no such pages: they are 404",
    ),
    LeftOut("read 1.2", "a site that is not initialised yet: 403", "a world is always a site that works"),
    LeftOut("read 1.2", "disabled and unverified accounts: 401", "a world has no such accounts"),
    LeftOut(
        "read 1.6",
        "accounts whose password has expired, or that are inactive, disabled or unverified",
        "a world has no such accounts; the lock after failed logins is under read 1.2",
    ),
]


def basic(user: str, password: str = "practice") -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


def set_preference(xnat: Xnat, **values: object) -> None:
    assert xnat.post("/xapi/siteConfig", "root", json=values).status_code == 200


@fact("read 1.1")
def test_data_need_a_login_by_default(xnat: Xnat) -> None:
    assert xnat.get(LISTING, "").status_code == 401


@pytest.mark.parametrize(
    "path",
    [
        "/data/JSESSION",
        "/REST/JSESSION",
        "/xapi/siteConfig/buildInfo",
        "/xapi/siteConfig/buildInfo/version",
        "/xapi/siteConfig/siteHome",
        "/xapi/siteConfig/siteId",
        "/xapi/siteConfig/siteLogoPath",
        "/xapi/siteConfig/siteUrl",
        "/app/template/Login.vm",
    ],
)
@fact("read 1.1", "some addresses are open without a login on a closed site")
def test_open_without_a_login(xnat: Xnat, path: str) -> None:
    assert xnat.get(path, "").status_code == 200


@fact("read 1.1")
def test_data_auth_is_not_open(xnat: Xnat) -> None:
    assert xnat.get("/data/auth", "").status_code == 401


@fact("read 1.1")
def test_an_open_site_takes_everybody_as_guest(settable: Xnat) -> None:
    set_preference(settable, requireLogin=False)
    rows = settable.get(LISTING, "").json()["ResultSet"]["Result"]
    assert "PUB" in [row["ID"] for row in rows]
    assert "SRC" not in [row["ID"] for row in rows]
    assert settable.get(LISTING, "", headers=BROWSER).status_code == 200


@fact("read 1.1")
def test_agents_that_count_as_browsers_are_a_preference(settable: Xnat) -> None:
    set_preference(settable, interactiveAgentIds=[".*Lynx.*"])
    assert settable.get(LISTING, "", headers=BROWSER).status_code == 401
    assert settable.get(LISTING, "", headers={"User-Agent": "Lynx/2.9"}).status_code == 302


@fact("read 1.1")
def test_paths_that_are_401_for_machines_are_a_preference(settable: Xnat) -> None:
    set_preference(settable, dataPaths=["/xapi/**"])
    assert settable.get(LISTING, "").status_code == 302
    assert settable.get("/xapi/users/username", "").status_code == 401


@fact("read 1.2")
def test_basic_works_at_once_on_any_address(xnat: Xnat) -> None:
    for path in ("/data/auth", "/REST/auth", "/xapi/users/username", "/"):
        answer = xnat.get(path)
        assert answer.status_code == 200
        assert "ada" in answer.text


@fact("read 1.2")
def test_a_user_name_may_name_its_provider(xnat: Xnat) -> None:
    answer = xnat.get("/data/auth", "", headers=basic("localdb/ada"))
    assert answer.text == "User 'ada' is logged in"
    assert xnat.get("/data/auth", "", headers=basic("elsewhere/ada")).status_code == 401


@fact("read 1.2")
def test_a_login_makes_a_session(xnat: Xnat) -> None:
    answer = xnat.get("/data/JSESSION")
    assert answer.cookies["JSESSIONID"] == answer.text
    alone = xnat.get("/data/auth", "", headers={"Cookie": f"JSESSIONID={answer.text}"})
    assert alone.text == "User 'ada' is logged in"


@fact("read 1.2")
def test_the_same_users_session_is_used_again_whatever_the_password_says(xnat: Xnat) -> None:
    cookie = {"Cookie": f"JSESSIONID={xnat.get('/data/JSESSION').text}"}
    again = xnat.get("/data/JSESSION", "", headers={**cookie, **basic("ada", "wrong")})
    assert again.status_code == 200
    assert "JSESSIONID" not in again.cookies
    assert again.text in cookie["Cookie"]


@fact("read 1.2")
def test_another_users_session_and_a_guests_are_logged_in_anew(xnat: Xnat) -> None:
    for held in (xnat.get("/data/JSESSION").text, xnat.get("/data/JSESSION", "").text):
        answer = xnat.get("/data/auth", "", headers={"Cookie": f"JSESSIONID={held}", **basic("carl")})
        assert answer.text == "User 'carl' is logged in"
        wrong = xnat.get("/data/auth", "", headers={"Cookie": f"JSESSIONID={held}", **basic("zoe", "no")})
        assert wrong.status_code == 401


@fact("read 1.2")
def test_the_session_id_changes_with_the_login(xnat: Xnat) -> None:
    guest = xnat.get("/data/JSESSION?CSRF=true", "").text.split("; ")
    cookie = {"Cookie": f"JSESSIONID={guest[0]}"}
    user = xnat.get("/data/JSESSION?CSRF=true", headers=cookie).text.split("; ")
    assert user[0] != guest[0]
    assert user[1] == guest[1], "it is the same session under another name"
    assert xnat.get("/data/auth", "", headers=cookie).status_code == 401


@fact("read 1.2")
def test_wrong_unknown_and_locked_are_told_alike_in_the_containers_page(fresh: Xnat) -> None:
    set_preference(fresh, maxFailedLogins=3, uiLoginFailureMessage="No. %d tries.")
    wrong = [fresh.get("/data/auth", "", headers=basic("carl", "no")) for _ in range(3)]
    locked = fresh.get("/data/auth", "carl")
    unknown = fresh.get("/data/auth", "nobody")
    assert {answer.status_code for answer in (*wrong, locked, unknown)} == {401}
    assert len({answer.text for answer in (*wrong, locked, unknown)}) == 1
    assert "No. 3 tries." in locked.text
    assert "Status page" not in locked.text
    assert locked.headers["content-type"].startswith("text/html")


@fact("read 1.2")
def test_a_lock_ends_by_itself(fresh: Xnat) -> None:
    set_preference(fresh, maxFailedLogins=2)
    for _ in range(2):
        fresh.get("/data/auth", "", headers=basic("carl", "no"))
    assert fresh.get("/data/auth", "carl").status_code == 401
    fresh.server.advance(3601)
    assert fresh.get("/data/auth", "carl").status_code == 200


@fact("read 1.2")
def test_a_right_password_begins_the_count_anew(fresh: Xnat) -> None:
    set_preference(fresh, maxFailedLogins=2)
    for _ in range(3):
        fresh.get("/data/auth", "", headers=basic("carl", "no"))
        if fresh.get("/data/auth", "carl").status_code != 200:
            pytest.fail("locked although every second try was right")


@fact("read 5", "20 failed logins lock an account for an hour")
def test_twenty_failures_lock_an_account(fresh: Xnat) -> None:
    for _ in range(19):
        fresh.get("/data/auth", "", headers=basic("carl", "no"))
    assert fresh.get("/data/auth", "carl").status_code == 200
    for _ in range(20):
        fresh.get("/data/auth", "", headers=basic("carl", "no"))
    assert fresh.get("/data/auth", "carl").status_code == 401
    assert fresh.get("/data/auth", "zoe").status_code == 200


@fact("read 1.2")
def test_a_header_without_a_colon_is_the_containers_500(xnat: Xnat) -> None:
    answer = xnat.get("/data/auth", "", headers={"Authorization": "Basic YWRh"})
    assert answer.status_code == 500
    assert "Status page" not in answer.text


@fact("read 1.3")
def test_a_machine_is_401_with_the_sites_realm(xnat: Xnat) -> None:
    answer = xnat.get(LISTING, "")
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == 'Basic realm="XNAT"'


@fact("write 0.2")
def test_a_restlet_401_has_restlets_own_realm(xnat: Xnat) -> None:
    answer = xnat.put("/data/services/auth", "", data={"username": "ada", "password": "no"})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == 'Basic realm="XNAT Protected Area"'


@pytest.mark.parametrize("agent", ["Mozilla/4.0", "x (compatible; MSIE 6)", "AppleWebKit/537", "Opera/9"])
@fact("read 1.3", "a browser is sent to the login page, which is 200")
def test_a_browser_is_sent_to_the_login_page(xnat: Xnat, agent: str) -> None:
    answer = xnat.get(LISTING, "", headers={"User-Agent": agent})
    assert answer.status_code == 302
    assert answer.headers["location"] == xnat.server.url + "/app/template/Login.vm"
    followed = xnat.get(LISTING, "", headers={"User-Agent": agent}, follow_redirects=True)
    assert followed.status_code == 200
    assert followed.text.startswith("<!DOCTYPE")
    assert MARKER in followed.text


@pytest.mark.parametrize("agent", ["", "Mozilla/5.0 XNATDesktopClient/3.0"])
@fact("read 1.3", "no agent and the desktop client are never interactive: 401")
def test_never_interactive(xnat: Xnat, agent: str) -> None:
    assert xnat.get(LISTING, "", headers={"User-Agent": agent}).status_code == 401


@fact("read 1.3")
def test_a_lapsed_session_is_nobody(settable: Xnat) -> None:
    cookie = {"Cookie": f"JSESSIONID={settable.get('/data/JSESSION').text}"}
    settable.server.advance(901)
    assert settable.get(LISTING, "", headers=cookie).status_code == 401
    assert settable.get(LISTING, "", headers={**cookie, **BROWSER}).status_code == 302


@fact("read 1.3")
def test_other_pages_always_lead_to_the_login_page(xnat: Xnat) -> None:
    assert xnat.get("/app/template/Index.vm", "").status_code == 302


@fact("write 7", "a 401 comes while the client still sends: the body is not read before the login")
def test_a_401_does_not_wait_for_the_body(xnat: Xnat) -> None:
    def endless() -> Iterator[bytes]:
        for _ in range(10_000):
            yield b"0" * 100_000

    try:
        answer = xnat.post("/data/services/import", "", content=endless(), headers={"Content-Type": "x/y"})
        assert answer.status_code == 401
    except httpx.WriteError:
        pass  # cut off while sending
    entry = xnat.server.log()[-1]
    assert (entry["status"], entry["bytes_in"]) == (401, 0)


@fact("write 0.2")
def test_sessions_end_after_a_quarter_of_an_hour_of_silence(settable: Xnat) -> None:
    cookie = {"Cookie": f"JSESSIONID={settable.get('/data/JSESSION').text}"}
    for _ in range(3):
        settable.server.advance(600)
        assert settable.get("/data/auth", "", headers=cookie).status_code == 200, "each request extends it"
    settable.server.advance(901)
    assert settable.get("/data/auth", "", headers=cookie).status_code == 401


@fact("read 1.3", "the challenge names the site as it is called now")
def test_the_realm_is_the_site_id(settable: Xnat) -> None:
    set_preference(settable, siteId="Elsewhere")
    found = re.search('realm="(.*)"', settable.get(LISTING, "").headers["www-authenticate"])
    assert found is not None
    assert found[1] == "Elsewhere"
