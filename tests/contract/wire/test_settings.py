"""A project's arc codes (wire-read 4.1, 13.12, wire-write 2.8)."""

from xml.etree import ElementTree

import pytest

from tests.contract.facts import fact
from tests.contract.wire.conftest import Xnat
from tests.contract.wire.sending import image, new_study, send

ARC = "{http://nrg.wustl.edu/arc}"


@fact("read 4.1")
@fact("write 2.8")
def test_prearchive_code_is_text(xnat: Xnat) -> None:
    answer = xnat.get("/data/projects/SRC/prearchive_code", "carl")
    assert (answer.status_code, answer.text) == (200, "0")
    assert answer.headers["content-type"].startswith("text/plain")


@fact("read 4.1")
@fact("write 2.8")
@pytest.mark.parametrize("code", ["0", "4", "5"])
def test_an_owner_sets_the_prearchive_code_and_is_answered_nothing(shared: Xnat, code: str) -> None:
    answer = shared.put(f"/data/projects/SRC/prearchive_code/{code}")
    assert (answer.status_code, answer.text) == (200, "")
    assert shared.get("/data/projects/SRC/prearchive_code").text == code
    assert shared.project("SRC")["prearchive_code"] == int(code)


@fact("read 13.12")
def test_prearchive_code_11_is_taken(fresh: Xnat) -> None:
    assert fresh.put("/data/projects/SRC/prearchive_code/11").status_code == 200
    assert fresh.get("/data/projects/SRC/prearchive_code").text == "11"


@fact("read 4.1")
@fact("write 2.8")
@pytest.mark.parametrize(("word", "code"), [("true", "1"), ("false", "0")])
@pytest.mark.parametrize("name", ["prearchive_code", "quarantine_code"])
def test_true_is_1_and_false_is_0(shared: Xnat, name: str, word: str, code: str) -> None:
    assert shared.put(f"/data/projects/SRC/{name}/{word}").status_code == 200
    assert shared.get(f"/data/projects/SRC/{name}").text == code


@fact("read 4.1", "a code that is no number is 400, and nothing after the name changes nothing")
def test_a_code_that_is_no_number(xnat: Xnat) -> None:
    assert xnat.put("/data/projects/SRC/prearchive_code/many").status_code == 400
    assert xnat.put("/data/projects/SRC/prearchive_code/").status_code == 200
    assert xnat.get("/data/projects/SRC/prearchive_code").text == "0"


@fact("read 4.1")
@fact("write 2.8")
@pytest.mark.parametrize("user", ["mem", "zoe", "carl"])
@pytest.mark.parametrize(
    "setting", ["prearchive_code/4", "quarantine_code/1", "current_arc/arc002", "scan_type_mapping/true"]
)
def test_whoever_is_no_owner_is_403(xnat: Xnat, user: str, setting: str) -> None:
    assert xnat.put(f"/data/projects/SRC/{setting}", user).status_code == 403


@fact("read 4.1", "strangers to a private project are 404 when they read a code")
def test_a_hidden_project_has_no_codes(xnat: Xnat) -> None:
    assert xnat.get("/data/projects/SRC/prearchive_code", "zoe").status_code == 404
    assert xnat.get("/data/projects/NONE/prearchive_code", "root").status_code == 404
    assert xnat.put("/data/projects/NONE/prearchive_code/4", "root").status_code == 400


@fact("read 4.1")
@fact("write 2.8")
def test_where_the_site_forbids_auto_archive_only_0_can_be_set(fresh: Xnat) -> None:
    assert fresh.post("/xapi/siteConfig", "root", json={"projectAllowAutoArchive": False}).status_code == 200
    assert fresh.put("/data/projects/SRC/prearchive_code/4").status_code == 403
    assert fresh.put("/data/projects/SRC/prearchive_code/5").status_code == 403
    assert fresh.put("/data/projects/SRC/prearchive_code/0").status_code == 200
    assert fresh.get("/data/projects/SRC/prearchive_code").text == "0"


@fact("read 4.1")
@fact("write 2.8")
def test_quarantine_code_is_read_and_set(shared: Xnat) -> None:
    assert shared.put("/data/projects/DST/quarantine_code/1", "root").status_code == 200
    assert shared.get("/data/projects/DST/quarantine_code").text == "1"
    assert shared.put("/data/projects/DST/quarantine_code/0", "root").status_code == 200
    assert shared.get("/data/projects/DST/quarantine_code").text == "0"


@fact("read 4.1")
@pytest.mark.parametrize(("code", "status"), [("1", "quarantine"), ("2", "active")])
def test_only_quarantine_code_1_acts_when_a_session_is_modified(fresh: Xnat, code: str, status: str) -> None:
    fresh.put(f"/data/projects/SRC/quarantine_code/{code}")
    session = fresh.id_of("001_MR1")
    assert fresh.put(f"/data/experiments/{session}?note=changed").status_code == 200
    assert [one["status"] for one in fresh.project("SRC")["sessions"]] == [status]


@fact("read 4.1")
@pytest.mark.parametrize(("code", "status"), [("1", "quarantine"), ("2", "active")])
def test_only_quarantine_code_1_acts_when_a_session_is_archived(fresh: Xnat, code: str, status: str) -> None:
    fresh.put(f"/data/projects/DST/quarantine_code/{code}", "root")
    row = fresh.rows("/data/prearchive/projects/DST?format=json")[0]
    assert fresh.post("/data/services/archive", data={"src": row["url"]}).status_code == 200
    assert [one["status"] for one in fresh.project("DST")["sessions"]] == [status]


@fact("read 4.1")
@fact("write 2.8")
def test_current_arc_names_the_folder_of_new_sessions(fresh: Xnat) -> None:
    assert fresh.get("/data/projects/DST/current_arc").text == "arc001"
    assert fresh.put("/data/projects/DST/current_arc/arc002", "root").status_code == 200
    assert fresh.get("/data/projects/DST/current_arc").text == "arc002"
    row = fresh.rows("/data/prearchive/projects/DST?format=json")[0]
    assert fresh.post("/data/services/archive", data={"src": row["url"]}).status_code == 200
    item = fresh.get(f"/data/experiments/{fresh.id_of('009_MR1', 'DST')}?format=json").text
    assert "/arc002/" in item
    assert "/arc001/" not in item


@fact("read 4.1")
def test_scan_type_mapping_can_be_set_but_not_read(shared: Xnat) -> None:
    assert shared.get("/data/projects/SRC/scan_type_mapping").status_code == 400
    assert shared.put("/data/projects/SRC/scan_type_mapping/true").status_code == 200


@fact("read 4.1")
@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_any_other_setting_is_400(xnat: Xnat, method: str) -> None:
    assert xnat.send(method, "/data/projects/SRC/allow_overwrite/true").status_code == 400


@fact("read 4.1")
@pytest.mark.parametrize("default", [4, 0])
def test_a_new_project_has_the_sites_default_code(fresh: Xnat, default: int) -> None:
    assert fresh.get("/xapi/siteConfig/defaultProjectAutoArchiveSetting").text == "4"
    fresh.post("/xapi/siteConfig", "root", json={"defaultProjectAutoArchiveSetting": default})
    assert fresh.put("/data/projects/NEW").status_code in (200, 201)
    assert fresh.get("/data/projects/NEW/prearchive_code").text == str(default)


@fact("read 4.1")
def test_archive_spec_has_all_of_them(shared: Xnat) -> None:
    shared.put("/data/projects/PUB/quarantine_code/1", "root")
    answer = shared.get("/data/projects/PUB/archive_spec")
    assert answer.headers["content-type"].startswith("text/xml")
    root = ElementTree.fromstring(answer.text)
    assert root.get("id") == "PUB"
    names = ("current_arc", "prearchive_code", "quarantine_code")
    assert [root.findtext(ARC + name) for name in names] == ["arc001", "0", "1"]


@fact("read 4.1")
@fact("write 2.8")
@pytest.mark.parametrize(("code", "archived"), [("0", False), ("4", True), ("5", True), ("1", False)])
def test_codes_4_and_5_archive_what_arrives_and_0_leaves_it(fresh: Xnat, code: str, archived: bool) -> None:
    fresh.put(f"/data/projects/SRC/prearchive_code/{code}")
    study = new_study()
    query = "PROJECT_ID=SRC&SUBJECT_ID=new&EXPT_LABEL=new_MR1"
    assert send(fresh, {"1.dcm": image(study)}, query).status_code == 200
    fresh.server.advance(3600)
    fresh.get("/data/prearchive/projects/SRC?format=json")
    labels = [one["label"] for one in fresh.project("SRC")["sessions"]]
    assert ("new_MR1" in labels) is archived
    assert bool(fresh.project("SRC")["prearchive"]) is not archived
