"""What errors look like (wire-read 0.5, wire-write 0.4 to 0.6)."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import httpx
import pytest

from tests.contract.facts import LeftOut, fact
from tests.contract.wire.conftest import WORLD, Xnat
from tests.contract.wire.test_login import BROWSER, set_preference
from xnat_ferry.practice.app import Application
from xnat_ferry.practice.clock import Clock
from xnat_ferry.practice.faults import Rules
from xnat_ferry.practice.http.replies import Reply
from xnat_ferry.practice.http.request import Request
from xnat_ferry.practice.rooms.login import sessions
from xnat_ferry.practice.site.site import Site
from xnat_ferry.practice.world.description import Server, User

LEFT_OUT = [
    LeftOut(
        "read 0.5",
        "whether reason phrases reach the client",
        "the standard ones are sent; a client that depends on them is wrong on either kind of server",
    ),
    LeftOut(
        "read 0.5",
        "checked exceptions of a constructor: 404",
        "Java's own; the places where it shows are under their sections",
    ),
    LeftOut(
        "write 0.5",
        "an exception thrown in a constructor",
        "under the prearchive's list, the one place named",
    ),
    LeftOut("write 0.6", "the wording of each refusal", "under the sections of the calls that refuse"),
]


@pytest.mark.parametrize(
    ("method", "path", "status", "anchor"),
    [
        ("GET", "/data/projects/NOPE", 404, "10.4.5"),
        ("GET", "/data/projects/SRC/nonsense", 400, "10.4.1"),
        ("GET", "/data/projects/PROT/experiments", 403, "10.4.4"),
        ("DELETE", "/data/auth", 405, "10.4.6"),
        ("PUT", "/data/services/auth", 401, "10.4.2"),
    ],
)
@fact(
    "write 0.5", "an error is Restlet's status page, with the reason in h3 and a link to the code's section"
)
def test_the_status_page(xnat: Xnat, method: str, path: str, status: int, anchor: str) -> None:
    answer = xnat.send(method, path + "?format=json", "ada" if status != 401 else "")
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.text.splitlines() == [
        "<html>",
        "<head>",
        "   <title>Status page</title>",
        "</head>",
        "<body>",
        f"<h3>{answer.text.partition('<h3>')[2].partition('</h3>')[0]}</h3><p>You can get technical details "
        f'<a href="http://www.w3.org/Protocols/rfc2616/rfc2616-sec10.html#sec{anchor}">here</a>.<br>',
        'Please continue your visit at our <a href="/">home page</a>.',
        "</p>",
        "</body>",
        "</html>",
    ]


@pytest.mark.parametrize("status", [409, 500, 501])
@fact("write 0.5", "the link's anchor is the hundreds and the rest of the code plus one")
def test_anchors(settable: Xnat, status: int) -> None:
    settable.server.set_faults([{"match": "GET /data/auth", "status": status}])
    page = settable.get("/data/auth").text
    settable.server.set_faults([])
    assert f"#sec10.{status // 100}.{status % 100 + 1}" in page


@fact("write 0.5")
def test_an_error_without_a_message_says_the_standard_phrase(xnat: Xnat) -> None:
    answer = xnat.get("/data/experiments/XNAT_E99999/scans/1/files")
    assert answer.status_code == 500
    assert xnat.headline(answer).startswith(
        "The server encountered an unexpected condition which prevented it"
    )


@fact("read 0.5")
def test_many_file_errors_have_no_body(xnat: Xnat) -> None:
    path = "/data/projects/SRC/subjects/001/experiments/001_MR1/resources/BIDS/files/none.json"
    answer = xnat.get(path)
    assert (answer.status_code, answer.content) == (404, b"")


@fact("read 0.5")
def test_a_guest_with_a_browser_is_sent_to_log_in_where_data_are_missing(settable: Xnat) -> None:
    set_preference(settable, requireLogin=False)
    answer = settable.get("/data/projects/NOPE", "", headers=BROWSER)
    assert answer.status_code == 307
    assert answer.headers["location"] == settable.server.url + "/app/template/Login.vm"
    assert settable.get("/data/projects/NOPE", "").status_code == 404
    assert settable.get("/data/projects/NOPE", headers=BROWSER).status_code == 404


@fact("read 0.5")
def test_a_table_that_failed_is_200_with_nothing_under_a_json_type(settable: Xnat) -> None:
    settable.server.set_faults([{"match": "GET /data/projects", "status": 200, "body": ""}])
    answer = settable.get("/data/projects/SRC/experiments?format=json")
    settable.server.set_faults([])
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-type"].startswith("application/json")


@fact("read 0.5", "a method that a resource does not know is 405, with those that it knows")
def test_405(xnat: Xnat) -> None:
    answer = xnat.delete("/data/auth")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET"
    assert xnat.post("/xapi/users/username").status_code == 405


@pytest.fixture
async def breaking(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a server, in this process, with handlers that break."""

    def breaks(request: Request) -> Reply:
        raise ZeroDivisionError("as bugs do")

    def breaks_later(request: Request) -> Reply:
        return Reply(200, (b"piece" * (1 // number) for number in (1, 0)))

    handlers = [("/data/breaks", breaks), ("/xapi/breaks", breaks), ("/data/later", breaks_later)]
    routes = [(path, "GET", handler, False) for path, handler in handlers]
    monkeypatch.setattr(sessions.ROUTES, "handlers", [*sessions.ROUTES.handlers, *routes])
    site = Site(Server(), Clock(), tmp_path)
    site.users["ada"] = User("ada")
    transport = httpx.ASGITransport(Application(site, Rules([])))
    async with httpx.AsyncClient(
        transport=transport, base_url="http://x", auth=("ada", "practice")
    ) as client:
        yield client


@fact("read 0.5", "an exception inside is 500: a page under /data, a line under /xapi, and stderr has it")
async def test_an_exception_is_500(breaking: httpx.AsyncClient, capsys: pytest.CaptureFixture[str]) -> None:
    restlet, spring = await breaking.get("/data/breaks"), await breaking.get("/xapi/breaks")
    assert (await breaking.get("/data/auth")).status_code == 200, "it goes on serving"
    assert (restlet.status_code, spring.status_code) == (500, 500)
    assert "<title>Status page</title>" in restlet.text
    assert spring.headers["content-type"].startswith("text/plain")
    assert capsys.readouterr().err.count("ZeroDivisionError: as bugs do") == 2


async def test_an_exception_while_sending_breaks_the_connection_and_is_told(
    breaking: httpx.AsyncClient, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(ZeroDivisionError):  # a real connection would be closed
        await breaking.get("/data/later")
    assert "ZeroDivisionError" in capsys.readouterr().err


@fact("write 0.5")
def test_422_and_423_explain_themselves_with_webdav_or_with_http(world: Callable[..., Xnat]) -> None:
    wanted = {True: "webdav.org", False: "#sec10.4.24"}
    for switch, link in wanted.items():
        toml = f"[server]\nunconfirmed = {{ webdav_codes_link_to_webdav = {str(switch).lower()} }}\n"
        xnat = world(toml + WORLD)
        xnat.server.set_faults([{"match": "GET /data/auth", "status": 423}])
        assert link in xnat.get("/data/auth").text


@fact("write 0.4")
def test_a_handler_that_says_nothing_is_200_and_empty(xnat: Xnat) -> None:
    answer = xnat.put("/data/projects/SRC/prearchive_code/0")
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-length"] == "0"


@fact("write 0.4")
def test_tables_tell_their_total_but_not_the_prearchives(xnat: Xnat) -> None:
    assert xnat.get("/data/projects/SRC/experiments?format=json").json()["ResultSet"]["totalRecords"] == "1"
    waiting = xnat.get("/data/prearchive/projects/DST?format=json").json()["ResultSet"]
    assert len(waiting["Result"]) == 1
    assert "totalRecords" not in waiting


@fact("write 0.6")
def test_what_may_not_be_read_is_404_and_what_may_not_be_written_403(xnat: Xnat) -> None:
    assert xnat.get("/data/projects/SRC", "zoe").status_code == 404
    assert (
        xnat.headline(xnat.get("/data/projects/SRC/experiments", "zoe")) == "Unable to identify project SRC"
    )
    assert xnat.put("/data/projects/SRC/subjects/new", "carl").status_code == 403
    assert [one["label"] for one in xnat.project("SRC")["subjects"]] == ["001"]
