"""The desktop client's calls in its order (wire-read 10, wire-write 1.13): it needs a screen itself."""

import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import httpx
import pytest

from tests.contract.facts import LeftOut, fact
from tests.contract.judges.conftest import Truth
from xnat_ferry.practice.process import PracticeServer

AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/100 Electron/18 XNATDesktopClient/3.2.5"
CAT = "{http://nrg.wustl.edu/catalog}"

LEFT_OUT = [
    LeftOut("read 10", "visits in the upload wizard", "the protocols plugin is absent on a plain server"),
]


@pytest.fixture
def client(server: PracticeServer) -> Iterator[httpx.Client]:
    """Logged in by Basic, with the cookie that it got, and the agent that every request of it has."""
    with httpx.Client(
        base_url=server.url,
        auth=("ada", "practice"),
        headers={"User-Agent": AGENT},
        trust_env=False,
        timeout=60,
    ) as made:
        yield made


@pytest.fixture
def token(client: httpx.Client) -> str:
    """What the page for people says is the login's CSRF token."""
    found = re.search(r"var csrfToken = '([^']+)'", client.get("/").text)
    assert found is not None
    return found[1]


def rows(answer: httpx.Response) -> list[dict[str, str]]:
    assert answer.status_code == 200
    found: list[dict[str, str]] = answer.json()["ResultSet"]["Result"]
    return found


def series(session_id: str, scan: str, client: httpx.Client) -> bytes:
    """One series as the client would have zipped it from disk."""
    return client.get(f"/data/experiments/{session_id}/scans/{scan}/files?format=zip").content


@fact("read 10", "log in: GET /data/auth with Basic; the name stands between the quotes")
def test_logging_in(client: httpx.Client) -> None:
    answer = client.get("/data/auth")
    assert answer.status_code == 200
    assert answer.text.split("'")[1] == "ada"
    assert client.cookies["JSESSIONID"]


@fact("read 10", "the client is never redirected to the login page: its agent makes it 401")
def test_it_is_never_redirected(server: PracticeServer) -> None:
    answer = httpx.get(f"{server.url}/data/projects", headers={"User-Agent": AGENT}, trust_env=False)
    assert answer.status_code == 401


@fact("read 10", "the CSRF token is in the page of /, and is the login's own")
def test_the_csrf_token(client: httpx.Client, token: str) -> None:
    assert re.fullmatch(r"[0-9a-f-]{36}", token)
    assert client.get("/data/JSESSION?CSRF=true").text.endswith(f"; XNAT_CSRF={token}")


@fact("read 10", "the client needs no CSRF token: its agent exempts it")
def test_the_client_needs_no_token(client: httpx.Client) -> None:
    assert client.put("/data/projects/DST/subjects/no_token").status_code == 201


@fact("read 10", "keep-alive: GET /xapi/siteConfig/buildInfo")
def test_keeping_alive(client: httpx.Client) -> None:
    assert client.get("/xapi/siteConfig/buildInfo").json()["version"] == "1.9.2.1"


@fact("read 10", "log out: GET /app/action/LogoutUser ends the login")
def test_logging_out(server: PracticeServer) -> None:
    with httpx.Client(base_url=server.url, headers={"User-Agent": AGENT}, trust_env=False) as client:
        client.get("/data/auth", auth=("ada", "practice"))
        assert client.get("/data/projects").status_code == 200
        client.get("/app/action/LogoutUser")
        assert client.get("/data/projects").status_code == 401


@fact("read 10", "projects to upload to, subjects, and sessions of the same label in archive and prearchive")
def test_choosing_a_destination(client: httpx.Client, truth: Truth) -> None:
    projects = rows(client.get("/data/projects?permissions=edit&dataType=xnat:subjectData"))
    assert {row["id"] for row in projects} == {"SRC", "DST", "COL"}
    subjects = rows(
        client.get("/data/projects/SRC/subjects?columns=group,insert_date,insert_user,project,label")
    )
    assert {row["label"] for row in subjects} >= {"001", "002", "003"}
    assert {"group", "insert_date", "insert_user", "project", "ID", "URI"} <= set(subjects[0])
    sessions = rows(client.get("/data/projects/SRC/subjects/001/experiments?columns=ID,label&format=json"))
    assert [row["label"] for row in sessions] == ["001_MR1"]
    assert "009_MR1" in {row["name"] for row in rows(client.get("/data/prearchive/projects/DST"))}


@fact("read 10", "settings: a plain code, configurations with a status in row 0, 404 where there is none")
def test_reading_settings(client: httpx.Client) -> None:
    assert client.get("/data/projects/DST/prearchive_code").text == "0"
    site_script = rows(client.get("/data/config/anon/script?format=json"))
    assert site_script[0]["status"] in ("enabled", "disabled")
    for path in (
        "/data/projects/DST/config/anon/projects/DST?format=json",
        "/data/projects/DST/config/seriesImportFilter/config?format=json",
        "/data/config/seriesImportFilter/config?format=json",
        "/data/projects/DST/config/tracers/tracers?contents=true",
        "/data/config/tracers/tracers?contents=true",
    ):
        assert client.get(path).status_code in (200, 404)
    for rule in ("allow-create-subject", "require-date", "allow-bulk-upload"):
        answer = client.get(f"/data/projects/DST/config/applet/{rule}?contents=true&accept-not-found=true")
        assert answer.status_code in (200, 204)


def upload(client: httpx.Client, token: str, label: str, content: bytes) -> httpx.Response:
    """One zip, streamed."""

    def pieces() -> Iterator[bytes]:
        yield from (content[at : at + 4096] for at in range(0, len(content), 4096))

    return client.post(
        "/data/services/import",
        params={
            "import-handler": "DICOM-zip",
            "PROJECT_ID": "DST",
            "SUBJECT_ID": label.removesuffix("_MR1"),
            "EXPT_LABEL": label,
            "overwrite": "append",
            "rename": "true",
            "prevent_anon": "true",
            "prevent_auto_commit": "true",
            "SOURCE": "uploader",
            "autoArchive": "AutoArchive",
            "XNAT_CSRF": token,
        },
        headers={"Content-Type": "application/zip"},
        content=pieces(),
    )


@fact("read 10", "a new subject: PUT with group, event_reason and XNAT_CSRF")
def test_a_new_subject(client: httpx.Client, token: str, truth: Truth) -> None:
    answer = client.put(
        "/data/projects/DST/subjects/wizard",
        params={"group": "", "event_reason": "XNAT Application", "XNAT_CSRF": token},
    )
    assert answer.status_code == 201
    (known,) = [one for one in truth.project("DST")["subjects"] if one["label"] == "wizard"]
    assert answer.text == known["id"]


@fact("write 1.13", "several streamed zips for one session join one row; a commit of code 0 stays with 200")
@fact("read 10", "upload of a zip a series, then commit of what the answer names")
def test_uploading_and_committing(client: httpx.Client, token: str, truth: Truth) -> None:
    source = truth.session("SRC", "001_MR1")
    answers = [upload(client, token, "stays_MR1", series(source["id"], scan, client)) for scan in ("1", "2")]
    assert [answer.status_code for answer in answers] == [200, 200]
    (uri,) = {answer.text for answer in answers}
    assert uri.startswith("/data/prearchive/projects/DST/")
    assert uri.endswith("/stays_MR1\r\n")
    row = truth.waiting("DST")["stays_MR1"]
    assert (row["status"], row["prevent_auto_commit"]) == ("RECEIVING", True)
    done = client.post(
        f"{uri.strip()}?action=commit&SOURCE=uploader&XNAT_CSRF={token}",
        json={"xnat:mrSessionData/note": "from the desk"},
    )
    assert done.status_code == 200
    assert done.text == uri.strip()
    row = truth.waiting("DST")["stays_MR1"]
    assert row["status"] == "READY"
    assert {scan["id"]: len(Truth.files(scan, "DICOM")) for scan in row["scans"]} == {"1": 2, "2": 3}


@fact("write 1.13", "a commit that archives is answered 301 with the session's address and no Location")
def test_committing_into_the_archive(client: httpx.Client, token: str, truth: Truth) -> None:
    source = truth.session("SRC", "001_MR1")
    uri = upload(client, token, "goes_MR1", series(source["id"], "2", client)).text.strip()
    done = client.post(
        f"{uri}?action=commit&SOURCE=uploader&AA=true&XNAT_CSRF={token}",
        json={"xnat:mrSessionData/note": "from the desk"},
    )
    assert done.status_code == 301
    assert "location" not in done.headers
    assert done.text.strip() == "/data/archive/projects/DST/subjects/goes/experiments/goes_MR1"
    known = truth.session("DST", "goes_MR1")
    assert [scan["id"] for scan in known["scans"]] == ["2"]
    sent = {file["md5"] for file in Truth.files(Truth.scan(source, "2"), "DICOM").values()}
    assert {file["md5"] for file in Truth.files(known["scans"][0], "DICOM").values()} == sent


@fact("read 10", "a whole visit: log in, look around, upload, commit, log out")
def test_a_visit(server: PracticeServer, truth: Truth) -> None:
    """Every call of the client in its order, as one login."""
    source = truth.session("SRC", "002_CT1")
    with httpx.Client(base_url=server.url, headers={"User-Agent": AGENT}, trust_env=False) as client:
        assert client.get("/data/auth", auth=("ada", "practice")).text == "User 'ada' is logged in"
        (token,) = re.findall(r"var csrfToken = '([^']+)'", client.get("/").text)
        looked = [
            client.get("/xapi/siteConfig/buildInfo"),
            client.get("/data/projects?permissions=edit&dataType=xnat:subjectData"),
            client.get("/data/projects/DST/prearchive_code"),
            client.get("/data/projects/DST/subjects?columns=group,insert_date,insert_user,project,label"),
            client.put(
                f"/data/projects/DST/subjects/visitor?group=&event_reason=XNAT+Application&XNAT_CSRF={token}"
            ),
            client.get("/data/projects/DST/subjects/visitor/experiments?columns=ID,label&format=json"),
            client.get("/data/prearchive/projects/DST"),
        ]
        assert [answer.status_code for answer in looked] == [200, 200, 200, 200, 201, 200, 200]
        sent = upload(client, token, "visitor_MR1", series(source["id"], "4", client))
        done = client.post(
            f"{sent.text.strip()}?action=commit&SOURCE=uploader&AA=true&XNAT_CSRF={token}", json={}
        )
        assert done.status_code == 301
        assert client.get("/app/action/LogoutUser").status_code == 200
        assert client.get("/data/projects").status_code == 401
    assert truth.session("DST", "visitor_MR1")["subject"] == "visitor"
    assert {one["user"] for one in server.log() if one["path"] == "/data/services/import"} == {"ada"}


@fact("read 10", "a configuration that is disabled says so in row 0")
def test_a_disabled_setting(client: httpx.Client) -> None:
    path = "/data/projects/COL/config/seriesImportFilter/config"
    contents = '{"enabled": "true", "mode": "blacklist", "list": ".*loc.*"}'
    assert client.put(f"{path}?inbody=true", content=contents).status_code == 201
    assert rows(client.get(f"{path}?format=json"))[0]["status"] == "enabled"
    assert client.put(f"{path}?status=disabled").status_code == 200
    assert rows(client.get(f"{path}?format=json"))[0]["status"] == "disabled"


@fact("read 10", "download: a catalogue by a token, then each resource as a zip from /data")
def test_downloading_by_a_link(
    client: httpx.Client, server: PracticeServer, truth: Truth, tmp_path: Path
) -> None:
    known = truth.session("SRC", "001_MR1")
    chosen = client.post(
        "/xapi/archive/download",
        json={
            "projectIds": ["SRC"],
            "sessions": [f"SRC:001:001_MR1:{known['id']}"],
            "scan_types": ["localizer", "t1 mprage"],
            "scan_formats": ["DICOM"],
            "resources": ["BIDS"],
            "options": ["projectIncludedInPath", "subjectIncludedInPath"],
        },
    )
    assert chosen.status_code == 200
    secret = client.get("/data/services/tokens/issue").json()
    with httpx.Client(
        base_url=server.url,
        auth=(secret["alias"], secret["secret"]),
        headers={"User-Agent": AGENT},
        trust_env=False,
    ) as linked:
        catalogue = linked.get(f"/xapi/archive/download/{chosen.text}/xml")
        assert catalogue.status_code == 200
        entries = ElementTree.fromstring(catalogue.text).findall(f".//{CAT}entry")
        assert len(entries) == 3
        got: dict[str, bytes] = {}
        for entry in entries:
            address = entry.attrib["URI"].replace("/archive/", "/data/", 1)
            answer = linked.get(f"{address}?format=zip")
            assert answer.status_code == 200
            with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
                for name in archive.namelist():
                    got[f"{entry.attrib['name']}/{name.partition('/files/')[2]}"] = archive.read(name)
    assert len(got) == 6
    assert got["SRC/001/001_MR1/resources/BIDS/sub-001/anat/T1w.json"] == b"{}"
    folders = {name.rpartition("/")[0] for name in got if name.endswith(".dcm")}
    assert len(folders) == 2


@fact("read 10", "a resource that has gone is 404 to the download, and the others go on")
def test_a_download_of_what_has_gone(client: httpx.Client) -> None:
    assert client.get("/data/experiments/XNAT_E99999/scans/1/resources/DICOM").status_code == 404


@fact("read 10", "where the login has lapsed a download is 401, and goes on after logging in again")
def test_a_lapsed_login(server: PracticeServer, truth: Truth) -> None:
    known = truth.session("SRC", "001_MR1")
    path = f"/data/experiments/{known['id']}/scans/1/resources/DICOM/files?format=zip"
    with httpx.Client(base_url=server.url, headers={"User-Agent": AGENT}, trust_env=False) as client:
        client.get("/data/auth", auth=("ada", "practice"))
        assert client.get(path).status_code == 200
        server.advance(16 * 60)
        assert client.get(path).status_code == 401
        client.get("/data/auth", auth=("ada", "practice"))
        assert client.get(path).status_code == 200
