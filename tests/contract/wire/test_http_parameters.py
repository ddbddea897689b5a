"""Parameters, path variables and methods (wire-read 0.4, wire-write 0.3)."""

from urllib.parse import quote

import pytest

from tests.contract.facts import LeftOut, fact
from tests.contract.wire.conftest import Xnat

SESSION = "/data/projects/SRC/subjects/001/experiments/001_MR1"

LEFT_OUT = [
    LeftOut("read 0.4", "reconstruction selectors are decoded", "a practice server has no reconstructions"),
    LeftOut(
        "read 0.4", "names holding % and a blank may be unreachable", "the rules that cause it are shown"
    ),
    LeftOut("write 0.3", "the parameters that need exactly true", "under the sections of their calls"),
    LeftOut(
        "write 0.3", "event_ parameters and justifications", "under the sections about events and deletion"
    ),
    LeftOut("write 0.3", "label syntax at save", "under the sections about subjects and experiments"),
]


def put_file(xnat: Xnat, name: str, content: bytes) -> int:
    path = f"{SESSION}/resources/BIDS/files/{name}"
    return xnat.put(path, files={"file": ("x", content)}).status_code


@fact("read 0.4")
def test_a_post_may_be_taken_for_a_put_or_delete(shared: Xnat) -> None:
    made = shared.post("/data/projects/DST/subjects/tunnel?method=PUT")
    assert made.status_code in (200, 201)
    assert "tunnel" in [one["label"] for one in shared.project("DST")["subjects"]]
    shared.post("/data/projects/DST/subjects/tunnel?method=DELETE", "root")
    assert "tunnel" not in [one["label"] for one in shared.project("DST")["subjects"]]


@fact("read 0.4")
def test_only_a_post_and_only_below_data_is_taken_for_another_method(xnat: Xnat) -> None:
    assert xnat.get("/data/auth?method=DELETE").status_code == 200
    assert xnat.post("/xapi/siteConfig/siteId?method=DELETE", "zoe", content="Q").status_code == 403


@pytest.mark.parametrize(
    ("value", "true"),
    [
        *(("?all", True), ("?all=", True), ("?all=true", True), ("?all=yes", True)),
        *(("?all=false", False), ("?all=FALSE", False), ("?all=0", False), ("", False)),
    ],
)
@fact("read 0.4", "a truth value is true unless absent, false or 0; also when it is empty")
def test_truth_values(xnat: Xnat, value: str, true: bool) -> None:
    rows = xnat.rows(f"{SESSION}/files{value}")
    assert ("DICOM" in [row["collection"] for row in rows]) is true


@fact("read 0.4")
def test_most_path_variables_are_taken_undecoded(xnat: Xnat) -> None:
    assert xnat.get("/data/projects/SRC?format=json").status_code == 200
    assert xnat.get("/data/projects/S%52C?format=json").status_code == 404


@fact("read 0.4")
def test_scan_selectors_are_decoded(xnat: Xnat) -> None:
    by_type = xnat.rows(f"{SESSION}/scans/{quote('t1 mprage')}/files")
    assert len(by_type) == 3


@fact("read 0.4")
def test_a_file_path_is_found_raw_and_decoded_once(shared: Xnat) -> None:
    assert put_file(shared, "a%20b.txt", b"blank") == 200
    assert shared.get(f"{SESSION}/resources/BIDS/files/a+b.txt").content == b"blank", "a plus is a blank too"
    assert shared.get(f"{SESSION}/resources/BIDS/files/a%2520b.txt").status_code == 404
    assert put_file(shared, "c%2Bd.txt", b"plus") == 200
    assert shared.get(f"{SESSION}/resources/BIDS/files/a%20b.txt").content == b"blank"
    assert shared.get(f"{SESSION}/resources/BIDS/files/c%2Bd.txt").content == b"plus"


@fact("write 0.3")
def test_values_are_escaped_before_they_are_stored(shared: Xnat) -> None:
    note = "a & b < c > d \" e ' f"
    assert shared.put(f"{SESSION}?note={quote(note)}").status_code == 200
    stored = shared.get(f"{SESSION}?format=json").json()["items"][0]["data_fields"]["note"]
    assert stored == "a &amp; b &lt; c &gt; d &quot; e &apos; f"


@fact("write 0.3")
def test_services_read_a_form_as_parameters(fresh: Xnat) -> None:
    rows = "/data/prearchive/projects/DST?format=json"
    (row,) = fresh.get(rows).json()["ResultSet"]["Result"]
    assert fresh.post("/data/services/prearchive/delete", data={"src": row["url"]}).status_code == 200
    assert fresh.get(rows).json()["ResultSet"]["Result"] == []


@fact("write 0.3")
def test_everywhere_else_the_query_counts(shared: Xnat) -> None:
    answer = shared.put("/data/projects/DST/subjects/formed", data={"gender": "female"})
    assert answer.status_code in (200, 201)
    fields = shared.get("/data/projects/DST/subjects/formed?format=json").text
    assert "female" not in fields
