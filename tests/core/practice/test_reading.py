"""What the practice server answers to those who look, with the traps of the real one."""

import hashlib
import zipfile
from io import BytesIO

import pytest

from tests.core.practice.conftest import Xnat
from xnat_ferry.xnat.catalogs import parse_catalog


def session_id(xnat: Xnat) -> str:
    return next(row["ID"] for row in xnat.rows("/data/projects/SRC/experiments") if row["label"] == "001_MR1")


@pytest.mark.parametrize(
    ("path", "user", "status"),
    [
        ("/data/projects/SRC", "zoe", 404),
        ("/data/projects/SRC/experiments", "zoe", 404),
        ("/data/projects/PROT", "zoe", 200),
        ("/data/projects/PROT/experiments", "zoe", 403),
        ("/data/projects/PUB/experiments", "zoe", 200),
        ("/data/projects/SRC/experiments", "carl", 200),
        ("/data/projects/NOPE/experiments", "ada", 404),
        ("/xapi/anonymize/projects/NOPE/enabled", "ada", 403),
        ("/xapi/anonymize/projects/SRC", "ada", 204),
        ("/data/prearchive/projects/DST", "carl", 403),
        ("/data/prearchive/projects/NOPE", "ada", 500),
        ("/data/version", "ada", 404),
        ("/data/experiments/XNAT_E99999/scans/1/files", "ada", 500),
        ("/data/experiments/XNAT_E99999", "ada", 404),
        ("/data/projects/SRC/subjects/001/experiments/001_MR1/scans?columns=type", "ada", 500),
    ],
)
def test_codes_depend_on_who_asks_as_the_real_ones_do(xnat: Xnat, path: str, user: str, status: int) -> None:
    assert xnat.get(path, user).status_code == status


def test_errors_are_pages_with_the_reason_in_the_headline(xnat: Xnat) -> None:
    answer = xnat.get("/data/projects/NOPE/experiments")
    assert "<h3>Unable to identify project NOPE</h3>" in answer.text
    assert answer.headers["content-type"].startswith("text/html")


def test_a_wrong_password_is_401_and_so_is_nobody(xnat: Xnat) -> None:
    assert xnat.send("GET", "/data/projects", "", headers={"User-Agent": "x"}).status_code == 401
    assert xnat.send("GET", "/data/projects", "nobody").status_code == 401


def test_a_browser_is_sent_to_the_login_page(xnat: Xnat) -> None:
    answer = xnat.send("GET", "/data/projects", "", headers={"User-Agent": "Mozilla/5.0"})
    assert answer.status_code == 302
    assert "Login.vm" in answer.headers["location"]


def test_a_guest_gets_a_session_that_proves_nothing(xnat: Xnat) -> None:
    assert xnat.send("GET", "/data/JSESSION", "").status_code == 200
    assert xnat.send("GET", "/data/auth", "").status_code == 401


def test_the_expiry_cookie_has_its_quotes(xnat: Xnat) -> None:
    cookies = xnat.get("/data/auth").headers.get_list("set-cookie")
    assert any('SESSION_EXPIRATION_TIME="' in cookie for cookie in cookies)


def test_cells_are_strings_and_the_count_is_one_too(xnat: Xnat) -> None:
    found = xnat.get("/data/projects/SRC/experiments?format=json").json()["ResultSet"]
    assert found["totalRecords"] == "1"
    assert all(isinstance(value, str) for row in found["Result"] for value in row.values())


def test_an_item_is_a_page_unless_json_is_asked_for(xnat: Xnat) -> None:
    path = f"/data/experiments/{session_id(xnat)}"
    assert xnat.get(path).text.startswith("<!DOCTYPE html>")
    assert xnat.get(path, headers={"Accept": "application/json"}).status_code == 406
    item = xnat.get(path + "?format=json").json()["items"][0]
    assert item["data_fields"]["label"] == "001_MR1"
    assert [child["field"] for child in item["children"]] == [
        "scans/scan",
        "sharing/share",
        "resources/resource",
    ]


def test_a_session_level_column_takes_the_id_column_away(xnat: Xnat) -> None:
    (row,) = xnat.rows("/data/projects/SRC/experiments?columns=ID,UID")
    assert "ID" not in row
    assert row["session_ID"].startswith("XNAT_E")


def test_a_shared_row_names_the_owner_only_where_no_label_is_shown(xnat: Xnat) -> None:
    (named,) = xnat.rows("/data/projects/PUB/experiments?columns=ID,label,project")
    (owned,) = xnat.rows("/data/projects/PUB/experiments?columns=ID,project")
    assert (named["label"], named["project"], owned["project"]) == ("001_shared", "PUB", "SRC")


def test_rights_are_told_by_permission(xnat: Xnat) -> None:
    path = "/data/projects?permissions=create&dataType=xnat:mrSessionData&format=json"
    assert {row["id"] for row in xnat.rows(path)} == {"SRC", "DST"}
    assert xnat.rows(path, "carl") == []
    roles = {row["ID"]: row["role"] for row in xnat.get("/xapi/access/projects").json()}
    assert roles == {"SRC": "Owners", "DST": "Members"}


def test_catalog_listing_and_bytes_tell_the_same(xnat: Xnat) -> None:
    base = f"/data/experiments/{session_id(xnat)}/scans/2"
    listed = {row["Name"]: row for row in xnat.rows(f"{base}/files")}
    stored = parse_catalog(xnat.get(f"{base}/resources/DICOM").content)
    assert {file.name for file in stored} == set(listed)
    for file in stored:
        content = xnat.get(listed[file.name]["URI"]).content
        assert file.digest == listed[file.name]["digest"] == hashlib.md5(content).hexdigest()
        assert file.size == int(listed[file.name]["Size"]) == len(content)
        assert file.uid


@pytest.mark.parametrize(
    ("structure", "first"),
    [
        ("", "001_MR1/scans/2-t1_mprage/resources/DICOM/files/0001.dcm"),
        ("simplified", "001_MR1/scans/2/DICOM/0001.dcm"),
        ("improved", "scans/2_t1 mprage/DICOM/0001.dcm"),
        ("legacy", "001_MR1/SCANS/2/DICOM/0001.dcm"),
    ],
)
def test_zips_have_their_four_layouts(xnat: Xnat, structure: str, first: str) -> None:
    answer = xnat.get(f"/data/experiments/{session_id(xnat)}/scans/2/files?format=zip&structure={structure}")
    assert "content-length" not in answer.headers
    with zipfile.ZipFile(BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        assert archive.namelist()[0] == first
        assert all(entry.flag_bits & 0x08 == 0 for entry in archive.infolist()), "data descriptors"
        assert all(entry.compress_type == zipfile.ZIP_STORED for entry in archive.infolist())


def test_scans_are_selected_by_id_list_or_type(xnat: Xnat) -> None:
    base = f"/data/experiments/{session_id(xnat)}/scans"
    assert len(xnat.rows(f"{base}/ALL/files")) == 5
    assert len(xnat.rows(f"{base}/1,2/files")) == 5
    assert len(xnat.rows(f"{base}/t1%20mprage/files")) == 3
    assert xnat.rows(f"{base}/1/resources/NOPE/files") == []


def test_a_range_of_a_file_is_206_and_of_a_zip_500(xnat: Xnat) -> None:
    base = f"/data/experiments/{session_id(xnat)}/scans/2"
    name = xnat.rows(f"{base}/files")[0]["URI"]
    whole = xnat.get(name).content
    part = xnat.get(name, headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, whole[10:20])
    assert part.headers["content-range"] == f"bytes 10-19/{len(whole)}"
    head = xnat.send("HEAD", name)
    assert (head.content, head.headers["content-length"]) == (b"", str(len(whole)))
    assert xnat.get(f"{base}/files?format=zip", headers={"Range": "bytes=10-"}).status_code == 500


def test_the_prearchive_shows_names_and_sizes_but_no_uids(xnat: Xnat) -> None:
    (row,) = xnat.rows("/data/prearchive/projects/DST?format=json")
    assert (row["name"], row["status"], row["subject"]) == ("009_MR1", "READY", "009")
    files = xnat.rows(f"/data{row['url']}/scans/1/resources/DICOM/files?format=json")
    assert [sorted(file) for file in files] == [["Name", "Size", "URI"]] * 2
    assert xnat.get(f"/data{row['url']}").text.count("<xnat:scan ") == 1
    assert xnat.rows("/data/prearchive/projects/DST/20200101_000000000/none?format=json") == []
