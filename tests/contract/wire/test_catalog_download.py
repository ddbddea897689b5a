"""Downloads by a catalog (wire-read 2.11)."""

import io
import zipfile
from xml.etree import ElementTree

import pytest

from tests.contract.facts import LeftOut, fact
from tests.contract.wire.conftest import Xnat
from tests.contract.wire.filing import SESSION, filed, unzipped

__all__ = ["filed"]

LEFT_OUT = [LeftOut("read 2.11", "reconstructions", "the server stores none")]
CAT = "{http://nrg.wustl.edu/catalog}"
Wish = dict[str, list[str]]


def wish(xnat: Xnat, **more: list[str]) -> Wish:
    sessions = [f"SRC:001:001_MR1:{xnat.id_of('001_MR1')}"]
    return {
        "projectIds": ["SRC"],
        "sessions": sessions,
        "scan_types": ["loc[red]", "t1 mprage"],
        "scan_formats": ["DICOM"],
        "resources": ["BIDS"],
        **more,
    }


def made(xnat: Xnat, **more: list[str]) -> str:
    answer = xnat.post("/xapi/archive/download", json=wish(xnat, **more))
    assert answer.status_code == 200, answer.text
    return answer.text


def entries(xnat: Xnat, catalog: str) -> dict[str, str]:
    """Names by address."""
    document = ElementTree.fromstring(xnat.get(f"/xapi/archive/download/{catalog}/xml").content)
    assert document.attrib["ID"] == catalog
    return {one.attrib["URI"]: one.attrib["name"] for one in document.iter(f"{CAT}entry")}


@fact("read 2.11", "the answer is the catalog's ID: user, dash, timestamp")
def test_the_id(filed: Xnat) -> None:
    user, _, stamp = made(filed).partition("-")
    assert user == "ada"
    assert len(stamp) == len("20240305_101112123")


@fact("read 2.11", "one entry a resource, with its name and its address")
def test_entries(filed: Xnat) -> None:
    base = f"/archive/experiments/{filed.id_of('001_MR1')}"
    assert entries(filed, made(filed)) == {
        f"{base}/scans/1/resources/DICOM/files": "001_MR1/scans/1-loc[red]/resources/DICOM",
        f"{base}/scans/2/resources/DICOM/files": "001_MR1/scans/2-t1_mprage/resources/DICOM",
        f"{base}/resources/BIDS/files": "001_MR1/resources/BIDS",
    }


@pytest.mark.parametrize(
    ("options", "name"),
    [
        (["subjectIncludedInPath"], "001/001_MR1/scans/2-t1_mprage/resources/DICOM"),
        (["projectIncludedInPath"], "SRC/001/001_MR1/scans/2-t1_mprage/resources/DICOM"),
        (["simplified"], "001_MR1/2/DICOM"),
        (["simplified", "projectIncludedInPath", "subjectIncludedInPath"], "SRC/001/001_MR1/2/DICOM"),
    ],
)
@fact("read 2.11", "options put project and subject in front, or leave the words between out")
def test_options(filed: Xnat, options: list[str], name: str) -> None:
    found = entries(filed, made(filed, options=options))
    assert name in found.values()


@fact("read 2.11")
def test_assessors_are_chosen_by_type(filed: Xnat) -> None:
    found = entries(filed, made(filed, assessors=["xnat:qcAssessmentData"]))
    (uri,) = [one for one in found if "/assessors/" in one]
    assert uri.endswith("/out/resources/MEASURES/files")
    assert found[uri] == "001_MR1/assessors/QC1/resources/MEASURES"
    assert filed.get(uri.replace("/archive/", "/data/") + "?format=zip").status_code == 200


@fact("read 2.11")
def test_with_size_tells_id_and_size(filed: Xnat) -> None:
    answer = filed.post("/xapi/archive/downloadwithsize", json=wish(filed))
    told = answer.json()
    assert set(told) == {"id", "size", "resourcesOfUnknownSize"}
    rows = filed.rows(f"{SESSION}/scans/1,2/resources/DICOM/files") + filed.rows(
        f"{SESSION}/resources/BIDS/files"
    )
    assert told["size"] == str(sum(int(row["Size"]) for row in rows))
    assert told["resourcesOfUnknownSize"] == "0"
    assert entries(filed, told["id"])


@pytest.mark.parametrize("left_out", ["sessions", "projectIds"])
@pytest.mark.parametrize("call", ["download", "downloadwithsize"])
@fact("read 2.11")
def test_without_a_session_or_project_it_is_204(filed: Xnat, call: str, left_out: str) -> None:
    assert filed.post(f"/xapi/archive/{call}", json=wish(filed, **{left_out: []})).status_code == 204


@fact("read 2.11", "what one may not read, or the project does not have, is 403")
def test_rights(filed: Xnat) -> None:
    for call in ("download", "downloadwithsize"):
        assert filed.post(f"/xapi/archive/{call}", "zoe", json=wish(filed)).status_code == 403
    wrong = [f"PUB:001:001_MR1:{filed.id_of('001_MR1')}"]
    assert filed.post("/xapi/archive/download", json=wish(filed, sessions=wrong)).status_code == 403
    nobody = ["SRC:001:x:XNAT_E99999"]
    assert filed.post("/xapi/archive/download", json=wish(filed, sessions=nobody)).status_code == 403


@fact("read 2.11", "GET needs a JSON content type, though it sends nothing")
def test_content_type_on_get(filed: Xnat) -> None:
    path = f"/xapi/archive/download/{made(filed)}"
    assert filed.get(path).status_code == 415
    answer = filed.get(path, headers={"Content-Type": "application/json"})
    assert answer.status_code == 200
    assert ElementTree.fromstring(answer.content).tag == f"{CAT}Catalog"


@fact("read 2.11")
def test_xml_is_an_attachment_with_a_length(filed: Xnat) -> None:
    answer = filed.get(f"/xapi/archive/download/{made(filed)}/xml")
    assert answer.headers["content-length"] == str(len(answer.content))
    assert answer.headers["content-disposition"].startswith("attachment;")


@fact("read 2.11")
def test_zip_is_deflated_without_a_length(filed: Xnat) -> None:
    answer = filed.get(f"/xapi/archive/download/{made(filed)}/zip")
    assert answer.headers["content-type"] == "application/zip"
    assert "content-length" not in answer.headers
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert {one.compress_type for one in archive.infolist()} == {zipfile.ZIP_DEFLATED}
    found = unzipped(answer.content)
    assert len(found) == 8
    assert found["001_MR1/resources/BIDS/files/README"] == b"r"
    simple = filed.get(f"/xapi/archive/download/{made(filed, options=['simplified'])}/zip")
    assert unzipped(simple.content)["001_MR1/BIDS/README"] == b"r"


@fact("read 2.11", "a dry run sends nothing")
def test_dry_run(filed: Xnat) -> None:
    answer = filed.get(f"/xapi/archive/download/{made(filed)}/test")
    assert (answer.status_code, answer.content) == (200, b"")


@pytest.mark.parametrize("below", ["", "/xml", "/zip", "/test"])
@fact("read 2.11", "an unknown ID and another user's are 403")
def test_foreign_catalogs(filed: Xnat, below: str) -> None:
    headers = {"Content-Type": "application/json"}
    assert filed.get(f"/xapi/archive/download/ada-1{below}", headers=headers).status_code == 403
    path = f"/xapi/archive/download/{made(filed)}{below}"
    assert filed.get(path, "zoe", headers=headers).status_code == 403
