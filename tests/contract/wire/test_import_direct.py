"""Receiving straight into the archive (wire-write 1.8)."""

from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pydicom
import pytest

from tests.contract.facts import LeftOut, fact
from tests.contract.wire.conftest import Xnat, serving
from tests.contract.wire.sending import IMPORT, image, lines, new_study, send

LEFT_OUT = [
    LeftOut(
        "write 1.8",
        "runs as the received-file user",
        "that user is an administrator here, and no right shows the difference",
    ),
]
WORLD = """
[[users]]
login = "ada"
projects = { DIR = "owner" }

[[users]]
login = "mem"
projects = { DIR = "member" }

[[users]]
login = "carl"
projects = { DIR = "collaborator" }

[[users]]
login = "zoe"

[[projects]]
id = "DIR"
anonymization = '(0010,0030) := "19000101"'
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Xnat]:
    with serving(tmp_path_factory.mktemp("world"), WORLD) as running:
        yield running


def received(site: Xnat, label: str, study: str = "") -> str:
    study = study or new_study()
    query = f"project=DIR&subject=S&session={label}&Direct-Archive=true"
    (line,) = lines(send(site, {"1.dcm": image(study)}, query))
    return line


def session(site: Xnat, label: str) -> list[dict[str, Any]]:
    return [one for one in site.project("DIR")["sessions"] if one["label"] == label]


@fact("write 1.8", "the answer is /xapi/direct-archive/P/STUDYUID/LABEL, without /data; no prearchive row")
def test_the_answer_is_another_address_and_there_is_no_row(site: Xnat) -> None:
    study = new_study()
    assert received(site, "ADDR", study) == f"/xapi/direct-archive/DIR/{study}/ADDR"
    assert site.project("DIR")["prearchive"] == [] or "ADDR" not in {
        row["name"] for row in site.project("DIR")["prearchive"]
    }
    assert session(site, "ADDR") == []


@fact("write 1.8", "gradual-DICOM can do so too, and a second object joins")
def test_single_objects_join_one_record(site: Xnat) -> None:
    study = new_study()
    for number in (1, 2):
        query = (
            "import-handler=gradual-DICOM&inbody=true&project=DIR&subject=S&session=ONE&Direct-Archive=true"
        )
        answer = site.post(
            f"{IMPORT}/{number}.dcm?{query}",
            content=image(study, number),
            headers={"Content-Type": "application/dicom"},
        )
        (line,) = lines(answer)
    assert site.post(line).status_code == 200
    ((found,),) = [session(site, "ONE")]
    assert [file["path"] for file in found["scans"][0]["resources"][0]["files"]] == ["1.dcm", "2.dcm"]


@fact("write 1.8", "POST commits: 200 and empty")
def test_post_commits(site: Xnat) -> None:
    line = received(site, "GO")
    answer = site.post(line)
    assert (answer.status_code, answer.content) == (200, b"")
    (found,) = session(site, "GO")
    assert (found["subject"], found["modality"], found["date"]) == ("S", "MR", "2024-03-05")
    content = site.get(
        "/data/projects/DIR/subjects/S/experiments/GO/scans/1/resources/DICOM/files/1.dcm"
    ).content
    header = pydicom.dcmread(BytesIO(content))
    assert (header.PatientBirthDate, header.PatientName) == ("19000101", "S")
    assert site.get(line).status_code == 404


@fact("write 1.8")
def test_whoever_may_not_edit_cannot_commit(site: Xnat) -> None:
    line = received(site, "NOGO")
    answer = site.post(line, "carl")
    assert answer.status_code == 403
    assert answer.text == "User cannot trigger archive for project DIR"


@fact("write 1.8", "GET reads the record as JSON")
def test_get_reads_the_record(site: Xnat) -> None:
    study = new_study()
    found = site.get(received(site, "READ", study), "carl").json()
    assert (found["project"], found["tag"], found["name"]) == ("DIR", study, "READ")
    assert found["status"] == "RECEIVING"
    assert site.get(f"/xapi/direct-archive/DIR/{study}/NONE").status_code == 404
    assert site.get(f"/xapi/direct-archive/DIR/{study}/READ", "zoe").status_code == 403


@fact("write 1.8", "DELETE of the numeric id drops it, for whoever may delete")
def test_delete_drops_a_record_by_its_number(site: Xnat) -> None:
    line = received(site, "DROP")
    number = site.get(line).json()["id"]
    assert site.delete(f"/xapi/direct-archive/{number}", "mem").status_code == 403
    assert site.delete(f"/xapi/direct-archive/{number}").status_code == 200
    assert site.get(line).status_code == 404
    assert site.delete(f"/xapi/direct-archive/{number}").status_code == 404
    # the folder is free again
    assert received(site, "DROP").startswith("/xapi/direct-archive/")


@fact("write 1.8", "POST lists with paging")
def test_post_lists_with_paging(site: Xnat) -> None:
    for label in ("L1", "L2", "L3"):
        received(site, label)
    everything = site.post("/xapi/direct-archive", json={"page": 1, "size": 1000}).json()
    assert {"L1", "L2", "L3"} <= {one["name"] for one in everything}
    pages = [site.post("/xapi/direct-archive", json={"page": page, "size": 2}).json() for page in (1, 2)]
    assert [one["id"] for page in pages for one in page] == [one["id"] for one in everything][:4]
    assert site.post("/xapi/direct-archive", "zoe", json={}).json() == []


@fact("write 1.8", "where the session's folder exists the prearchive is used quietly; there is no merging")
def test_an_existing_session_goes_through_the_prearchive(site: Xnat) -> None:
    study = new_study()
    assert site.post(received(site, "AGAIN", study)).status_code == 200
    assert received(site, "AGAIN", study).startswith("/data/prearchive/projects/DIR/")


@fact("write 1.8", "without a project it is the prearchive")
def test_without_a_project_it_is_the_prearchive(site: Xnat) -> None:
    answer = send(site, {"1.dcm": image(new_study())}, "session=NOP&Direct-Archive=true")
    assert lines(answer)[0].startswith("/data/prearchive/projects/Unassigned/")
