"""Projects by PUT and POST (wire-read 4.5, 13.12)."""

import pytest

from tests.contract.facts import fact
from tests.contract.wire.conftest import Xnat


def made(xnat: Xnat, name: str) -> bool:
    return name in [one["id"] for one in xnat.server.state()["projects"]]


@fact("read 4.5")
def test_a_new_project_belongs_to_who_made_it(fresh: Xnat) -> None:
    answer = fresh.put("/data/projects/NEW?name=A%20new%20one&accessibility=protected", "zoe")
    assert answer.status_code == 200
    assert fresh.project("NEW")["accessibility"] == "protected"
    assert fresh.put("/data/projects/NEW/subjects/1", "zoe").status_code == 201
    assert fresh.put("/data/projects/NEW/subjects/2", "ada").status_code == 403


@fact("read 4.1")
def test_a_new_project_archives_by_itself(fresh: Xnat) -> None:
    fresh.put("/data/projects/NEW")
    assert fresh.project("NEW")["prearchive_code"] == 4


@fact("read 4.5", "the statuses of project creation")
@pytest.mark.parametrize(
    ("path", "user", "status", "words"),
    [
        ("/data/projects/SRC", "zoe", 409, "Requested new project conflicts with existing projects: SRC"),
        ("/data/projects/NEW?name=SRC", "ada", 409, "conflicts with existing projects: SRC"),
        ("/data/projects/SRC", "mem", 403, "User mem doesn't have permission to edit the project SRC"),
        ("/data/projects/a.b", "ada", 417, "Invalid character in project ID."),
        ("/data/projects/NEW?ID=OTHER", "ada", 417, "must match the value in submitted request body."),
        ("/data/projects/NEW/stray", "ada", 400, "malformed syntax"),
    ],
)
def test_what_a_project_cannot_be(xnat: Xnat, path: str, user: str, status: int, words: str) -> None:
    answer = xnat.put(path, user)
    assert answer.status_code == status
    assert words in xnat.headline(answer)
    assert not made(xnat, "NEW")


@fact("read 4.5")
def test_an_existing_id_is_409_by_post(xnat: Xnat) -> None:
    assert xnat.post("/data/projects?ID=SRC").status_code == 409


@fact("read 4.5")
def test_a_post_makes_a_project_and_says_where(fresh: Xnat) -> None:
    answer = fresh.post("/data/projects?ID=NEW")
    assert (answer.status_code, answer.text) == (200, f"{fresh.server.url}/data/projects/NEW")
    assert made(fresh, "NEW")


@fact("read 4.5")
def test_where_only_administrators_may_others_get_403(fresh: Xnat) -> None:
    fresh.post("/xapi/siteConfig", "root", json={"uiAllowNonAdminProjectCreation": False})
    answer = fresh.put("/data/projects/NEW")
    assert answer.status_code == 403
    assert fresh.put("/data/projects/NEW", "root").status_code == 200


@fact("read 4.5")
def test_the_id_of_a_deleted_project_is_403(fresh: Xnat) -> None:
    fresh.put("/data/projects/NEW")
    fresh.delete("/data/projects/NEW")
    answer = fresh.put("/data/projects/NEW")
    assert answer.status_code == 403
    words = "Project 'NEW' was used in a previously deleted project and cannot be reused."
    assert fresh.headline(answer) == words


@fact("read 13.12")
def test_an_alias_works_in_the_urls_of_a_project(fresh: Xnat) -> None:
    assert fresh.put("/data/projects/SRC?alias=SOURCE").status_code == 200
    assert fresh.put("/data/projects/SOURCE/subjects/NEW").status_code == 201
    assert "NEW" in [one["label"] for one in fresh.project("SRC")["subjects"]]


@fact("read 13.12")
def test_an_id_that_is_somebodys_alias_is_a_conflict(fresh: Xnat) -> None:
    fresh.put("/data/projects/SRC?alias=SOURCE")
    assert fresh.put("/data/projects/SOURCE", "zoe").status_code == 409


@fact("read 13.12", "the 403 text of an alias conflict contains admin")
def test_an_alias_that_leads_elsewhere_is_403(fresh: Xnat) -> None:
    fresh.put("/data/projects/SRC?alias=SOURCE")
    for path in ("/data/projects/NEW?alias=SOURCE", "/data/projects/NEW?alias=DST"):
        answer = fresh.put(path)
        assert answer.status_code == 403
        assert "admin" in fresh.headline(answer)
    assert not made(fresh, "NEW")
