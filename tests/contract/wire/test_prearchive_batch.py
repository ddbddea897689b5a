"""Moving, deleting and rebuilding many waiting sessions at once (wire-write 2.7)."""

from collections.abc import Callable

import pytest

from tests.contract.facts import fact
from tests.contract.wire.archiving import labels_of, new_label, ready, row_of, status_of, until, upload
from tests.contract.wire.conftest import WORLD, Xnat

SERVICE = "/data/services/prearchive"
QUEUED = {"move": "QUEUED_MOVING", "delete": "QUEUED_DELETING", "rebuild": "QUEUED_BUILDING"}
NONE = "/prearchive/projects/SRC/20200101_000000000/none"
each_service = pytest.mark.parametrize("service", list(QUEUED))


@fact("write 2.7")
@each_service
def test_the_answer_is_the_table_of_rows_already_queued(xnat: Xnat, service: str) -> None:
    rows = [ready(xnat, new_label()) for _ in range(2)]
    query = "&".join(f"src={row}" for row in rows)
    answer = xnat.post(f"{SERVICE}/{service}?{query}&newProject=DST&format=json&async=false")
    assert answer.status_code == 200
    told = answer.json()["ResultSet"]["Result"]
    assert [row["url"] for row in told] == rows
    assert {row["status"] for row in told} == {QUEUED[service]}


@fact("write 2.7")
@each_service
@pytest.mark.parametrize(
    ("query", "kind"), [("", "text/xml"), ("&format=csv", "text/csv"), ("&format=json", "application/json")]
)
def test_the_table_is_xml_unless_asked_otherwise(xnat: Xnat, service: str, query: str, kind: str) -> None:
    row = ready(xnat, new_label())
    answer = xnat.post(f"{SERVICE}/{service}?src={row}&newProject=DST{query}")
    assert answer.headers["content-type"].startswith(kind)


@fact("write 2.7")
def test_a_move_comes_to_pass(xnat: Xnat) -> None:
    row = ready(xnat, new_label())
    assert xnat.post(f"{SERVICE}/move", data={"src": f"/data{row}", "newProject": "DST"}).status_code == 200
    moved = row.replace("/SRC/", "/DST/")
    until(lambda: status_of(xnat, moved) == "READY")
    assert row_of(xnat, row) is None


@fact("write 2.7")
def test_a_delete_comes_to_pass(xnat: Xnat) -> None:
    row = ready(xnat, new_label())
    xnat.post(f"{SERVICE}/delete?src={row}")
    until(lambda: row_of(xnat, row) is None)


@fact("write 2.7")
def test_a_rebuild_comes_to_pass(xnat: Xnat) -> None:
    row = upload(xnat, new_label())
    xnat.post(f"{SERVICE}/rebuild?src={row}")
    until(lambda: status_of(xnat, row) == "READY")
    assert xnat.get(f"/data{row}").status_code == 200


@fact("write 2.7")
@pytest.mark.parametrize(("query", "status"), [("&overrideLock=true", "READY"), ("", "_ARCHIVING")])
def test_a_rebuild_takes_a_locked_row_only_when_told(xnat: Xnat, query: str, status: str) -> None:
    locked, free = ready(xnat, new_label()), upload(xnat, new_label())
    xnat.post(f"/data{locked}?action=set-status&status=_ARCHIVING")
    xnat.post(f"{SERVICE}/rebuild?src={locked}&src={free}{query}")
    until(lambda: status_of(xnat, free) == "READY")
    assert status_of(xnat, locked) == status


@fact("write 2.7")
@each_service
def test_without_the_right_to_edit_it_is_403_in_words_about_deleting(xnat: Xnat, service: str) -> None:
    row = ready(xnat, new_label())
    answer = xnat.post(f"{SERVICE}/{service}?src={row}&newProject=DST", "carl")
    assert answer.status_code == 403
    words = "Invalid permissions for user carl to delete prearchive sessions in one or more projects: SRC"
    assert xnat.headline(answer) == words


@fact("write 2.7")
@pytest.mark.parametrize("service", ["delete", "rebuild"])
def test_an_unknown_project_is_404_and_the_others_are_queued_still(xnat: Xnat, service: str) -> None:
    row = upload(xnat, new_label())
    lost = "/prearchive/projects/NOPE/20200101_000000000/none"
    answer = xnat.post(f"{SERVICE}/{service}?src={lost}&src={row}")
    assert answer.status_code == 404
    assert xnat.headline(answer) == "One or more specified projects does not exist: NOPE"
    until(lambda: status_of(xnat, row) in ("", "READY"))


@fact("write 2.7")
@each_service
def test_a_malformed_source_is_500(xnat: Xnat, service: str) -> None:
    answer = xnat.post(f"{SERVICE}/{service}?src=/elsewhere&newProject=DST")
    assert answer.status_code == 500
    assert xnat.headline(answer) == "One or more source values contained a malformed URL: /elsewhere"


@fact("write 2.7")
@pytest.mark.parametrize(
    ("source", "target", "status", "words"),
    [
        (
            NONE,
            "DST",
            404,
            "No prearchive resource with session none and timestamp 20200101_000000000 "
            "exists in the project SRC",
        ),
        ("", "", 400, ""),
        ("", "PUB", 403, ""),
    ],
)
def test_moves_that_are_refused(xnat: Xnat, source: str, target: str, status: int, words: str) -> None:
    row = source or ready(xnat, new_label())
    answer = xnat.post(f"{SERVICE}/move?src={row}{'&newProject=' + target if target else ''}")
    assert answer.status_code == status
    assert words in xnat.headline(answer)


@fact("write 2.7")
def test_a_move_onto_another_row_is_409(xnat: Xnat) -> None:
    label, stamp = new_label(), "20200202_010101000"
    row = ready(xnat, label, query=f"dest=/prearchive/projects/SRC/{stamp}")
    ready(xnat, label, project="DST", query=f"dest=/prearchive/projects/DST/{stamp}")
    assert xnat.post(f"{SERVICE}/move?src={row}&newProject=DST").status_code == 409
    assert status_of(xnat, row) == "READY"


@fact("write 2.7")
@pytest.mark.parametrize(("switch", "status"), [(False, 200), (True, 403)])
def test_unassigned_rows_move_into_a_project(world: Callable[..., Xnat], switch: bool, status: int) -> None:
    unconfirmed = f"batch_move_of_unassigned_needs_admin = {str(switch).lower()}"
    site = world(f"[server]\nunconfirmed = {{ {unconfirmed} }}\n{WORLD}")
    row = ready(site, "L", project="NOPE")
    assert site.post(f"{SERVICE}/move?src={row}&newProject=SRC", "mem").status_code == status
    assert site.post(f"{SERVICE}/delete?src={row}", "mem").status_code == 403
    assert (
        site.post(f"{SERVICE}/move?src={ready(site, 'M', project='NOPE')}&newProject=SRC", "root").status_code
        == 200
    )


@fact("write 2.7")
def test_several_rows_are_archived_after_a_move(xnat: Xnat) -> None:
    label = new_label()
    row = ready(xnat, label)
    xnat.post(f"{SERVICE}/move?src={row}&newProject=DST")
    moved = row.replace("/SRC/", "/DST/")
    until(lambda: status_of(xnat, moved) == "READY")
    assert xnat.post(f"/data/services/archive?src={moved}").status_code == 200
    assert label in labels_of(xnat, "DST")
