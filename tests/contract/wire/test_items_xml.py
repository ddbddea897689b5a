"""Items as XNAT documents (wire-read 0.3, 8.3, 9)."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element, fromstring

import pytest

from tests.contract.facts import fact
from tests.contract.wire.conftest import Xnat
from tests.contract.wire.listing_world import stocked

_XNAT = "{http://nrg.wustl.edu/xnat}"
_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
_F1 = "/data/projects/SRC/subjects/F1"
_PET = f"{_F1}/experiments/F1_PET"
_MR = "/data/projects/SRC/subjects/001/experiments/001_MR1"


@pytest.fixture(scope="module")
def xnat(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Xnat]:
    with stocked(tmp_path_factory.mktemp("stocked")) as server:
        yield server


def document(xnat: Xnat, path: str) -> Element:
    answer = xnat.get(f"{path}?format=xml")
    assert answer.headers["content-type"].startswith("text/xml")
    return fromstring(answer.text)


def text_at(root: Element, path: str) -> str | None:
    found = root.find("/".join(_XNAT + step for step in path.split("/")))
    return None if found is None else found.text


@fact("read 2.6", "items as XML: the document of the type, attributes and elements as the schema has them")
@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/data/projects/SRC", "Project"),
        (_F1, "Subject"),
        (_PET, "PETSession"),
        (_MR, "MRSession"),
        (f"{_MR}/scans/1", "MRScan"),
        (f"{_PET}/assessors/F1_QC", "QcManualAssessor"),
    ],
)
def test_an_items_document_is_named_by_its_type(xnat: Xnat, path: str, name: str) -> None:
    root = document(xnat, path)
    assert root.tag == _XNAT + name
    assert root.get("ID")


@fact("read 0.3", "an item is XML by Accept too")
def test_accept_alone_chooses_the_document(xnat: Xnat) -> None:
    answer = xnat.get(_PET, headers={"Accept": "text/xml"})
    assert answer.headers["content-type"].startswith("text/xml")
    assert fromstring(answer.text).get("label") == "F1_PET"


@fact("read 2.6", "attributes, elements and mixed elements of a session's document")
def test_a_sessions_document_has_attributes_and_elements(xnat: Xnat) -> None:
    root = document(xnat, _PET)
    assert (root.get("label"), root.get("project"), root.get("UID"), root.get("modality")) == (
        *("F1_PET", "SRC", "1.2.3", "PT"),
    )
    assert text_at(root, "date") == "2020-01-31"
    assert text_at(root, "tracer/name") == "FDG"
    assert text_at(root, "scanner") == "Biograph"
    scanner = root.find(f"{_XNAT}scanner")
    assert scanner is not None
    assert scanner.get("manufacturer") == "SIEMENS"
    assert text_at(root, "investigator/lastname") == "Who"


@fact("read 2.6", "what hangs on a session is in its document")
def test_a_sessions_document_holds_scans_shares_resources_and_assessors(xnat: Xnat) -> None:
    root = document(xnat, _MR)
    scans = root.findall(f"{_XNAT}scans/{_XNAT}scan")
    assert [(scan.get("ID"), scan.get(_TYPE)) for scan in scans] == [
        ("1", "xnat:mrScanData"),
        ("2", "xnat:mrScanData"),
    ]
    assert text_at(scans[1], "series_description") == "t1 mprage"
    file = scans[1].find(f"{_XNAT}file")
    assert file is not None
    assert (file.get(_TYPE), file.get("label"), file.get("file_count")) == (
        *("xnat:resourceCatalog", "DICOM"),
        "3",
    )
    share = root.find(f"{_XNAT}sharing/{_XNAT}share")
    assert share is not None
    assert (share.get("project"), share.get("label")) == ("PUB", "001_shared")
    assert root.find(f"{_XNAT}resources/{_XNAT}resource") is not None
    assessor = document(xnat, _PET).find(f"{_XNAT}assessors/{_XNAT}assessor")
    assert assessor is not None
    assert assessor.get(_TYPE) == "xnat:qcManualAssessorData"


@fact("read 2.6", "demographics name their type, variables their name")
def test_demographics_and_variables(xnat: Xnat) -> None:
    demographics = document(xnat, _F1).find(f"{_XNAT}demographics")
    assert demographics is not None
    assert demographics.get(_TYPE) == "xnat:demographicData"
    assert text_at(demographics, "gender") == "female"
    field = document(xnat, "/data/projects/SRC/experiments/002_CT1").find(f"{_XNAT}fields/{_XNAT}field")
    assert field is not None
    assert (field.get("name"), field.text) == ("pain", "no")
    project = document(xnat, "/data/projects/SRC")
    assert (project.get("secondary_ID"), text_at(project, "aliases/alias")) == ("SRC", "SRCALIAS")
    assert text_at(project, "PI/lastname") == "Boss"


@fact("read 2.6", "elements come in the schema's order")
def test_elements_come_in_the_order_of_the_schema(xnat: Xnat) -> None:
    names = [child.tag.removeprefix(_XNAT) for child in document(xnat, _PET)]
    order = [
        "sharing",
        "date",
        "note",
        "investigator",
        "subject_ID",
        "scanner",
        "scans",
        "assessors",
        "tracer",
    ]
    assert names == order


@fact("read 9", "attributes are read from the XML of an item")
def test_a_document_that_was_read_can_be_put_back(fresh: Xnat) -> None:
    assert fresh.put(f"{_MR}?note=mine&xnat:mrSessionData/scanner/model=Prisma").is_success
    text = fresh.get(f"{_MR}?format=xml").text
    changed = text.replace(">mine<", ">ours<")
    answer = fresh.put(_MR, content=changed, headers={"Content-Type": "text/xml"})
    assert answer.is_success, fresh.headline(answer)
    root = document(fresh, _MR)
    assert text_at(root, "note") == "ours"
    scanner = root.find(f"{_XNAT}scanner")
    assert scanner is not None
    assert scanner.get("model") == "Prisma"
    assert len(root.findall(f"{_XNAT}scans/{_XNAT}scan")) == 2
