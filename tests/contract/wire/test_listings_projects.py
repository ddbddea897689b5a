"""The project listings and what hangs on one project's address (wire-read 2.2, 13.4, 13.12)."""

from collections.abc import Callable, Iterator

import pytest

from tests.contract.facts import LeftOut, fact
from tests.contract.wire.conftest import Xnat
from tests.contract.wire.listing_world import stocked

LEFT_OUT = [
    LeftOut(
        "read 2.2",
        "projects in recent= and favorite=",
        "XNAT notes them when somebody opens a project's page or marks it there; a server without pages has "
        "none, so both leave the listing empty",
    ),
    LeftOut(
        "read 2.2",
        "which column users=true adds",
        "not told; that it does nothing by itself is shown",
    ),
    LeftOut(
        "read 2.2",
        "custom groups in user_role and in data=writable",
        "a world gives everybody one of the three standard roles",
    ),
    LeftOut(
        "read 2.2",
        "prearchive_code, quarantine_code, current_arc, archive_spec, resources, files, users, groups",
        "these addresses are shown with the sections 4.1, 2.7, 2.8 and 2.13",
    ),
]
_DEFAULT = {"ID", "secondary_ID", "name", "description", "pi_firstname", "pi_lastname", "URI"}


@pytest.fixture(scope="module")
def xnat(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Xnat]:
    with stocked(tmp_path_factory.mktemp("stocked")) as server:
        yield server


def listed(xnat: Xnat, query: str, user: str = "ada") -> set[str]:
    """The IDs, whichever way they are spelled."""
    return {row.get("ID", row.get("id", "")) for row in xnat.rows(f"/data/projects{query}", user)}


@fact("read 2.2")
def test_default_listing_has_these_keys_and_a_total(xnat: Xnat) -> None:
    found = xnat.get("/data/projects").json()["ResultSet"]
    assert set(found) == {"Result", "totalRecords"}
    (row,) = [one for one in found["Result"] if one["ID"] == "SRC"]
    assert set(row) == _DEFAULT
    assert (row["name"], row["pi_lastname"], row["URI"]) == ("Sourcing", "Boss", "/data/projects/SRC")


@fact("read 2.2")
@pytest.mark.parametrize(
    ("user", "seen"),
    [
        ("ada", {"SRC", "DST", "PROT", "PUB"}),
        ("zoe", {"PROT", "PUB"}),
        ("root", {"SRC", "DST", "PROT", "PUB"}),
        ("dan", {"SRC", "DST", "PROT", "PUB"}),
    ],
)
def test_default_listing_holds_what_the_caller_can_see(xnat: Xnat, user: str, seen: set[str]) -> None:
    assert listed(xnat, "", user) == seen


@fact("read 2.2")
def test_a_site_admin_without_data_rights_needs_all_data_override(xnat: Xnat) -> None:
    assert listed(xnat, "", "sid") == {"PROT", "PUB"}
    assert listed(xnat, "?allDataOverride=true", "sid") == {"SRC", "DST", "PROT", "PUB"}
    assert listed(xnat, "?allDataOverride=true", "zoe") == {"PROT", "PUB"}


@fact("read 2.2")
@pytest.mark.parametrize(
    ("user", "right", "found"),
    [
        ("ada", "edit", {"SRC"}),
        ("ada", "delete", {"SRC"}),
        ("mem", "edit", set()),
        ("zoe", "delete", set()),
    ],
)
def test_restrict_narrows_to_what_may_be_edited_or_deleted(
    xnat: Xnat, user: str, right: str, found: set[str]
) -> None:
    assert listed(xnat, f"?restrict={right}", user) == found


@fact("read 2.2")
def test_columns_may_be_chosen(xnat: Xnat) -> None:
    rows = xnat.rows("/data/projects?columns=name,alias,note")
    (row,) = [one for one in rows if one["ID"] == "SRC"]
    assert row == {
        "name": "Sourcing",
        "alias": "SRCALIAS",
        "note": "mine",
        "ID": "SRC",
        "URI": "/data/projects/SRC",
    }


@fact("read 2.2")
@pytest.mark.parametrize(
    "trigger",
    [
        "accessible=true",
        "data=readable",
        "owner=true",
        "member=true",
        "collaborator=true",
        "admin=true",
        "prearc_code=true",
        "activeSince=2020-01-01",
    ],
)
def test_filtered_listing_is_in_lower_case_with_title_and_user(xnat: Xnat, trigger: str) -> None:
    found = xnat.get(f"/data/projects?{trigger}", "root").json()["ResultSet"]
    number = found["xdat_user_id"]
    assert (found["title"], found["totalRecords"]) == ("Projects", str(len(found["Result"])))
    row = found["Result"][0]
    assert {
        *("id", "name", "description", "secondary_id", "pi", "project_invs", "project_access"),
        *("project_access_img", "insert_date", "insert_user", "quarantine_status"),
        *(f"user_role_{number}", f"last_accessed_{number}"),
    } == set(row) - {"proj_quarantine", "proj_prearchive_code"}
    assert ("proj_prearchive_code" in row) == (trigger == "prearc_code=true")


@fact("read 2.2")
@pytest.mark.parametrize("trigger", ["recent", "favorite"])
def test_recent_and_favorite_lead_to_the_filtered_listing(xnat: Xnat, trigger: str) -> None:
    found = xnat.get(f"/data/projects?{trigger}=true").json()["ResultSet"]
    assert (found["title"], found["Result"]) == ("Projects", [])


@fact("read 2.2")
def test_format_search_xml_gives_the_search_itself(xnat: Xnat) -> None:
    answer = xnat.get("/data/projects?format=search_xml")
    assert answer.headers["content-type"].startswith("text/xml")
    assert "<xdat:root_element_name>xnat:projectData</xdat:root_element_name>" in answer.text


@fact("read 2.2")
@pytest.mark.parametrize(
    ("user", "role", "project"),
    [
        ("ada", "Owners", "SRC"),
        ("mem", "Members", "SRC"),
        ("carl", "Collaborators", "SRC"),
        ("zoe", "", "PUB"),
    ],
)
def test_user_role_is_named_by_the_callers_number(xnat: Xnat, user: str, role: str, project: str) -> None:
    found = xnat.get("/data/projects?accessible=true", user).json()["ResultSet"]
    (row,) = [one for one in found["Result"] if one["id"] == project]
    assert row[f"user_role_{found['xdat_user_id']}"] == role
    assert "URI" not in row


@fact("read 2.2")
def test_investigators_are_joined_by_a_line_break_of_html(fresh: Xnat) -> None:
    address = "/data/projects/SRC?pi_firstname=Ann&pi_lastname=Boss"
    paths = "&xnat:projectData/investigators/investigator/lastname=Other"
    assert fresh.put(address + paths).status_code == 200
    (row,) = [one for one in fresh.rows("/data/projects?accessible=true") if one["id"] == "SRC"]
    assert (row["pi"], row["project_invs"]) == ("Boss, Ann", "Boss, Ann <br/> Other")


@fact("read 2.2")
@pytest.mark.parametrize(
    ("query", "user", "found"),
    [
        ("accessible=true", "ada", {"SRC", "DST", "PROT", "PUB"}),
        ("accessible=true", "zoe", {"PROT", "PUB"}),
        ("accessible=false", "ada", {"PROT", "PUB"}),
        ("data=readable", "zoe", {"PUB"}),
        ("data=readable", "carl", {"SRC", "DST", "PUB"}),
        ("data=writable", "carl", set()),
        ("data=writable", "mem", {"SRC", "DST"}),
        ("owner=true", "ada", {"SRC"}),
        ("member=true", "ada", {"DST"}),
        ("owner=true&member=true", "ada", {"SRC", "DST"}),
        ("collaborator=true", "carl", {"SRC", "DST"}),
        ("owner=false", "ada", {"PROT", "PUB"}),
        ("member=false", "ada", {"SRC", "PROT", "PUB"}),
        ("accessible=true&owner=true", "ada", {"SRC"}),
        ("admin=true", "sid", {"SRC", "DST", "PROT", "PUB"}),
        ("owner=true", "dan", {"SRC", "DST", "PROT", "PUB"}),
        ("data=writable", "root", {"SRC", "DST", "PROT", "PUB"}),
    ],
)
def test_conditions_of_the_filtered_listing(xnat: Xnat, query: str, user: str, found: set[str]) -> None:
    assert listed(xnat, f"?{query}", user) == found


@fact("read 2.2")
def test_users_true_acts_only_with_another_trigger(xnat: Xnat) -> None:
    assert set(xnat.rows("/data/projects?users=true")[0]) == _DEFAULT


@fact("read 2.2")
def test_data_with_another_value_is_500(xnat: Xnat) -> None:
    assert xnat.get("/data/projects?data=everything").status_code == 500


@fact("read 2.2")
def test_active_since_that_is_no_date_is_422_with_the_table_all_the_same(xnat: Xnat) -> None:
    answer = xnat.get("/data/projects?activeSince=lately")
    assert answer.status_code == 422
    assert answer.json()["ResultSet"]["Result"]


@fact("read 2.2")
def test_active_since_finds_projects_where_something_was_done(xnat: Xnat) -> None:
    assert listed(xnat, "?activeSince=2020-01-01") == {"SRC"}
    assert listed(xnat, "?activeSince=2199-01-01") == set()


@fact("read 2.2")
@pytest.mark.parametrize("on", [False, True])
def test_columns_beside_the_filtered_rows(world: Callable[..., Xnat], on: bool) -> None:
    xnat = world(
        f"[server]\nunconfirmed = {{ filtered_projects_describe_columns = {str(on).lower()} }}\n"
        '[[users]]\nlogin = "ada"\n[[projects]]\nid = "P"\naccessibility = "public"\n'
    )
    found = xnat.get("/data/projects?accessible=true").json()["ResultSet"]
    assert ("Columns" in found) == on


@fact("read 2.2")
@pytest.mark.parametrize(
    ("action", "data_type", "user", "found"),
    [
        ("read", "xnat:mrSessionData", "ada", {"SRC", "DST", "PUB"}),
        ("create", "xnat:mrSessionData", "ada", {"SRC", "DST"}),
        ("edit", "xnat:subjectData", "mem", {"SRC", "DST"}),
        ("delete", "xnat:subjectData", "ada", {"SRC"}),
        ("delete", "xnat:subjectData", "mem", set()),
        ("active", "xnat:subjectData", "carl", {"SRC", "DST", "PUB"}),
        ("edit", "xnat:projectData", "ada", {"SRC"}),
        ("create", "xnat:mrSessionData", "dora", {"SRC", "DST", "PROT", "PUB"}),
        ("read", "xnat:mrSessionData", "zoe", {"PUB"}),
        ("create", "xnat:mrSessionData", "sid", set()),
    ],
)
def test_permissions_tells_where_groups_or_the_guest_hold_a_right(
    xnat: Xnat, action: str, data_type: str, user: str, found: set[str]
) -> None:
    assert listed(xnat, f"?permissions={action}&dataType={data_type}", user) == found


@fact("read 2.2")
def test_permissions_has_two_columns_and_no_total(xnat: Xnat) -> None:
    found = xnat.get("/data/projects?permissions=read&dataType=xnat:subjectData").json()["ResultSet"]
    assert set(found) == {"Result"}
    assert set(found["Result"][0]) == {"id", "secondary_id"}


@fact("read 2.2")
@pytest.mark.parametrize(
    "query", ["permissions=fly&dataType=xnat:subjectData", "permissions=read&dataType=xnat:x"]
)
def test_an_unknown_right_or_type_is_500(xnat: Xnat, query: str) -> None:
    assert xnat.get(f"/data/projects?{query}").status_code == 500


@fact("read 2.2")
@pytest.mark.parametrize(
    ("user", "more", "found"),
    [
        ("ada", "", {"SRC", "DST"}),
        ("mem", "&data-type=xnat:mrSessionData", {"SRC", "DST"}),
        ("mem", "&data-type=xnat:projectData", set()),
        ("carl", "", set()),
        ("zoe", "", set()),
    ],
)
def test_creatable_types_goes_by_groups(xnat: Xnat, user: str, more: str, found: set[str]) -> None:
    assert listed(xnat, f"?creatableTypes=true{more}", user) == found


@fact("read 2.2")
def test_creatable_types_has_four_columns_and_no_total(xnat: Xnat) -> None:
    found = xnat.get("/data/projects?creatableTypes=true").json()["ResultSet"]
    assert set(found) == {"Result"}
    assert set(found["Result"][0]) == {"id", "name", "description", "secondary_id"}


@fact("read 13.4")
def test_creatable_types_gives_an_all_data_admin_every_project(xnat: Xnat) -> None:
    assert listed(xnat, "?creatableTypes=true", "dora") == {"SRC", "DST", "PROT", "PUB"}


@fact("read 2.2")
@pytest.mark.parametrize(
    ("query", "shape"),
    [
        ("accessible=true&columns=ID", "quarantine_status"),
        ("accessible=true&permissions=read&dataType=xnat:subjectData", "secondary_id"),
        ("creatableTypes=true&permissions=read&dataType=xnat:subjectData&accessible=true", "description"),
    ],
)
def test_the_last_handler_whose_trigger_is_there_wins(xnat: Xnat, query: str, shape: str) -> None:
    row = xnat.rows(f"/data/projects?{query}")[0]
    assert shape in row
    assert len(row) == {"quarantine_status": 13, "secondary_id": 2, "description": 4}[shape]


@fact("read 2.2")
@pytest.mark.parametrize(("project", "user"), [("NOPE", "ada"), ("SRC", "zoe")])
def test_a_project_that_is_unknown_or_private_and_not_ones_own_is_404(
    xnat: Xnat, project: str, user: str
) -> None:
    answer = xnat.get(f"/data/projects/{project}?format=json", user)
    assert answer.status_code == 404
    assert xnat.headline(answer) == f"Unable to identify project {project}"


@fact("read 2.2")
def test_a_project_refuses_a_rest_it_does_not_know(xnat: Xnat) -> None:
    assert xnat.get("/data/projects/SRC/whatever").status_code == 400


@fact("read 2.2")
@pytest.mark.parametrize("path", ["/data/scan_types", "/data/projects/SRC/scan_types"])
def test_scan_types_are_a_table(xnat: Xnat, path: str) -> None:
    found = {row["type"] for row in xnat.rows(path)}
    assert found == {"loc[red]", "t1 mprage", "abdomen", "PET"}


@fact("read 2.2")
def test_creatable_types_of_one_project_go_by_groups_only(xnat: Xnat) -> None:
    path = "/data/projects/SRC?creatableTypes=true"
    found = {row["element_name"] for row in xnat.rows(path)}
    assert {"xnat:mrSessionData", "xnat:subjectData"} < found
    assert xnat.rows(path, "carl") == xnat.rows(path, "root") == []


@fact("read 2.2")
def test_a_protocol_is_found_by_its_id_or_by_data_type(xnat: Xnat) -> None:
    base = "/data/projects/SRC/protocols"
    answer = xnat.get(f"{base}/SRC_xnat_ctSessionData")
    assert answer.headers["content-type"].startswith("text/xml")
    assert 'xmlPath="xnat:ctSessionData/fields/field[name=pain]/field"' in answer.text
    assert xnat.get(f"{base}/any?dataType=xnat:ctSessionData").text == answer.text
    assert xnat.get(base).status_code == 400
    assert xnat.get(f"{base}/nosuch").status_code == 404


@fact("read 13.12")
@pytest.mark.parametrize("rest", ["", "/subjects", "/experiments", "/users", "/subjects/F1"])
def test_project_aliases_work_in_addresses(xnat: Xnat, rest: str) -> None:
    answer = xnat.get(f"/data/projects/SRCALIAS{rest}?format=json")
    assert answer.status_code == 200
    assert answer.json().keys() == xnat.get(f"/data/projects/SRC{rest}?format=json").json().keys()
