"""The envelope of every table (wire-read 0.7)."""

import csv
import io
import re

from tests.contract.facts import LeftOut, fact
from tests.contract.wire.conftest import Xnat

SESSION = "/data/projects/SRC/subjects/001/experiments/001_MR1"

LEFT_OUT = [LeftOut("read 0.7", "Columns of searches", "under the section about searches")]


@fact("read 0.7")
def test_the_envelope(xnat: Xnat) -> None:
    body = xnat.get("/data/projects/SRC/experiments?format=json").json()
    assert list(body) == ["ResultSet"]
    assert isinstance(body["ResultSet"]["Result"], list)
    assert isinstance(body["ResultSet"].get("title", ""), str)


@fact("read 0.7")
def test_every_cell_is_a_string_and_null_is_empty(xnat: Xnat) -> None:
    for path in ("/data/projects/SRC/experiments", f"{SESSION}/scans", f"{SESSION}/scans/1/files"):
        rows = xnat.rows(path)
        assert rows
        assert all(isinstance(value, str) for row in rows for value in row.values())
    assert "" in [value for row in xnat.rows(f"{SESSION}/scans/1/resources") for value in row.values()]


@fact("read 0.7")
def test_times_have_milliseconds(xnat: Xnat) -> None:
    (row,) = xnat.rows("/data/projects/SRC/experiments")
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}", row["insert_date"])


@fact("read 0.7")
def test_what_stands_beside_the_rows_is_text_too(xnat: Xnat) -> None:
    assert xnat.get("/data/projects/SRC/experiments?format=json").json()["ResultSet"]["totalRecords"] == "1"


@fact("read 0.7")
def test_files_configurations_and_pages_tell_no_total(xnat: Xnat) -> None:
    for path in (f"{SESSION}/scans/1/files?format=json", "/data/projects/DST/config?format=json"):
        assert "totalRecords" not in xnat.get(path).json()["ResultSet"]
    paged = xnat.get("/data/experiments?format=json&limit=1").json()["ResultSet"]
    assert "totalRecords" not in paged


@fact("read 0.7")
def test_projects_by_permission_tell_no_total(xnat: Xnat) -> None:
    for name in ("permissions=edit&dataType=xnat:mrSessionData", "creatableTypes=true"):
        assert "totalRecords" not in xnat.get(f"/data/projects?format=json&{name}").json()["ResultSet"]


@fact("read 0.7")
def test_a_header_dump_tells_no_total(xnat: Xnat) -> None:
    source = "/archive/projects/SRC/subjects/001/experiments/001_MR1/scans/1"
    dump = xnat.get(f"/data/services/dicomdump?src={source}&format=json").json()["ResultSet"]
    assert dump["Result"]
    assert "totalRecords" not in dump


@fact("read 0.7")
def test_columns_are_described_for_files_only(xnat: Xnat) -> None:
    described = xnat.get(f"{SESSION}/scans/1/files?format=json").json()["ResultSet"]["Columns"]
    assert "URI" in {one["key"] for one in described}
    assert "Columns" not in xnat.get(f"{SESSION}/scans?format=json").json()["ResultSet"]


@fact("read 0.7")
def test_csv_has_a_header_and_no_line_breaks_in_cells(shared: Xnat) -> None:
    assert shared.put(f"{SESSION}?note=one%0Atwo,%20three").status_code == 200
    text = shared.get("/data/projects/SRC/experiments?format=csv&columns=label,note").text
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["note"] for row in rows if row["label"] == "001_MR1"] == ["one two, three"]
    assert len(text.splitlines()) == len(rows) + 1
