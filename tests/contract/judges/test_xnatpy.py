"""xnatpy with its whole model: connecting, walking, reading and downloading (wire-read 8)."""

import datetime
import hashlib
import threading
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pydicom
import pytest
import xnat
from xnat.exceptions import XNATAuthError, XNATLoginFailedError, XNATResponseError

from tests.contract.facts import fact
from tests.contract.judges.conftest import Truth, requests_so_far
from xnat_ferry.practice.process import PracticeServer

Connect = Callable[..., Any]


@pytest.fixture(scope="module")
def ada(connect: Connect) -> Any:
    return connect()


@pytest.fixture
def session(ada: Any) -> Any:
    return ada.projects["SRC"].subjects["001"].experiments["001_MR1"]


@fact("read 8.1", "xnatpy connects by these requests in this order, and leaves no heartbeat behind")
def test_connecting(server: PracticeServer) -> None:
    before = requests_so_far(server)
    threads = threading.enumerate()
    with xnat.connect(server.url, user="ada", password="practice", loglevel="ERROR") as connection:
        assert connection.logged_in_user == "ada"
        assert connection.xnat_version == "1.9.2.1"
    assert set(threading.enumerate()) <= set(threads)
    calls = [(entry["method"], entry["path"], entry["status"]) for entry in server.log(before)]
    kinds = [call for call in calls if not call[1].startswith(("/xapi/schemas/", "/data/search/elements/"))]
    assert kinds == [
        ("GET", "/", 200),
        ("PUT", "/data/services/auth", 200),
        ("GET", "/data/auth", 200),
        ("GET", "/data/JSESSION", 200),
        ("GET", "/data/version", 404),
        ("GET", "/xapi/siteConfig/buildInfo", 200),
        ("GET", "/xapi/schemas", 200),
        ("GET", "/data/search/elements", 200),
        ("DELETE", "/data/JSESSION", 200),
    ]
    assert {status for _, path, status in calls if path != "/data/version"} == {200}


@fact("read 8.1", "xnatpy knows every data type that the server names, and the search fields of each")
def test_the_model(ada: Any) -> None:
    named = ada.inspect.datatypes()
    assert {"xnat:projectData", "xnat:subjectData", "xnat:mrSessionData", "xnat:mrScanData"} <= set(named)
    assert set(named) <= set(ada.XNAT_CLASS_LOOKUP)
    fields = ada.inspect.datafields("xnat:mrSessionData")
    assert fields
    assert {field.partition("/")[0] for field in fields} == {"xnat:mrSessionData"}


@fact("read 8.1", "without search fields of one data type xnatpy connects all the same")
def test_search_fields_that_cannot_be_had(server: PracticeServer) -> None:
    server.set_faults([{"match": "GET /data/search/elements/xnat:mrSessionData$", "status": 500}])
    try:
        with xnat.connect(server.url, user="ada", password="practice", loglevel="CRITICAL") as connection:
            assert "SRC" in connection.projects
    finally:
        server.set_faults([])


@fact("read 8.1", "without the list of data types xnatpy does not connect")
def test_data_types_that_cannot_be_had(server: PracticeServer) -> None:
    server.set_faults([{"match": "GET /data/search/elements$", "status": 500}])
    try:
        with pytest.raises(XNATResponseError) as error:
            xnat.connect(server.url, user="ada", password="practice", loglevel="CRITICAL")
    finally:
        server.set_faults([])
    # it has forgotten the heartbeat that it had started
    (begun,) = [one.locals["xnat_session"] for one in error.traceback if one.name == "connect"]
    begun.disconnect()


@fact("read 8.1", "a body of /data/version would be taken for the version")
def test_a_version_where_there_is_none(server: PracticeServer) -> None:
    server.set_faults([{"match": "GET /data/version", "status": 200, "body": "1.6.5"}])
    try:
        with xnat.connect(
            server.url, user="ada", password="practice", loglevel="CRITICAL", no_parse_model=True
        ) as connection:
            assert connection.xnat_version == "1.6.5"
    finally:
        server.set_faults([])


@fact("read 8.1", "the cookie SESSION_EXPIRATION_TIME is in quotes, so xnatpy reads the time-out from it")
def test_the_expiry(ada: Any) -> None:
    assert ada.session_expiration_time[1] == 15 * 60


@fact("read 8.1", "xnatpy reports a wrong password as a failed login, with the reason of the page")
def test_a_wrong_password(server: PracticeServer) -> None:
    with pytest.raises(XNATLoginFailedError, match=r"Authentication failed\."):
        xnat.connect(server.url, user="ada", password="wrong", loglevel="CRITICAL")


@fact("read 8.1", "without a user xnatpy asks for a guest's session, which a closed site does not welcome")
def test_a_guest_of_a_closed_site(server: PracticeServer) -> None:
    with pytest.raises(XNATAuthError, match="Could not determine if login was successful"):
        xnat.connect(server.url, loglevel="CRITICAL", no_parse_model=True)


@fact("read 8.1", "on an open site the page of / says that this is a guest, and xnatpy believes it")
def test_a_guest_of_an_open_site(server: PracticeServer) -> None:
    def set_closed(value: bool) -> None:
        answer = httpx.post(
            f"{server.url}/xapi/siteConfig",
            json={"requireLogin": value},
            auth=("root", "practice"),
            trust_env=False,
        )
        assert answer.status_code == 200

    set_closed(False)
    try:
        with xnat.connect(server.url, loglevel="CRITICAL", no_parse_model=True) as connection:
            assert connection.logged_in_user == "guest"
    finally:
        set_closed(True)


@fact("read 8.1", "with extension_types=False xnatpy asks for the schemas xdat and xnat only")
def test_two_schemas_are_enough(connect: Connect, server: PracticeServer) -> None:
    before = requests_so_far(server)
    connection = connect(extension_types=False)
    assert {entry["path"] for entry in server.log(before) if entry["path"].startswith("/xapi/schemas")} == {
        "/xapi/schemas/xdat",
        "/xapi/schemas/xnat",
    }
    assert connection.projects["SRC"].subjects["001"].experiments["001_MR1"].scans["1"].type == "localizer"


@fact("read 8.2", "xnatpy lists the projects, each found by its ID and by its name")
def test_projects(ada: Any) -> None:
    assert {"SRC", "DST", "COL"} == set(ada.projects.keys())
    project = ada.projects["SRC"]
    assert project.id == "SRC"
    assert project.name == "SRC"
    assert project.uri == "/data/projects/SRC"


@fact("read 8.2", "xnatpy finds a subject by accession ID and by label")
def test_subjects(ada: Any) -> None:
    subjects = ada.projects["SRC"].subjects
    assert {one.label for one in subjects.values()} >= {"001", "002", "003"}
    subject = subjects["001"]
    assert subjects[subject.id] is subject
    assert subject.project == "SRC"
    assert ada.subjects[subject.id].label == "001"


@fact("read 8.2", "each experiment of a listing becomes the class that its xsiType names")
@pytest.mark.parametrize(
    ("label", "xsi_type"),
    [("001_MR1", "mrSessionData"), ("002_CT1", "ctSessionData"), ("003_PT1", "petSessionData")],
)
def test_experiments(ada: Any, label: str, xsi_type: str) -> None:
    found = ada.projects["SRC"].experiments[label]
    assert found.__xsi_type__ == f"xnat:{xsi_type}"
    assert found.label == label
    assert ada.experiments[found.id].label == label
    subject = ada.projects["SRC"].subjects[label.partition("_")[0]]
    assert list(subject.experiments.keys()) == [found.id]


@fact("read 8.2", "the attributes of an object are the data fields of its item, in the types of the schema")
def test_attributes(session: Any, truth: Truth) -> None:
    known = truth.session("SRC", "001_MR1")
    assert session.date == datetime.date(2024, 3, 5)
    assert session.uid == known["study_uid"]
    assert session.modality == "MR"
    assert session.subject_id == session.subject.id
    assert isinstance(session.insert_date, datetime.datetime)
    assert session.is_history is False


@fact("read 8.2", "custom variables of the old kind are a map of names to values")
def test_fields(session: Any) -> None:
    assert dict(session.fields) == {"handedness_note": "left"}


@fact("read 8.2", "status is a word")
def test_the_status(session: Any) -> None:
    assert session.status == "active"


@fact("read 8.2", "xnatpy finds a scan by ID and by type, as the class of its xsiType")
def test_scans(session: Any, truth: Truth) -> None:
    assert list(session.scans.keys()) == ["1", "2"]
    scan = session.scans["2"]
    assert session.scans["t1 mprage"] is scan
    assert scan.__xsi_type__ == "xnat:mrScanData"
    assert scan.series_description == "T1w"
    assert scan.quality == "usable"
    assert scan.frames == 3
    assert scan.uid == truth.scan(truth.session("SRC", "001_MR1"), "2")["uid"]


@fact("read 8.2", "a resource has no ID of its own in the listing, so xnatpy takes xnat_abstractresource_id")
def test_resources(session: Any, truth: Truth) -> None:
    bids = session.resources["BIDS"]
    assert bids.id == bids.data["xnat_abstractresource_id"]
    assert bids.__xsi_type__ == "xnat:resourceCatalog"
    assert bids.file_count == 1
    assert bids.file_size == 2
    dicom = session.scans["2"].resources["DICOM"]
    known = truth.files(truth.scan(truth.session("SRC", "001_MR1"), "2"), "DICOM")
    assert dicom.file_count == len(known) == 3
    assert dicom.file_size == sum(file["size"] for file in known.values())


@fact("read 8.2", "the path of a file is what follows /resources/X/files/ in its URI")
def test_paths_of_files(session: Any, truth: Truth) -> None:
    assert list(session.resources["BIDS"].files.keys()) == ["sub-001/anat/T1w.json"]
    known = truth.files(truth.scan(truth.session("SRC", "001_MR1"), "2"), "DICOM")
    assert set(session.scans["2"].resources["DICOM"].files.keys()) == set(known)
    assert set(session.scans["2"].files.keys()) == set(known)


@fact("read 8.2", "the size of a file is the Content-Length of HEAD")
def test_sizes(session: Any, server: PracticeServer) -> None:
    file = session.resources["BIDS"].files["sub-001/anat/T1w.json"]
    before = requests_so_far(server)
    assert file.size == "2"
    assert [entry["method"] for entry in server.log(before)] == ["HEAD"]


@fact("read 8.2", "a downloaded file is compared with its digest")
def test_downloading_a_file(session: Any, truth: Truth, tmp_path: Path) -> None:
    known = truth.files(truth.scan(truth.session("SRC", "001_MR1"), "1"), "DICOM")
    for path, file in session.scans["1"].resources["DICOM"].files.items():
        assert file.digest == known[path]["md5"]
        file.download(str(tmp_path / "one"), verbose=False)
        assert hashlib.md5((tmp_path / "one").read_bytes()).hexdigest() == known[path]["md5"]
        assert file.verify_digest()


@fact("read 8.2", "a whole session comes as a zip of everything")
def test_downloading_a_session(session: Any, tmp_path: Path) -> None:
    session.download(str(tmp_path / "session.zip"), verbose=False)
    with zipfile.ZipFile(tmp_path / "session.zip") as archive:
        assert archive.testzip() is None
        folders = {name.rpartition("/")[0] for name in archive.namelist()}
        assert len(archive.namelist()) == 5
    assert folders == {
        "001_MR1/scans/1-localizer/resources/DICOM/files",
        "001_MR1/scans/2-t1_mprage/resources/DICOM/files",
    }


@fact("read 8.2", "a session, a scan and a resource can each be unpacked into a folder")
def test_downloading_folders(session: Any, tmp_path: Path) -> None:
    session.download_dir(str(tmp_path), verbose=False)
    assert len(list(tmp_path.rglob("*.dcm"))) == 5
    session.scans["1"].download_dir(str(tmp_path / "scan"), verbose=False)
    assert len(list((tmp_path / "scan").rglob("*.dcm"))) == 2
    session.resources["BIDS"].download_dir(str(tmp_path / "bids"), verbose=False)
    (found,) = (tmp_path / "bids").rglob("T1w.json")
    assert found.parts[-5:-1] == ("BIDS", "files", "sub-001", "anat")


@fact("read 8.2", "xnatpy opens a scan's first image over the wire")
def test_reading_dicom(session: Any) -> None:
    image = session.scans["2"].read_dicom()
    assert isinstance(image, pydicom.Dataset)
    assert image.PatientID == "001_MR1"


@fact("read 8.2", "scan.dicom_dump() asks the server for the header, or for some of its tags")
def test_dumping_a_header(session: Any) -> None:
    rows = session.scans["2"].dicom_dump()
    assert {"(0010,0020)", "(0020,000D)"} <= {row["tag1"] for row in rows}
    (row,) = session.scans["2"].dicom_dump(fields=["PatientID"])
    assert row["value"] == "001_MR1"
    assert row["desc"] == "Patient ID"
    assert len(session.scans["2"].dicom_dump(fields=["PatientID", "00100010"])) == 2


@fact("read 8.2", "the caller's roles come from /xapi/access/projects")
def test_access_levels(ada: Any) -> None:
    assert ada.access_levels == {"SRC": "Owners", "DST": "Owners", "COL": "Owners"}
    assert ada.projects["SRC"].access_level == "Owners"


@fact("read 8.2", "the users of a project")
def test_users(ada: Any) -> None:
    users = ada.projects["SRC"].users
    assert {login: user.access_level for login, user in users.items()} == {"ada": "Owners", "mem": "Members"}
    assert users["mem"].group == "SRC_member"


@fact("read 8.2", "a listing as a table, with its own and with chosen columns")
def test_tables(ada: Any, session: Any) -> None:
    rows = ada.projects["SRC"].experiments.tabulate()
    assert {"001_MR1", "002_CT1", "003_PT1"} <= {row.label for row in rows}
    scans = session.scans.tabulate(columns=("ID", "type", "quality"))
    assert [(row.ID, row.type, row.quality) for row in scans] == [
        ("1", "localizer", "usable"),
        ("2", "t1 mprage", "usable"),
    ]
    assert ada.projects["SRC"].subjects.tabulate_csv().splitlines()[0].startswith("ID")


@fact("read 8.2", "a listing can be filtered by the server")
def test_filters(ada: Any) -> None:
    found = ada.projects["SRC"].experiments.filter(label="002_*")
    assert [one.label for one in found.values()] == ["002_CT1"]


@fact("read 8.2", "xnatpy walks the whole tree of a project")
def test_walking(ada: Any) -> None:
    seen = ada.projects["SRC"].map(lambda scan: scan.type, level="scan")
    assert {"localizer", "t1 mprage", "thorax", "fdg"} <= set(seen.values())


@fact("read 8.2", "where /data/uptime and /data/buildInfo are no more, xnatpy asks /xapi/siteConfig")
def test_the_site(ada: Any) -> None:
    assert set(ada.xnat_uptime) == {"days", "hours", "minutes", "seconds"}
    assert ada.xnat_build_info["version"] == "1.9.2.1"
    assert {"localizer", "t1 mprage", "thorax", "fdg"} <= {row["type"] for row in ada.scan_types}


@fact("read 8.2", "a project's folder holds its subjects, each its sessions")
def test_downloading_a_project(ada: Any, tmp_path: Path) -> None:
    ada.projects["SRC"].download_dir(str(tmp_path), verbose=False)
    found = {path.relative_to(tmp_path).parts[:3] for path in tmp_path.rglob("*.dcm")}
    assert found >= {("SRC", "001", "001_MR1"), ("SRC", "002", "002_CT1"), ("SRC", "003", "003_PT1")}


@fact("read 8.2", "without definitions a session has no custom variables of groups")
def test_groups_of_custom_variables(session: Any) -> None:
    assert dict(session.custom_variables) == {}


@fact("read 7.2", "xnatpy reads a plain server's plugins as none")
def test_plugins(ada: Any) -> None:
    assert ada.plugins.data == {}


@fact("read 8.2", "what is not there is an error of the server with its status")
def test_what_is_not_there(ada: Any) -> None:
    with pytest.raises(XNATResponseError) as error:
        ada.get("/data/projects/NOPE/subjects")
    assert error.value.status_code == 404
    with pytest.raises(KeyError):
        ada.projects["NOPE"]


@fact("read 8.1", "a page where data were asked for is an error, whatever its status")
def test_a_page_is_an_error(ada: Any) -> None:
    with pytest.raises(XNATResponseError, match="Invalid content"):
        ada.get("/data/projects/SRC")
