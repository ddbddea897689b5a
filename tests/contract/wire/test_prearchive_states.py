"""The states of a waiting session and what leads from one to the next (wire-write 2.2, 2.3)."""

from collections.abc import Callable

import pytest

from tests.contract.facts import LeftOut, fact
from tests.contract.wire.archiving import (
    archive,
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
from tests.contract.wire.conftest import Xnat
from tests.contract.wire.sending import image, new_study
from xnat_ferry.practice.world.description import STATUSES

LEFT_OUT = [
    LeftOut(
        "write 2.3",
        "SEPARATING and its variants",
        "PET and MR are not separated: no row gets there by itself",
    ),
]
LOCKED = [status for status in STATUSES if status.startswith("_")]
PLAIN = [status for status in STATUSES if not status.startswith("_")]
MINUTE = 60
WORLD = """
[server]
unconfirmed = {{ {switches} }}

[[users]]
login = "ada"
projects = {{ SRC = "owner" }}

[[users]]
login = "root"
admin = true

[[projects]]
id = "SRC"
prearchive_code = {code}
"""


@fact("write 2.2")
@pytest.mark.parametrize("status", STATUSES)
def test_every_status_can_be_set_and_is_shown(xnat: Xnat, status: str) -> None:
    row = ready(xnat, new_label())
    assert xnat.post(f"/data{row}?action=set-status&status={status}").status_code == 200
    assert xnat.rows(f"/data{row}?format=json")[0]["status"] == status


@fact("write 2.2")
@pytest.mark.parametrize("status", LOCKED)
def test_a_locked_row_refuses_another_status(xnat: Xnat, status: str) -> None:
    row = ready(xnat, new_label())
    xnat.post(f"/data{row}?action=set-status&status={status}")
    assert xnat.post(f"/data{row}?action=set-status&status=READY").status_code == 400
    assert status_of(xnat, row) == status


@fact("write 2.3")
@pytest.mark.parametrize("status", ["READY", "CONFLICT", "ERROR"])
def test_more_files_make_a_row_receive_again(xnat: Xnat, status: str) -> None:
    label, study = new_label(), new_study()
    row = ready(xnat, label, {"1.dcm": image(study)})
    xnat.post(f"/data{row}?action=set-status&status={status}")
    assert upload(xnat, label, {"2.dcm": image(study, 2)}) == row
    assert status_of(xnat, row) == "RECEIVING"


@fact("write 2.3")
def test_more_files_interrupt_a_build_and_then_the_row_receives(fresh: Xnat) -> None:
    label, study = new_label(), new_study()
    row = ready(fresh, label, {"1.dcm": image(study)})
    fresh.post(f"/data{row}?action=set-status&status=BUILDING")
    upload(fresh, label, {"2.dcm": image(study, 2)})
    assert status_of(fresh, row) in ("RECEIVING_INTERRUPT", "RECEIVING")
    fresh.server.advance(2 * MINUTE)
    until(lambda: status_of(fresh, row) == "RECEIVING")


@fact("write 2.3")
def test_a_row_left_alone_is_ready_after_five_minutes_and_not_before(xnat: Xnat) -> None:
    row = upload(xnat, new_label())
    xnat.server.advance(4 * MINUTE)
    xnat.rows("/data/prearchive")
    assert status_of(xnat, row) == "RECEIVING"
    xnat.server.advance(2.5 * MINUTE)
    xnat.rows("/data/prearchive")
    assert status_of(xnat, row) == "READY"


@fact("write 2.3", "the rebuilder runs by itself")
def test_nobody_has_to_look_for_the_rebuilder_to_run(xnat: Xnat) -> None:
    row = upload(xnat, new_label())
    xnat.server.advance(7 * MINUTE)
    until(lambda: status_of(xnat, row) == "READY")


@fact("write 2.3")
def test_interval_and_repeat_are_the_sites(world: Callable[..., Xnat]) -> None:
    site = world(WORLD.format(code=0, switches=""))
    settings = {"sessionXmlRebuilderInterval": 20, "sessionXmlRebuilderRepeat": 600000}
    assert site.post("/xapi/siteConfig", "root", json=settings).status_code == 200
    row = upload(site, "L")
    site.server.advance(19 * MINUTE)
    site.rows("/data/prearchive")
    assert status_of(site, row) == "RECEIVING"
    site.server.advance(2 * MINUTE)
    site.rows("/data/prearchive")
    assert status_of(site, row) == "RECEIVING", "the task looks every ten minutes only"
    site.server.advance(9 * MINUTE)
    site.rows("/data/prearchive")
    assert status_of(site, row) == "READY"


@fact("write 2.3")
@pytest.mark.parametrize("query", ["prevent_auto_commit=true", "SOURCE=uploader"])
def test_rows_that_the_rebuilder_skips(xnat: Xnat, query: str) -> None:
    row = upload(xnat, new_label(), query=query)
    xnat.server.advance(60 * MINUTE)
    xnat.rows("/data/prearchive")
    assert status_of(xnat, row) == "RECEIVING"


@fact("write 2.3")
def test_lastmod_is_refreshed_every_fifteen_seconds_at_most(xnat: Xnat) -> None:
    label, study = new_label(), new_study()

    def lastmod_after(number: int) -> str:
        row = upload(xnat, label, {f"{number}.dcm": image(study, number)})
        return xnat.rows(f"/data{row}?format=json")[0]["lastmod"]

    first = lastmod_after(1)
    xnat.server.advance(8)
    assert lastmod_after(2) == first
    xnat.server.advance(16)
    assert lastmod_after(3) > first


@fact("write 2.3")
@pytest.mark.parametrize("code", [4, 5])
def test_a_timed_rebuild_archives_where_the_project_says_so(xnat: Xnat, code: int) -> None:
    project = new_project(xnat, code)
    row = upload(xnat, "L", project=project)
    xnat.server.advance(7 * MINUTE)
    until(lambda: status_of(xnat, row) == "")
    assert labels_of(xnat, project) == ["L"]


@fact("write 2.3")
def test_a_timed_rebuild_archives_what_says_so_itself(xnat: Xnat) -> None:
    label = new_label()
    comment = {"1.dcm": image(new_study(), PatientComments="AA:true")}
    row = upload(xnat, label, comment)
    assert xnat.rows(f"/data{row}?format=json")[0]["autoarchive"] == "AutoArchive"
    xnat.server.advance(7 * MINUTE)
    xnat.rows("/data/prearchive")
    assert label in labels_of(xnat)


@fact("write 2.3")
@pytest.mark.parametrize("query", ["AA=true", "auto-archive=true"])
def test_what_a_request_says_is_not_kept_on_the_row(xnat: Xnat, query: str) -> None:
    row = upload(xnat, new_label(), query=query)
    assert xnat.rows(f"/data{row}?format=json")[0]["autoarchive"] == "Manual"


@fact("write 2.3")
def test_a_code_that_comes_later_does_not_change_the_row_but_archives_it(xnat: Xnat) -> None:
    project = new_project(xnat)
    row = upload(xnat, "L", project=project)
    assert xnat.put(f"/data/projects/{project}/prearchive_code/4").status_code == 200
    assert xnat.rows(f"/data{row}?format=json")[0]["autoarchive"] == "Manual"
    xnat.server.advance(7 * MINUTE)
    until(lambda: status_of(xnat, row) == "")
    assert labels_of(xnat, project) == ["L"]


@fact("write 2.3", "merge allowed unless Manual")
@pytest.mark.parametrize(("said", "status"), [("", ""), ("AA:false", "CONFLICT")])
def test_a_timed_archiving_merges_unless_the_row_is_manual(xnat: Xnat, said: str, status: str) -> None:
    project, study = new_project(xnat), new_study()
    archived(xnat, "L", {"1.dcm": image(study)}, project=project)
    xnat.put(f"/data/projects/{project}/prearchive_code/4")
    row = upload(xnat, "L", {"2.dcm": image(study, 2, PatientComments=said)}, project=project)
    xnat.server.advance(7 * MINUTE)
    until(lambda: status_of(xnat, row) == status)


@fact("write 2.3", "same files overwritten with code 5 only")
@pytest.mark.parametrize(("code", "status"), [(4, "CONFLICT"), (5, "")])
def test_a_timed_archiving_overwrites_files_with_code_five(xnat: Xnat, code: int, status: str) -> None:
    project, study = new_project(xnat), new_study()
    archived(xnat, "L", {"1.dcm": image(study)}, project=project)
    xnat.put(f"/data/projects/{project}/prearchive_code/{code}")
    row = upload(xnat, "L", {"1.dcm": image(study)}, project=project)
    xnat.server.advance(7 * MINUTE)
    until(lambda: status_of(xnat, row) == status)
    assert len(session_of(xnat, "L", project)["scans"]) == 1


@fact("write 2.3")
def test_the_rebuild_service_never_archives(xnat: Xnat) -> None:
    project = new_project(xnat, 4)
    row = upload(xnat, "L", project=project)
    assert xnat.post(f"/data/services/prearchive/rebuild?src={row}").status_code == 200
    until(lambda: status_of(xnat, row) == "READY")
    assert labels_of(xnat, project) == []


@fact("write 2.3")
@pytest.mark.parametrize(
    ("switch", "status", "reason"),
    [
        ("true", "ERROR", "Unable to build the session document of L: no scans were found."),
        ("false", "READY", ""),
    ],
)
def test_a_build_that_fails_leaves_error_and_its_reason(
    world: Callable[..., Xnat], switch: str, status: str, reason: str
) -> None:
    site = world(WORLD.format(code=0, switches=f"build_fails_without_scans = {switch}"))
    row = ready(site, "L")
    site.delete(f"/data{row}/scans/1")
    site.post(f"/data{row}?action=build")
    assert status_of(site, row) == status
    assert site.get(f"/data{row}/logs/last").text == reason


@fact("write 2.3")
def test_a_conflict_is_conflict_and_any_other_failure_is_error(xnat: Xnat) -> None:
    label, study = new_label(), new_study()
    archived(xnat, label, {"1.dcm": image(study)})
    row = ready(xnat, label, {"1.dcm": image(study)})
    archive(xnat, row)
    assert status_of(xnat, row) == "CONFLICT"
    archive(xnat, row, "xnat:mrSessionData/nonsense=1")
    assert status_of(xnat, row) == "ERROR"


@fact("write 2.3")
def test_while_it_is_archived_a_row_is_locked_and_then_gone(fresh: Xnat) -> None:
    row = ready(fresh, new_label())
    fresh.server.set_faults([{"match": "POST /data/services/archive", "hold": 1.0}])
    archive(fresh, row, "http-session-listener=x")
    until(lambda: status_of(fresh, row) == "_ARCHIVING")
    until(lambda: row_of(fresh, row) is None)


@fact("write 2.3")
def test_while_it_is_built_a_row_is_locked_and_then_ready(fresh: Xnat) -> None:
    row = upload(fresh, new_label(), query="prevent_auto_commit=true")
    fresh.server.set_faults([{"match": "POST .*/rebuild", "hold": 1.0}])
    answer = fresh.post(f"/data/services/prearchive/rebuild?src={row}&format=json")
    assert answer.json()["ResultSet"]["Result"][0]["status"] == "QUEUED_BUILDING"
    until(lambda: status_of(fresh, row) == "_BUILDING")
    until(lambda: status_of(fresh, row) == "READY")
