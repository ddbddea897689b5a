"""Which engine answers, and which handler of Restlet's (wire-read 0.1, 0.2, wire-write 0.1)."""

import pytest

from tests.contract.facts import LeftOut, fact
from tests.contract.wire.conftest import Xnat

SESSION = "/data/projects/SRC/subjects/001/experiments/001_MR1"

LEFT_OUT = [
    LeftOut(
        "read 0.1", "automation and pars", "no automation and no invitations: 404 with and without archive"
    ),
    LeftOut(
        "read 0.1",
        "what the servlets of bare /archive and /services answer",
        "nobody should call them; here they are 404, and never what lies below /data",
    ),
    LeftOut(
        "read 0.1", "/admin, /pages and /schemas", "pages of the interface, which a practice server has not"
    ),
    LeftOut("read 0.2", "DIR and XAR of an experiment", "under the sections about them"),
]


@fact("read 0.1")
def test_errors_look_as_their_engine_has_them(xnat: Xnat) -> None:
    restlet, spring = xnat.get("/data/projects/NOPE"), xnat.get("/xapi/siteConfig/nonsense")
    turbine = xnat.get("/app/template/Index.vm")
    assert "<title>Status page</title>" in restlet.text
    assert (spring.status_code, spring.content) == (404, b"")
    assert turbine.text.startswith("<!DOCTYPE html>")


@pytest.mark.parametrize("rest", ["/projects", "/projects/SRC", "/projects/SRC/subjects", "/experiments"])
@fact("write 0.1", "most of /data exists as /data/archive, /REST and /REST/archive with the same handler")
def test_twins(xnat: Xnat, rest: str) -> None:
    wanted = xnat.get(f"/data{rest}?format=json").json()
    for prefix in ("/data/archive", "/REST", "/REST/archive"):
        assert xnat.get(f"{prefix}{rest}?format=json").json() == wanted


NO_TWIN = [
    "users",
    "search/elements",
    "JSESSION",
    "auth",
    "prearchive/projects",
    "config",
    "services/tokens/show",
    "user/cache/resources",
]


@pytest.mark.parametrize("rest", NO_TWIN)
@fact("read 0.1", "users, search, JSESSION, auth, prearchive, config and services have no twin below archive")
def test_no_twin(xnat: Xnat, rest: str) -> None:
    assert xnat.get(f"/data/{rest}", "root").status_code != 404
    assert xnat.get(f"/data/archive/{rest}", "root").status_code == 404
    assert xnat.get(f"/REST/{rest}", "root").status_code != 404


@pytest.mark.parametrize(
    "rest", ["/services/import", "/services/tokens/issue", "/archive/projects", "/projects"]
)
@fact("write 0.1", "bare /services and /archive are other servlets, not these services")
def test_bare_paths(xnat: Xnat, rest: str) -> None:
    answer = xnat.get(rest)
    assert answer.status_code == 404
    assert "Status page" not in answer.text


@pytest.mark.parametrize("name", ["version", "uptime", "buildInfo"])
@fact("read 0.1", "there is no /data/version, /data/uptime or /data/buildInfo")
def test_no_version_below_data(xnat: Xnat, name: str) -> None:
    assert xnat.get(f"/data/{name}").status_code == 404


@fact("read 0.2")
def test_there_is_no_check_of_segment_borders(xnat: Xnat) -> None:
    wanted = xnat.get("/data/projects?format=json").json()
    assert xnat.get("/data/projectsFOO?format=json").json() == wanted


@pytest.mark.parametrize("rest", ["/scans", "/files", "/scans/1/resources/DICOM/files", "/nonsense"])
@fact(
    "read 0.2", "the short form of an experiment's address has no scans and no files: the experiment answers"
)
def test_what_is_no_route_falls_through_to_the_experiment(xnat: Xnat, rest: str) -> None:
    short = "/data/projects/SRC/experiments/001_MR1"
    assert xnat.get(short + rest).text.startswith("<!DOCTYPE html>")
    item = xnat.get(f"{short}{rest}?format=json").json()["items"][0]
    assert item["data_fields"]["label"] == "001_MR1"


@pytest.mark.parametrize("rest", ["/scans", "/files", "/resources", "/assessors", "/reconstructions"])
@fact("read 0.2", "the long forms have scans, files, resources, assessors and reconstructions")
def test_the_long_forms_exist(xnat: Xnat, rest: str) -> None:
    for session in (SESSION, f"/data/experiments/{xnat.id_of('001_MR1')}"):
        assert "ResultSet" in xnat.get(f"{session}{rest}?format=json").json()


@fact("read 0.2")
def test_a_rest_below_an_experiment_or_subject_is_ignored_by_get(xnat: Xnat) -> None:
    for path in (f"{SESSION}/nonsense", "/data/projects/SRC/subjects/001/nonsense"):
        assert "items" in xnat.get(f"{path}?format=json").json()


@fact("read 0.2")
def test_a_rest_below_a_project_is_400(xnat: Xnat) -> None:
    assert xnat.get("/data/projects/SRC/nonsense").status_code == 400


@pytest.mark.parametrize("path", [SESSION, "/data/projects/SRC/subjects/001"])
@fact("read 0.2", "a mistyped DELETE below an experiment or subject is 400 and deletes nothing")
def test_a_mistyped_delete(xnat: Xnat, path: str) -> None:
    answer = xnat.delete(f"{path}/nonsense")
    assert answer.status_code == 400
    assert "does not start with 'projects/'" in xnat.headline(answer)
    assert [one["label"] for one in xnat.project("SRC")["sessions"]] == ["001_MR1"]


@pytest.mark.parametrize("path", ["/data/projects/SRC", f"{SESSION}/scans/1"])
@fact("read 0.2", "a mistyped DELETE below a project or scan is 400")
def test_a_mistyped_delete_of_a_project_or_scan(xnat: Xnat, path: str) -> None:
    assert xnat.delete(f"{path}/nonsense").status_code == 400
    assert len(xnat.project("SRC")["sessions"][0]["scans"]) == 2


@fact("write 0.1")
def test_what_is_left_of_a_path_is_the_file_path(xnat: Xnat) -> None:
    answer = xnat.get(f"{SESSION}/resources/BIDS/files/sub-001/T1w.json")
    assert answer.content == b"{}"
