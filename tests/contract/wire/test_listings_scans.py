"""A session's scans as a table, and one scan (wire-read 2.4, 13.3)."""

from collections.abc import Iterator

import pytest

from tests.contract.facts import LeftOut, fact
from tests.contract.wire.conftest import Xnat
from tests.contract.wire.listing_world import stocked

LEFT_OUT = [
    LeftOut(
        "read 2.4",
        "scan IDs in an order that is not numeric",
        "the database's order is chance; here it is the order of creation",
    ),
]
_LONG = "/data/projects/SRC/subjects/001/experiments/001_MR1/scans"
_DEFAULT = {
    *("xnat_imagescandata_id", "ID", "type", "quality", "xsiType", "note", "series_description", "URI"),
}


@pytest.fixture(scope="module")
def xnat(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Xnat]:
    with stocked(tmp_path_factory.mktemp("stocked")) as server:
        yield server


@fact("read 2.4")
def test_default_columns_and_a_total(xnat: Xnat) -> None:
    found = xnat.get(_LONG).json()["ResultSet"]
    assert (set(found), found["totalRecords"]) == ({"Result", "totalRecords"}, "2")
    assert all(set(row) == _DEFAULT for row in found["Result"])
    row = found["Result"][1]
    assert (row["ID"], row["type"], row["quality"], row["xsiType"]) == (
        *("2", "t1 mprage", "usable"),
        "xnat:mrScanData",
    )


@fact("read 2.4")
def test_every_scan_has_a_number_of_its_own(xnat: Xnat) -> None:
    numbers = [row["xnat_imagescandata_id"] for row in xnat.rows(_LONG)]
    assert all(number.isdigit() and number != "0" for number in numbers)
    assert len(set(numbers)) == len(numbers)


@fact("read 2.4")
def test_the_address_is_the_short_one_whatever_form_was_asked(xnat: Xnat) -> None:
    session = xnat.id_of("001_MR1")
    for path in (_LONG, f"/data/experiments/{session}/scans", f"/data/archive/experiments/{session}/scans"):
        assert xnat.rows(path)[0]["URI"] == f"/data/experiments/{session}/scans/1"


@fact("read 2.4")
def test_useful_extra_columns(xnat: Xnat) -> None:
    asked = "ID,frames,modality,UID,scanner,condition,xnat:imageScanData/quality"
    row = xnat.rows(f"{_LONG}?columns={asked}")[1]
    assert (row["frames"], row["modality"], row["quality"]) == ("3", "MR", "usable")
    assert row["UID"].startswith("2.25.")
    assert (row["scanner"], row["condition"]) == ("", "")


@fact("read 2.4")
def test_frames_may_be_empty(xnat: Xnat) -> None:
    (row,) = xnat.rows("/data/projects/SRC/subjects/F1/experiments/F1_PET/scans?columns=ID,frames")
    assert (row["ID"], row["frames"]) == ("7", "")


@fact("read 2.4")
@pytest.mark.parametrize("query", ["ID=1", "type=nosuch", "quality=unusable", "xnat:imageScanData/ID=1"])
def test_filters_are_ignored(xnat: Xnat, query: str) -> None:
    assert [row["ID"] for row in xnat.rows(f"{_LONG}?{query}")] == ["1", "2"]


@fact("read 2.4", "no file statistics among the columns")
def test_file_statistics_are_no_columns(xnat: Xnat) -> None:
    assert set(xnat.rows(f"{_LONG}?columns=ID,file_count,file_size")[0]) == {
        *("ID", "xnat_imagescandata_id", "URI"),
    }


@fact("read 2.1")
def test_columns_without_id_are_500_as_soon_as_there_is_a_row(xnat: Xnat) -> None:
    assert xnat.get(f"{_LONG}?columns=type").status_code == 500
    assert xnat.put("/data/projects/SRC/subjects/F2/experiments/F2_MR?xsiType=xnat:mrSessionData").is_success
    empty = "/data/projects/SRC/subjects/F2/experiments/F2_MR/scans?columns=type"
    assert xnat.get(empty).json()["ResultSet"] == {"Result": [], "totalRecords": "0"}


@fact("read 2.1", "paging is ignored on scans")
def test_paging_is_ignored(xnat: Xnat) -> None:
    assert len(xnat.rows(f"{_LONG}?limit=1")) == 2


@fact("read 2.4")
@pytest.mark.parametrize(
    ("path", "user"),
    [
        ("/data/experiments/XNAT_E99999/scans", "ada"),
        ("/data/projects/SRC/subjects/001/experiments/NOPE/scans", "ada"),
        ("/data/projects/SRC/subjects/NOPE/experiments/001_MR1/scans", "ada"),
        ("/data/projects/NOPE/subjects/001/experiments/001_MR1/scans", "ada"),
        (_LONG, "zoe"),
    ],
)
def test_an_experiment_that_is_unknown_or_unreadable_is_404(xnat: Xnat, path: str, user: str) -> None:
    assert xnat.get(path, user).status_code == 404


@fact("read 2.4")
def test_there_is_no_scan_list_below_the_short_path_of_a_project(xnat: Xnat) -> None:
    item = xnat.get("/data/projects/SRC/experiments/001_MR1/scans?format=json").json()["items"][0]
    assert item["meta"]["xsi:type"] == "xnat:mrSessionData"


@fact("read 2.4")
def test_one_scan_is_an_item(xnat: Xnat) -> None:
    for base in (_LONG, f"/data/experiments/{xnat.id_of('001_MR1')}/scans"):
        (item,) = xnat.get(f"{base}/2?format=json").json()["items"]
        assert item["meta"]["xsi:type"] == "xnat:mrScanData"
        assert (item["data_fields"]["ID"], item["data_fields"]["frames"]) == ("2", 3)


@fact("read 2.4")
def test_an_unknown_scan_is_404_with_its_words(xnat: Xnat) -> None:
    answer = xnat.get(f"{_LONG}/9")
    assert (answer.status_code, xnat.headline(answer)) == (404, "Unable to find the specified scan.")
    answer = xnat.get("/data/experiments/XNAT_E99999/scans/1")
    assert xnat.headline(answer) == "Unable to find the specified experiment."


@fact("read 13.3")
def test_xsi_type_does_filter_and_adds_its_own_key(xnat: Xnat) -> None:
    rows = xnat.rows(f"{_LONG}?xsiType=xnat:mrScanData")
    assert [row["ID"] for row in rows] == ["1", "2"]
    assert set(rows[0]) == {*_DEFAULT, "xnat:mrscandata/xnat_imagescandata_id"}
    assert rows[0]["xnat:mrscandata/xnat_imagescandata_id"] == rows[0]["xnat_imagescandata_id"]
    assert xnat.rows(f"{_LONG}?xsiType=xnat:ctScanData") == []
