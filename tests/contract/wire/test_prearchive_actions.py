"""Actions on one waiting session, and its removal (wire-write 2.4, wire-read 13.7)."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.contract.facts import LeftOut, fact
from tests.contract.wire.archiving import (
    FAILED,
    archived,
    labels_of,
    new_label,
    new_project,
    ready,
    row_of,
    session_of,
    status_of,
    until,
    upload,
)
from tests.contract.wire.conftest import WORLD, Xnat
from tests.contract.wire.sending import image, new_study
from xnat_ferry.practice.process import PracticeServer

LEFT_OUT = [
    LeftOut(
        "write 2.4",
        "reset-status 403",
        "whoever may not edit the project is refused before, with the same 403",
    ),
    LeftOut(
        "read 13.7",
        "commit with AA=true straight on an unassigned row",
        "without a project there is nothing to archive into: shown after the move, as in XNAT's own tests",
    ),
]


def lock(xnat: Xnat, row: str) -> None:
    assert xnat.post(f"/data{row}?action=set-status&status=_ARCHIVING").status_code == 200


@fact("write 2.4")
@pytest.mark.parametrize("action", ["build", "reset-status", "commit"])
def test_an_action_answers_with_the_rows_address_without_an_end_of_line(xnat: Xnat, action: str) -> None:
    row = ready(xnat, new_label())
    answer = xnat.post(f"/data{row}?action={action}")
    assert (answer.status_code, answer.text) == (200, f"/data{row}")
    assert answer.headers["content-type"].startswith("text/uri-list")
    assert status_of(xnat, row) == "READY"


@fact("write 2.4")
def test_build_takes_what_it_is_told_about_the_session(xnat: Xnat) -> None:
    row = upload(xnat, new_label())
    xnat.post(f"/data{row}?action=build&VISIT=v1&PROTOCOL=p1&TIMEZONE=UTC&SOURCE=script")
    (told,) = xnat.rows(f"/data{row}?format=json")
    assert (told["VISIT"], told["PROTOCOL"], told["TIMEZONE"], told["SOURCE"]) == (
        "v1",
        "p1",
        "UTC",
        "script",
    )


@fact("write 2.4")
@pytest.mark.parametrize("action", ["build", "commit"])
def test_a_locked_row_is_409(xnat: Xnat, action: str) -> None:
    row = ready(xnat, new_label())
    lock(xnat, row)
    answer = xnat.post(f"/data{row}?action={action}")
    assert (answer.status_code, xnat.headline(answer)) == (409, "session document locked")


@fact("write 2.4")
@pytest.mark.parametrize(
    ("action", "status"),
    [("build", 404), ("commit", 404), ("move&newProject=DST", 404), ("reset-status", 500)],
)
def test_a_row_that_does_not_exist(xnat: Xnat, action: str, status: int) -> None:
    path = "/data/prearchive/projects/SRC/20200101_000000000/none"
    assert xnat.post(f"{path}?action={action}").status_code == status


@fact("write 2.4")
def test_actions_need_the_right_to_edit(xnat: Xnat) -> None:
    row = ready(xnat, new_label())
    for action in ("build", "commit", "reset-status", "set-status&status=ERROR", "move&newProject=DST"):
        assert xnat.post(f"/data{row}?action={action}", "carl").status_code == 403
    assert status_of(xnat, row) == "READY"


@fact("write 2.4")
def test_reset_status_frees_a_row_and_takes_a_tag(xnat: Xnat) -> None:
    row = ready(xnat, new_label())
    lock(xnat, row)
    assert xnat.post(f"/data{row}?action=reset-status&tag=1.2.3.4").status_code == 200
    (told,) = xnat.rows(f"/data{row}?format=json")
    assert (told["status"], told["tag"]) == ("READY", "1.2.3.4")


@fact("write 2.4")
def test_set_status_is_an_empty_200_and_400_for_a_bad_name(xnat: Xnat) -> None:
    row = ready(xnat, new_label())
    answer = xnat.post(f"/data{row}?action=set-status&status=ERROR")
    assert (answer.status_code, answer.text) == (200, "")
    assert xnat.post(f"/data{row}?action=set-status&status=SOMETIMES").status_code == 400
    assert status_of(xnat, row) == "ERROR"


@fact("write 2.4")
@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("", "No action parameter was specified for the request by user ada"),
        ("?action=dance", "User ada requested an unsupported action on prearchive session: dance"),
    ],
)
def test_no_action_or_another_one_is_400(xnat: Xnat, query: str, words: str) -> None:
    answer = xnat.post(f"/data{ready(xnat, new_label())}{query}")
    assert (answer.status_code, xnat.headline(answer)) == (400, words)


@fact("write 2.4")
@pytest.mark.parametrize(
    "body",
    [
        {"data": {"action": "set-status", "status": "ERROR"}},
        {"json": {"action": "set-status", "status": "ERROR"}},
    ],
)
def test_parameters_may_stand_in_a_form_or_in_a_json_object(xnat: Xnat, body: dict[str, Any]) -> None:
    row = ready(xnat, new_label())
    assert xnat.post(f"/data{row}", **body).status_code == 200
    assert status_of(xnat, row) == "ERROR"


@fact("write 2.4")
def test_a_move_is_301_without_a_location_and_takes_the_files_along(xnat: Xnat) -> None:
    row = ready(xnat, new_label())
    answer = xnat.post(f"/data{row}?action=move&newProject=DST")
    moved = row.replace("/SRC/", "/DST/")
    assert (answer.status_code, answer.text) == (301, f"/data{moved}")
    assert "location" not in answer.headers
    assert answer.headers["content-type"].startswith("text/uri-list")
    assert row_of(xnat, row) is None
    (file,) = xnat.rows(f"/data{moved}/scans/1/resources/DICOM/files")
    assert len(xnat.get(file["URI"]).content) == int(file["Size"])


@fact("write 2.4")
def test_the_new_project_is_read_from_the_query_only(xnat: Xnat) -> None:
    row = ready(xnat, new_label())
    answer = xnat.post(f"/data{row}?action=move", json={"newProject": "DST"})
    assert answer.status_code == 403
    assert row_of(xnat, row) is not None


@fact("write 2.4")
@pytest.mark.parametrize("target", ["PUB", "NOPE"])
def test_a_move_to_where_one_may_not_write_is_403(xnat: Xnat, target: str) -> None:
    answer = xnat.post(f"/data{ready(xnat, new_label())}?action=move&newProject={target}")
    words = "Unable to modify session data for destination project."
    assert (answer.status_code, xnat.headline(answer)) == (403, words)


@fact("write 2.4")
def test_a_locked_row_is_not_moved_and_that_is_200(xnat: Xnat) -> None:
    row = ready(xnat, new_label())
    lock(xnat, row)
    answer = xnat.post(f"/data{row}?action=move&newProject=DST")
    assert (answer.status_code, answer.text) == (200, "")
    assert row_of(xnat, row) is not None


@fact("write 2.4")
def test_a_move_onto_another_row_is_409(xnat: Xnat) -> None:
    label = new_label()
    row = ready(xnat, label, query="dest=/prearchive/projects/SRC/20200101_010101000")
    ready(xnat, label, project="DST", query="dest=/prearchive/projects/DST/20200101_010101000")
    assert row.endswith(f"/20200101_010101000/{label}")
    assert xnat.post(f"/data{row}?action=move&newProject=DST").status_code == 409


@fact("write 2.4")
@pytest.mark.parametrize("query", ["AA=true", "auto-archive=true"])
def test_a_commit_that_archives_is_301_with_the_address_and_no_location(xnat: Xnat, query: str) -> None:
    label = new_label()
    row = upload(xnat, label)
    answer = xnat.post(f"/data{row}?action=commit&{query}")
    assert answer.status_code == 301
    assert answer.text == f"/data/archive/projects/SRC/subjects/S/experiments/{label}"
    assert answer.headers["content-type"].startswith("text/plain")
    assert "location" not in answer.headers
    assert row_of(xnat, row) is None


@fact("write 2.4")
@pytest.mark.parametrize(
    ("code", "said", "query", "archives"),
    [
        (0, "", "", False),
        (4, "", "", True),
        (5, "", "", True),
        (0, "", "&AA=true", True),
        (0, "AA:true", "", True),
        (0, "AA:true", "&auto-archive=false", True),
        (4, "AA:false", "&auto-archive=false", False),
        (4, "AA:false", "", True),
        (4, "", "&auto-archive=false", True),
    ],
)
def test_a_commit_archives_by_the_rows_word_then_the_parameters_then_the_projects(
    xnat: Xnat, code: int, said: str, query: str, archives: bool
) -> None:
    label, project = new_label(), new_project(xnat, code)
    row = upload(xnat, label, {"1.dcm": image(new_study(), PatientComments=said)}, project=project)
    answer = xnat.post(f"/data{row}?action=commit{query}")
    assert answer.status_code == (301 if archives else 200)
    assert labels_of(xnat, project) == ([label] if archives else [])


@fact("write 2.4")
def test_fields_of_a_commit_go_into_the_document_and_on_into_the_archive(xnat: Xnat) -> None:
    label = new_label()
    row = upload(xnat, label)
    xnat.post(f"/data{row}?action=commit&xnat:mrSessionData/date=1999-09-09&xnat:mrSessionData/note=odd")
    document = xnat.get(f"/data{row}").text
    assert "<xnat:date>1999-09-09</xnat:date>" in document
    assert "<xnat:note>odd</xnat:note>" in document
    xnat.post(f"/data{row}?action=commit&AA=true")
    (session,) = [one for one in xnat.rows("/data/projects/SRC/experiments") if one["label"] == label]
    assert session["date"] == "1999-09-09"


@fact("write 2.4")
@pytest.mark.parametrize("overwrite", ["", "&overwrite=delete", "&overwrite=append"])
def test_a_commit_never_overrides_whatever_overwrite_says(xnat: Xnat, overwrite: str) -> None:
    label, study = new_label(), new_study()
    archived(xnat, label, {"1.dcm": image(study)})
    row = upload(xnat, label, {"1.dcm": image(study)})
    answer = xnat.post(f"/data{row}?action=commit&AA=true{overwrite}")
    assert answer.status_code == 500
    assert xnat.headline(answer) == FAILED.format(label, "Session already exists with matching files.")
    assert status_of(xnat, row) == "CONFLICT"


@fact("write 2.4")
def test_a_commit_always_merges(xnat: Xnat) -> None:
    label, study = new_label(), new_study()
    archived(xnat, label, {"1.dcm": image(study)})
    row = upload(xnat, label, {"2.dcm": image(study, 1, 2)})
    assert xnat.post(f"/data{row}?action=commit&AA=true").status_code == 301
    assert [scan["id"] for scan in session_of(xnat, label)["scans"]] == ["1", "2"]


@fact("write 2.4")
def test_a_commit_with_a_listener_is_an_empty_200_at_once(fresh: Xnat) -> None:
    row = upload(fresh, new_label())
    fresh.server.set_faults([{"match": "POST .*prearchive", "hold": 1.0}])
    answer = fresh.post(f"/data{row}?action=commit&AA=true&http-session-listener=mine")
    assert (answer.status_code, answer.text) == (200, "")
    assert row_of(fresh, row) is not None
    until(lambda: row_of(fresh, row) is None)


@fact("write 2.4")
def test_delete_is_an_empty_200_whether_or_not_there_is_something(xnat: Xnat) -> None:
    row = ready(xnat, new_label())
    answers = [xnat.delete(f"/data{row}") for _ in range(2)]
    assert [(one.status_code, one.text) for one in answers] == [(200, ""), (200, "")]
    assert row_of(xnat, row) is None


@fact("write 2.4")
def test_a_locked_row_is_not_deleted_and_that_is_200(xnat: Xnat) -> None:
    row = ready(xnat, new_label())
    lock(xnat, row)
    assert xnat.delete(f"/data{row}").status_code == 200
    assert row_of(xnat, row) is not None


@fact("write 2.4")
def test_delete_with_more_path_is_400_and_without_rights_403(xnat: Xnat) -> None:
    row = ready(xnat, new_label())
    assert xnat.delete(f"/data{row}/scans").status_code == 400
    assert xnat.delete(f"/data{row}", "carl").status_code == 403
    assert row_of(xnat, row) is not None


@fact("write 2.4")
@pytest.mark.parametrize("backs_up", [True, False])
def test_what_is_deleted_is_gone_unless_the_site_backs_up(tmp_path: Path, backs_up: bool) -> None:
    world, data = tmp_path / "world.toml", tmp_path / "data"
    world.write_text(WORLD)
    with PracticeServer(str(world), data=data) as server:
        xnat = Xnat(server)
        settings = {"backupDeletedToCache": backs_up}
        assert xnat.post("/xapi/siteConfig", "root", json=settings).status_code == 200
        xnat.delete(f"/data{ready(xnat, 'GONE')}")
        assert not list((data / "prearchive").rglob("GONE"))
        assert bool(list((data / "cache").rglob("GONE/SCANS/1/DICOM/1.dcm"))) == backs_up


@fact("write 2.4")
def test_a_delete_clears_the_studys_routing(xnat: Xnat) -> None:
    study = new_study()
    row = ready(xnat, new_label(), {"1.dcm": image(study)})
    assert xnat.put(f"/data/routing/{study}", data={"projectId": "SRC"}).status_code == 200
    assert xnat.get(f"/data/routing/{study}").status_code == 200
    xnat.delete(f"/data{row}")
    assert xnat.get(f"/data/routing/{study}").status_code == 404


@fact("read 13.7")
def test_ordinary_users_act_on_unassigned_rows_and_cannot_see_or_delete_them(xnat: Xnat) -> None:
    label = new_label()
    row = upload(xnat, label, project="NOPE")
    assert xnat.get(f"/data{row}?format=json", "mem").status_code == 403
    assert xnat.delete(f"/data{row}", "mem").status_code == 403
    assert xnat.post(f"/data{row}?action=build", "mem").status_code == 200
    moved = xnat.post(f"/data{row}?action=move&newProject=SRC", "mem")
    assert moved.status_code == 301
    committed = xnat.post(f"{moved.text}?action=commit&AA=true", "mem")
    assert committed.status_code == 301
    assert label in labels_of(xnat)


@fact("read 13.7")
def test_administrators_see_and_delete_unassigned_rows(xnat: Xnat) -> None:
    row = ready(xnat, new_label(), project="NOPE")
    assert [one["url"] for one in xnat.rows(f"/data{row}?format=json", "root")] == [row]
    assert xnat.delete(f"/data{row}", "root").status_code == 200
    assert row_of(xnat, row) is None


@fact("write 1.12")
def test_a_move_runs_the_destinations_script_in_memory_only(world: Callable[..., Xnat]) -> None:
    script = '(0020,000D) := "1.2.999"'
    site = world(WORLD + f"\n[[projects]]\nid = 'MASK'\nanonymization = '{script}'\n")
    study = new_study()
    row = ready(site, "L", {"1.dcm": image(study)})
    assert site.post(f"/data{row}?action=move&newProject=MASK", "root").status_code == 301
    moved = row.replace("/SRC/", "/MASK/")
    before = site.get(f"/data{moved}/scans/1/resources/DICOM/files/1.dcm", "root").content
    assert site.rows(f"/data{moved}?format=json", "root")[0]["tag"] == "1.2.999"
    assert study.encode() in before
    assert b"1.2.999" not in before
