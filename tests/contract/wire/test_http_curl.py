"""curl, which nobody here wrote, as the judge of the wire itself (wire-read 0.6, wire-write 1.2, 7)."""

import re
import shutil
import subprocess
import tempfile
import zipfile
from pathlib import Path

import pytest

from tests.contract.facts import fact
from tests.contract.wire.conftest import Xnat

SESSION = "/data/projects/SRC/subjects/001/experiments/001_MR1"
FILE = f"{SESSION}/scans/1/resources/DICOM/files/0001.dcm"
FILES = f"{SESSION}/resources/BIDS/files"
pytestmark = pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")


def curl(xnat: Xnat, path: str, *options: str) -> tuple[int, str, bytes]:
    """Status, head and body of the last answer."""
    command = ["curl", "--silent", "--show-error", "--noproxy", "*", "--max-time", "30"]
    with tempfile.NamedTemporaryFile("r") as heads:
        done = subprocess.run(
            [*command, "-D", heads.name, "--user", "ada:practice", *options, xnat.server.url + path],
            capture_output=True,
            check=True,
        )
        head = heads.read().strip().split("\n\n")[-1]  # after a 100 Continue, if any
    return int(head.split()[1]), head.lower(), done.stdout


def a_zip(folder: Path) -> str:
    path = folder / "some.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a/b.txt", "text")
    return str(path)


@fact("read 0.6", "curl fetches a file in ranges and puts it together again")
def test_ranges(xnat: Xnat, tmp_path: Path) -> None:
    whole = xnat.get(FILE).content
    status, head, first = curl(xnat, FILE, "--range", "0-99")
    assert status == 206
    assert f"content-range: bytes 0-99/{len(whole)}" in head
    _, _, last = curl(xnat, FILE, "--range", "100-")
    assert first + last == whole
    half = tmp_path / "half.dcm"
    half.write_bytes(whole[:50])
    command = ["curl", "-s", "--noproxy", "*", "-u", "ada:practice", "-C", "-", "-o", str(half)]
    subprocess.run([*command, xnat.server.url + FILE], check=True)
    assert half.read_bytes() == whole, "curl -C - goes on where it stopped"


@fact(
    "read 0.6", "curl: two ranges are 501, an open range of a zip is 500, a bounded one gives the whole zip"
)
def test_odd_ranges(xnat: Xnat) -> None:
    assert curl(xnat, FILE, "--range", "0-1,4-5")[0] == 501
    assert curl(xnat, f"{FILES}?format=zip", "--range", "5-")[0] == 500
    assert curl(xnat, f"{FILES}?format=zip", "--range", "0-5")[0] == 200


@fact("read 0.6", "curl --time-cond gets 304 for a file that has not changed")
def test_time_condition(xnat: Xnat) -> None:
    status, _, body = curl(xnat, FILE, "--time-cond", "01 Jan 2037")
    assert (status, body) == (304, b"")


@fact("read 0.4", "curl --head: the length of a file and no body")
def test_head(xnat: Xnat) -> None:
    status, head, printed = curl(xnat, FILE, "--head")
    assert status == 200
    assert printed.lower().split(b"\r\n\r\n")[-1] == b"", "curl prints the head, and there is nothing else"
    assert f"content-length: {len(xnat.get(FILE).content)}" in head


@fact("write 7", "a zip may come in chunks, any other raw body is 400")
def test_chunked_uploads(shared: Xnat, tmp_path: Path) -> None:
    zipped = a_zip(tmp_path)
    chunked = (
        "--header",
        "Transfer-Encoding: chunked",
        "--header",
        "Expect:",
        "--upload-file",
        zipped,
    )
    target = f"{FILES}/chunked.zip?inbody=true"
    assert curl(shared, target, "--header", "Content-Type: application/zip", *chunked)[0] == 200
    other = ("--request", "POST", "--header", "Content-Type: application/octet-stream", *chunked)
    refused, _, body = curl(shared, "/data/services/import", *other)
    assert refused == 400
    assert b"the request entity size is -1 but the media type is not application/zip" in body
    assert curl(shared, f"{FILES}/chunked.zip")[2] == Path(zipped).read_bytes()


@fact("write 7", "curl waits for 100 Continue, and is told 401 before it sends anything")
def test_expect_continue(shared: Xnat, tmp_path: Path) -> None:
    big = tmp_path / "big.bin"
    big.write_bytes(b"0" * 2_000_000)
    expect = ("--header", "Expect: 100-continue", "--upload-file", str(big))
    assert curl(shared, f"{FILES}/expected.bin?inbody=true", *expect)[0] == 200
    assert curl(shared, f"{FILES}/refused.bin?inbody=true", "--user", "ada:wrong", *expect)[0] == 401
    assert shared.server.log()[-1]["bytes_in"] == 0


@fact("write 2.4", "a commit is 301 without Location, which curl --location does not follow")
def test_301_without_location(fresh: Xnat) -> None:
    (row,) = fresh.get("/data/prearchive/projects/DST?format=json").json()["ResultSet"]["Result"]
    command = [
        "curl",
        "-s",
        "--noproxy",
        "*",
        "-u",
        "root:practice",
        "--location",
        "-X",
        "POST",
        "-D",
        "-",
        "-o",
        "-",
    ]
    url = f"{fresh.server.url}/data{row['url']}?action=commit&AA=true"
    done = subprocess.run([*command, url], capture_output=True, check=False)
    heads = re.findall(r"HTTP/1.1 (\d+)", done.stdout.decode())
    assert heads == ["301"]
    assert "location:" not in done.stdout.decode().lower()


@fact("read 1.3", "curl as a browser is redirected to the login page, as itself it is 401")
def test_as_a_browser(xnat: Xnat) -> None:
    url = xnat.server.url + "/data/projects"
    command = ["curl", "-s", "--noproxy", "*", "-o", "/dev/null", "-w", "%{http_code} %{redirect_url}"]
    as_itself = subprocess.run([*command, url], capture_output=True, check=True)
    assert as_itself.stdout.decode().strip() == "401"
    as_browser = subprocess.run([*command, "-A", "Mozilla/5.0", url], capture_output=True, check=True)
    assert as_browser.stdout.decode() == f"302 {xnat.server.url}/app/template/Login.vm"


@fact("read 1.4", "curl keeps the session in its cookie jar, and that alone is enough")
def test_cookie_jar(xnat: Xnat, tmp_path: Path) -> None:
    jar = str(tmp_path / "jar")
    curl(xnat, "/data/JSESSION", "--cookie-jar", jar)
    command = ["curl", "-s", "--noproxy", "*", "--cookie", jar, xnat.server.url + "/data/auth"]
    assert subprocess.run(command, capture_output=True, check=True).stdout == b"User 'ada' is logged in"


@fact("write 0.3", "curl --data reaches services as parameters")
def test_forms(xnat: Xnat) -> None:
    form = ("--data", "username=ada&password=practice")
    status, _, body = curl(xnat, "/data/services/auth", *form)
    assert status == 200
    assert re.fullmatch(rb"[0-9A-F]{32}", body)
