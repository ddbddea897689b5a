"""Accept before format, and the formats (wire-read 0.3, 5)."""

import pytest

from tests.contract.facts import LeftOut, fact
from tests.contract.wire.conftest import Xnat

SESSION = "/data/projects/SRC/subjects/001/experiments/001_MR1"
FILES = f"{SESSION}/scans/1/files"
LISTINGS = ["/data/projects", "/data/projects/SRC/subjects", "/data/experiments", f"{SESSION}/scans"]
ITEMS = ["/data/projects/SRC", "/data/projects/SRC/subjects/001", SESSION, f"{SESSION}/scans/1"]

LEFT_OUT = [
    LeftOut(
        "read 0.3", "a DICOM file as JPEG", "the practice server cannot draw; no client of ours asks for it"
    ),
    LeftOut(
        "read 0.3",
        "an empty representation, or none at all, is 404",
        "Restlet's inside; where it shows is under the sections about catalogs and files",
    ),
    LeftOut("read 0.3", "xList and xcat", "under the sections about listings and catalogs"),
    LeftOut("read 5", "time-outs of proxies", "there is no proxy; the faults delay and hold stand for them"),
    LeftOut("read 5", "paging, names, Zip64, case of keys", "under the sections about them"),
]


def kind_of(xnat: Xnat, path: str, accept: str) -> str:
    answer = xnat.get(path, headers={"Accept": accept})
    return answer.headers["content-type"].partition(";")[0] if answer.is_success else str(answer.status_code)


@pytest.mark.parametrize("path", LISTINGS)
@fact("read 0.3", "listings offer JSON, HTML and XML, and are JSON by default")
def test_listings(xnat: Xnat, path: str) -> None:
    assert kind_of(xnat, path, "*/*") == "application/json"
    assert kind_of(xnat, path, "application/json") == "application/json"
    assert kind_of(xnat, path, "text/html") == "text/html"
    assert kind_of(xnat, path, "text/xml") == "text/xml"
    assert kind_of(xnat, path, "text/plain") == "406"


@fact("read 0.3")
def test_files_offer_images_too(xnat: Xnat) -> None:
    assert kind_of(xnat, FILES, "*/*") == "application/json"
    assert kind_of(xnat, FILES, "image/jpeg") != "406"


@pytest.mark.parametrize("path", ITEMS)
@fact("read 0.3", "items offer HTML and XML, and are a page by default")
def test_items(xnat: Xnat, path: str) -> None:
    assert kind_of(xnat, path, "*/*") == "text/html"
    assert kind_of(xnat, path, "text/html") == "text/html"
    assert kind_of(xnat, path, "text/xml") == "text/xml"


@pytest.mark.parametrize("path", ITEMS)
@fact("read 0.3", "asking an item for JSON by Accept is 406, with and without format=json")
def test_items_know_no_json_by_accept(xnat: Xnat, path: str) -> None:
    assert kind_of(xnat, path, "application/json") == "406"
    assert kind_of(xnat, f"{path}?format=json", "application/json") == "406"
    assert kind_of(xnat, f"{path}?format=json", "*/*") == "application/json"


@pytest.mark.parametrize("accept", ["application/zip", "application/octet-stream"])
@fact("read 0.3", "asking files for a zip by Accept is 406, whatever format says")
def test_files_know_no_zip_by_accept(xnat: Xnat, accept: str) -> None:
    assert kind_of(xnat, f"{FILES}?format=zip", accept) == "406"
    assert kind_of(xnat, f"{FILES}?format=zip", "*/*") == "application/zip"


@fact("read 0.3")
def test_a_406_is_a_status_page(xnat: Xnat) -> None:
    answer = xnat.get(SESSION, headers={"Accept": "application/json"})
    assert "only capable of generating response entities" in xnat.headline(answer)


@fact("read 0.3")
def test_catalogs_are_xml(xnat: Xnat) -> None:
    catalog = f"{SESSION}/scans/1/resources/DICOM"
    assert kind_of(xnat, catalog, "*/*") == "text/xml"
    assert kind_of(xnat, catalog, "application/json") == "406"


@fact("read 0.3")
def test_workflows_are_xml(shared: Xnat) -> None:
    assert shared.put(f"{SESSION}?note=something").status_code == 200
    assert kind_of(shared, "/data/workflows/1", "*/*") == "text/xml"
    assert kind_of(shared, "/data/workflows/1", "application/json") == "406"


@pytest.mark.parametrize("path", ["/data/JSESSION", "/data/auth", "/data/projects/SRC/accessibility"])
@fact("read 0.3", "JSESSION, auth and accessibility are plain text")
def test_plain_text(xnat: Xnat, path: str) -> None:
    assert kind_of(xnat, path, "*/*") == "text/plain"
    assert kind_of(xnat, path, "application/json") == "406"


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("json", "application/json"),
        ("xml", "text/xml"),
        ("csv", "text/csv"),
        ("html", "text/html"),
        ("application/json", "application/json"),
        ("text/xml", "text/xml"),
        ("text/csv", "text/csv"),
    ],
)
@fact("read 0.3", "format overrides what was negotiated, by a short name or a media type")
def test_format(xnat: Xnat, value: str, kind: str) -> None:
    answer = xnat.get("/data/projects", params={"format": value}, headers={"Accept": "text/html, */*;q=0.1"})
    assert answer.headers["content-type"].partition(";")[0] == kind


@pytest.mark.parametrize(("value", "kind"), [("zip", "application/zip"), ("tar", "application/x-tar")])
@fact("read 5", "files come as zip or tar")
def test_archives(xnat: Xnat, value: str, kind: str) -> None:
    answer = xnat.get(f"{FILES}?format={value}")
    assert answer.status_code == 200
    assert answer.headers["content-type"].partition(";")[0] == kind


@fact("read 0.3", "of several types the best liked wins, and the first offered of equals")
def test_quality(xnat: Xnat) -> None:
    assert kind_of(xnat, "/data/projects", "text/xml;q=0.5, text/html;q=0.9") == "text/html"
    assert kind_of(xnat, "/data/projects", "text/xml, application/json") == "application/json"
    assert kind_of(xnat, "/data/projects", "text/*") == "text/html"


@fact("read 5")
def test_the_total_is_text_and_often_missing(xnat: Xnat) -> None:
    listing = xnat.get("/data/projects?format=json").json()["ResultSet"]
    assert listing["totalRecords"] == str(len(listing["Result"]))
    assert "totalRecords" not in xnat.get(f"{FILES}?format=json").json()["ResultSet"]
