"""Columns, filters, order and pages of listings (wire-read 2.1, 13.1, 13.2)."""

from collections.abc import Callable, Iterator

import pytest

from tests.contract.facts import LeftOut, fact
from tests.contract.wire.conftest import Xnat
from tests.contract.wire.listing_world import stocked

LEFT_OUT = [
    LeftOut(
        "read 2.1",
        "pages overlap or miss rows for want of an ORDER BY",
        "the order in which a database finds rows is chance; here it is the order of creation",
    ),
    LeftOut(
        "read 2.1",
        "the exact names that CSV shows for columns without a row",
        "they are the database's own; only that they are other names than the keys is copied",
    ),
    LeftOut(
        "read 2.1",
        "filters in a form body with req_format=form",
        "no client was seen that sends them; the query does the same",
    ),
    LeftOut(
        "read 2.1",
        "the preference defaultToPagedRestfulLists",
        "the source that the fact was read from does not consult it",
    ),
]
_SESSIONS = "/data/projects/SRC/experiments"
_SUBJECTS = "/data/projects/SRC/subjects"


@pytest.fixture(scope="module")
def xnat(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Xnat]:
    with stocked(tmp_path_factory.mktemp("stocked")) as server:
        yield server


def labels(xnat: Xnat, path: str, user: str = "ada") -> list[str]:
    return [row["label"] for row in xnat.rows(path, user)]


def keys(xnat: Xnat, path: str) -> set[str]:
    return set(xnat.rows(path)[0])


@fact("read 2.1")
def test_unknown_columns_are_dropped_without_a_word(xnat: Xnat) -> None:
    asked = "ID,label,nosuch,xnat:nosuchData/thing,xnat:subjectData/nosuch"
    assert keys(xnat, f"{_SUBJECTS}?columns={asked}") == {"ID", "label", "URI"}


@fact("read 2.1")
def test_a_path_that_has_a_short_name_comes_back_under_it(xnat: Xnat) -> None:
    path = "xnat:subjectData/demographics[@xsi:type=xnat:demographicData]/gender"
    assert "gender" in keys(xnat, f"{_SUBJECTS}?columns={path}")


@fact("read 2.1")
def test_of_two_short_names_for_one_path_either_may_come_back(xnat: Xnat) -> None:
    found = keys(xnat, f"{_SESSIONS}?columns=studyInstanceUID")
    assert "UID" in found
    assert "studyInstanceUID" not in found


@fact("read 2.1")
def test_a_path_without_a_short_name_comes_back_in_lower_case(xnat: Xnat) -> None:
    (row,) = xnat.rows(f"{_SESSIONS}?columns=label,xnat:petSessionData/scanner/manufacturer")
    assert row["xnat:petsessiondata/scanner/manufacturer"] == "SIEMENS"


@fact("read 2.1")
def test_paths_are_understood_in_any_case(xnat: Xnat) -> None:
    (row,) = xnat.rows(f"{_SESSIONS}?columns=XNAT:PETSESSIONDATA/SCANNER/MANUFACTURER")
    assert row["xnat:petsessiondata/scanner/manufacturer"] == "SIEMENS"


@fact("read 2.1")
def test_columns_default_means_the_defaults(xnat: Xnat) -> None:
    assert keys(xnat, f"{_SUBJECTS}?columns=DEFAULT") == keys(xnat, _SUBJECTS)


@fact("read 2.1")
def test_the_key_is_always_added_and_uri_comes_last(xnat: Xnat) -> None:
    header = xnat.get(f"{_SUBJECTS}?columns=URI,gender&format=csv").text.splitlines()[0]
    assert header.split(",") == ["gender", "ID", "URI"]


@fact("read 2.1")
@pytest.mark.parametrize(
    ("path", "name", "meant"),
    [
        ("/data/projects", "pi_lastname", "xnat:projectData/PI/lastname"),
        (_SUBJECTS, "group", "xnat:subjectData/group"),
        (_SESSIONS, "modality", "xnat:imageSessionData/modality"),
        ("/data/experiments", "visit_id", "xnat:experimentData/visit_id"),
        (f"{_SESSIONS.replace('experiments', 'subjects/001/experiments/001_MR1/scans')}", "scanTime", ""),
    ],
)
def test_fields_lists_the_short_names_that_are_allowed(xnat: Xnat, path: str, name: str, meant: str) -> None:
    found = {row["key"]: row["xpath"] for row in xnat.rows(f"{path}?fields")}
    assert found[name] == (meant or "xnat:imageScanData/startTime")


@fact("read 2.1")
@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("/data/projects", "ID secondary_ID name description keywords alias pi_firstname pi_lastname note"),
        (
            _SUBJECTS,
            "ID label project group src pi_firstname pi_lastname dob yob age gender handedness ses education "
            "insert_date insert_user",
        ),
        (
            _SESSIONS,
            "ID label project date time visit_id visit protocol note pi_firstname pi_lastname "
            "validation_method validation_status scanner operator dcmAccessionNumber dcmPatientId "
            "dcmPatientName session_type modality UID studyInstanceUID subject_ID subject_label "
            "subject_project session_ID session_label session_project insert_date insert_user "
            "last_modified xsiType",
        ),
        (
            "/data/projects/SRC/subjects/001/experiments/001_MR1/scans",
            "ID type UID note quality condition series_description documentation scanner modality frames "
            "validation_method xnat_imagescandata_id scanTime coil fieldStrength marker insert_date "
            "insert_user last_modified xsiType",
        ),
    ],
)
def test_short_names_of_each_context(xnat: Xnat, path: str, names: str) -> None:
    found = {row["key"] for row in xnat.rows(f"{path}?fields")}
    assert set(names.split()) <= found
    assert ("insert_date" in found) == (path != "/data/projects")


@fact("read 2.1")
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("gender=female", ["F1"]),
        ("gender=female,male", ["F1", "F2"]),
        ("label=F*", ["F1", "F2"]),
        ("label=%251", ["001", "F1"]),
        ("yob=1960-1980", ["F1"]),
        ("yob=1985", ["F2"]),
        ("group=A&gender=male", []),
        ("xnat:subjectData/group=B", ["F2"]),
    ],
)
def test_subjects_are_filtered_by_short_name_or_path(xnat: Xnat, query: str, found: list[str]) -> None:
    assert labels(xnat, f"{_SUBJECTS}?{query}") == found


@fact("read 2.1", "filters on experiments: lists, wildcards, dates as ranges")
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("label=001_MR1", ["001_MR1"]),
        ("label=*_CT1,F1*", ["002_CT1", "F1_PET"]),
        ("date=01/01/2020-12/31/2023", ["002_CT1", "F1_PET"]),
        ("date=11/30/2023", ["002_CT1"]),
        ("modality=MR", ["001_MR1"]),
        ("xnat:petSessionData/tracer/dose=300-400", ["F1_PET"]),
        ("xnat:mrSessionData/label=*", ["001_MR1"]),
    ],
)
def test_experiments_are_filtered_too(xnat: Xnat, query: str, found: list[str]) -> None:
    assert labels(xnat, f"{_SESSIONS}?columns=label&{query}") == found


@fact("read 2.1")
def test_filters_are_ignored_on_the_project_listing_of_ordinary_users(xnat: Xnat) -> None:
    assert len(xnat.rows("/data/projects?ID=SRC")) == 4
    assert [row["ID"] for row in xnat.rows("/data/projects?ID=SRC", "root")] == ["SRC"]


@fact("read 2.1")
def test_xsi_type_changes_the_root_and_so_the_name_of_the_key(xnat: Xnat) -> None:
    (row,) = xnat.rows(f"{_SESSIONS}?xsiType=xnat:mrSessionData&columns=ID,label")
    assert row["xnat:mrsessiondata/id"] == row["ID"]
    assert set(row) == {"ID", "label", "xnat:mrsessiondata/id", "URI"}


@fact("read 2.1")
def test_a_list_of_types_is_ignored(xnat: Xnat) -> None:
    path = f"{_SESSIONS}?xsiType=xnat:mrSessionData,xnat:ctSessionData"
    assert labels(xnat, path) == labels(xnat, _SESSIONS) == ["001_MR1", "002_CT1", "F1_PET"]


@fact("read 2.1")
@pytest.mark.parametrize(
    ("order", "found"),
    [
        ("sortBy=label", ["001_MR1", "002_CT1", "F1_PET"]),
        ("sortBy=label&sortOrder=DESC", ["F1_PET", "002_CT1", "001_MR1"]),
        ("sortBy=date", ["F1_PET", "002_CT1", "001_MR1"]),
        ("sortBy=project,label", ["001_MR1", "002_CT1", "F1_PET"]),
    ],
)
def test_the_finished_table_is_sorted(xnat: Xnat, order: str, found: list[str]) -> None:
    assert labels(xnat, f"{_SESSIONS}?{order}") == found


@fact("read 2.1")
def test_with_paging_only_the_page_is_sorted(xnat: Xnat) -> None:
    assert labels(xnat, f"{_SESSIONS}?limit=2&sortBy=label&sortOrder=DESC") == ["002_CT1", "001_MR1"]


@fact("read 2.1")
def test_one_to_many_columns_repeat_the_row(xnat: Xnat) -> None:
    rows = xnat.rows(f"{_SESSIONS}?columns=label,xnat:mrScanData/ID,xnat:mrScanData/type&label=001_MR1")
    assert [(row["label"], row["xnat:mrscandata/id"]) for row in rows] == [("001_MR1", "1"), ("001_MR1", "2")]
    shares = xnat.rows(f"{_SUBJECTS}?columns=label,xnat:subjectData/sharing/share/project&label=F1,F2")
    found = [(row["label"], row["xnat:subjectdata/sharing/share/project"]) for row in shares]
    assert found == [("F1", "DST"), ("F2", "")]


@fact("read 2.1")
def test_without_rows_csv_shows_the_names_of_the_database(xnat: Xnat) -> None:
    path = f"{_SESSIONS}?columns=label,date&label=nothing"
    assert xnat.get(path).json()["ResultSet"]["Result"] == []
    header = xnat.get(f"{path}&format=csv").text.strip().split(",")
    assert not {"label", "date", "URI"} & set(header)
    assert len(header) == len(set(header)) > 2
    # subjects are translated all the same
    assert xnat.get(f"{_SUBJECTS}?columns=label&label=nothing&format=csv").text.strip() == "label,ID,URI"


@fact("read 2.1", "meta columns: who made an object, and when it was changed")
def test_meta_columns(xnat: Xnat) -> None:
    row, *_ = xnat.rows(f"{_SESSIONS}?columns=label,insert_user,insert_date,last_modified&label=F1_PET")
    assert row["insert_user"] == "ada"
    assert row["last_modified"] >= row["insert_date"] > "2000"


_PAGED = (_SUBJECTS, "/data/subjects", "/data/experiments", _SESSIONS)


@fact("read 2.1")
@pytest.mark.parametrize("path", [*_PAGED, "/data/projects/SRC/subjects/F1/experiments"])
def test_paging_works_on_subjects_and_experiments(xnat: Xnat, path: str) -> None:
    everything = labels(xnat, path, "root")
    assert labels(xnat, f"{path}?limit=1&offset=1", "root") == everything[1:2]
    assert labels(xnat, f"{path}?limit=1", "root") == everything[:1]
    assert labels(xnat, f"{path}?offset=1", "root") == everything[1:]


@fact("read 2.1")
def test_only_an_offset_means_a_limit_of_a_hundred(world: Callable[..., Xnat]) -> None:
    xnat = world(
        '[[users]]\nlogin="ada"\nprojects={M="owner"}\n[[projects]]\nid="M"\n'
        '[[many]]\nproject="M"\nsessions=120\n'
    )
    assert len(xnat.rows("/data/projects/M/experiments?offset=0")) == 100
    assert len(xnat.rows("/data/projects/M/experiments?offset=110")) == 10
    assert len(xnat.rows("/data/projects/M/experiments")) == 120


@fact("read 2.1")
@pytest.mark.parametrize(
    "path",
    [
        "/data/projects",
        "/data/users",
        "/data/projects/SRC/subjects/001/experiments/001_MR1/scans",
        "/data/projects/SRC/users",
    ],
)
def test_paging_is_ignored_elsewhere(xnat: Xnat, path: str) -> None:
    found = xnat.get(f"{path}?limit=1&offset=1").json()["ResultSet"]
    assert found["Result"] == xnat.rows(path)
    assert int(found["totalRecords"]) > 1


@fact("read 2.1")
@pytest.mark.parametrize("path", [*_PAGED, "/data/projects"])
def test_limit_star_is_everything(xnat: Xnat, path: str) -> None:
    assert xnat.get(f"{path}?limit=*").json() == xnat.get(path).json()


@fact("read 2.1")
@pytest.mark.parametrize("path", _PAGED)
def test_total_records_is_dropped_with_paging(xnat: Xnat, path: str) -> None:
    assert "totalRecords" in xnat.get(path).json()["ResultSet"]
    assert "totalRecords" not in xnat.get(f"{path}?limit=1").json()["ResultSet"]


@fact("read 2.1")
@pytest.mark.parametrize("path", ["/data/experiments", "/data/subjects"])
def test_rights_are_looked_at_after_the_page_was_cut(xnat: Xnat, path: str) -> None:
    assert labels(xnat, path, "zoe") == ["001_MR1" if "experiments" in path else "001"]
    # her rows are among the first of the site; a later page is empty though others follow it
    assert labels(xnat, f"{path}?limit=1&offset=1", "zoe") == []
    assert len(labels(xnat, path, "root")) > 2


@fact("read 13.1")
def test_all_experiments_show_exactly_seven_columns(xnat: Xnat) -> None:
    assert keys(xnat, "/data/experiments") == {
        *("ID", "project", "date", "xsiType", "label", "insert_date", "URI")
    }


@fact("read 13.1")
@pytest.mark.parametrize(
    "path", ["/data/experiments", _SESSIONS, "/data/projects/SRC/subjects/F1/experiments"]
)
def test_project_and_type_come_unasked(xnat: Xnat, path: str) -> None:
    found = keys(xnat, f"{path}?columns=ID") - {"xnat:subjectassessordata/id"}
    assert found == {"ID", "project", "xsiType", "URI"}


@fact("read 13.1")
@pytest.mark.parametrize("column", ["modality", "UID", "xnat:imageSessionData/UID", "scanner"])
@pytest.mark.parametrize("path", ["/data/experiments", _SESSIONS])
def test_a_session_level_column_renames_the_key(xnat: Xnat, path: str, column: str) -> None:
    row, *_ = xnat.rows(f"{path}?columns=ID,{column}")
    assert "ID" not in row
    assert row["session_ID"].startswith("XNAT_E")
    assert {"project", "xsiType", "URI"} < set(row)


@fact("read 13.1")
def test_with_a_type_as_well_only_its_key_and_the_asked_columns_remain(xnat: Xnat) -> None:
    path = "/data/experiments?columns=modality,label&xsiType=xnat:mrSessionData"
    assert keys(xnat, path) == {"xnat:mrsessiondata/id", "modality", "label", "URI"}


@fact("read 13.2")
def test_the_project_of_a_shared_row_is_rewritten_only_beside_labels(xnat: Xnat) -> None:
    path = "/data/projects/DST/experiments?columns=project,ID"
    assert [row["project"] for row in xnat.rows(path)] == ["SRC"]
    assert [row["project"] for row in xnat.rows(f"{path},label")] == ["DST"]
