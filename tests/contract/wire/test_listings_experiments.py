"""Subjects, experiments and assessors as tables, owned and shared in (wire-read 2.3, 5)."""

from collections.abc import Callable, Iterator
from time import monotonic

import pytest

from tests.contract.facts import LeftOut, fact
from tests.contract.wire.conftest import Xnat
from tests.contract.wire.listing_world import stocked

LEFT_OUT = [
    LeftOut(
        "read 2.3",
        "rows that vanish because a right is missing on their data type only",
        "the three standard roles have the same rights on every type of data",
    ),
    LeftOut("read 5", "tables as txt", "what they look like is told nowhere"),
]
_SUBJECT = {"ID", "project", "label", "insert_date", "insert_user", "URI"}
_EXPERIMENT = {"ID", "project", "date", "xsiType", "label", "insert_date", "URI"}
_KEY = "xnat:subjectassessordata/id"


@pytest.fixture(scope="module")
def xnat(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Xnat]:
    with stocked(tmp_path_factory.mktemp("stocked")) as server:
        yield server


def result(xnat: Xnat, path: str, user: str = "ada") -> dict[str, object]:
    found: dict[str, object] = xnat.get(path, user).json()["ResultSet"]
    return found


@fact("read 2.3")
@pytest.mark.parametrize("path", ["/data/projects/SRC/subjects", "/data/subjects"])
def test_subjects_have_these_columns_a_total_and_no_title(xnat: Xnat, path: str) -> None:
    found = result(xnat, path)
    assert set(found) == {"Result", "totalRecords"}
    row = xnat.rows(path)[0]
    assert set(row) == _SUBJECT
    assert row["URI"] == f"/data/subjects/{row['ID']}"


@fact("read 2.3")
@pytest.mark.parametrize(
    "path", ["/data/projects/SRC/experiments", "/data/projects/SRC/subjects/F1/experiments"]
)
def test_experiments_have_a_key_column_besides_a_total_and_no_title(xnat: Xnat, path: str) -> None:
    assert set(result(xnat, path)) == {"Result", "totalRecords"}
    row = xnat.rows(path)[0]
    assert set(row) == {*_EXPERIMENT, _KEY}
    assert row[_KEY] == row["ID"]
    assert row["URI"] == f"/data/experiments/{row['ID']}"


@fact("read 2.3")
def test_the_key_column_follows_the_root_type(xnat: Xnat) -> None:
    (row,) = xnat.rows("/data/projects/SRC/experiments?xsiType=xnat:mrSessionData")
    assert set(row) == {*_EXPERIMENT, "xnat:mrsessiondata/id"}
    assert row["xnat:mrsessiondata/id"] == row["ID"]


@fact("read 2.3")
def test_all_experiments_have_a_title(xnat: Xnat) -> None:
    found = result(xnat, "/data/experiments")
    assert (found["title"], found["totalRecords"]) == (
        "Matching experiments",
        str(len(xnat.rows("/data/experiments"))),
    )


@fact("read 2.3")
def test_all_experiments_show_subjects_when_the_root_has_them(xnat: Xnat) -> None:
    (row,) = xnat.rows("/data/experiments?xsiType=xnat:ctSessionData")
    assert row["subject_label"] == "002"
    assert row["subject_ID"].startswith("XNAT_S")


@fact("read 2.3")
def test_all_experiments_include_what_was_derived(xnat: Xnat) -> None:
    assert "F1_QC" in [row["label"] for row in xnat.rows("/data/experiments")]
    (row,) = xnat.rows("/data/experiments?xsiType=xnat:qcManualAssessorData")
    assert row["session_label"] == "F1_PET"


@fact("read 2.3")
@pytest.mark.parametrize(
    ("path", "user", "status", "message"),
    [
        ("/data/projects/SRC/subjects", "zoe", 404, "Unable to identify project SRC"),
        ("/data/projects/SRC/experiments", "zoe", 404, "Unable to identify project SRC"),
        ("/data/projects/PROT/subjects", "zoe", 403, "Unable to read subjects for Project: PROT"),
        ("/data/projects/PROT/experiments", "zoe", 403, "Unable to read experiments for Project: PROT"),
        ("/data/projects/SRC/subjects/nobody/experiments", "ada", 404, "Unable to identify subject nobody"),
    ],
)
def test_what_refused_listings_say(xnat: Xnat, path: str, user: str, status: int, message: str) -> None:
    answer = xnat.get(path, user)
    assert (answer.status_code, xnat.headline(answer)) == (status, message)


@fact("read 2.3")
def test_all_subjects_are_500_for_whoever_can_read_no_project(world: Callable[..., Xnat]) -> None:
    # a protected project does not count
    xnat = world(
        '[[users]]\nlogin = "ada"\nprojects = { P = "owner" }\n[[users]]\nlogin = "zoe"\n'
        '[[projects]]\nid = "P"\naccessibility = "protected"\n'
    )
    assert xnat.get("/data/subjects", "ada").status_code == 200
    assert xnat.get("/data/subjects", "zoe").status_code == 500


@fact("read 2.3")
@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/data/projects/SRC/experiments", 200),
        ("/data/projects/SRC/subjects/F1/experiments", 200),
        ("/data/experiments", 500),
    ],
)
@pytest.mark.parametrize(
    "query", ["xnat:petSessionData/tracer/dose=lots", "xsiType=xnat:nosuch", "date=2020-01-31"]
)
def test_a_query_error_is_an_empty_200_under_a_project_and_else_500(
    xnat: Xnat, path: str, status: int, query: str
) -> None:
    answer = xnat.get(f"{path}?{query}")
    assert answer.status_code == status
    if status == 200:
        assert answer.content == b""
        assert answer.headers["content-type"].startswith("application/json")


@fact("read 2.3")
def test_there_is_no_route_to_the_experiments_of_a_bare_subject(xnat: Xnat) -> None:
    subject = xnat.rows("/data/projects/SRC/subjects?label=F1")[0]["ID"]
    item = xnat.get(f"/data/subjects/{subject}/experiments?format=json").json()["items"][0]
    assert item["meta"]["xsi:type"] == "xnat:subjectData"


@fact("read 2.3")
def test_recent_experiments_have_a_title_and_rules_of_their_own(fresh: Xnat) -> None:
    found = result(fresh, "/data/experiments?recent=true")
    assert found["title"] == "Recent Experiments"
    (row,) = fresh.rows("/data/experiments?recent=true")
    assert (row["label"], row["element_name"]) == ("001_MR1", "xnat:mrSessionData")
    fresh.server.advance(3 * 24 * 3600)
    assert fresh.rows("/data/experiments?recent=2") == []
    assert len(fresh.rows("/data/experiments?recent=9")) == 1
    assert len(fresh.rows("/data/experiments?recent=yes")) == 1


@fact("read 2.3", "sixty at most")
def test_recent_without_a_number_of_days_stops_at_sixty(world: Callable[..., Xnat]) -> None:
    xnat = world(
        '[[users]]\nlogin="ada"\nprojects={M="owner"}\n[[projects]]\nid="M"\n'
        '[[many]]\nproject="M"\nsessions=70\n'
    )
    assert len(xnat.rows("/data/experiments?recent=true")) == 60
    assert len(xnat.rows("/data/experiments?recent=5")) == 70


@fact("read 2.3")
@pytest.mark.parametrize("kind", ["subjects", "experiments"])
def test_labels_and_ids_both_name_things_below_a_project(xnat: Xnat, kind: str) -> None:
    row = xnat.rows(f"/data/projects/SRC/{kind}")[0]
    for name in (row["ID"], row["label"]):
        item = xnat.get(f"/data/projects/SRC/{kind}/{name}?format=json").json()["items"][0]
        assert item["data_fields"]["ID"] == row["ID"]
    assert xnat.get(f"/data/{kind}/{row['ID']}").status_code == 200
    assert xnat.get(f"/data/{kind}/{row['label']}").status_code == 404


@fact("read 2.3", "shared experiments: listed with their label here, as if owned here")
def test_shared_experiments_take_label_and_project_of_where_they_are_listed(xnat: Xnat) -> None:
    (row,) = xnat.rows("/data/projects/DST/experiments?columns=ID,label,project,subject_label")
    assert (row["label"], row["project"], row["subject_label"]) == ("PET_in_DST", "DST", "F1_in_DST")
    assert "F1_PET" in [one["label"] for one in xnat.rows("/data/projects/SRC/experiments")]


@fact("read 2.3", "shared subjects: listed with their label here, but the owner's project")
def test_shared_subjects_take_the_label_but_keep_the_owners_project(xnat: Xnat) -> None:
    (row,) = xnat.rows("/data/projects/DST/subjects")
    assert (row["label"], row["project"]) == ("F1_in_DST", "SRC")


@fact("read 2.3")
@pytest.mark.parametrize("on", [True, False])
def test_a_share_without_a_label_shows_the_owners(world: Callable[..., Xnat], on: bool) -> None:
    xnat = world(
        f"[server]\nunconfirmed = {{ share_without_label_shows_the_owners = {str(on).lower()} }}\n"
        '[[users]]\nlogin = "ada"\nprojects = { P = "owner", Q = "owner" }\n'
        '[[projects]]\nid = "P"\n[[projects]]\nid = "Q"\n'
    )
    xnat.put("/data/projects/P/subjects/S1")
    assert xnat.put("/data/projects/P/subjects/S1/projects/Q").status_code == 200
    (row,) = xnat.rows("/data/projects/Q/subjects")
    assert row["label"] == ("S1" if on else "")


@fact("read 2.3", "a session that lost its subject is listed all the same")
def test_a_session_without_its_subject_is_listed(fresh: Xnat) -> None:
    put = "/data/projects/DST/subjects/D/experiments/D_MR?xsiType=xnat:mrSessionData"
    assert fresh.put("/data/projects/SRC/subjects/S9").status_code == 201
    assert fresh.put("/data/projects/SRC/subjects/S9/projects/DST?label=D").is_success
    assert fresh.put(put).status_code == 201
    assert fresh.delete("/data/projects/SRC/subjects/S9").status_code == 200
    rows = fresh.rows("/data/projects/DST/experiments?columns=label,subject_label")
    assert [(row["label"], row["subject_label"]) for row in rows] == [("D_MR", "")]


@fact("read 2.3")
def test_assessors_are_a_table_too(xnat: Xnat) -> None:
    path = "/data/projects/SRC/subjects/F1/experiments/F1_PET"
    (row,) = xnat.rows(f"{path}/assessors")
    assert set(row) == {
        *("ID", "project", "label", "date", "xsiType", "insert_date", "URI"),
        *("session_ID", "session_label", "xnat:imageassessordata/id"),
    }
    assert (row["label"], row["session_label"]) == ("F1_QC", "F1_PET")
    session = row["session_ID"]
    assert xnat.rows(f"/data/experiments/{session}/assessors") == [row]
    assert xnat.get("/data/experiments/nosuch/assessors").status_code == 404
    assert xnat.rows(f"{path}/assessors?xsiType=xnat:qcAssessmentData") == []


@fact("read 2.5")
def test_what_may_not_be_read_is_dropped_without_a_mark(xnat: Xnat) -> None:
    found = result(xnat, "/data/experiments", "zoe")
    assert found["totalRecords"] == "1"
    assert [row["label"] for row in xnat.rows("/data/experiments", "zoe")] == ["001_MR1"]


@fact("read 2.5")
def test_what_is_read_by_a_share_is_not_found_through_the_owners_path(xnat: Xnat) -> None:
    session = xnat.id_of("001_MR1")
    assert xnat.get("/data/projects/PUB/experiments/001_shared", "zoe").status_code == 200
    assert xnat.get("/data/projects/SRC/experiments/001_MR1", "zoe").status_code == 404
    assert xnat.get(f"/data/projects/SRC/subjects/001/experiments/{session}", "zoe").status_code == 404
    # but an accession ID is not checked against the short path above it
    assert xnat.get(f"/data/projects/SRC/experiments/{session}", "zoe").status_code == 200


@fact("read 5", "formats of tables")
@pytest.mark.parametrize(
    ("form", "media"),
    [("json", "application/json"), ("csv", "text/csv"), ("xml", "text/xml"), ("html", "text/html")],
)
def test_tables_come_in_these_formats(xnat: Xnat, form: str, media: str) -> None:
    answer = xnat.get(f"/data/projects/SRC/experiments?format={form}")
    assert answer.headers["content-type"].startswith(media)


@fact("read 5", "the case of keys differs between listings")
def test_case_of_keys(xnat: Xnat) -> None:
    assert "ID" in xnat.rows("/data/projects")[0]
    assert "id" in xnat.rows("/data/projects?accessible=true")[0]
    assert "id" in xnat.rows("/data/projects?permissions=read&dataType=xnat:subjectData")[0]
    assert "GROUP_ID" in xnat.rows("/data/projects/SRC/users")[0]


@fact("read 5", "no size cap on listings")
def test_a_hundred_thousand_rows_come_at_once(world: Callable[..., Xnat]) -> None:
    xnat = world(
        '[[users]]\nlogin="ada"\nprojects={BIG="owner"}\n[[projects]]\nid="BIG"\n'
        '[[many]]\nproject="BIG"\nsessions=100000\nscans=3\nfiles=10\n'
    )
    began = monotonic()
    rows = xnat.rows("/data/projects/BIG/experiments?columns=ID,label,project")
    assert len(rows) == 100_000
    assert (rows[-1]["label"], rows[-1]["project"]) == ("S100000_MR1", "BIG")
    assert len(xnat.rows("/data/projects/BIG/subjects")) == 100_000
    assert monotonic() - began < 30, "about a second each on an idle machine"
