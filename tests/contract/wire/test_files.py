"""Listings of files (wire-read 2.8)."""

import hashlib
import re

import pytest

from tests.contract.facts import LeftOut, fact
from tests.contract.wire.conftest import Xnat, serving
from tests.contract.wire.filing import SESSION, SUBJECT, WORLD, filed, number_of, unzipped, uris

__all__ = ["filed"]

NIFTI = f"{SESSION}/scans/2/resources/NIFTI/files"
LEFT_OUT = [
    LeftOut("read 2.8", "resources without a catalog", "every resource of the server has one"),
    LeftOut("read 2.8", "digests of files elsewhere", "no file of the server lies on another"),
    LeftOut("read 2.8", "Size forced to 0 with index=", "no listing comes with index=, but the file itself"),
]


@fact("read 2.8", "the envelope: one described column, the title, no total")
def test_the_envelope(filed: Xnat) -> None:
    result = filed.get(f"{NIFTI}?format=json").json()["ResultSet"]
    assert result["Columns"] == [{"key": "URI", "serverRoot": ""}]
    assert result["title"] == "Files"
    assert "totalRecords" not in result


@fact("read 2.8", "what a row says of a file")
def test_a_row(filed: Xnat) -> None:
    number = number_of(filed, f"{SESSION}/scans/2", "NIFTI")
    (row,) = [row for row in filed.rows(NIFTI) if row["Name"] == "t1.nii"]
    (subject,) = [one for one in filed.rows("/data/projects/SRC/subjects") if one["label"] == "001"]
    base = f"/data/projects/SRC/subjects/{subject['ID']}/experiments/{filed.id_of('001_MR1')}/scans/2"
    assert row == {
        "Name": "t1.nii",
        "Size": "5",
        "URI": f"{base}/resources/{number}/files/t1.nii",
        "collection": "NIFTI",
        "file_tags": "a,b",
        "file_format": "NIFTI",
        "file_content": "T1",
        "cat_ID": number,
        "digest": hashlib.md5(b"nifti").hexdigest(),
    }


@fact("read 2.8")
def test_names_are_not_unique_and_folders_show_in_the_uri(filed: Xnat) -> None:
    rows = {row["URI"].partition("/files/")[2]: row["Name"] for row in filed.rows(NIFTI)}
    assert rows == {"t1.nii": "t1.nii", "1/deep.txt": "deep.txt", "files/resources/odd.txt": "odd.txt"}


@fact("read 2.8", "format and content are the entry's own, often empty though the resource has them")
def test_entries_own_format(filed: Xnat) -> None:
    resource = filed.rows(f"{SESSION}/scans/1/resources")[0]
    assert (resource["format"], resource["content"]) == ("DICOM", "RAW")
    rows = filed.rows(f"{SESSION}/scans/1/resources/DICOM/files")
    assert {(row["file_format"], row["file_content"]) for row in rows} == {("DICOM", "")}


@fact("read 2.8")
def test_one_resource_has_the_base_of_the_request(filed: Xnat) -> None:
    identifier = filed.id_of("001_MR1")
    short = f"/data/experiments/{identifier}"
    assert uris(filed, f"{short}/scans/1/resources/DICOM/files")[0].startswith(f"{short}/scans/1/resources/")
    assert uris(filed, f"{short}/resources/BIDS/files")[0].startswith(f"{short}/resources/")
    full = uris(filed, f"{SESSION}/assessors/QC1/out/resources/MEASURES/files")[0]
    assert re.match(
        rf"/data/projects/SRC/subjects/XNAT_S\d+/experiments/{identifier}/assessors/XNAT_E\d+/out/", full
    )
    (project,) = uris(filed, "/data/projects/SRC/resources/PROJ/files")
    assert project.startswith("/data/projects/SRC/resources/")
    (subject,) = uris(filed, f"{SUBJECT}/resources/SUBJ/files")
    assert re.match(r"/data/projects/SRC/subjects/XNAT_S\d+/resources/", subject)
    assert filed.get(subject).text == "s"
    short = "/data/subjects/" + subject.split("/")[5]
    assert uris(filed, f"{short}/resources/SUBJ/files")[0].startswith(f"{short}/resources/")


@fact("read 2.8")
def test_several_resources_have_their_own_base(filed: Xnat) -> None:
    found = uris(filed, f"{SESSION}/scans/1,3/files")
    own = f"/data/experiments/{filed.id_of('001_MR1')}/scans/"
    assert {uri.partition("/resources/")[0] for uri in found} == {f"{own}1", f"{own}3"}
    for uri in found:
        assert filed.get(uri).status_code == 200


@fact("read 2.8", "the base of one resource below several scans names them all, and can be fetched")
def test_one_resource_below_several_scans(filed: Xnat) -> None:
    found = uris(filed, f"{SESSION}/scans/1,2/resources/NIFTI/files")
    assert all("/scans/1,2/resources/" in uri for uri in found)
    assert filed.get(found[0]).status_code == 200


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("file_format=NIFTI", {"t1.nii"}),
        ("file_format=nifti", set()),
        ("file_format=NIFTI&file_format=TEXT", {"t1.nii", "odd.txt"}),
        ("file_format=NIFTI,TEXT", set()),
        ("file_content=T1", {"t1.nii", "deep.txt"}),
        ("file_content=NULL", {"odd.txt"}),
        ("file_format=NULL", set()),
        ("file_format=NIFTI&file_content=T1", {"t1.nii"}),
    ],
)
@fact("read 2.8", "filters: exact, repeatable, no lists, content NULL, and format NULL that matches nothing")
def test_filters(filed: Xnat, query: str, names: set[str]) -> None:
    assert {row["Name"] for row in filed.rows(f"{NIFTI}?{query}")} == names


@fact("read 2.8")
def test_filters_look_at_the_entry_and_not_at_the_resource(filed: Xnat) -> None:
    assert filed.rows(f"{SESSION}/scans/1/files?file_content=RAW") == []


@fact("read 2.8")
def test_all_lists_every_level(filed: Xnat) -> None:
    rows = filed.rows(f"{SESSION}/resources/BIDS,DICOM,MEASURES/files?all=true")
    assert {row["collection"] for row in rows} == {"BIDS", "DICOM", "MEASURES"}
    own = filed.rows(f"{SESSION}/resources/BIDS,DICOM,MEASURES/files")
    assert {row["collection"] for row in own} == {"BIDS"}


@fact("read 2.8")
def test_index_is_the_file_at_that_place_of_the_list(filed: Xnat) -> None:
    names = [row["URI"].partition("/files/")[2] for row in filed.rows(NIFTI)]
    for place, name in enumerate(names):
        assert filed.get(f"{NIFTI}?index={place}").content == filed.get(f"{NIFTI}/{name}").content
    assert filed.get(f"{NIFTI}?index={len(names)}").status_code == 404
    assert filed.get(f"{NIFTI}?index=1&file_format=NIFTI").status_code == 404
    assert filed.get(f"{NIFTI}?index=0&file_format=TEXT").text == "odd"


@fact("read 2.8", "a locator shows server paths in a column of its name, in place of URI")
def test_locators(filed: Xnat) -> None:
    for locator, beginning in (("absolutePath", "/"), ("projectPath", "arc001/001_MR1/SCANS/2/NIFTI/")):
        row = filed.rows(f"{NIFTI}?locator={locator}")[0]
        assert "URI" not in row
        assert row[locator].startswith(beginning)
        assert row[locator].endswith("/SCANS/2/NIFTI/t1.nii")
    assert "URI" in filed.rows(f"{NIFTI}?locator=other")[0]


@fact("read 2.8")
def test_a_folder_is_listed(filed: Xnat) -> None:
    bids = f"{SESSION}/resources/BIDS/files"
    assert {row["Name"] for row in filed.rows(f"{bids}/sub-001/")} == {"T1w.json", "x.tsv"}
    assert {row["Name"] for row in filed.rows(f"{bids}/sub-001/anat/")} == {"T1w.json"}
    assert filed.rows(f"{bids}/nope/") == []


@fact("read 2.8")
def test_recursive_false_keeps_only_what_lies_deeper(filed: Xnat) -> None:
    folder = f"{SESSION}/resources/BIDS/files/sub-001/"
    assert {row["Name"] for row in filed.rows(f"{folder}?recursive=false")} == {"T1w.json"}


@fact("read 2.8", "an unknown label: an empty list, a zip that is 404, a file that is 404")
def test_an_unknown_label(filed: Xnat) -> None:
    unknown = f"{SESSION}/resources/NOPE/files"
    assert filed.rows(unknown) == []
    assert filed.get(f"{unknown}?format=zip").status_code == 404
    answer = filed.get(f"{unknown}/x.txt")
    assert (answer.status_code, filed.headline(answer)) == (404, "Unable to find file.")


@fact("read 2.8", "accept-not-found turns a 404 into a 204")
def test_accept_not_found(filed: Xnat) -> None:
    for path in ("NOPE/files?format=zip&", "NOPE/files/x.txt?", "BIDS/files/x.txt?", "BIDS/files?index=9&"):
        assert filed.get(f"{SESSION}/resources/{path}accept-not-found=true").status_code == 204
        assert filed.get(f"{SESSION}/resources/{path}").status_code == 404


@fact("read 2.8", "resources are selected by labels and numbers, in lists too")
def test_lists_of_resources(filed: Xnat) -> None:
    number = number_of(filed, SESSION, "NAMES")
    rows = filed.rows(f"{SESSION}/resources/BIDS,{number}/files")
    assert {row["collection"] for row in rows} == {"BIDS", "NAMES"}


@fact("read 0.3", "files may be had as JPEG by Accept too, which this server cannot draw: 400")
def test_pictures_fail(filed: Xnat) -> None:
    path = f"{SESSION}/scans/1/resources/DICOM/files/0001.dcm"
    for answer in (
        filed.get(path, headers={"Accept": "image/jpeg"}),
        filed.get(f"{path}?format=image/jpeg"),
    ):
        assert answer.status_code == 400
    other = filed.get(f"{SESSION}/resources/BIDS/files/README", headers={"Accept": "image/jpeg"})
    assert (other.status_code, other.text) == (200, "r")


@fact("read 2.8", "digests are empty where the site kept none when the file was written")
def test_no_digests(tmp_path_factory: pytest.TempPathFactory) -> None:
    with serving(tmp_path_factory.mktemp("plain"), "[server]\nchecksums = false\n" + WORLD) as xnat:
        rows = xnat.rows(f"{SESSION}/scans/1/files")
    assert [row["digest"] for row in rows] == ["", ""]


@fact("read 0.2", "below /projects/P/experiments/E there are resources, catalogs and files, of any form")
def test_the_form_without_a_subject(filed: Xnat) -> None:
    base = "/data/projects/SRC/experiments/001_MR1/resources"
    assert "BIDS" in {row["label"] for row in filed.rows(base)}
    assert "README" in filed.get(f"{base}/BIDS").text
    own = f"/data/experiments/{filed.id_of('001_MR1')}/resources/"
    assert all(uri.startswith(own) for uri in uris(filed, f"{base}/BIDS/files"))
    assert filed.get(f"{base}/BIDS/files/README").text == "r"
    assert "001_MR1/resources/BIDS/files/README" in unzipped(
        filed.get(f"{base}/BIDS/files?format=zip").content
    )


@fact("read 0.1", "/data/archive and /REST are the same")
def test_other_beginnings(filed: Xnat) -> None:
    for beginning in ("/data/archive/", "/REST/"):
        path = f"{SESSION}/resources/BIDS/files/README".replace("/data/", beginning, 1)
        assert filed.get(path).text == "r"


@fact("read 2.8", "a listing may be had as CSV, XML and a page")
def test_formats(filed: Xnat) -> None:
    text = filed.get(f"{NIFTI}?format=csv").text.splitlines()
    assert text[0] == "Name,Size,URI,collection,file_tags,file_format,file_content,cat_ID,digest"
    assert len(text) == 4
    assert filed.get(f"{NIFTI}?format=xml").headers["content-type"].startswith("text/xml")
    assert filed.get(f"{NIFTI}?format=html").headers["content-type"].startswith("text/html")


@fact("read 0.3", "Accept that allows no variant is 406, whatever format= says")
def test_accept(filed: Xnat) -> None:
    for media in ("application/zip", "application/octet-stream"):
        assert filed.get(f"{NIFTI}?format=zip", headers={"Accept": media}).status_code == 406
        assert filed.get(f"{NIFTI}/t1.nii", headers={"Accept": media}).status_code == 406
    catalog = f"{SESSION}/resources/BIDS"
    assert filed.get(catalog, headers={"Accept": "application/json"}).status_code == 406
