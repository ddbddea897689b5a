"""Users, groups, roles, accessibility (wire-read 2.13, 3.3, 3.5)."""

from collections.abc import Iterator

import pytest

from tests.contract.facts import LeftOut, fact
from tests.contract.wire.conftest import Xnat
from tests.contract.wire.listing_world import stocked

LEFT_OUT = [
    LeftOut("read 2.13", "disabled accounts under …/users/true", "a world describes only accounts that work"),
    LeftOut("read 2.13", "a user in two groups with two rows", "a world gives a user one role in a project"),
    LeftOut(
        "read 3.3",
        "a role just granted takes time to show",
        "nothing is cached; flushing answers all the same",
    ),
]
_USER = ["GROUP_ID", "displayname", "login", "firstname", "lastname", "email"]


@pytest.fixture(scope="module")
def xnat(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Xnat]:
    with stocked(tmp_path_factory.mktemp("stocked")) as server:
        yield server


@fact("read 2.13")
def test_a_projects_users_are_a_table_titled_projects(xnat: Xnat) -> None:
    found = xnat.get("/data/projects/SRC/users").json()["ResultSet"]
    assert (found["title"], found["totalRecords"]) == ("Projects", "3")
    assert all(set(row) == set(_USER) for row in found["Result"])
    groups = {row["login"]: (row["GROUP_ID"], row["displayname"]) for row in found["Result"]}
    assert groups == {
        "ada": ("SRC_owner", "Owners"),
        "mem": ("SRC_member", "Members"),
        "carl": ("SRC_collaborator", "Collaborators"),
    }


@fact("read 2.13", "…/users/true is the same table where no account is disabled")
def test_users_true_is_an_address_too(xnat: Xnat) -> None:
    assert xnat.rows("/data/projects/SRC/users/true") == xnat.rows("/data/projects/SRC/users")


@fact("read 2.13")
def test_all_data_users_are_added_on_request(xnat: Xnat) -> None:
    rows = xnat.rows("/data/projects/SRC/users?includeAllDataAccess=true")
    found = {row["login"]: row["GROUP_ID"] for row in rows}
    assert (found["dan"], found["dora"], found["root"]) == (
        *("ALL_DATA_ACCESS", "ALL_DATA_ADMIN"),
        "ALL_DATA_ADMIN",
    )
    assert "sid" not in found
    assert "zoe" not in found


@fact("read 2.13")
def test_users_of_an_invisible_project_are_404(xnat: Xnat) -> None:
    assert xnat.get("/data/projects/SRC/users", "zoe").status_code == 404
    assert xnat.get("/data/projects/SRC/groups", "zoe").status_code == 404


@fact("read 2.13")
def test_a_restricted_site_shows_users_to_owners_and_managers_only(fresh: Xnat) -> None:
    answer = fresh.post("/xapi/siteConfig", "root", json={"restrictUserListAccessToAdmins": True})
    assert answer.status_code == 200
    refused = fresh.get("/data/projects/SRC/users", "mem")
    assert refused.status_code == 403
    assert fresh.headline(refused) == (
        "Access Denied: Only project owners and site managers can access user resources."
    )
    assert fresh.get("/data/projects/SRC/users", "ada").status_code == 200
    assert fresh.get("/data/users", "ada").status_code == 403
    assert fresh.get("/data/users", "root").status_code == 200


@fact("read 2.13")
def test_a_projects_groups_are_counted(xnat: Xnat) -> None:
    rows = xnat.rows("/data/projects/SRC/groups")
    assert [row["id"] for row in rows] == ["SRC_owner", "SRC_member", "SRC_collaborator"]
    assert set(rows[0]) == {"id", "displayname", "tag", "xdat_usergroup_id", "users"}
    assert (rows[0]["displayname"], rows[0]["tag"], rows[0]["users"]) == ("Owners", "SRC", "1")
    others = {row["xdat_usergroup_id"] for row in xnat.rows("/data/projects/DST/groups")}
    assert not others & {row["xdat_usergroup_id"] for row in rows}


@fact("read 2.13")
def test_all_users_of_the_site(xnat: Xnat) -> None:
    rows = xnat.rows("/data/users", "zoe")
    assert set(rows[0]) == {"xdat_user_id", "login", "firstname", "lastname", "email"}
    (ada,) = [row for row in rows if row["login"] == "ada"]
    assert (
        ada["xdat_user_id"] == xnat.get("/data/projects?accessible=true").json()["ResultSet"]["xdat_user_id"]
    )


@fact("read 2.13")
def test_a_users_settings_are_for_admins(xnat: Xnat) -> None:
    assert xnat.get("/data/user/ada").status_code == 403
    assert xnat.get("/data/user/ada", "root").json()["login"] == "ada"


@fact("read 3.3")
def test_memberships_are_a_bare_list_with_the_groups_names(xnat: Xnat) -> None:
    found = {row["ID"]: row for row in xnat.get("/xapi/access/projects").json()}
    # no public or protected project, no all-data access
    assert {name: row["role"] for name, row in found.items()} == {"SRC": "Owners", "DST": "Members"}
    assert found["SRC"] == {
        "ID": "SRC",
        "secondary_ID": "SRC",
        "name": "Sourcing",
        "role": "Owners",
        "URI": "/data/projects/SRC",
        "group_id": "SRC_owner",
        "description": "all of it",
    }
    assert xnat.get("/xapi/access/projects", "root").json() == []


@fact("read 3.3")
@pytest.mark.parametrize("what", ["groups", "roles"])
def test_groups_and_roles_are_for_oneself_or_an_admin(xnat: Xnat, what: str) -> None:
    assert xnat.get(f"/xapi/users/ada/{what}", "ada").status_code == 200
    assert xnat.get(f"/xapi/users/ada/{what}", "root").status_code == 200
    refused = xnat.get(f"/xapi/users/ada/{what}", "mem")
    assert (refused.status_code, refused.content) == (403, b"")
    assert xnat.get(f"/xapi/users/nobody/{what}", "root").status_code == 404


@fact("read 3.3")
def test_groups_are_ids_and_roles_are_the_sites(xnat: Xnat) -> None:
    assert set(xnat.get("/xapi/users/ada/groups").json()) == {"SRC_owner", "DST_member"}
    assert xnat.get("/xapi/users/ada/roles").json() == []
    assert "Administrator" in xnat.get("/xapi/users/root/roles", "root").json()


@fact("read 3.3")
def test_ones_own_row_among_the_users_tells_the_group(xnat: Xnat) -> None:
    (mine,) = [row for row in xnat.rows("/data/projects/SRC/users", "carl") if row["login"] == "carl"]
    assert mine["GROUP_ID"] == "SRC_collaborator"


@fact("read 3.3")
def test_the_projects_one_can_edit_are_a_list_of_ids(xnat: Xnat) -> None:
    assert xnat.get("/xapi/users/projects").json() == ["SRC", "DST"]
    assert xnat.get("/xapi/users/projects", "carl").json() == []


@fact("read 3.3")
def test_roles_by_the_old_address_are_for_admins(xnat: Xnat) -> None:
    assert xnat.get("/data/user/root/roles").status_code == 403
    assert "Administrator" in xnat.get("/data/user/root/roles", "root").text


@fact("read 3.3")
def test_the_cache_of_rights_can_be_flushed(xnat: Xnat) -> None:
    assert xnat.delete("/xapi/access/cache/flush", "zoe").status_code == 200
    assert xnat.delete("/xapi/access/cache/flush/zoe", "zoe").status_code == 200
    assert xnat.delete("/xapi/access/cache/flush/zoe", "root").status_code == 200
    assert xnat.delete("/xapi/access/cache/flush/ada", "zoe").status_code == 403


@fact("read 3.5")
@pytest.mark.parametrize(("project", "word"), [("SRC", "private"), ("PROT", "protected"), ("PUB", "public")])
def test_accessibility_is_one_word_of_plain_text(xnat: Xnat, project: str, word: str) -> None:
    answer = xnat.get(f"/data/projects/{project}/accessibility")
    assert (answer.text, answer.headers["content-type"].partition(";")[0]) == (word, "text/plain")


@fact("read 3.5")
@pytest.mark.parametrize("word", ["public", "protected", "private"])
def test_accessibility_is_set_by_the_address(fresh: Xnat, word: str) -> None:
    assert fresh.put(f"/data/projects/SRC/accessibility/{word}").status_code == 200
    assert fresh.get("/data/projects/SRC/accessibility").text == word
    seen = fresh.get("/data/projects/SRC", "zoe").status_code
    assert seen == (404 if word == "private" else 200)


@fact("read 3.5")
@pytest.mark.parametrize("user", ["mem", "carl"])
def test_accessibility_takes_the_right_to_delete_the_project(fresh: Xnat, user: str) -> None:
    assert fresh.put("/data/projects/SRC/accessibility/public", user).status_code == 403
    assert fresh.get("/data/projects/SRC/accessibility").text == "private"


@fact("read 3.5")
def test_a_site_may_forbid_all_but_private(fresh: Xnat) -> None:
    told = {"securityAllowNonPrivateProjects": False}
    assert fresh.post("/xapi/siteConfig", "root", json=told).status_code == 200
    assert fresh.put("/data/projects/SRC/accessibility/public").status_code == 403
    assert fresh.put("/data/projects/SRC/accessibility/private").status_code == 200
