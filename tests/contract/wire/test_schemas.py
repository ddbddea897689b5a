"""The data model as XML Schema, and what a client needs that builds its classes from it."""

import re
from xml.etree import ElementTree

import pytest

from tests.contract.facts import fact
from tests.contract.wire.conftest import Xnat

XS = "{http://www.w3.org/2001/XMLSchema}"
XNAT = "http://nrg.wustl.edu/xnat"
XDAT = "http://nrg.wustl.edu/xdat"
BONES = [
    "projectData",
    "subjectData",
    "experimentData",
    "subjectAssessorData",
    "imageSessionData",
    "mrSessionData",
    "ctSessionData",
    "petSessionData",
    "imageScanData",
    "mrScanData",
    "ctScanData",
    "petScanData",
    "abstractResource",
    "resource",
    "resourceCatalog",
    "derivedData",
    "imageAssessorData",
    "investigatorData",
    "demographicData",
    "abstractDemographicData",
]
"""What wire-read 8.3 names as needed."""


def names(xnat: Xnat) -> list[str]:
    found: list[str] = xnat.get("/xapi/schemas").json()
    return found


def schema(xnat: Xnat, name: str = "xnat") -> ElementTree.Element:
    return ElementTree.fromstring(xnat.get(f"/xapi/schemas/{name}").text)


def types(xnat: Xnat, name: str = "xnat") -> dict[str, ElementTree.Element]:
    return {one.get("name", ""): one for one in schema(xnat, name).findall(f"{XS}complexType")}


@fact("read 7.2")
def test_the_schemas_are_a_json_list_of_names(xnat: Xnat) -> None:
    answer = xnat.get("/xapi/schemas?format=json")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("application/json")
    assert {"xnat", "xdat"} <= set(answer.json())


@fact("read 7.2", "the name of a schema in a folder has the folder in front, and its address two parts")
def test_a_schema_in_a_folder(xnat: Xnat) -> None:
    nested = [name for name in names(xnat) if "/" in name]
    assert nested
    for name in nested:
        assert xnat.get(f"/xapi/schemas/{name}").status_code == 200


@fact("read 7.2")
def test_every_schema_is_xsd_sent_as_application_xml(xnat: Xnat) -> None:
    for name in names(xnat):
        answer = xnat.get(f"/xapi/schemas/{name}")
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("application/xml")
        assert ElementTree.fromstring(answer.text).tag == f"{XS}schema"


@fact("read 7.2")
@pytest.mark.parametrize("name", ["nothing", "nothing/workflow", "pipeline/nothing", "pipeline"])
def test_an_unknown_schema_is_404(xnat: Xnat, name: str) -> None:
    assert xnat.get(f"/xapi/schemas/{name}").status_code == 404


@fact("read 7.2", "a plain server lists no plugins")
@pytest.mark.parametrize("path", ["/xapi/plugins", "/xapi/plugins/"])
def test_plugins(xnat: Xnat, path: str) -> None:
    answer = xnat.get(path)
    assert answer.status_code == 200
    assert answer.json() == {}


@fact("read 7.2", "a plugin that is not there is 404")
def test_an_unknown_plugin(xnat: Xnat) -> None:
    assert xnat.get("/xapi/plugins/somePlugin").status_code == 404


@fact("read 1.8", "schemas and plugins are open to any login, and 401 for a guest of a closed site")
@pytest.mark.parametrize("path", ["/xapi/schemas", "/xapi/schemas/xnat", "/xapi/plugins"])
def test_guests(xnat: Xnat, path: str) -> None:
    assert xnat.get(path, "zoe").status_code == 200
    assert xnat.get(path, "").status_code == 401


@fact("read 8.3")
def test_the_root_is_written_literally_with_prefix_xs_and_its_namespaces(xnat: Xnat) -> None:
    for name in names(xnat):
        (root,) = re.findall(r"<xs:schema([^>]*)>", xnat.get(f"/xapi/schemas/{name}").text)
        declared = dict(re.findall(r'xmlns:(\w+)="(\S+)"', root))
        assert declared["xs"] == XS.strip("{}")
        assert declared["xdat"] == XDAT
        (target,) = re.findall(r'targetNamespace="(\S+)"', root)
        assert target in declared.values()
    assert schema(xnat).get("targetNamespace") == XNAT
    assert schema(xnat, "xdat").get("targetNamespace") == XDAT


@fact("read 8.3")
def test_there_are_no_groups_and_no_attribute_groups(xnat: Xnat) -> None:
    for name in names(xnat):
        tags = {element.tag for element in schema(xnat, name).iter()}
        assert not tags & {f"{XS}group", f"{XS}attributeGroup"}


@fact("read 8.3")
def test_every_base_that_a_type_extends_exists(xnat: Xnat) -> None:
    known = types(xnat)
    for extension in schema(xnat).iter(f"{XS}extension"):
        prefix, _, name = extension.attrib["base"].partition(":")
        assert prefix == "xs" or name in known


@fact("read 8.3")
def test_every_type_that_an_element_names_exists(xnat: Xnat) -> None:
    known = types(xnat)
    for element in schema(xnat).iter(f"{XS}element"):
        prefix, _, name = element.get("type", "xs:").partition(":")
        assert prefix == "xs" or name in known


@fact("read 8.3", "the bones of project, subject, experiment and scan are there")
@pytest.mark.parametrize("name", BONES)
def test_the_needed_types(xnat: Xnat, name: str) -> None:
    assert name in types(xnat)


@fact("read 8.3")
@pytest.mark.parametrize(
    ("holder", "wrapper", "element"),
    [
        ("subjectData", "experiments", "experiment"),
        ("imageSessionData", "scans", "scan"),
        ("imageSessionData", "assessors", "assessor"),
        ("imageSessionData", "reconstructions", "reconstructedImage"),
        ("experimentData", "resources", "resource"),
        ("experimentData", "fields", "field"),
    ],
)
def test_a_wrapper_holds_exactly_one_element_that_may_be_repeated(
    xnat: Xnat, holder: str, wrapper: str, element: str
) -> None:
    (found,) = types(xnat)[holder].findall(f".//{XS}element[@name='{wrapper}']")
    (only,) = found.findall(f"{XS}complexType/{XS}sequence/*")
    assert only.get("name") == element
    assert only.get("maxOccurs") == "unbounded"


@fact("read 8.3")
@pytest.mark.parametrize("name", ["subjectData", "experimentData"])
def test_subjects_and_experiments_are_also_found_by_label(xnat: Xnat, name: str) -> None:
    (mark,) = types(xnat)[name].findall(f"{XS}annotation/{XS}appinfo/{{{XDAT}}}element")
    assert mark.get("displayIdentifiers") == "label"


@fact("read 8.3")
def test_every_type_that_a_listing_returns_is_in_the_schema(xnat: Xnat) -> None:
    listings = [
        "/data/experiments",
        "/data/projects/SRC/experiments",
        "/data/projects/SRC/subjects/001/experiments",
        f"/data/experiments/{xnat.id_of('001_MR1')}/scans",
    ]
    found = {row["xsiType"] for path in listings for row in xnat.rows(path + "?columns=ID,xsiType", "root")}
    resources = xnat.rows(f"/data/experiments/{xnat.id_of('001_MR1')}/resources?all=true")
    found |= {row["element_name"] for row in resources}
    assert {"xnat:mrSessionData", "xnat:mrScanData", "xnat:resourceCatalog"} <= found
    assert found <= {f"xnat:{name}" for name in types(xnat)}


@fact("read 8.3")
def test_every_type_that_can_be_searched_is_in_a_schema(xnat: Xnat) -> None:
    prefixes = {"xnat": "xnat", "xdat": "xdat", "wrk": "pipeline/workflow"}
    known = {f"{prefix}:{name}" for prefix, place in prefixes.items() for name in types(xnat, place)}
    assert {row["ELEMENT_NAME"] for row in xnat.rows("/data/search/elements?format=json")} <= known
