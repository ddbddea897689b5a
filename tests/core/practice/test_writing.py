"""What happens to what is sent: rows, scripts, filters, archiving, as on a real server."""

from io import BytesIO
from typing import Any

import pydicom
import pytest

from tests.core.making import dicom_bytes, zip_of
from tests.core.practice.conftest import Xnat

IMPORT = "/data/services/import?import-handler=DICOM-zip&inbody=true&project=DST&subject=S&session=S_MR1"


def image(number: int, series: str = "1.2.3.1", study: str = "1.2.3", **tags: str) -> bytes:
    dataset = pydicom.dcmread(BytesIO(dicom_bytes(f"{series}.{number}", study, series)))
    dataset.Modality, dataset.SeriesNumber = "MR", series.rpartition(".")[2]
    for keyword, value in tags.items():
        setattr(dataset, keyword, value)
    out = BytesIO()
    dataset.save_as(out)
    return out.getvalue()


def send(xnat: Xnat, files: dict[str, bytes], more: str = "", user: str = "ada") -> Any:
    return xnat.send(
        "POST",
        IMPORT + more,
        user,
        content=zip_of(files).getvalue(),
        headers={"Content-Type": "application/zip"},
    )


def waiting(xnat: Xnat) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = [
        row for row in xnat.project("DST")["prearchive"] if row["name"] != "009_MR1"
    ]
    return rows


def row_path(xnat: Xnat, name: str = "S_MR1") -> str:
    return next(
        row["url"] for row in xnat.rows("/data/prearchive/projects/DST?format=json") if row["name"] == name
    )


def test_zips_of_one_study_and_label_gather_in_one_receiving_row(fresh: Xnat) -> None:
    one = send(fresh, {"1.dcm": image(1)})
    two = send(fresh, {"2.dcm": image(2)})
    assert one.text == two.text
    assert one.text.startswith("/data/prearchive/projects/DST/")
    assert one.text.endswith("\r\n")
    (row,) = waiting(fresh)
    assert row["status"] == "RECEIVING"
    assert len(row["scans"][0]["resources"][0]["files"]) == 2


def test_the_same_instance_again_is_overwritten_and_another_of_its_name_is_not(fresh: Xnat) -> None:
    send(fresh, {"1.dcm": image(1)})
    send(fresh, {"1.dcm": image(1)})
    send(fresh, {"other/1.dcm": image(2)})
    (row,) = waiting(fresh)
    files = row["scans"][0]["resources"][0]["files"]
    assert len(files) == 2
    assert len({file["sop_instance_uid"] for file in files}) == 2


def test_the_stock_script_writes_labels_into_headers_and_leaves_pixels_alone(fresh: Xnat) -> None:
    sent = image(1, PatientName="DOE^JANE", PatientID="42")
    send(fresh, {"1.dcm": sent})
    path = row_path(fresh)
    fresh.send("POST", f"/data{path}?action=build")
    stored = fresh.get(f"/data{path}/scans/1/resources/DICOM/files/1.dcm").content
    dataset = pydicom.dcmread(BytesIO(stored))
    assert (dataset.PatientName, dataset.PatientID, dataset.StudyDescription) == ("S", "S_MR1", "DST")
    assert dataset.PixelData == pydicom.dcmread(BytesIO(sent)).PixelData
    assert dataset.SOPInstanceUID == "1.2.3.1.1"
    assert len(dataset.DeidentificationMethodCodeSequence) == 1


def test_a_filtered_series_is_dropped_without_a_word(fresh: Xnat) -> None:
    answer = send(fresh, {"1.dcm": image(1, SeriesDescription="a localizer here")})
    assert (answer.status_code, answer.text) == (200, "")
    assert waiting(fresh) == []


@pytest.mark.parametrize(
    ("files", "more", "status", "words"),
    [
        ({"note.txt": b"hello"}, "", 400, "unable to read DICOM object"),
        ({"note.txt": b"hello"}, "&dest=nonsense", 400, "Parameter dest format error"),
        ({}, "", 200, ""),
    ],
)
def test_what_cannot_be_stored_is_told_or_not_as_by_the_real_one(
    fresh: Xnat, files: dict[str, bytes], more: str, status: int, words: str
) -> None:
    answer = send(fresh, files, more)
    assert answer.status_code == status
    assert words in answer.text


def test_unparsable_files_can_be_skipped(fresh: Xnat) -> None:
    answer = send(fresh, {"note.txt": b"hello", "1.dcm": image(1)}, "&Ignore-Unparsable=true")
    assert answer.text.startswith("/data/prearchive/projects/DST/")


def test_a_project_that_the_caller_cannot_read_falls_back_to_unassigned(fresh: Xnat) -> None:
    answer = send(fresh, {"1.dcm": image(1)}, user="zoe")
    assert answer.status_code == 200
    assert "/prearchive/projects/Unassigned/" in answer.text
    assert len(fresh.server.state()["unassigned"]) == 1


def test_a_row_left_alone_becomes_ready_by_the_clock(fresh: Xnat) -> None:
    send(fresh, {"1.dcm": image(1)})
    fresh.server.advance(6 * 60)
    fresh.rows("/data/prearchive/projects/DST?format=json")
    assert [row["status"] for row in waiting(fresh)] == ["READY"]


def test_a_row_that_prevents_it_stays_as_it_is(fresh: Xnat) -> None:
    send(fresh, {"1.dcm": image(1)}, "&prevent_auto_commit=true")
    fresh.server.advance(3600)
    fresh.rows("/data/prearchive/projects/DST?format=json")
    assert [row["status"] for row in waiting(fresh)] == ["RECEIVING"]


def archive(fresh: Xnat, name: str = "S_MR1", more: str = "") -> Any:
    path = row_path(fresh, name)
    fresh.send("POST", f"/data{path}?action=build")
    return fresh.send("POST", f"/data/services/archive?src={path}&auto-archive=false{more}")


def test_archiving_runs_the_projects_script_and_answers_with_the_address(fresh: Xnat) -> None:
    send(fresh, {"1.dcm": image(1, PatientComments="who it is")})
    answer = archive(fresh)
    assert answer.text == "/data/archive/projects/DST/subjects/S/experiments/S_MR1\r\n"
    assert waiting(fresh) == []
    (session,) = [one for one in fresh.project("DST")["sessions"] if one["label"] == "S_MR1"]
    content = fresh.get(f"/data/experiments/{session['id']}/scans/1/resources/DICOM/files/1.dcm").content
    dataset = pydicom.dcmread(BytesIO(content))
    assert dataset.PatientBirthDate == "19000101"
    assert "PatientComments" not in dataset
    assert len(dataset.DeidentificationMethodCodeSequence) == 2


@pytest.mark.parametrize(
    ("second", "more", "code", "words"),
    [
        ({"1.dcm": image(1)}, "", 14, "Session already exists with matching files."),
        ({"9.dcm": image(9, "1.2.9.1", "1.2.9")}, "", 5, "Invalid modification of session UID"),
        (
            {"9.dcm": image(9)},
            "&subject=T",
            4,
            "S_MR1 Already Exists for another Subject",
        ),
    ],
)
def test_conflicts_are_foretold_and_come_as_500_with_their_words(
    fresh: Xnat, second: dict[str, bytes], more: str, code: int, words: str
) -> None:
    send(fresh, {"1.dcm": image(1)})
    assert archive(fresh).status_code == 200
    send(fresh, second, more)
    path = row_path(fresh)
    fresh.send("POST", f"/data{path}?action=build")
    answer = fresh.send("POST", f"/data/services/validate-archive?src={path}&format=json")
    told = {int(row["code"]): row["message"] for row in answer.json()["ResultSet"]["Result"]}
    assert words in told[code]
    refused = archive(fresh)
    assert refused.status_code == 500
    assert "<h3>FAILED: Unable to archive S_MR1: Operation Failed: " in refused.text
    assert words in refused.text
    assert [row["status"] for row in waiting(fresh)] == ["CONFLICT"]


def test_another_series_under_a_taken_number_is_renamed_and_merged(fresh: Xnat) -> None:
    send(fresh, {"1.dcm": image(1)})
    archive(fresh)
    other = image(5, "1.2.3.99", SeriesNumber="1")
    send(fresh, {"5.dcm": other})
    assert archive(fresh).status_code == 200
    (session,) = [one for one in fresh.project("DST")["sessions"] if one["label"] == "S_MR1"]
    assert [scan["id"] for scan in session["scans"]] == ["1", "1-MR1"]


def test_a_folder_left_behind_is_a_conflict(fresh: Xnat) -> None:
    def send_to_source() -> None:
        fresh.send(
            "POST",
            IMPORT.replace("project=DST", "project=SRC"),
            content=zip_of({"1.dcm": image(1)}).getvalue(),
            headers={"Content-Type": "application/zip"},
        )

    def archive_in_source() -> Any:
        (row,) = fresh.rows("/data/prearchive/projects/SRC?format=json")
        fresh.send("POST", f"/data{row['url']}?action=build")
        return fresh.send("POST", f"/data/services/archive?src={row['url']}")

    send_to_source()
    archive_in_source()
    (row,) = [one for one in fresh.rows("/data/projects/SRC/experiments") if one["label"] == "S_MR1"]
    assert fresh.send("DELETE", f"/data/projects/SRC/experiments/{row['ID']}").status_code == 200
    send_to_source()
    assert "Session already exists with matching files." in archive_in_source().text


def test_members_may_not_delete_and_owners_may(fresh: Xnat) -> None:
    (row,) = fresh.rows("/data/projects/SRC/experiments")
    path = f"/data/projects/SRC/experiments/{row['ID']}"
    assert fresh.send("DELETE", path, "mem").status_code == 403
    assert fresh.send("DELETE", path + "?removeFiles=true").status_code == 200
    assert fresh.project("SRC")["sessions"] == []


def test_removing_a_prearchive_row_is_200_also_when_there_is_none(fresh: Xnat) -> None:
    path = f"/data{row_path(fresh, '009_MR1')}"
    assert [fresh.send("DELETE", path).status_code for _ in range(2)] == [200, 200]
    assert fresh.project("DST")["prearchive"] == []


def test_a_commit_under_code_four_is_301_without_a_location(fresh: Xnat) -> None:
    assert fresh.send("PUT", "/data/projects/SRC/prearchive_code/4").status_code == 200
    answer = fresh.send(
        "POST",
        IMPORT.replace("project=DST", "project=SRC"),
        content=zip_of({"1.dcm": image(1)}).getvalue(),
        headers={"Content-Type": "application/zip"},
    )
    done = fresh.send("POST", answer.text.strip() + "?action=commit")
    assert done.status_code == 301
    assert "location" not in done.headers
    assert done.text == "/data/archive/projects/SRC/subjects/S/experiments/S_MR1"


def test_a_login_lapses_without_a_word(fresh: Xnat) -> None:
    form = {"username": "ada", "password": "practice"}
    login = fresh.send("PUT", "/data/services/auth", "", data=form).text
    cookie = {"Cookie": f"JSESSIONID={login}"}
    assert fresh.send("GET", "/data/auth", "", headers=cookie).text == "User 'ada' is logged in"
    fresh.server.advance(16 * 60)
    assert fresh.send("GET", "/data/auth", "", headers=cookie).status_code == 401
