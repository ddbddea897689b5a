"""Single objects: pages, JSON, addresses, pseudo paths (wire-read 2.3, 2.6)."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.contract.facts import LeftOut, fact
from tests.contract.wire.conftest import Xnat
from tests.contract.wire.listing_world import stocked

LEFT_OUT = [
    LeftOut(
        "read 2.6",
        "includeHistory=true with past versions, and end_date in meta",
        "the server keeps what was done to an object, not what it looked like before",
    ),
    LeftOut(
        "read 2.6", "children in an order that is not promised", "any order is right; here it is a fixed one"
    ),
]
_F1 = "/data/projects/SRC/subjects/F1"
_PET = f"{_F1}/experiments/F1_PET"
_MR = "/data/projects/SRC/subjects/001/experiments/001_MR1"


@pytest.fixture(scope="module")
def xnat(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Xnat]:
    with stocked(tmp_path_factory.mktemp("stocked")) as server:
        yield server


def item(xnat: Xnat, path: str, user: str = "ada") -> dict[str, Any]:
    answer = xnat.get(f"{path}?format=json", user)
    assert answer.status_code == 200, xnat.headline(answer)
    (found,) = answer.json()["items"]
    assert isinstance(found, dict)
    return found


def children(found: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    return {child["field"]: child["items"] for child in found["children"]}


@fact("read 2.6")
@pytest.mark.parametrize(
    "path", ["/data/projects/SRC", _F1, _PET, f"{_PET}/scans/7", f"{_PET}/assessors/F1_QC"]
)
def test_an_item_is_json_only_with_format_json(xnat: Xnat, path: str) -> None:
    assert xnat.get(path).text.startswith("<!DOCTYPE html>")
    assert xnat.get(path, headers={"Accept": "application/json"}).status_code == 406
    answer = xnat.get(f"{path}?format=json")
    assert answer.headers["content-type"].startswith("application/json")
    (found,) = answer.json()["items"]
    assert set(found) == {"meta", "data_fields", "children"}


@fact("read 2.6")
@pytest.mark.parametrize(
    ("path", "xsi_type"),
    [
        ("/data/projects/SRC", "xnat:projectData"),
        (_F1, "xnat:subjectData"),
        (_PET, "xnat:petSessionData"),
        (f"{_PET}/scans/7", "xnat:petScanData"),
        (f"{_PET}/assessors/F1_QC", "xnat:qcManualAssessorData"),
    ],
)
def test_meta_tells_type_and_date(xnat: Xnat, path: str, xsi_type: str) -> None:
    meta = item(xnat, path)["meta"]
    assert (meta["xsi:type"], meta["isHistory"]) == (xsi_type, False)
    assert isinstance(meta["create_event_id"], int)
    assert re.fullmatch(r"\w{3} \w{3} \d{2} \d{2}:\d{2}:\d{2} \S+ \d{4}", meta["start_date"])


@fact("read 2.6")
def test_meta_may_name_the_event_that_changed_it(xnat: Xnat) -> None:
    meta = item(xnat, _F1)["meta"]
    assert meta["modified_event_id"] > meta["create_event_id"]
    assert "modified_event_id" not in item(xnat, _MR)["meta"]


@fact("read 2.6")
def test_nested_elements_are_flattened_to_paths(xnat: Xnat) -> None:
    fields = item(xnat, _PET)["data_fields"]
    assert (fields["scanner"], fields["scanner/manufacturer"]) == ("Biograph", "SIEMENS")
    assert (fields["label"], fields["project"], fields["note"]) == ("F1_PET", "SRC", "hello")


@fact("read 2.6")
def test_null_fields_are_absent(xnat: Xnat) -> None:
    fields = item(xnat, _MR)["data_fields"]
    assert "note" not in fields
    assert "" not in fields.values()


@fact("read 2.6")
def test_numbers_are_numbers_and_truth_values_and_dates_are_words(xnat: Xnat) -> None:
    pet = item(xnat, _PET)["data_fields"]
    assert (pet["tracer/dose"], pet["date"]) == (370.0, "2020-01-31")
    assert isinstance(item(xnat, f"{_MR}/scans/1")["data_fields"]["frames"], int)
    assert item(xnat, "/data/projects/SRC")["data_fields"]["active"] == "true"
    born = children(item(xnat, _F1))["demographics"][0]["data_fields"]
    assert born["yob"] == 1970


@fact("read 2.6")
def test_every_reference_to_another_type_is_a_child(xnat: Xnat) -> None:
    subject = item(xnat, _F1)
    assert not [name for name in subject["data_fields"] if name.startswith("demographics")]
    (demographics,) = children(subject)["demographics"]
    assert demographics["meta"]["xsi:type"] == "xnat:demographicData"
    assert demographics["data_fields"]["gender"] == "female"
    (boss,) = children(item(xnat, "/data/projects/SRC"))["PI"]
    assert boss["data_fields"] == {"firstname": "Ann", "lastname": "Boss"}
    (investigator,) = children(item(xnat, _PET))["investigator"]
    assert investigator["data_fields"] == {"lastname": "Who"}


@fact("read 2.6")
def test_parent_types_are_merged_in(xnat: Xnat) -> None:
    fields = item(xnat, _PET)["data_fields"]
    # of experimentData, subjectAssessorData, imageSessionData and petSessionData
    assert {"ID", "subject_ID", "UID", "tracer/name"} < set(fields)


@fact("read 2.6")
def test_a_session_comes_whole(xnat: Xnat) -> None:
    found = children(item(xnat, _MR))
    assert [scan["data_fields"]["ID"] for scan in found["scans/scan"]] == ["1", "2"]
    (resource,) = found["resources/resource"]
    assert resource["data_fields"]["label"] == "BIDS"
    (share,) = found["sharing/share"]
    assert share["data_fields"] == {"project": "PUB", "label": "001_shared"}
    scan = found["scans/scan"][1]
    assert scan["data_fields"]["image_session_ID"] == xnat.id_of("001_MR1")
    (file,) = children(scan)["file"]
    assert (file["data_fields"]["label"], file["data_fields"]["file_count"]) == ("DICOM", 3)
    assert file["data_fields"]["file_size"] > 0
    assert (file["data_fields"]["content"], file["data_fields"]["format"]) == ("RAW", "DICOM")


@fact("read 2.6")
def test_file_uris_are_paths_on_the_servers_disk(xnat: Xnat) -> None:
    scan = children(item(xnat, _MR))["scans/scan"][0]
    assert children(scan)["file"][0]["data_fields"]["URI"].endswith("/SCANS/1/DICOM/catalog.xml")


@fact("read 2.6")
def test_assessors_and_variables_are_children(xnat: Xnat) -> None:
    (assessor,) = children(item(xnat, _PET))["assessors/assessor"]
    assert assessor["data_fields"]["label"] == "F1_QC"
    (field,) = children(item(xnat, "/data/projects/SRC/experiments/002_CT1"))["fields/field"]
    assert field["data_fields"] == {"name": "pain", "field": "no"}
    (alias,) = children(item(xnat, "/data/projects/SRC"))["aliases/alias"]
    assert alias["data_fields"]["alias"] == "SRCALIAS"


@fact("read 2.6")
def test_an_empty_list_has_no_entry_and_none_means_no_children(xnat: Xnat) -> None:
    assert "assessors/assessor" not in children(item(xnat, _MR))
    assert item(xnat, "/data/projects/PUB")["children"] == []


@fact("read 2.6")
def test_uids_are_those_of_series_and_study(xnat: Xnat) -> None:
    (session,) = [one for one in xnat.project("SRC")["sessions"] if one["label"] == "001_MR1"]
    found = item(xnat, _MR)
    assert found["data_fields"]["UID"] == session["study_uid"]
    uids = [scan["data_fields"]["UID"] for scan in children(found)["scans/scan"]]
    assert len(set(uids)) == 2
    assert session["study_uid"] not in uids


@fact("read 2.6")
def test_a_subject_has_its_experiments_as_children(xnat: Xnat) -> None:
    (session,) = children(item(xnat, _F1))["experiments/experiment"]
    assert session["data_fields"]["label"] == "F1_PET"


@fact("read 2.3", "shared items: item JSON tells the owner's label and project, and the shares as children")
def test_item_json_of_a_shared_session_is_the_owners(xnat: Xnat) -> None:
    found = item(xnat, "/data/projects/DST/experiments/PET_in_DST")
    assert (found["data_fields"]["label"], found["data_fields"]["project"]) == ("F1_PET", "SRC")
    (share,) = children(found)["sharing/share"]
    assert share["data_fields"] == {"project": "DST", "label": "PET_in_DST"}


@fact("read 2.3")
@pytest.mark.parametrize(
    "path", ["/data/projects/ANY/experiments/{}", "/data/projects/SRC/subjects/WRONG/experiments/{}"]
)
def test_the_path_above_an_accession_id_is_not_looked_at(xnat: Xnat, path: str) -> None:
    session = xnat.id_of("001_MR1")
    assert item(xnat, path.format(session))["data_fields"]["label"] == "001_MR1"


@fact("read 2.3")
def test_nor_is_a_subjects_project(xnat: Xnat) -> None:
    subject = xnat.rows("/data/projects/SRC/subjects?label=F1")[0]["ID"]
    assert item(xnat, f"/data/projects/ANY/subjects/{subject}")["data_fields"]["label"] == "F1"


@fact("read 2.3")
def test_with_a_subject_in_the_path_only_the_project_has_to_be_visible(xnat: Xnat) -> None:
    assert (
        item(xnat, "/data/projects/SRC/subjects/WRONG/experiments/001_MR1")["data_fields"]["project"] == "SRC"
    )
    session = xnat.id_of("001_MR1")
    for project in ("NOPE", "SRC"):
        path = f"/data/projects/{project}/subjects/001/experiments/{session}"
        assert xnat.get(path, "ada" if project == "NOPE" else "zoe").status_code == 404


@fact("read 2.3", "ids before labels")
def test_ids_are_tried_before_labels(fresh: Xnat) -> None:
    session = fresh.id_of("001_MR1")
    put = f"/data/projects/SRC/subjects/X/experiments/{session}?xsiType=xnat:ctSessionData"
    fresh.put(put)
    found = item(fresh, f"/data/projects/SRC/experiments/{session}")
    assert found["data_fields"]["ID"] == session


@fact("read 2.3")
@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("/data/experiments/XNAT_E99999", "Unable to find the specified experiment."),
        ("/data/projects/SRC/experiments/nosuch", "Unable to find the specified experiment."),
        (f"{_PET}/assessors/nosuch", "Unable to find the specified experiment."),
        ("/data/subjects/XNAT_S99999", "Unable to find the specified subject."),
        ("/data/projects/SRC/subjects/nosuch", "Unable to find the specified subject."),
        (f"{_PET}/scans/9", "Unable to find the specified scan."),
    ],
)
def test_what_a_404_says(xnat: Xnat, path: str, message: str) -> None:
    answer = xnat.get(path)
    assert (answer.status_code, xnat.headline(answer)) == (404, message)


@fact("read 2.3")
@pytest.mark.parametrize("path", [_MR, "/data/projects/SRC/experiments/001_MR1", _F1])
def test_status_is_one_word_under_the_negotiated_type(xnat: Xnat, path: str) -> None:
    answer = xnat.get(f"{path}/status")
    assert (answer.text, answer.headers["content-type"].partition(";")[0]) == ("active", "text/html")
    answer = xnat.get(f"{path}/status", headers={"Accept": "text/xml"})
    assert (answer.text, answer.headers["content-type"].partition(";")[0]) == ("active", "text/xml")


@fact("read 2.3")
def test_status_of_what_is_quarantined(fresh: Xnat) -> None:
    assert fresh.put("/data/projects/SRC/quarantine_code/1").status_code == 200
    assert fresh.put(f"{_MR}?note=changed").is_success
    assert fresh.get(f"{_MR}/status").text == "quarantine"


@fact("read 2.3")
@pytest.mark.parametrize(
    ("path", "labels"),
    [(_PET, ["F1_PET", "PET_in_DST"]), (_F1, ["F1", "F1_in_DST"])],
)
def test_projects_lists_where_an_object_is_with_the_owner_first(
    xnat: Xnat, path: str, labels: list[str]
) -> None:
    rows = xnat.rows(f"{path}/projects?format=json")
    assert [row["label"] for row in rows] == labels
    assert [row["ID"] for row in rows] == ["SRC", "DST"]
    assert rows[0] == {"label": labels[0], "ID": "SRC", "Secondary_ID": "SRC", "Name": "Sourcing"}
    assert xnat.get(f"{path}/projects").headers["content-type"].startswith("text/html")


@fact("read 2.3")
def test_history_of_a_subject_is_the_subject(xnat: Xnat) -> None:
    assert item(xnat, f"{_F1}/history")["data_fields"]["label"] == "F1"


@fact("read 2.3", "an assessor is an experiment too")
def test_an_assessor_is_found_by_its_accession_id(xnat: Xnat) -> None:
    (row,) = xnat.rows(f"{_PET}/assessors")
    assert item(xnat, f"/data/experiments/{row['ID']}")["data_fields"]["label"] == "F1_QC"
    assert item(xnat, f"{_PET}/assessors/{row['ID']}")["data_fields"]["ID"] == row["ID"]
