"""Selecting scans, falling back, and the list of resources (wire-read 2.4, 2.5, 2.7)."""

from collections.abc import Callable

import pytest

from tests.contract.facts import LeftOut, fact
from tests.contract.wire.conftest import Xnat
from tests.contract.wire.filing import SESSION, SUBJECT, WORLD, filed, number_of, put

__all__ = ["filed"]

LEFT_OUT = [
    LeftOut("read 2.7", "cachePath of entries", "no file of the server lies on another, to be cached"),
    LeftOut("read 2.7", "resources of reconstructions", "the server stores none"),
    LeftOut(
        "read 2.7",
        "counts that are empty or stale, and stored by cache_file_stats",
        "counts are taken from the catalog whenever they are shown",
    ),
]


def picked(xnat: Xnat, selector: str) -> set[str]:
    rows = xnat.rows(f"{SESSION}/scans/{selector}/resources")
    return {row["cat_id"] for row in rows if row["category"] == "scans"}


@pytest.mark.parametrize(
    ("selector", "scans"),
    [
        ("ALL", {"1", "2", "3", "4"}),
        ("*", {"1", "2", "3", "4"}),
        ("1", {"1"}),
        ("t1%20mprage", {"2"}),
        ("t1+mprage", {"2"}),
        ("1,t1%20mprage", {"1", "2"}),
        ("1%2C3", {"1", "3"}),
        ("NULL", {"3"}),
        ("NULL,1", {"1", "3"}),
        ("a[SLASH]b[COMMA]c", {"4"}),
        ("1,NOPE", {"1"}),
    ],
)
@fact("read 2.4", "a scan selector: ALL, *, IDs or types, lists of them, NULL, [SLASH] and [COMMA]")
def test_scan_selectors(filed: Xnat, selector: str, scans: set[str]) -> None:
    assert picked(filed, selector) == scans


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE"])
@fact("read 2.4", "writing to what is not exactly one scan is 404")
def test_writing_takes_exactly_one_scan(filed: Xnat, method: str) -> None:
    for selector in ("NOPE", "1,2", "ALL"):
        path = f"{SESSION}/scans/{selector}/resources/DICOM/files/x.txt?inbody=true"
        assert filed.send(method, path, content=b"x").status_code == 404


@pytest.mark.parametrize(
    ("path", "label"),
    [
        (f"{SESSION}/scans/NOPE", "SUBJ"),
        (f"{SUBJECT}/experiments/NOPE", "SUBJ"),
        (f"{SUBJECT}/experiments/NOPE/scans/1", "SUBJ"),
        (f"{SESSION}/assessors/NOPE", "SUBJ"),
        ("/data/projects/SRC/experiments/NOPE", "PROJ"),
    ],
)
@fact("read 2.4", "what is not found leaves the subject's, or the project's, resources with 200")
def test_falling_back(filed: Xnat, path: str, label: str) -> None:
    rows = filed.rows(f"{path}/resources")
    assert [row["label"] for row in rows] == [label]


@pytest.mark.parametrize("path", [f"{SESSION}/scans/NOPE", f"{SUBJECT}/experiments/NOPE"])
@fact("read 2.4", "so do its files, and a zip of them")
def test_falling_back_to_files(filed: Xnat, path: str) -> None:
    rows = filed.rows(f"{path}/files?format=json")
    assert [row["Name"] for row in rows] == ["s.txt"]
    assert filed.get(f"{path}/files?format=zip").headers["content-disposition"] == (
        'attachment; filename="001.zip";'
    )


@pytest.mark.parametrize("path", ["/data/experiments/NOPE", "/data/experiments/{E}/scans/NOPE"])
@fact("read 2.4", "without a project unknown things are 500 on files and 404 on resources")
def test_nothing_to_fall_back_to(filed: Xnat, path: str) -> None:
    path = path.replace("{E}", filed.id_of("001_MR1"))
    assert filed.get(f"{path}/files?format=json").status_code == 500
    assert filed.get(f"{path}/resources").status_code == 404
    assert filed.get(f"{path}/resources/DICOM").status_code == 404


@fact("read 2.4")
def test_an_accession_id_is_not_checked_against_the_project(filed: Xnat) -> None:
    there = filed.id_of("b_MR1", "PUB")
    for path in (
        f"/data/projects/SRC/experiments/{there}/resources",
        f"{SUBJECT}/experiments/{there}/resources",
    ):
        assert filed.rows(path) == []  # its own, of which there are none, and not the subject's
    rows = filed.rows(f"{SUBJECT}/experiments/{there}/scans/1/resources")
    assert [row["label"] for row in rows] == ["DICOM"]


@fact("read 2.5", "files of a session one may not read are 500 without a project")
def test_unreadable_sessions(filed: Xnat) -> None:
    for project, label in (("SRC", "001_MR1"), ("PROT", "p_MR1")):
        identifier = filed.id_of(label, project)
        assert filed.get(f"/data/experiments/{identifier}/files", "zoe").status_code == 500
        assert filed.get(f"/data/experiments/{identifier}/scans/1/files", "zoe").status_code == 500


@fact("read 2.5", "with an unreadable project in the address 404 Unable to identify project comes first")
def test_an_unreadable_project(filed: Xnat) -> None:
    for path in (f"{SESSION}/files", f"{SESSION}/scans/1/files", "/data/projects/NOPE/files"):
        answer = filed.get(path, "zoe")
        assert (answer.status_code, filed.headline(answer)) == (404, "Unable to identify project")


@fact("read 2.5")
def test_a_sessions_files_are_its_own_resources_unless_all(filed: Xnat) -> None:
    own = {row["collection"] for row in filed.rows(f"{SESSION}/resources/BIDS,NAMES/files")}
    assert own == {"BIDS", "NAMES"}
    labels = {row["label"] for row in filed.rows(f"{SESSION}/resources")}
    assert labels == {"BIDS", "NAMES", "GONE"}


@fact("read 2.7", "the columns, category, ID and type of the level, title and total")
def test_the_list_of_resources(filed: Xnat) -> None:
    result = filed.get(f"{SESSION}/scans/1/resources").json()["ResultSet"]
    assert result["title"] == "Resources"
    assert result["totalRecords"] == "1"
    (row,) = result["Result"]
    assert set(row) == {
        *("xnat_abstractresource_id", "label", "element_name", "category", "cat_id", "cat_desc"),
        *("file_count", "file_size", "tags", "content", "format"),
    }
    assert (row["category"], row["cat_id"], row["cat_desc"]) == ("scans", "1", "loc[red]")
    assert (row["label"], row["element_name"]) == ("DICOM", "xnat:resourceCatalog")
    files = filed.rows(f"{SESSION}/scans/1/resources/DICOM/files")
    assert row["file_count"] == "2"
    assert row["file_size"] == str(sum(int(file["Size"]) for file in files))


@pytest.mark.parametrize(
    ("path", "label", "category"),
    [
        ("/data/projects/SRC", "PROJ", "resources"),
        (SUBJECT, "SUBJ", "resources"),
        (SESSION, "BIDS", "resources"),
        ("/data/projects/SRC/experiments/001_MR1", "BIDS", "resources"),
        (f"{SESSION}/scans/2", "NIFTI", "scans"),
        (f"{SESSION}/assessors/QC1", "MEASURES", "assessors"),
        (f"{SESSION}/assessors/QC1/out", "MEASURES", "assessors"),
        (f"{SESSION}/assessors/QC1/in", "SOURCE", "assessors"),
        (f"{SESSION}/assessors/ALL", "MEASURES", "assessors"),
    ],
)
@fact("read 2.7", "resources at project, subject, session, scan and assessor level")
def test_levels(filed: Xnat, path: str, label: str, category: str) -> None:
    rows = {row["label"]: row for row in filed.rows(f"{path}/resources")}
    assert rows[label]["category"] == category
    archive = path.replace("/data/", "/data/archive/", 1)
    assert label in {row["label"] for row in filed.rows(f"{archive}/resources")}


@fact("read 2.7", "a session reached by its accession ID alone")
def test_short_address(filed: Xnat) -> None:
    rows = filed.rows(f"/data/experiments/{filed.id_of('001_MR1')}/resources")
    assert {row["cat_id"] for row in rows} == {filed.id_of("001_MR1")}
    assert {row["cat_desc"] for row in rows} == {" "}


@fact("read 2.7")
def test_all_adds_scans_and_assessors(filed: Xnat) -> None:
    rows = filed.rows(f"{SESSION}/resources?all=true")
    assert {row["category"] for row in rows} == {"resources", "scans", "assessors"}
    assert len([row for row in rows if row["label"] == "DICOM"]) == 4
    assert {row["cat_id"] for row in rows if row["category"] == "resources"} == {""}


@fact("read 2.7", "cache_file_stats without a project needs file_stats, or is 500")
def test_file_statistics(filed: Xnat) -> None:
    short = f"/data/experiments/{filed.id_of('001_MR1')}/resources?cache_file_stats=true"
    assert filed.get(short).status_code == 500
    assert filed.get(f"{short}&file_stats=true").status_code == 200
    assert filed.get(f"{SESSION}/resources?cache_file_stats=true").status_code == 200


@fact("read 2.7")
def test_numbers_hold_everywhere(filed: Xnat) -> None:
    number = number_of(filed, f"{SESSION}/scans/2", "NIFTI")
    for place in ("/data/projects/SRC", SUBJECT, SESSION, f"{SESSION}/scans/1"):
        assert "t1.nii" in filed.get(f"{place}/resources/{number}").text
        assert len(filed.rows(f"{place}/resources/{number}/files")) == 3


@fact("read 2.7", "a number whose owner one may not read is 404")
def test_numbers_of_others(filed: Xnat) -> None:
    number = number_of(filed, f"{SESSION}/scans/2", "NIFTI")
    for path in (f"/data/projects/PUB/resources/{number}", f"/data/projects/PUB/resources/{number}/files"):
        assert filed.get(path).status_code == 200
        assert filed.get(path, "zoe").status_code == 404
    assert filed.get("/data/projects/SRC/resources/99999").status_code == 404


@fact("read 2.8", "a switch says whether addresses of several resources begin with /data")
def test_the_data_prefix(world: Callable[..., Xnat]) -> None:
    off = world("[server]\nunconfirmed = { many_resources_have_the_data_prefix = false }\n" + WORLD)
    put(off, f"{SUBJECT}/resources/SUBJ/files/s.txt", b"s")
    found = [row["URI"] for row in off.rows(f"{SESSION}/scans/ALL/files")]
    assert {uri.partition("XNAT_E")[0] for uri in found} == {"/experiments/"}
    (subjects,) = off.rows(f"{SUBJECT}/files")
    assert subjects["URI"].startswith("/projects/SRC/subjects/XNAT_S")
