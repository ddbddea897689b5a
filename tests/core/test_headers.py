"""A header is read from the start of a file: few bytes, one request, and never the pixels."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from pydicom import dcmread

from tests.core.making import dicom_bytes, file_row
from tests.core.shore import TWO_SESSIONS, USERS, Shore, shore
from xnat_ferry.errors import NotAnAnswer, NotFound
from xnat_ferry.settings.credentials import Credentials
from xnat_ferry.xnat import headers
from xnat_ferry.xnat.client import XnatClient
from xnat_ferry.xnat.listings import list_sessions, read_session

LARGE = TWO_SESSIONS.replace("rows = 64, columns = 64", "rows = 512, columns = 512")


@pytest.fixture(scope="module")
def slow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shore]:
    with shore(tmp_path_factory.mktemp("slow")) as sea:
        yield sea


def opened(sea: Shore) -> XnatClient:
    return XnatClient(sea.server.url, Credentials("ada", "pract1ce-pw"))


def test_one_request_of_few_bytes_gives_the_header(tmp_path: Path) -> None:
    with shore(tmp_path, USERS + LARGE) as sea, opened(sea) as client:
        row = next(one for one in list_sessions(client, "SRC") if one.label == "001_MR1")
        detail = read_session(client, row.id)
        sea.server.clear_log()
        header = headers.read_header(client, row.id, detail.dicom_files("2")[0])
        (request,) = sea.server.log()
    assert header.StudyInstanceUID == row.study_uid
    assert header.SeriesInstanceUID == next(scan.uid for scan in detail.scans if scan.id == "2")
    assert "PixelData" not in header
    assert request["status"] == 206
    assert request["bytes_out"] == headers.FIRST_BYTES


def test_a_header_longer_than_the_first_bytes_is_asked_for_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(headers, "FIRST_BYTES", 300)
    with shore(tmp_path, USERS + LARGE) as sea, opened(sea) as client:
        row = list_sessions(client, "SRC")[0]
        detail = read_session(client, row.id)
        sea.server.clear_log()
        header = headers.read_header(client, row.id, detail.dicom_files("2")[0])
        assert header.Modality == "MR"
        assert 1 < len(sea.server.log()) < 6


@pytest.mark.parametrize(
    "fault", [{"status": 503, "times": 2}, {"reset": True, "times": 1}, {"cut_after": 0.5, "times": 1}]
)
def test_a_server_that_is_busy_or_breaks_off_is_asked_again(slow: Shore, fault: dict[str, object]) -> None:
    with opened(slow) as client:
        row = list_sessions(client, "SRC")[0]
        slow.server.set_faults([{"match": "GET .*/files", **fault}])
        sample = headers.sample_scan(client, row.id, "2", "DICOM")
    assert (sample.problem, sample.value(0x00080060)) == ("", "MR")


def test_what_is_no_dicom_and_what_is_not_there_are_told_apart(tmp_path: Path) -> None:
    with shore(tmp_path) as sea, opened(sea) as client:
        row = list_sessions(client, "SRC")[0]
        with pytest.raises(NotFound):
            headers.read_header(client, row.id, file_row("none.dcm", scan="2"))
        name = read_session(client, row.id).dicom_files("2")[0]
        sea.server.set_faults([{"match": "GET .*/files/", "status": 200, "body": "words"}])
        with pytest.raises(NotAnAnswer):
            headers.read_header(client, row.id, name)


def test_a_file_without_preamble_or_without_pixels_has_a_header_too(tmp_path: Path) -> None:
    folder = tmp_path / "dicom"
    folder.mkdir()
    whole = dicom_bytes()
    (folder / "bare.dcm").write_bytes(whole[132:])
    report = dcmread(BytesIO(dicom_bytes(sop_uid="1.2.3.2.1", series_uid="1.2.3.2")))
    del report.PixelData
    report.save_as(folder / "report.dcm")
    session = '\n[[sessions]]\nproject = "SRC"\nsubject = "7"\nlabel = "L"\ndicom = "dicom"\n'
    with shore(tmp_path, USERS + session) as sea, opened(sea) as client:
        (row,) = list_sessions(client, "SRC")
        detail = read_session(client, row.id)
        samples = [
            headers.sample_scan(client, row.id, scan.id, scan.resources[0].label) for scan in detail.scans
        ]
    assert [one.problem for one in samples] == ["", ""]
    assert {one.value(0x0020000E) for one in samples} == {"1.2.3.1", "1.2.3.2"}
