"""Anonymisation scripts: where they are read and set (wire-read 4.3, 13.8, wire-write 1.12)."""

import itertools
from io import BytesIO

import pydicom
import pytest

from tests.contract.facts import fact
from tests.contract.wire.conftest import Xnat
from tests.contract.wire.sending import header_at, image, lines, new_study, send

TEXT, JSON = {"Content-Type": "text/plain"}, {"Content-Type": "application/json"}
SITE, PROJECT = "/xapi/anonymize/site", "/xapi/anonymize/projects/SRC"
SCRIPT = 'version "6.1"\n(0010,0040) := "O"\n'
EDIT = "/data/config/edit/projects/SRC/image/dicom"
NUMBERS = itertools.count(1)


@pytest.fixture
def own(shared: Xnat) -> str:
    """A new project of ada's."""
    name = f"OWN{next(NUMBERS)}"
    assert shared.put(f"/data/projects/{name}").status_code in (200, 201)
    return name


def put(xnat: Xnat, path: str = PROJECT, script: str = SCRIPT, user: str = "ada") -> int:
    return xnat.put(path, user, content=script, headers=TEXT).status_code


@fact("read 4.3")
@fact("write 1.12")
@pytest.mark.parametrize("path", ["/xapi/anonymize/default", SITE])
def test_any_login_reads_the_default_and_the_sites_script(xnat: Xnat, path: str) -> None:
    answer = xnat.get(path, "zoe")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain")
    assert "(0008,1030) := project" in answer.text
    assert "(0010,0010) := subject" in answer.text
    assert "(0010,0020) := session" in answer.text
    assert xnat.get(path, "").status_code == 401


@fact("read 4.3")
@fact("write 1.12")
def test_the_sites_script_is_enabled_on_a_fresh_site_and_any_login_sees_that(xnat: Xnat) -> None:
    answer = xnat.get(f"{SITE}/enabled", "zoe")
    assert answer.json() is True
    assert answer.headers["content-type"].startswith("application/json")
    assert xnat.get("/xapi/siteConfig/enableSitewideAnonymizationScript").text == "true"


@fact("read 4.3")
@fact("write 1.12")
def test_a_project_without_a_script_is_204(xnat: Xnat) -> None:
    answer = xnat.get(PROJECT)
    assert (answer.status_code, answer.content) == (204, b"")
    assert xnat.get(f"{PROJECT}/enabled").json() is False


@fact("read 4.3")
@fact("write 1.12")
def test_a_projects_script_is_text_and_its_state_json(xnat: Xnat) -> None:
    answer = xnat.get("/xapi/anonymize/projects/DST", "carl")
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.text.startswith('(0010,0030) := "19000101"\n')
    assert xnat.get("/xapi/anonymize/projects/DST/enabled", "carl").json() is True


@fact("read 4.3", "an unknown project is 403 to all but admins, and so is one that cannot be read")
def test_who_may_not_read_is_403(xnat: Xnat) -> None:
    assert xnat.get("/xapi/anonymize/projects/NONE").status_code == 403
    assert xnat.get("/xapi/anonymize/projects/NONE", "root").status_code == 404
    assert xnat.get(PROJECT, "zoe").status_code == 403
    assert xnat.get("/xapi/anonymize/projects/PROT", "zoe").status_code == 403


@fact("read 4.3")
@fact("write 1.12")
def test_an_owner_sets_the_projects_script_as_text(shared: Xnat, own: str) -> None:
    path = f"/xapi/anonymize/projects/{own}"
    assert put(shared, path) == 200
    assert shared.get(path).text == SCRIPT
    assert shared.get(f"{path}/enabled").json() is True


@fact("read 4.3")
@fact("write 1.12")
@pytest.mark.parametrize("user", ["mem", "carl", "zoe"])
def test_whoever_is_no_owner_sets_neither_script_nor_state(xnat: Xnat, user: str) -> None:
    assert put(xnat, user=user) == 403
    assert xnat.put(f"{PROJECT}/enabled?enable=true", user, headers=JSON).status_code == 403


@fact("read 4.3")
@pytest.mark.parametrize("path", [SITE, PROJECT])
def test_a_script_of_another_content_type_is_415(xnat: Xnat, path: str) -> None:
    answer = xnat.put(path, "root", content=SCRIPT, headers={"Content-Type": "application/json"})
    assert answer.status_code == 415
    assert xnat.put(path, "root", content=SCRIPT).status_code == 415


@fact("read 4.3")
def test_enabled_needs_the_content_type_json_though_the_value_is_in_the_query(fresh: Xnat) -> None:
    put(fresh)
    for path in (SITE, PROJECT):
        for headers in (TEXT, {}):
            assert fresh.put(f"{path}/enabled?enable=false", "root", headers=headers).status_code == 415
        assert fresh.get(f"{path}/enabled").json() is True
        assert fresh.put(f"{path}/enabled?enable=false", "root", headers=JSON).status_code == 200
        assert fresh.get(f"{path}/enabled").json() is False
        assert fresh.put(f"{path}/enabled?enable=true", "root", headers=JSON).status_code == 200
        assert fresh.get(f"{path}/enabled").json() is True


@fact("read 4.3", "a disabled script is still there to be read")
def test_a_disabled_script_is_still_there(shared: Xnat, own: str) -> None:
    path = f"/xapi/anonymize/projects/{own}"
    put(shared, path)
    shared.put(f"{path}/enabled?enable=false", headers=JSON)
    assert shared.get(path).text == SCRIPT


@fact("read 4.3")
@fact("write 1.12")
def test_only_an_admin_sets_the_sites_script_which_is_also_a_configuration(fresh: Xnat) -> None:
    assert put(fresh, SITE, user="ada") == 403
    assert fresh.put(f"{SITE}/enabled?enable=false", "ada", headers=JSON).status_code == 403
    assert put(fresh, SITE, user="root") == 200
    assert fresh.get(SITE).text == SCRIPT
    assert fresh.get("/xapi/siteConfig/sitewideAnonymizationScript").text == SCRIPT
    assert fresh.get("/data/config/anon/script?contents=true").text == SCRIPT
    changed = SCRIPT + "- (0010,4000)\n"
    answer = fresh.put("/data/config/anon/script?inbody=true", "root", content=changed)
    assert answer.status_code == 200
    assert fresh.get(SITE).text == changed
    fresh.put("/data/config/anon/script?status=disabled", "root")
    assert fresh.get(f"{SITE}/enabled").json() is False


@fact("read 4.3")
def test_a_projects_script_is_a_configuration_whose_path_repeats_the_project(shared: Xnat, own: str) -> None:
    path, legacy = f"/xapi/anonymize/projects/{own}", f"/data/projects/{own}/config/anon/projects/{own}"
    assert shared.get(legacy).status_code == 404
    put(shared, path)
    assert shared.get(f"{legacy}?contents=true").text == SCRIPT
    changed = SCRIPT + "- (0010,4000)\n"
    assert shared.put(f"{legacy}?inbody=true", content=changed).status_code == 200
    assert shared.get(path).text == changed
    assert [row["contents"] for row in shared.rows(f"{legacy}?action=getHistory")] == [SCRIPT, changed]
    assert shared.delete(legacy).status_code == 200
    assert shared.get(f"{path}/enabled").json() is False


@fact("read 4.3")
@fact("read 13.8")
def test_the_old_editor_shows_the_script_with_its_id(xnat: Xnat) -> None:
    (row,) = xnat.rows("/data/config/edit/image/dicom/script?format=json", "zoe")
    assert set(row) == {"project", "user", "create_date", "script", "id"}
    assert row["script"] == xnat.get(SITE).text
    assert row["project"] == "-1"
    (other,) = xnat.rows("/data/config/edit/projects/DST/image/dicom/script?format=json")
    assert other["script"] == xnat.get("/xapi/anonymize/projects/DST").text
    assert other["project"] == "DST"
    assert int(other["id"]) != int(row["id"])


@fact("read 4.3")
def test_the_old_editor_sets_the_same_script_and_state(shared: Xnat, own: str) -> None:
    path, editor = f"/xapi/anonymize/projects/{own}", f"/data/config/edit/projects/{own}/image/dicom"
    assert shared.rows(f"{editor}/script?format=json") == []
    answer = shared.put(f"{editor}/script?inbody=true", content='version "6.1"\n- (0010,4000)')
    assert answer.status_code == 200
    # read line by line, its last line ends too
    assert shared.get(path).text == 'version "6.1"\n- (0010,4000)\n'
    assert shared.put(f"{editor}/status?activate=false").status_code == 200
    assert shared.get(f"{path}/enabled").json() is False
    (row,) = shared.rows(f"{editor}/status?format=json")
    assert set(row) == {"project", "edit", "create_date", "user", "id"}
    assert row["edit"] == "false"
    assert shared.rows(f"{editor}/script?format=json") == []
    assert len(shared.rows(f"{editor}/status?format=json&all=true")) == 2


@fact("read 4.3", "the old editor: who may, and what it does not understand")
def test_the_old_editors_refusals(xnat: Xnat) -> None:
    assert xnat.get(f"{EDIT}/script", "mem").status_code == 200
    assert xnat.get(f"{EDIT}/script", "carl").status_code == 403
    assert xnat.get(f"{EDIT}/script", "zoe").status_code == 400
    assert xnat.put(f"{EDIT}/script?inbody=true", "mem", content=SCRIPT).status_code == 403
    site = "/data/config/edit/image/dicom"
    assert xnat.put(f"{site}/script?inbody=true", "ada", content=SCRIPT).status_code == 403
    assert xnat.put(f"{EDIT}/status").status_code == 400
    assert xnat.put(f"{EDIT}/status?activate=perhaps").status_code == 400
    assert xnat.get(f"{EDIT}/nothing").status_code == 400


@fact("read 13.8")
def test_every_change_of_a_script_has_an_id_of_its_own(shared: Xnat, own: str) -> None:
    path, editor = f"/xapi/anonymize/projects/{own}", f"/data/config/edit/projects/{own}/image/dicom"
    put(shared, path)
    (first,) = shared.rows(f"{editor}/script?format=json")
    put(shared, path, SCRIPT + "- (0010,4000)\n")
    (second,) = shared.rows(f"{editor}/script?format=json")
    assert first["id"] != second["id"]


@fact("read 13.8")
def test_a_header_carries_the_ids_that_the_editor_shows(fresh: Xnat) -> None:
    put(fresh)
    fresh.put("/data/projects/SRC/prearchive_code/0")
    query = "PROJECT_ID=SRC&SUBJECT_ID=new&EXPT_LABEL=new_MR1&rename=false"
    (address,) = lines(send(fresh, {"1.dcm": image(new_study())}, query))
    (site,) = fresh.rows("/data/config/edit/image/dicom/script?format=json")
    (project,) = fresh.rows(f"{EDIT}/script?format=json")
    assert fresh.post(f"{address}?action=build", "root").status_code == 200
    (file,) = fresh.rows(f"{address}/scans/1/resources/DICOM/files?format=json")
    assert codes(header_at(fresh, address, file["Name"])) == [site["id"]]
    assert (
        fresh.post("/data/services/archive", data={"src": address.removeprefix("/data")}).status_code == 200
    )
    session = fresh.id_of("new_MR1")
    (stored,) = fresh.rows(f"/data/experiments/{session}/scans/1/files?format=json")
    content = fresh.get(stored["URI"]).content
    assert codes(pydicom.dcmread(BytesIO(content))) == [site["id"], project["id"]]
    fresh.post("/xapi/siteConfig", "root", json={"rerunProjectAnonOnRename": True})
    assert fresh.put(f"/data/experiments/{session}?label=renamed").status_code == 200
    content = fresh.get(stored["URI"]).content
    assert codes(pydicom.dcmread(BytesIO(content))) == [site["id"], project["id"], project["id"]]


def codes(header: pydicom.Dataset) -> list[str]:
    return [str(item.CodeValue) for item in header.DeidentificationMethodCodeSequence]
