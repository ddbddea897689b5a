"""Data types and their searchable fields (wire-read 7.3)."""

import csv
import io
from xml.etree import ElementTree

import pytest

from tests.contract.facts import fact
from tests.contract.wire.conftest import Xnat

ELEMENTS = "/data/search/elements"


@fact("read 7.3")
def test_elements_are_rows_with_these_columns(xnat: Xnat) -> None:
    result = xnat.get(f"{ELEMENTS}?format=json").json()["ResultSet"]
    assert result["title"] == "Data-Types"
    rows = {row["ELEMENT_NAME"]: row for row in result["Result"]}
    assert all(
        set(row) == {"ELEMENT_NAME", "SINGULAR", "PLURAL", "SECURED", "COUNT"} for row in rows.values()
    )
    session = rows["xnat:mrSessionData"]
    assert (session["SINGULAR"], session["PLURAL"], session["SECURED"]) == (
        "MR Session",
        "MR Sessions",
        "true",
    )
    assert (session["COUNT"], rows["xnat:projectData"]["COUNT"]) == ("2", "4")
    assert rows["xnat:mrScanData"]["SECURED"] == "false"


@fact("read 7.3", "every type that a listing names is an element, and one of the schemas")
def test_every_type_that_a_listing_names_is_an_element_and_in_the_schema(xnat: Xnat) -> None:
    names = {row["ELEMENT_NAME"] for row in xnat.rows(ELEMENTS)}
    session = xnat.id_of("001_MR1")
    listed = {row["xsiType"] for row in xnat.rows("/data/projects/SRC/experiments")}
    listed |= {row["xsiType"] for row in xnat.rows(f"/data/experiments/{session}/scans")}
    assert listed <= names
    schema = xnat.get("/xapi/schemas/xnat").text
    missing = [name for name in names if f'name="{name.removeprefix("xnat:")}"' not in schema]
    assert missing == []


@fact("read 7.3")
@pytest.mark.parametrize(
    "xsi_type", ["xnat:projectData", "xnat:subjectData", "xnat:mrSessionData", "xnat:mrScanData"]
)
def test_a_types_fields_are_rows_with_these_columns(xnat: Xnat, xsi_type: str) -> None:
    rows = xnat.rows(f"{ELEMENTS}/{xsi_type}?format=json")
    columns = {"FIELD_ID", "HEADER", "SUMMARY", "TYPE", "REQUIRES_VALUE", "DESC", "ELEMENT_NAME", "SRC"}
    assert all(set(row) == columns for row in rows)
    assert {row["ELEMENT_NAME"] for row in rows} == {xsi_type}
    names = [row["FIELD_ID"] for row in rows]
    assert len(names) == len(set(names)) > 3


@fact("read 7.3")
def test_the_default_form_of_the_fields_is_xml(xnat: Xnat) -> None:
    answer = xnat.get(f"{ELEMENTS}/xnat:mrSessionData")
    assert answer.headers["content-type"].startswith("text/xml")
    root = ElementTree.fromstring(answer.text)
    assert root.findtext("results/columns/column") == "FIELD_ID"
    headers = {"Accept": "application/json"}
    path = f"{ELEMENTS}/xnat:mrSessionData?format=json"
    assert xnat.get(path, headers=headers).status_code == 406


@fact("read 7.3", "every type among the elements has fields")
def test_every_element_has_fields(xnat: Xnat) -> None:
    names = ",".join(row["ELEMENT_NAME"] for row in xnat.rows(ELEMENTS))
    rows = xnat.rows(f"{ELEMENTS}/{names}?format=json")
    assert {row["ELEMENT_NAME"] for row in rows} == set(names.split(","))


@fact("read 7.3", "a field for the label in each project that the caller reads")
def test_labels_in_projects_are_fields(xnat: Xnat) -> None:
    rows = xnat.rows(f"{ELEMENTS}/xnat:mrSessionData?format=json", "zoe")
    assert [row["HEADER"] for row in rows if row["SRC"] == "2"] == ["PUB"]


@fact("read 7.3", "used, secured and readable narrow the elements")
def test_used_secured_and_readable_narrow_the_elements(xnat: Xnat) -> None:
    used = {row["ELEMENT_NAME"]: row["COUNT"] for row in xnat.rows(f"{ELEMENTS}?used=true")}
    assert used == {"xnat:projectData": "4", "xnat:subjectData": "2", "xnat:mrSessionData": "2"}
    readable = {row["ELEMENT_NAME"]: row["COUNT"] for row in xnat.rows(f"{ELEMENTS}?readable&used", "zoe")}
    assert readable["xnat:mrSessionData"] == "1"
    assert all(row["SECURED"] == "true" for row in xnat.rows(f"{ELEMENTS}?secured=true"))


@fact("read 7.3", "as CSV the first line names the columns")
def test_elements_as_csv(xnat: Xnat) -> None:
    lines = list(csv.reader(io.StringIO(xnat.get(f"{ELEMENTS}?format=csv").text)))
    assert lines[0] == ["ELEMENT_NAME", "SINGULAR", "PLURAL", "SECURED", "COUNT"]


@fact("read 7.3", "an unknown type is 400")
def test_an_unknown_type_is_400(xnat: Xnat) -> None:
    assert xnat.get(f"{ELEMENTS}/xnat:nothingData?format=json").status_code == 400
