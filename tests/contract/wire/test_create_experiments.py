"""Experiments by PUT and POST (wire-write 4.2)."""

import io
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pydicom
import pytest
from pydicom.data import get_testdata_file

from tests.contract.facts import LeftOut, fact
from tests.contract.wire.conftest import Xnat

SUBJECT = "/data/projects/SRC/subjects/001"
E = f"{SUBJECT}/experiments"
P = "/data/projects/SRC/experiments"
MR = "xsiType=xnat:mrSessionData"
LEFT_OUT = [
    LeftOut(
        "write 4.2",
        "activation refused (403)",
        "who may edit may activate, in all groups that the server has",
    ),
    LeftOut(
        "write 4.2", "the whole validation report", "its words are the generated classes', not published"
    ),
]


def session(xnat: Xnat, label: str, project: str = "SRC") -> dict[str, Any]:
    found: dict[str, Any]
    (found,) = [one for one in xnat.project(project)["sessions"] if one["label"] == label]
    return found


def document(body: str = "", attributes: str = "", root: str = "MRSession") -> dict[str, Any]:
    text = f'<xnat:{root} xmlns:xnat="http://nrg.wustl.edu/xnat" {attributes}>{body}</xnat:{root}>'
    return {"content": text, "headers": {"Content-Type": "text/xml"}}


@fact("write 4.2")
def test_a_new_experiment_is_201_with_its_id_and_no_newline(fresh: Xnat) -> None:
    answer = fresh.put(f"{E}/NEW?{MR}&date=2024-01-02")
    assert answer.status_code == 201
    assert answer.headers["content-type"].startswith("text/plain")
    made = session(fresh, "NEW")
    assert answer.text == made["id"]
    assert (made["subject"], made["modality"], made["date"]) == ("001", "MR", "2024-01-02")


@fact("write 4.2")
def test_a_known_experiment_is_200_with_its_id(fresh: Xnat) -> None:
    known = fresh.id_of("001_MR1")
    for name in ("001_MR1", known):
        answer = fresh.put(f"{E}/{name}?{MR}&note=n")
        assert (answer.status_code, answer.text) == (200, known)
    assert session(fresh, "001_MR1")["fields"] == {"note": "n"}


@fact("write 4.2")
def test_the_type_may_come_from_a_schema_path(fresh: Xnat) -> None:
    answer = fresh.put(f"{E}/NEW?xnat:ctSessionData/date=2024-01-02")
    assert answer.status_code == 201
    assert (session(fresh, "NEW")["modality"], session(fresh, "NEW")["date"]) == ("CT", "2024-01-02")


@fact("write 4.2")
def test_the_type_may_come_from_a_document_and_its_scans_come_along(fresh: Xnat) -> None:
    scans = (
        '<xnat:scans><xnat:scan ID="1" type="t1" UID="1.2.3.4" xsi:type="xnat:petScanData" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><xnat:quality>usable</xnat:quality></xnat:scan>'
        "</xnat:scans>"
    )
    body = f"<xnat:date>2024-01-02</xnat:date>{scans}"
    answer = fresh.put(f"{E}/NEW", **document(body, 'UID="1.2.3"', "PETSession"))
    assert answer.status_code == 201
    made = session(fresh, "NEW")
    assert (made["modality"], made["study_uid"], made["date"]) == ("PET", "1.2.3", "2024-01-02")
    assert [(one["id"], one["type"], one["uid"]) for one in made["scans"]] == [("1", "t1", "1.2.3.4")]


@fact("write 4.2")
def test_nothing_at_all_for_a_new_experiment_is_417(xnat: Xnat) -> None:
    for path in (f"{E}/NEW", f"{P}/NEW", "/data/experiments/NEW"):
        answer = xnat.put(path)
        assert (answer.status_code, xnat.headline(answer)) == (417, "Need PUT Contents")


@fact("write 4.2")
def test_nothing_at_all_for_a_known_one_saves_it_again(fresh: Xnat) -> None:
    known = fresh.id_of("001_MR1")
    before = session(fresh, "001_MR1")
    for path in (f"{E}/001_MR1", f"{P}/001_MR1", f"/data/experiments/{known}"):
        answer = fresh.put(path)
        assert (answer.status_code, answer.text) == (200, known)
    assert session(fresh, "001_MR1") == before


@fact("write 4.2")
def test_a_label_for_a_known_experiment_is_rename_or_nothing(fresh: Xnat) -> None:
    same = fresh.put(f"{E}/001_MR1?label=001_MR1&note=n")
    assert (same.status_code, same.text, session(fresh, "001_MR1")["fields"]) == (200, "", {})
    renamed = fresh.put(f"{E}/001_MR1?label=other&note=n")
    assert (renamed.status_code, renamed.text, session(fresh, "other")["fields"]) == (200, "", {})


@fact("write 4.2")
def test_a_subject_that_is_not_there_is_made_on_the_fly(fresh: Xnat) -> None:
    fresh.put(f"/data/projects/SRC/subjects/777/experiments/NEW?{MR}")
    assert session(fresh, "NEW")["subject"] == "777"


@fact("write 4.2")
def test_a_known_experiment_put_under_another_known_subject_changes_hands(fresh: Xnat) -> None:
    fresh.put("/data/projects/SRC/subjects/002")
    fresh.put(f"{E}/001_MR1?visit_id=v1&protocol=p&note=n")
    answer = fresh.put("/data/projects/SRC/subjects/002/experiments/001_MR1")
    assert answer.status_code == 200
    moved = session(fresh, "001_MR1")
    assert (moved["subject"], moved["fields"]) == ("002", {"note": "n"})


@fact("write 4.2")
def test_a_known_experiment_put_under_an_unknown_subject_stays(fresh: Xnat) -> None:
    fresh.put("/data/projects/SRC/subjects/777/experiments/001_MR1?note=n")
    assert session(fresh, "001_MR1")["subject"] == "001"
    assert [one["label"] for one in fresh.project("SRC")["subjects"]] == ["001"]


@fact("write 4.2")
def test_subject_id_as_a_parameter_changes_hands_too_and_makes_the_subject(fresh: Xnat) -> None:
    fresh.put(f"{P}/001_MR1?subject_ID=002")
    assert session(fresh, "001_MR1")["subject"] == "002"


@fact("write 4.2")
def test_an_id_of_another_project_without_any_type_is_shared_in_on_the_way(fresh: Xnat) -> None:
    known = fresh.id_of("001_MR1")
    answer = fresh.put(f"/data/projects/DST/subjects/009/experiments/{known}")
    assert (answer.status_code, answer.text) == (200, known)
    assert {"project": "DST", "label": ""} in session(fresh, "001_MR1")["shares"]


@fact("write 4.2")
def test_without_a_subject_it_is_422_by_the_projects_address(fresh: Xnat) -> None:
    answer = fresh.put(f"{P}/NEW?{MR}")
    assert answer.status_code == 422
    assert fresh.headline(answer) == "Submitted experiment record must include the subject."
    assert fresh.put(f"{P}/NEW?{MR}&subject_ID=001").status_code == 201


@fact("write 4.2", "the statuses of an experiment's PUT")
@pytest.mark.parametrize(
    ("path", "user", "status", "words"),
    [
        (f"{E}/001_MR1?ID=XNAT_E99999", "ada", 400, "ID cannot be modified"),
        (
            f"{E}/001_MR1?xnat:mrSessionData/label=x",
            "ada",
            400,
            "Label must be modified through separate URI.",
        ),
        (f"{E}/NEW?{MR}&date=tomorrow", "ada", 400, "malformed syntax"),
        (f"{E}/NEW?xsiType=xnat:noSuchData", "ada", 400, "malformed syntax"),
        (
            f"{E}/NEW?{MR}",
            "carl",
            403,
            "Specified user account has insufficient create privileges for experiments in this project.",
        ),
        (
            f"{E}/001_MR1?{MR}",
            "carl",
            403,
            "Specified user account has insufficient edit privileges for experiments in this project.",
        ),
        (
            f"/data/projects/SRC/subjects/777/experiments/NEW?{MR}",
            "carl",
            403,
            "User carl has insufficient create privileges for subjects in this project.",
        ),
        (
            f"/data/projects/PROT/subjects/p/experiments/NEW?{MR}",
            "ada",
            403,
            "insufficient create privileges for",
        ),
        (f"{E}/NEW?{MR}", "zoe", 404, "The server has not found anything matching the request URI"),
        (f"/data/projects/NOPE/subjects/s/experiments/NEW?{MR}", "ada", 404, "has not found anything"),
        (
            f"{E}/001_MR1?xnat:mrSessionData/project=DST",
            "ada",
            409,
            "Project must be modified through separate URI.",
        ),
        (f"{E}/NEW?{MR}&ID=a.b", "ada", 417, "Invalid character in experiment label."),
        (
            f"/data/experiments/NEW?{MR}",
            "ada",
            422,
            "Submitted experiment record must include the project attribute.",
        ),
        (
            f"{P}/NEW?{MR}",
            "zoe",
            422,
            "Submitted experiment record must include the project attribute.",
        ),
        (
            f"{E}/NEW?xsiType=xnat:subjectData",
            "ada",
            422,
            "Only xnat:Subject documents can be PUT to this address.",
        ),
        (f"{P}/001_MR1/scans/9?xsiType=xnat:mrScanData", "ada", 400, "malformed syntax"),
        (f"{E}/a.b?{MR}", "ada", 500, "The server encountered an unexpected condition"),
        (f"{E}/NEW?{MR}", "", 401, ""),
    ],
)
def test_what_an_experiment_cannot_be(xnat: Xnat, path: str, user: str, status: int, words: str) -> None:
    answer = xnat.put(path, user)
    assert answer.status_code == status
    assert words in xnat.headline(answer)


@fact("write 4.2")
def test_a_subject_that_only_another_project_has_is_500(xnat: Xnat) -> None:
    (other,) = xnat.project("PROT")["subjects"]
    answer = xnat.put(f"/data/projects/SRC/subjects/{other['id']}/experiments/NEW?{MR}")
    assert answer.status_code == 500
    assert xnat.headline(answer).startswith("The server encountered an unexpected condition")


@fact("write 4.2")
def test_a_document_adds_to_what_is_stored(fresh: Xnat) -> None:
    fresh.put(f"{E}/001_MR1?note=n")
    answer = fresh.put(f"{E}/001_MR1", **document("<xnat:operator>o</xnat:operator>"))
    assert answer.status_code == 200
    found = session(fresh, "001_MR1")
    assert found["fields"] == {"note": "n", "operator": "o"}
    assert len(found["scans"]) == 2


@fact("write 4.1", "a subject's document that was read can be put back")
@fact("write 4.2", "a session's document that was read can be put back")
@fact("write 4.3", "a scan's document that was read can be put back")
def test_documents_that_were_read_can_be_put_back(fresh: Xnat) -> None:
    fresh.put(f"{E}/001_MR1?note=n&scanner=Prisma&xnat:mrSessionData/scanner/manufacturer=ACME&visit=v")
    fresh.put(f"{E}/001_MR1", params={"xnat:mrSessionData/fields/field[name=hand]/field": "left"})
    fresh.put(f"{E}/001_MR1/scans/1?coil=head&quality=unusable")
    fresh.put(f"{SUBJECT}?gender=male&group=g&pi_lastname=doe")
    before = fresh.server.state()
    for path in (f"{E}/001_MR1", f"{E}/001_MR1/scans/1", SUBJECT):
        document = fresh.get(f"{path}?format=xml")
        assert document.headers["content-type"].startswith("text/xml")
        answer = fresh.put(path, content=document.content, headers={"Content-Type": "text/xml"})
        assert answer.status_code == 200
    assert fresh.server.state() == before


@fact("write 4.2")
def test_with_data_deletion_a_document_stands_in_place_of_what_is_stored(fresh: Xnat) -> None:
    fresh.put(f"{E}/001_MR1?note=n")
    body = '<xnat:scans><xnat:scan ID="2" type="t1 mprage"/></xnat:scans>'
    sent = document(body, 'project="SRC"')
    loose = fresh.put(f"{P}/001_MR1?allowDataDeletion=yes", **sent)
    assert (loose.status_code, len(session(fresh, "001_MR1")["scans"])) == (200, 2)
    answer = fresh.put(f"{E}/001_MR1?allowDataDeletion=yes", **sent)
    assert answer.status_code == 200
    found = session(fresh, "001_MR1")
    assert (found["fields"], [one["id"] for one in found["scans"]]) == ({}, ["2"])


@fact("write 4.2")
def test_with_data_deletion_exactly_true_is_wanted_off_the_subjects_path(fresh: Xnat) -> None:
    sent = document('<xnat:scans><xnat:scan ID="1"/></xnat:scans>')
    fresh.put(f"{P}/001_MR1?allowDataDeletion=true", **sent)
    assert [one["id"] for one in session(fresh, "001_MR1")["scans"]] == ["1"]


@fact("write 4.2")
def test_with_data_deletion_on_the_subjects_path_a_document_must_name_the_project(xnat: Xnat) -> None:
    answer = xnat.put(f"{E}/001_MR1?allowDataDeletion=1", **document())
    assert answer.status_code == 409
    assert xnat.headline(answer) == "Project must be modified through separate URI."


@fact("write 4.2", "Conflict: Duplicate experiment label is raised at save")
def test_of_callers_who_race_for_a_label_one_wins(fresh: Xnat) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: fresh.put(f"{E}/NEW?{MR}"), range(16)))
    assert [one.status_code for one in answers].count(201) == 1
    assert {one.status_code for one in answers} <= {200, 201, 409}
    assert len({one.text for one in answers if one.status_code != 409}) == 1
    assert session(fresh, "NEW")["label"] == "NEW"


@fact("write 4.2", "activate, quarantine, _lock, _unlock, _obsolete")
def test_states_are_set_by_parameters(fresh: Xnat) -> None:
    states = {"quarantine": "quarantine", "activate": "active", "_lock": "locked", "_unlock": "active"}
    for parameter, state in {**states, "_obsolete": "obsolete"}.items():
        assert fresh.put(f"{E}/001_MR1?{parameter}=true").status_code == 200
        assert session(fresh, "001_MR1")["status"] == state


@fact("read 4.1")
def test_a_change_quarantines_a_session_where_the_project_wants_it(fresh: Xnat) -> None:
    fresh.put("/data/projects/SRC/quarantine_code/1")
    fresh.put(f"{E}/001_MR1?note=n")
    assert session(fresh, "001_MR1")["status"] == "quarantine"


@fact("write 4.2")
def test_fix_scan_types_fills_in_what_is_missing(fresh: Xnat) -> None:
    fresh.put(f"{E}/001_MR1/scans/9?xsiType=xnat:mrScanData&series_description=flair")
    fresh.put(f"{E}/001_MR1?fixScanTypes=true")
    assert session(fresh, "001_MR1")["scans"][2]["type"] == "flair"


@fact("write 4.2")
def test_headers_are_pulled_into_session_and_scans(fresh: Xnat) -> None:
    source = pydicom.dcmread(str(get_testdata_file("CT_small.dcm")))
    out = io.BytesIO()
    source.save_as(out)
    fresh.put(f"{E}/NEW?{MR}")
    fresh.put(f"{E}/NEW/scans/1?xsiType=xnat:mrScanData")
    fresh.put(f"{E}/NEW/scans/1/resources/DICOM/files/1.dcm?inbody=true", content=out.getvalue())
    raw = session(fresh, "NEW")
    assert (raw["study_uid"], raw["scans"][0]["uid"]) == ("", "")
    assert fresh.put(f"{E}/NEW?pullDataFromHeaders=true").status_code == 200
    pulled = session(fresh, "NEW")
    assert pulled["study_uid"] == source.StudyInstanceUID
    assert pulled["scans"][0]["uid"] == source.SeriesInstanceUID


@fact("write 4.3")
def test_a_post_to_the_experiments_answers_200_with_the_address(fresh: Xnat) -> None:
    answer = fresh.post(f"{E}?{MR}&label=NEW")
    assert answer.status_code == 200
    assert answer.text == f"{fresh.server.url}{E}/{session(fresh, 'NEW')['id']}"
    assert answer.headers["location"] == answer.text
    again = fresh.post(f"{E}?{MR}&label=NEW")
    assert (again.status_code, fresh.headline(again)) == (409, "Specified experiment already exists.")


@fact("write 4.2", "dates by month, day and year are stored by year first, from parameters and documents")
def test_dates_are_stored_by_year_first(fresh: Xnat) -> None:
    base = "/data/projects/SRC/subjects/001/experiments"
    assert fresh.put(f"{base}/D1?xsiType=xnat:mrSessionData&date=1/31/2020").status_code == 201
    document = (
        '<xnat:MRSession xmlns:xnat="http://nrg.wustl.edu/xnat" project="SRC" label="D2">'
        "<xnat:date>01/31/2020</xnat:date></xnat:MRSession>"
    )
    assert fresh.put(f"{base}/D2", content=document, headers={"Content-Type": "text/xml"}).status_code == 201
    dates = {one["label"]: one["date"] for one in fresh.project("SRC")["sessions"]}
    assert (dates["D1"], dates["D2"]) == ("2020-01-31", "2020-01-31")
