"""What an import answers (wire-write 1.6)."""

import pytest

from tests.contract.facts import LeftOut, fact
from tests.contract.wire.conftest import Xnat
from tests.contract.wire.sending import IMPORT, ZIP, image, lines, new_study, send, zipped

LEFT_OUT = [
    LeftOut(
        "write 1.6",
        "200 and empty after a commit whose rebuild could not take the lock",
        "rows are built under one lock, which is waited for",
    ),
]


@fact("write 1.6")
def test_success_is_200_with_one_address_a_session_each_ended_by_crlf(xnat: Xnat) -> None:
    one, two = new_study(), new_study()
    files = {
        "a/1.dcm": image(one, PatientID="A1"),
        "a/2.dcm": image(one, 2, PatientID="A1"),
        "b/1.dcm": image(two, PatientID="B1"),
    }
    found = lines(send(xnat, files, "project=SRC"))
    assert [line.rpartition("/")[2] for line in found] == ["A1", "B1"]
    assert all(line.startswith("/data/prearchive/projects/SRC/") for line in found)


@fact("write 1.6", "format=txt is text/plain, one address, no CRLF")
def test_format_txt_is_one_address_without_an_end(xnat: Xnat) -> None:
    answer = send(xnat, {"1.dcm": image(new_study())}, "project=SRC&session=TXT&format=txt")
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.text.startswith("/data/prearchive/projects/SRC/")
    assert answer.text.endswith("/TXT")


@fact("write 1.6", "format=html is a page, and 200 for errors too")
def test_format_html_is_200_for_errors_too(xnat: Xnat) -> None:
    good = send(xnat, {"1.dcm": image(new_study())}, "project=SRC&session=HTML&format=html")
    assert good.headers["content-type"].startswith("text/html")
    assert "/data/prearchive/projects/SRC/" in good.text
    bad = send(xnat, {"1.txt": b"hello"}, "project=SRC&session=HTML&format=html")
    assert bad.status_code == 200
    assert bad.headers["content-type"].startswith("text/html")
    assert "unable to read DICOM object 1.txt" in bad.text


@fact("write 1.6")
@pytest.mark.parametrize("content", [b"no zip at all", zipped({}), zipped({"folder/": b""})])
def test_what_is_no_zip_or_empty_is_200_and_empty(xnat: Xnat, content: bytes) -> None:
    answer = xnat.post(f"{IMPORT}?import-handler=DICOM-zip&project=SRC", content=content, headers=ZIP)
    assert (answer.status_code, answer.content) == (200, b"")


@fact("write 1.6")
def test_a_zip_of_refused_series_is_200_and_empty(xnat: Xnat) -> None:
    files = {"1.dcm": image(new_study(), SeriesDescription="a localizer")}
    answer = send(xnat, files, "project=DST&session=REF&dest=/prearchive/projects/DST")
    assert (answer.status_code, answer.content) == (200, b"")
    assert "REF" not in {row["name"] for row in xnat.project("DST")["prearchive"]}


@fact("write 1.6", "200 after archiving as well, never 201")
def test_archiving_is_200_too(xnat: Xnat) -> None:
    answer = send(xnat, {"1.dcm": image(new_study())}, "dest=/archive/projects/SRC&subject=AR&session=AR_1")
    assert lines(answer) == ["/data/archive/projects/SRC/subjects/AR/experiments/AR_1"]
