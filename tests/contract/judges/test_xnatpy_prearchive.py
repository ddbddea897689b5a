"""xnatpy imports, and works in the prearchive: it lists, archives, moves and deletes (wire-read 8.2)."""

import datetime
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from xnat.exceptions import XNATResponseError, XNATUploadError

from tests.contract.facts import fact
from tests.contract.judges.conftest import Truth, requests_so_far
from xnat_ferry.practice.process import PracticeServer

Zip = Callable[[str], Path]


@pytest.fixture(scope="module")
def ada(connect: Callable[..., Any]) -> Any:
    return connect()


@pytest.fixture
def waiting(ada: Any, session_zip: Zip, request: pytest.FixtureRequest) -> Any:
    """A prearchive session of the test's own, imported by xnatpy into DST."""
    name = request.node.name.removeprefix("test_")
    return ada.services.import_(
        str(session_zip("001_MR1")),
        destination="/prearchive/projects/DST",
        project="DST",
        subject=name,
        experiment=f"{name}_MR1",
    )


def settled(ada: Any, truth: Truth, project: str, name: str) -> str:
    """The status of a row once nothing is queued any more, "" when it has gone."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        row = truth.waiting(project).get(name)
        if row is None:
            return ""
        if not row["status"].startswith(("QUEUED", "_")) and row["status"] not in (
            "MOVING",
            "DELETING",
            "BUILDING",
        ):
            return str(row["status"])
        ada.get("/data/JSESSION")
    raise AssertionError(f"{name} is never done")


@fact(
    "read 8.2", "the answer to an import into the archive is the session's address, and the session is there"
)
@fact("write 1.13", "xnatpy strips the CRLF and wraps the URI")
def test_importing_into_the_archive(ada: Any, session_zip: Zip, truth: Truth) -> None:
    made = ada.services.import_(
        str(session_zip("001_MR1")),
        destination="archive",
        project="DST",
        subject="imported",
        experiment="imported_MR1",
    )
    known = truth.session("DST", "imported_MR1")
    assert made.id == known["id"]
    assert made.__xsi_type__ == "xnat:mrSessionData"
    assert [(scan["id"], len(truth.files(scan, "DICOM"))) for scan in known["scans"]] == [("1", 2), ("2", 3)]
    source = truth.session("SRC", "001_MR1")
    assert {file["pixel_md5"] for scan in known["scans"] for file in truth.files(scan, "DICOM").values()} == {
        file["pixel_md5"] for scan in source["scans"] for file in truth.files(scan, "DICOM").values()
    }


@fact("read 8.2", "an import into the prearchive is wrapped as a prearchive session with the row's fields")
def test_importing_into_the_prearchive(waiting: Any, truth: Truth) -> None:
    name = "importing_into_the_prearchive"
    assert waiting.status == "READY"
    assert (waiting.project, waiting.subject, waiting.label) == ("DST", name, f"{name}_MR1")
    assert waiting.folder_name == f"{name}_MR1"
    assert waiting.tag == truth.session("SRC", "001_MR1")["study_uid"]
    assert waiting.scan_date == datetime.date(2024, 3, 5)
    assert isinstance(waiting.timestamp, datetime.datetime)
    assert isinstance(waiting.lastmod, datetime.datetime)
    assert isinstance(waiting.uploaded, datetime.datetime)
    assert waiting.prevent_anon == "false"
    assert waiting.prevent_auto_commit == "false"
    assert waiting.autoarchive == "Manual"


@fact("read 8.2", "without a destination what is imported is received, and not yet built")
def test_importing_without_a_destination(ada: Any, session_zip: Zip, truth: Truth) -> None:
    received = ada.services.import_(
        str(session_zip("002_CT1")), project="DST", subject="plain", experiment="plain_CT1"
    )
    assert received.status == "RECEIVING"
    assert received.uri.startswith("/data/prearchive/projects/DST/")
    assert truth.waiting("DST")["plain_CT1"]["subject"] == "plain"


@fact("read 8.2", "a folder is zipped by xnatpy on its way")
def test_importing_a_folder(ada: Any, session_zip: Zip, tmp_path: Path, truth: Truth) -> None:
    import zipfile

    with zipfile.ZipFile(session_zip("002_CT1")) as archive:
        archive.extractall(tmp_path / "folder")
    made = ada.services.import_dir(
        str(tmp_path / "folder"),
        destination="/archive",
        project="DST",
        subject="ct",
        experiment="folder_CT1",
        overwrite="none",
        import_handler="DICOM-zip",
        ignore_unparsable=True,
        trigger_pipelines=False,
        quarantine=True,
    )
    assert made.__xsi_type__ == "xnat:ctSessionData"
    assert truth.session("DST", "folder_CT1")["subject"] == "ct"


@fact("read 8.2", "a refused import is an error that quotes the page")
def test_a_refused_import(ada: Any, tmp_path: Path) -> None:
    import zipfile

    with zipfile.ZipFile(tmp_path / "no.zip", "w") as archive:
        archive.writestr("note.txt", "no image")
    with pytest.raises(XNATUploadError, match=r"(?s)Status code 400.*unable to read DICOM object"):
        ada.services.import_(str(tmp_path / "no.zip"), project="DST", destination="/prearchive/projects/DST")


@fact("read 8.2", "the prearchive as a list, of all projects or of one; rows in RECEIVING are skipped")
def test_listing_the_prearchive(ada: Any, waiting: Any, session_zip: Zip, truth: Truth) -> None:
    ada.post(
        "/data/services/import?import-handler=DICOM-zip&PROJECT_ID=DST&SUBJECT_ID=late&EXPT_LABEL=late_MR1",
        data=session_zip("002_CT1").read_bytes(),
        headers={"Content-Type": "application/zip"},
    )
    assert truth.waiting("DST")["late_MR1"]["status"] == "RECEIVING"
    labels = {one.label for one in ada.prearchive.sessions("DST")}
    assert {waiting.label, "009_MR1"} <= labels
    assert "late_MR1" not in labels
    assert {one.label for one in ada.prearchive.sessions()} >= {waiting.label, "009_MR1"}
    assert "late_MR1" in {one.label for one in ada.prearchive.sessions("DST", allow_receiving=True)}
    (found,) = ada.prearchive.find(project="DST", session=waiting.label)
    assert found.uri == waiting.uri


@fact("read 8.2", "a prearchive session's scans, resources and files")
def test_inside_the_prearchive(ada: Any) -> None:
    (row,) = ada.prearchive.find(project="DST", session="009_MR1")
    (scan,) = row.scans.values()
    assert (scan.id, scan.series_description) == ("1", "T1w")
    (resource,) = scan.resources.values()
    assert (resource.label, resource.file_count) == ("DICOM", 2)
    assert resource.file_size > 0
    assert len(scan.files) == 2
    assert {file.size > 0 for file in scan.files} == {True}
    assert scan.read_dicom().Modality == "MR"
    assert "(0010,0010)" in {line["tag1"] for line in scan.dicom_dump()}


@fact("read 8.2", "a prearchive session as a zip")
def test_downloading_from_the_prearchive(ada: Any, tmp_path: Path) -> None:
    import zipfile

    (row,) = ada.prearchive.find(project="DST", session="009_MR1")
    row.download(str(tmp_path / "row.zip"))
    with zipfile.ZipFile(tmp_path / "row.zip") as archive:
        assert archive.testzip() is None
        assert len([name for name in archive.namelist() if name.endswith(".dcm")]) == 2


@fact("read 8.2", "archiving answers with the session's address")
@fact("write 1.13", "xnatpy archives with src and auto-archive=false, and is answered 200")
def test_archiving(waiting: Any, truth: Truth, server: PracticeServer) -> None:
    before = requests_so_far(server)
    made = waiting.archive()
    (call,) = [entry for entry in server.log(before) if entry["path"] == "/data/services/archive"]
    assert (call["method"], call["status"]) == ("POST", 200)
    assert "auto-archive=false" in call["query"]
    known = truth.session("DST", "archiving_MR1")
    assert made.id == known["id"]
    assert known["subject"] == "archiving"
    assert "archiving_MR1" not in truth.waiting("DST")


@fact("read 8.2", "archiving under another subject and label, and quarantined")
def test_archiving_elsewhere(waiting: Any, truth: Truth) -> None:
    made = waiting.archive(subject="other", experiment="other_MR9", quarantine=True, trigger_pipelines=False)
    known = truth.session("DST", "other_MR9")
    assert (known["subject"], known["status"]) == ("other", "quarantine")
    assert made.status == "quarantine"


@fact("read 8.2", "what may not be archived is an error of 500 with the reason in the headline")
def test_a_refused_archiving(ada: Any, session_zip: Zip, waiting: Any) -> None:
    ada.services.import_(
        str(session_zip("002_CT1")),
        destination="archive",
        project="DST",
        subject="somebody else",
        experiment="a_refused_archiving_MR1",
    )
    with pytest.raises(XNATResponseError) as error:
        waiting.archive()
    assert error.value.status_code == 500
    assert "<h3>FAILED: Unable to archive" in error.value.text


@fact("read 8.2", "rebuilding, moving and deleting in the prearchive are answered 200 and done by the queue")
def test_moving_and_deleting(ada: Any, waiting: Any, truth: Truth) -> None:
    name = "moving_and_deleting_MR1"
    assert waiting.rebuild().status_code == 200
    assert settled(ada, truth, "DST", name) == "READY"
    assert waiting.move("COL").status_code == 200
    assert settled(ada, truth, "DST", name) == ""
    assert settled(ada, truth, "COL", name) == "READY"
    (moved,) = ada.prearchive.find(project="COL", session=name)
    assert moved.delete().status_code == 200
    assert settled(ada, truth, "COL", name) == ""
