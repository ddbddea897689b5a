"""What each caller sees and may do (wire-read 3.1, 3.2, 3.4, 13.5)."""

from collections.abc import Iterator

import httpx
import pytest

from tests.contract.facts import LeftOut, fact
from tests.contract.wire.conftest import Xnat
from tests.contract.wire.listing_world import stocked

LEFT_OUT = [
    LeftOut(
        "read 3.1",
        "custom groups, and rights that differ between data types",
        "a world gives everybody one of the three standard roles",
    ),
    LeftOut("read 3.1", "uiAllowProjectDelete", "it acts in the web pages only"),
    LeftOut(
        "read 3.1",
        "who may move quarantined or locked data between their states",
        "details are unconfirmed; the right `active` is told by permissions= as the roles have it",
    ),
    LeftOut(
        "read 3.2", "GET …/files and …/config of strangers", "shown with the sections 2.5 to 2.8 and 4.2"
    ),
    LeftOut(
        "read 3.2",
        "404 for the PUT of a subject into a project that one cannot see",
        "write 4.1 knows it more exactly: 422, since the project is taken for a missing attribute",
    ),
]


@pytest.fixture(scope="module")
def xnat(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Xnat]:
    with stocked(tmp_path_factory.mktemp("stocked")) as server:
        yield server


@pytest.fixture(scope="module")
def ids(xnat: Xnat) -> dict[str, str]:
    """A subject and a session each of a private, a protected and a public project."""
    put = "/data/projects/PUB/subjects/q/experiments/q_MR1?xsiType=xnat:mrSessionData"
    assert xnat.put(put, "root").status_code == 201
    found = {}
    for project, session, subject in (
        ("SRC", "001_MR1", "001"),
        ("PROT", "p_MR1", "p"),
        ("PUB", "q_MR1", "q"),
    ):
        found[f"{project}_session"] = xnat.id_of(session, project)
        rows = xnat.rows(f"/data/projects/{project}/subjects", "root")
        (found[f"{project}_subject"],) = [row["ID"] for row in rows if row["label"] == subject]
    # the session of the private project must be visible nowhere else
    unshare = "/data/projects/SRC/subjects/001/experiments/001_MR1/projects/PUB"
    assert xnat.delete(unshare, "root").status_code == 200
    assert xnat.delete("/data/projects/SRC/subjects/001/projects/PUB", "root").status_code == 200
    return found


_ROWS: list[tuple[str, str, int, int, int, int]] = [
    ("GET", "/data/projects/{P}", 404, 200, 200, 200),
    ("GET", "/data/projects/{P}/subjects", 404, 403, 200, 200),
    ("GET", "/data/projects/{P}/experiments", 404, 403, 200, 200),
    ("GET", "/data/projects/{P}/subjects/{S}", 404, 404, 200, 200),
    ("GET", "/data/projects/{P}/subjects/{SID}", 404, 404, 200, 200),
    ("GET", "/data/projects/{P}/experiments/{E}", 404, 404, 200, 200),
    ("GET", "/data/projects/{P}/experiments/{EID}", 404, 404, 200, 200),
    ("GET", "/data/projects/{P}/subjects/{S}/experiments/{E}", 404, 404, 200, 200),
    ("GET", "/data/experiments/{EID}", 404, 404, 200, 200),
    ("GET", "/data/subjects/{SID}", 404, 404, 200, 200),
    ("GET", "/data/projects/{P}/accessibility", 404, 200, 200, 200),
    ("PUT", "/data/projects/{P}/subjects/new", 422, 403, 403, 403),
    ("PUT", "/data/projects/{P}/subjects/{S}/experiments/new?xsiType=xnat:mrSessionData", 404, 403, 403, 403),
    ("DELETE", "/data/projects/{P}/subjects/{S}", 404, 404, 403, 403),
    ("DELETE", "/data/projects/{P}/subjects/{S}/experiments/{E}", 404, 404, 403, 403),
    ("DELETE", "/data/experiments/{EID}", 404, 404, 403, 403),
]
_LABELS = {"SRC": ("001", "001_MR1"), "PROT": ("p", "p_MR1"), "PUB": ("q", "q_MR1")}
_CASES = [
    pytest.param(method, path, project, user, status, id=f"{method} {path} {who}")
    for method, path, *codes in _ROWS
    for (project, user, who), status in zip(
        [
            ("SRC", "zoe", "private"),
            ("PROT", "zoe", "protected"),
            ("PUB", "zoe", "public"),
            ("SRC", "carl", "collaborator"),
        ],
        codes,
        strict=True,
    )
]


@fact("read 3.2")
@pytest.mark.parametrize(("method", "path", "project", "user", "status"), _CASES)
def test_what_each_caller_gets(
    xnat: Xnat, ids: dict[str, str], method: str, path: str, project: str, user: str, status: int
) -> None:
    subject, session = _LABELS[project]
    address = path.format(
        P=project, S=subject, E=session, SID=ids[f"{project}_subject"], EID=ids[f"{project}_session"]
    )
    answer = xnat.send(method, address, user)
    assert answer.status_code == status, xnat.headline(answer)


@fact("read 3.2")
@pytest.mark.parametrize(
    ("user", "seen"), [("zoe", {"PROT", "PUB"}), ("carl", {"SRC", "DST", "PROT", "PUB"})]
)
def test_which_projects_are_listed(xnat: Xnat, user: str, seen: set[str]) -> None:
    assert {row["ID"] for row in xnat.rows("/data/projects", user)} == seen


@fact("read 3.2")
@pytest.mark.parametrize(
    "path", ["/data/projects", "/data/projects/PUB", "/data/experiments/X", "/xapi/access/projects"]
)
def test_a_wrong_password_is_401_everywhere(xnat: Xnat, path: str) -> None:
    answer = httpx.get(xnat.server.url + path, auth=("ada", "wrong"), trust_env=False, verify=False)
    assert answer.status_code == 401


@fact("read 3.2")
def test_unknown_and_not_yours_are_the_same_answer(xnat: Xnat) -> None:
    unknown, foreign = (xnat.get(f"/data/projects/{name}", "zoe") for name in ("NOPE", "SRC"))
    assert unknown.status_code == foreign.status_code == 404
    assert unknown.text == foreign.text.replace("SRC", "NOPE")


@fact("read 3.2", "XAPI says 403 for both")
@pytest.mark.parametrize("project", ["NOPE", "SRC"])
def test_xapi_says_403_for_the_unknown_and_the_private(xnat: Xnat, project: str) -> None:
    assert xnat.get(f"/xapi/anonymize/projects/{project}", "zoe").status_code == 403


@fact("read 13.5")
@pytest.mark.parametrize("method", ["GET", "DELETE"])
@pytest.mark.parametrize("kind", ["subject", "session"])
def test_strangers_get_404_for_the_items_of_a_protected_project(
    xnat: Xnat, ids: dict[str, str], method: str, kind: str
) -> None:
    path = {"subject": "/data/subjects/", "session": "/data/experiments/"}[kind] + ids[f"PROT_{kind}"]
    assert xnat.send(method, path, "zoe").status_code == 404


@fact("read 13.5")
@pytest.mark.parametrize(
    "path", ["subjects/p?group=x", "subjects/p/experiments/new?xsiType=xnat:mrSessionData"]
)
def test_strangers_get_403_for_writing_there(xnat: Xnat, ids: dict[str, str], path: str) -> None:
    assert xnat.put(f"/data/projects/PROT/{path}", "zoe").status_code == 403


_SUBJECT = "/data/projects/SRC/subjects/001"


@fact("read 3.1")
@pytest.mark.parametrize(
    ("user", "read", "edit", "create", "delete"),
    [
        ("ada", 200, 200, 201, 200),
        ("mem", 200, 200, 201, 403),
        ("carl", 200, 403, 403, 403),
        ("zoe", 404, 404, 422, 404),
        ("root", 200, 200, 201, 200),
    ],
)
def test_what_the_groups_may_do_with_data(
    fresh: Xnat, user: str, read: int, edit: int, create: int, delete: int
) -> None:
    assert fresh.delete(f"{_SUBJECT}/experiments/001_MR1/projects/PUB", "root").status_code == 200
    assert fresh.delete(f"{_SUBJECT}/projects/PUB", "root").status_code == 200
    session = f"{_SUBJECT}/experiments/001_MR1"
    assert fresh.get(session, user).status_code == read
    assert fresh.put(f"{session}?note=x", user).status_code == edit
    assert fresh.put(f"{_SUBJECT}x", user).status_code == create
    assert fresh.delete(session, user).status_code == delete


@fact("read 3.1")
@pytest.mark.parametrize(
    ("user", "edit", "delete"), [("ada", 200, 200), ("mem", 403, 403), ("carl", 403, 403)]
)
def test_only_owners_change_the_project_itself(fresh: Xnat, user: str, edit: int, delete: int) -> None:
    assert fresh.put("/data/projects/SRC?description=x", user).status_code == edit
    assert fresh.delete("/data/projects/SRC", user).status_code == delete


@fact("read 3.1")
@pytest.mark.parametrize(("user", "status"), [("dan", 403), ("dora", 200), ("sid", 200), ("root", 200)])
def test_all_data_users_read_or_change_everything(xnat: Xnat, user: str, status: int) -> None:
    assert xnat.get("/data/projects/SRC/subjects/002/experiments/002_CT1", user).status_code == 200
    answer = xnat.put("/data/projects/SRC/subjects/002?group=x", user)
    assert answer.status_code == status


@fact("read 3.1")
def test_all_data_users_do_not_show_among_a_projects_users(xnat: Xnat) -> None:
    logins = {row["login"] for row in xnat.rows("/data/projects/SRC/users")}
    assert logins == {"ada", "mem", "carl"}


@fact("read 3.1")
def test_on_a_shared_item_even_the_owner_of_the_receiving_project_only_reads(fresh: Xnat) -> None:
    member = "/data/projects/PUB/users/Owners/zoe"
    session = fresh.id_of("001_MR1")
    fresh.put(member, "root")
    assert fresh.get("/data/projects/PUB/experiments/001_shared", "zoe").status_code == 200
    path = "/data/projects/PUB/subjects/001/experiments/001_shared"
    assert fresh.put(f"{path}?note=x", "zoe").status_code == 403
    # deleting there takes the share away and leaves the original
    assert fresh.delete(path, "root").status_code == 200
    assert fresh.get(f"/data/experiments/{session}").status_code == 200
    assert fresh.rows("/data/projects/PUB/experiments") == []


@fact("read 3.4")
@pytest.mark.parametrize(
    ("user", "create", "edit", "delete", "settings"),
    [
        ("ada", True, True, True, True),
        ("mem", True, True, False, False),
        ("carl", False, False, False, False),
    ],
)
def test_rights_can_be_probed_without_acting(
    xnat: Xnat, user: str, create: bool, edit: bool, delete: bool, settings: bool
) -> None:
    def allowed(query: str) -> bool:
        rows = xnat.rows(f"/data/projects?{query}&format=json", user)
        return "SRC" in {row.get("id", row.get("ID")) for row in rows}

    assert allowed("permissions=create&dataType=xnat:mrSessionData") == create
    assert allowed("permissions=create&dataType=xnat:subjectData") == create
    assert allowed("permissions=edit&dataType=xnat:mrSessionData") == edit
    assert allowed("permissions=delete&dataType=xnat:mrSessionData") == delete
    assert allowed("restrict=edit") == allowed("restrict=delete") == settings
    types = {row["element_name"] for row in xnat.rows("/data/projects/SRC?creatableTypes=true", user)}
    assert ("xnat:mrSessionData" in types) == create


@fact("read 3.4")
def test_whether_one_may_create_projects_is_a_preference(xnat: Xnat) -> None:
    assert xnat.get("/xapi/siteConfig/uiAllowNonAdminProjectCreation", "zoe").text == "true"


@fact("read 3.4")
def test_items_have_no_flags_of_rights(xnat: Xnat) -> None:
    text = xnat.get("/data/projects/SRC/experiments/002_CT1?format=json").text
    assert "canRead" not in text
    assert "canEdit" not in text


@fact("read 3.4", "no OPTIONS")
def test_options_tells_nothing(xnat: Xnat) -> None:
    assert xnat.send("OPTIONS", "/data/projects/SRC").status_code != 200
