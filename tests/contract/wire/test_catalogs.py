"""A resource's catalog (wire-read 2.7, 2.8)."""

from xml.etree import ElementTree

import pytest

from tests.contract.facts import fact
from tests.contract.wire.conftest import Xnat
from tests.contract.wire.filing import SESSION, filed, number_of

__all__ = ["filed"]

CAT = "{http://nrg.wustl.edu/catalog}"
XSI = "{http://www.w3.org/2001/XMLSchema-instance}type"


def catalog(xnat: Xnat, path: str) -> ElementTree.Element:
    answer = xnat.get(path)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/xml")
    return ElementTree.fromstring(answer.content)


@fact("read 2.7", "an entry each with UID, instance number, digest and size: every instance is proven")
def test_a_dicom_catalog(filed: Xnat) -> None:
    found = catalog(filed, f"{SESSION}/scans/2/resources/DICOM")
    (session,) = [one for one in filed.project("SRC")["sessions"] if one["label"] == "001_MR1"]
    (scan,) = [one for one in session["scans"] if one["id"] == "2"]
    (resource,) = [one for one in scan["resources"] if one["label"] == "DICOM"]
    assert (found.tag, found.attrib["UID"]) == (f"{CAT}DCMCatalog", scan["uid"])
    entries = {one.attrib["URI"]: one for one in found.findall(f"{CAT}entries/{CAT}entry")}
    assert set(entries) == {file["path"] for file in resource["files"]}
    for file in resource["files"]:
        entry = entries[file["path"]]
        assert entry.attrib["digest"] == file["md5"]
        assert entry.attrib[XSI] == "cat:dcmEntry"
        assert entry.attrib["format"] == "DICOM"
        (size,) = entry.findall(f"{CAT}metaFields/{CAT}metaField")
        assert (size.attrib["name"], size.text) == ("size_in_bytes", str(file["size"]))
    assert len({one.attrib["UID"] for one in entries.values()}) == 3
    assert {one.attrib["instanceNumber"] for one in entries.values()} == {"1", "2", "3"}


@fact("read 2.7", "other catalogs are plain, with name, format, content and SIZE")
def test_a_plain_catalog(filed: Xnat) -> None:
    found = catalog(filed, f"{SESSION}/scans/2/resources/NIFTI")
    assert found.tag == f"{CAT}Catalog"
    (entry,) = [one for one in found.iter(f"{CAT}entry") if one.attrib["name"] == "t1.nii"]
    assert (entry.attrib["format"], entry.attrib["content"]) == ("NIFTI", "T1")
    assert entry.attrib["createdBy"] == "ada"
    assert "T" in entry.attrib["createdTime"]
    assert XSI not in entry.attrib
    (size,) = entry.iter(f"{CAT}metaField")
    assert (size.attrib["name"], size.text) == ("SIZE", "5")


@fact("read 2.7")
def test_it_is_xml_also_with_format_json(filed: Xnat) -> None:
    assert catalog(filed, f"{SESSION}/resources/BIDS?format=json").tag == f"{CAT}Catalog"


@fact("read 2.7")
def test_it_may_be_asked_for_by_its_number(filed: Xnat) -> None:
    number = number_of(filed, SESSION, "BIDS")
    assert filed.get(f"{SESSION}/resources/{number}").content == (
        filed.get(f"{SESSION}/resources/BIDS").content
    )


@fact("read 2.7")
def test_an_unknown_one_is_404(filed: Xnat) -> None:
    answer = filed.get(f"{SESSION}/resources/NOPE")
    assert (answer.status_code, filed.headline(answer)) == (404, "Unable to find the specified catalog.")


@pytest.mark.parametrize("label", ["NIFTI", "MEASURES"])
@fact("read 2.7", "on a session a label is looked up at all its levels")
def test_a_label_from_below(filed: Xnat, label: str) -> None:
    assert catalog(filed, f"{SESSION}/resources/{label}").findall(f"{CAT}entries/{CAT}entry")
    assert filed.rows(f"{SESSION}/resources/{label}/files") == []  # where files are asked for, it is not


@fact("read 2.7", "a label that several levels have answers with none of them")
def test_a_label_that_several_have(filed: Xnat) -> None:
    assert filed.get(f"{SESSION}/resources/DICOM").status_code == 404
    assert filed.get(f"{SESSION}/scans/1,2/resources/DICOM").status_code == 404
    assert (
        catalog(filed, f"/data/experiments/{filed.id_of('001_MR2')}/resources/DICOM").tag
        == f"{CAT}DCMCatalog"
    )


@fact("read 2.8")
def test_a_missing_catalog_file_is_404_with_an_empty_body(filed: Xnat) -> None:
    for path in ("files", "files/a.txt", "files?format=zip"):
        answer = filed.get(f"{SESSION}/resources/GONE/{path}")
        assert (answer.status_code, answer.content) == (404, b"")
    assert filed.get(f"{SESSION}/resources/GONE/files?accept-not-found=true").status_code == 204
    assert filed.get(f"{SESSION}/resources/GONE").status_code == 404


@fact("read 2.8")
def test_root_path_writes_where_files_lie(filed: Xnat) -> None:
    found = catalog(filed, f"{SESSION}/resources/BIDS?includeRootPath=true")
    for entry in found.iter(f"{CAT}entry"):
        assert entry.attrib["URI"].endswith(f"/001_MR1/RESOURCES/BIDS/{entry.attrib['ID']}")
        assert entry.attrib["URI"].startswith("/")
