"""DICOM headers as tables (wire-read 2.12)."""

import csv
import io

import httpx
import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset, FileDataset
from pydicom.sequence import Sequence

from tests.contract.facts import LeftOut, fact
from tests.contract.wire.conftest import Xnat
from tests.contract.wire.filing import SESSION, put

LEFT_OUT = [
    LeftOut(
        "read 2.12",
        "field=…:sub picking fields of a Siemens shadow header",
        "the phantoms have none; the part after the colon is taken and ignored",
    )
]
ARCHIVED = "/archive/projects/SRC/subjects/001/experiments/001_MR1"
DUMP = "/data/services/dicomdump"


def dump(xnat: Xnat, source: str, more: str = "", user: str = "ada") -> list[dict[str, str]]:
    answer = get(xnat, source, more, user)
    assert answer.status_code == 200, answer.text
    assert "totalRecords" not in answer.json()["ResultSet"]
    rows: list[dict[str, str]] = answer.json()["ResultSet"]["Result"]
    return rows


def get(xnat: Xnat, source: str, more: str = "", user: str = "ada") -> httpx.Response:
    return xnat.get(f"{DUMP}?src={source}&format=json{more}", user)


def value(rows: list[dict[str, str]], tag: str) -> str:
    (found,) = [row["value"] for row in rows if row["tag1"] == tag]
    return found


@fact("read 2.12", "rows of tags, VR, value and description, up to the pixels")
def test_rows(xnat: Xnat) -> None:
    rows = dump(xnat, f"{ARCHIVED}/scans/2")
    assert set(rows[0]) == {"tag1", "tag2", "vr", "value", "desc"}
    (name,) = [row for row in rows if row["tag1"] == "(0010,0010)"]
    assert name == {"tag1": "(0010,0010)", "tag2": "", "vr": "PN", "value": "001", "desc": "Patient's Name"}
    assert not any(row["tag1"] == "(7FE0,0010)" for row in rows)
    assert any(row["tag1"] == "(0002,0010)" for row in rows)


@pytest.mark.parametrize(
    "source",
    [
        ARCHIVED,
        "/archive/projects/SRC/experiments/001_MR1",
        "/archive/projects/SRC/experiments/{E}",
        f"{ARCHIVED}/scans/1",
        f"{ARCHIVED}/scans/2/resources/DICOM/files/0002.dcm",
        "/archive/projects/SRC/experiments/001_MR1/scans/2/resources/DICOM/files/0002.dcm",
    ],
)
@fact("read 2.12", "sources in the archive: a session, a scan, a file")
def test_sources(xnat: Xnat, source: str) -> None:
    rows = dump(
        xnat, source.replace("{E}", xnat.id_of("001_MR1")), "&field=InstanceNumber&field=SeriesNumber"
    )
    assert value(rows, "(0020,0013)") == ("2" if source.endswith("0002.dcm") else "1")
    assert value(rows, "(0020,0011)") == ("2" if "scans/2" in source else "1")


@fact("read 2.12", "sources in the prearchive: a session, a scan, a file")
def test_prearchive_sources(xnat: Xnat) -> None:
    (row,) = xnat.rows("/data/prearchive/projects/DST")
    base = row["url"]
    for source in (base, f"{base}/scans/1", f"{base}/scans/1/resources/DICOM/files/0001.dcm"):
        assert value(dump(xnat, source), "(0010,0010)") == "009"
    assert get(xnat, f"{base}x").status_code == 404
    assert get(xnat, base, user="zoe").status_code == 500


@fact("read 2.12")
def test_fields_by_keyword_and_by_hex_digits(xnat: Xnat) -> None:
    rows = dump(xnat, ARCHIVED, "&field=PatientName&field=00100020&field=0020000D:x")
    assert [row["tag1"] for row in rows] == ["(0010,0010)", "(0010,0020)", "(0020,000D)"]


@fact("read 2.12", "a bad field is 400")
def test_bad_fields(xnat: Xnat) -> None:
    for field in ("NoSuchKeyword", "0010001000", "xyz"):
        assert get(xnat, ARCHIVED, f"&field={field}").status_code == 400


@fact("read 2.12")
def test_no_source_is_400(xnat: Xnat) -> None:
    answer = xnat.get(DUMP)
    assert (answer.status_code, xnat.headline(answer)) == (400, "Please set the src parameter")


@fact("read 2.12")
def test_an_unknown_experiment_is_404(xnat: Xnat) -> None:
    for user, source in (("ada", "/archive/projects/SRC/experiments/NOPE"), ("zoe", ARCHIVED)):
        assert get(xnat, source, user=user).status_code == 404


@fact("read 2.12", "no file, or a source that is none: 200 without rows")
def test_no_file(xnat: Xnat) -> None:
    for source in (f"{ARCHIVED}/scans/9", f"{ARCHIVED}/scans/2/resources/DICOM/files/9.dcm", "/other"):
        assert dump(xnat, source) == []


@fact("read 2.12", "summary puts the values of many files together")
def test_summary(xnat: Xnat) -> None:
    rows = dump(xnat, f"{ARCHIVED}/scans/2", "&summary=true&field=InstanceNumber&field=PatientName")
    assert value(rows, "(0020,0013)") == "1,2,3"
    assert value(rows, "(0010,0010)") == "001"


def odd_file(xnat: Xnat) -> bytes:
    header = dcmread(io.BytesIO(xnat.get(f"{SESSION}/scans/1/resources/DICOM/files/0001.dcm").content))
    assert isinstance(header, FileDataset)
    header.PatientComments = "x" * 300
    header.StudyDescription = "<a> & b"
    inner, innermost = Dataset(), Dataset()
    innermost.CodeValue = "2"
    inner.CodeValue, inner.PurposeOfReferenceCodeSequence = "1", Sequence([innermost])
    header.ProcedureCodeSequence = Sequence([inner])
    out = io.BytesIO()
    header.save_as(out)
    return out.getvalue()


@fact("read 2.12", "values are escaped as HTML and cut to 255 characters; sequences go one level deep")
def test_awkward_values(fresh: Xnat) -> None:
    folder = f"{SESSION}/scans/7"
    assert fresh.put(f"{folder}?xsiType=xnat:mrScanData").status_code in (200, 201)
    put(fresh, f"{folder}/resources/DICOM/files/odd.dcm", odd_file(fresh))
    rows = dump(fresh, f"{ARCHIVED}/scans/7")
    assert value(rows, "(0010,4000)") == "x" * 255
    assert value(rows, "(0008,1030)") == "&lt;a&gt; &amp; b"
    nested = [(row["tag2"], row["value"]) for row in rows if row["tag1"] == "(0008,1032)"]
    assert nested == [("(0008,1032)", ""), ("(0008,0100)", "1"), ("(0040,A170)", "")]


@fact("read 2.12", "only resources labelled DICOM or secondary are looked at")
def test_other_labels(fresh: Xnat) -> None:
    content = odd_file(fresh)
    for scan, label in (("7", "OTHER"), ("8", "secondary")):
        assert fresh.put(f"{SESSION}/scans/{scan}?xsiType=xnat:mrScanData").status_code in (200, 201)
        put(fresh, f"{SESSION}/scans/{scan}/resources/{label}/files/odd.dcm", content)
    assert dump(fresh, f"{ARCHIVED}/scans/7") == []
    assert dump(fresh, f"{ARCHIVED}/scans/8")


@fact("read 2.12", "the rows come in the formats of a table")
def test_formats(xnat: Xnat) -> None:
    answer = xnat.get(f"{DUMP}?src={ARCHIVED}&format=csv&field=PatientName")
    assert list(csv.DictReader(io.StringIO(answer.text))) == [
        {"tag1": "(0010,0010)", "tag2": "", "vr": "PN", "value": "001", "desc": "Patient's Name"}
    ]
