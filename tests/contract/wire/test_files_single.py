"""One file: names, types, what is packed in it, what has gone (wire-read 0.4, 2.8, 2.9)."""

from pathlib import Path

import pytest

from tests.contract.facts import LeftOut, fact
from tests.contract.wire.conftest import Xnat
from tests.contract.wire.filing import OWN, SESSION, filed, own, packed, put, unzipped

__all__ = ["filed", "own"]

NAMES = f"{SESSION}/resources/NAMES/files"
LEFT_OUT = [
    LeftOut("read 2.9", "the reason phrase of a 404", "whether it reaches a client is open (read 0.5)"),
    LeftOut("read 0.3", "DICOM files converted to JPEG", "the server has nothing that draws; it answers 400"),
]


@pytest.mark.parametrize(
    ("address", "content"),
    [
        ("a%20b.txt", "space"),
        ("a+b.txt", "plus"),
        ("e+f.txt", "alone"),
        ("c+d%2Be.txt", "both"),
        ("a%2Bb.txt", "plus"),
        ("50%25.txt", "percent"),
        ("c%20d%2Be.txt", "both"),
    ],
)
@fact("read 0.4", "a path is decoded once for %20 and %2B, and once more when compared: a + is a space then")
def test_names(filed: Xnat, address: str, content: str) -> None:
    answer = filed.get(f"{NAMES}/{address}")
    assert (answer.status_code, answer.text) == (200, content)


@fact("read 2.8", "addresses in listings are not percent-encoded")
def test_uris_are_not_encoded(filed: Xnat) -> None:
    found = {row["URI"].rpartition("/")[2] for row in filed.rows(NAMES)}
    assert {"a b.txt", "a+b.txt", "50%.txt", "c d+e.txt"} <= found


@pytest.mark.parametrize(
    ("ending", "kind"),
    [
        *(("bmp", "image/bmp"), ("gif", "image/gif"), ("html", "text/html"), ("jpg", "image/jpeg")),
        *(("JPEG", "image/jpeg"), ("pdf", "application/pdf"), ("png", "image/png"), ("svg", "image/svg+xml")),
        *(("tiff", "image/tiff"), ("txt", "text/plain"), ("xml", "text/xml")),
        *(("dcm", "application/octet-stream"), ("json", "application/octet-stream")),
        ("nii", "application/octet-stream"),
    ],
)
@fact("read 2.9", "the content type follows from a few endings, all others are bytes")
def test_content_types(filed: Xnat, ending: str, kind: str) -> None:
    place = "/data/projects/SRC/resources/KINDS/files"
    put(filed, f"{place}/x.{ending}", b"x", "&overwrite=true")
    answer = filed.get(f"{place}/x.{ending}")
    assert answer.headers["content-type"].partition(";")[0] == kind
    assert answer.headers["content-disposition"] == f'attachment; filename="x.{ending}";'


@fact("read 2.9", "a file in a folder is called by its last part")
def test_disposition_in_folders(filed: Xnat) -> None:
    answer = filed.get(f"{SESSION}/resources/BIDS/files/sub-001/anat/T1w.json")
    assert answer.headers["content-disposition"] == 'attachment; filename="T1w.json";'


@fact("read 2.9")
def test_a_404_has_no_body(filed: Xnat) -> None:
    answer = filed.get(f"{NAMES}/nope.txt")
    assert (answer.status_code, answer.content) == (404, b"")


@fact("read 2.9")
def test_head_tells_the_length(filed: Xnat) -> None:
    answer = filed.send("HEAD", f"{NAMES}/a%2Bb.txt")
    assert (answer.status_code, answer.headers["content-length"], answer.content) == (200, "4", b"")


@pytest.mark.parametrize("mark", ["!/", "!", "/"])
@fact("read 2.8")
def test_a_file_inside_a_stored_zip(filed: Xnat, mark: str) -> None:
    answer = filed.get(f"{NAMES}/pack.zip{mark}inner/x.txt")
    assert (answer.status_code, answer.text) == (200, "inside")
    assert answer.headers["content-type"].startswith("text/plain")
    assert filed.get(f"{NAMES}/pack.zip{mark}nope.txt").status_code == 404


@fact("read 2.8")
def test_list_contents_of_a_stored_zip(filed: Xnat) -> None:
    assert filed.rows(f"{NAMES}/pack.zip?listContents=true") == [
        {"File Name": "inner/x.txt", "Size": "6"},
        {"File Name": "y.bin", "Size": "4"},
    ]
    assert filed.get(f"{NAMES}/a%2Bb.txt?listContents=true").text == "plus"


@fact("read 0.5", "a bad zip is 415")
def test_a_bad_zip(filed: Xnat) -> None:
    assert filed.get(f"{NAMES}/bad.zip!/x.txt").status_code == 415
    assert filed.get(f"{NAMES}/bad.zip?listContents=true").status_code == 415
    assert filed.get(f"{NAMES}/bad.zip").text == "this is no zip"


@fact("read 2.8", "a stored zip itself comes as it is, also with format=zip")
def test_a_stored_zip(filed: Xnat) -> None:
    for query in ("", "?format=zip"):
        answer = filed.get(f"{NAMES}/pack.zip{query}")
        assert unzipped(answer.content) == unzipped(packed())


@fact("read 2.9")
def test_an_entry_whose_file_is_gone_is_listed_and_404(own: tuple[Xnat, Path]) -> None:
    xnat, folder = own
    (folder / "gone.txt").unlink()
    assert {row["Name"] for row in xnat.rows(OWN)} == {"here.txt", "gone.txt"}
    answer = xnat.get(f"{OWN}/gone.txt")
    assert (answer.status_code, answer.content) == (404, b"")
    assert xnat.get(f"{OWN}/gone.txt?accept-not-found=true").status_code == 204


@fact("read 2.8", "Size is what the catalog says, stale or not, and HEAD what there is")
def test_a_stale_size(own: tuple[Xnat, Path]) -> None:
    xnat, folder = own
    (folder / "here.txt").write_text("much longer than before")
    (row,) = [row for row in xnat.rows(OWN) if row["Name"] == "here.txt"]
    assert row["Size"] == "8"
    assert xnat.send("HEAD", f"{OWN}/here.txt").headers["content-length"] == "23"
